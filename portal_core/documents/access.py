"""Who may fetch a file: asked at every fetch, of everybody who uses the file.

A file that is not attached yet is its sender's alone. After that, each package that refers to files registers who may
have them through it; nobody's yes means that the file does not exist for this person.
"""

import uuid
from collections.abc import Callable
from typing import TypeAlias

from django.db.models import Q

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import Role
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.errors import NotTheirs
from portal_core.documents.kinds import kind_of
from portal_core.documents.models import Document, DocumentState, StoredFile

Checker: TypeAlias = Callable[[Actor, StoredFile], bool]
# Whether a colleague may know of a customer at all; asked about staff only.
KnowsCustomer: TypeAlias = Callable[[Actor, uuid.UUID], bool]


# Which documents came in where a colleague may look, as a condition on documents; asked about staff only.
Reach: TypeAlias = Callable[[uuid.UUID | None, Role, str], Q]


def _reaches_nothing(user_id: uuid.UUID | None, role: Role, team_key: str) -> Q:
    return Q(pk__in=[])


def _knows_nobody(actor: Actor, customer_id: uuid.UUID) -> bool:
    return False


_checkers: list[Checker] = []
_knows_customer: list[KnowsCustomer] = [_knows_nobody]
_reach: list[Reach] = [_reaches_nothing]


def register(checker: Checker) -> None:
    """Registers who may fetch the files that a package refers to; once, at start."""
    if checker not in _checkers:
        _checkers.append(checker)


def set_knows_customer(function: KnowsCustomer) -> None:
    """Registers who knows which customers a colleague may see; once, at start."""
    _knows_customer[:] = [function]


def set_reach(function: Reach) -> None:
    """Registers who knows into which requests a colleague may look; once, at start."""
    _reach[:] = [function]


def within_reach(actor: Actor) -> Q:
    """The documents that came in where this colleague may look: with no request, or with one that they see.

    SECURITY: for every list of documents that staff read; a role that is kept to some types or a team learns nothing of
    other requests by way of the papers of a customer whom it knows.
    """
    return reach_of(actor.user_id, actor.role, actor.team_key)


def reach_of(user_id: uuid.UUID | None, role: Role, team_key: str = "") -> Q:
    """As `within_reach`, where no actor is at hand."""
    return _reach[0](user_id, role, team_key)


def is_within_reach(actor: Actor, document: Document) -> bool:
    """Whether one document came in where this colleague may look."""
    return document.request_id is None or Document.objects.filter(within_reach(actor), pk=document.pk).exists()


def file_for(actor: Actor, file_id: uuid.UUID, *, owner_id: uuid.UUID | None = None) -> StoredFile:
    """The file, if this person may fetch it now. `owner_id`: a guest's browser, where nobody is signed in.

    Raises:
        NotTheirs: there is no such file for this person.
    """
    row = StoredFile.objects.select_related("document").filter(pk=file_id).first()
    if row is None or not _may_fetch(actor, row, owner_id or actor.user_id):
        raise NotTheirs
    return row


def sees_document(actor: Actor, document: Document) -> bool:
    """Whether this person sees a document at all, by its kind, whose it is, and whether it was shared."""
    level = kind_visibility(kind_of(live_portal(), document.kind_key), actor.role)
    if level < Visibility.SEE:
        return False
    if actor.is_staff:
        return actor.may("see") and knows_customer(actor, document.customer_id) and is_within_reach(actor, document)
    return document.customer_id == actor.user_id and document.is_shared and actor.is_customer


def knows_customer(actor: Actor, customer_id: uuid.UUID) -> bool:
    """Whether a colleague may know of this customer."""
    return _knows_customer[0](actor, customer_id)


def _may_fetch(actor: Actor, row: StoredFile, owner_id: uuid.UUID | None) -> bool:
    if row.attached_at is None:
        return owner_id is not None and row.owner_id == owner_id
    if not actor.is_signed_in:
        return any(checker(actor, row) for checker in _checkers)
    document = row.document
    if document is not None and document.state != DocumentState.GONE and sees_document(actor, document):
        return True
    return any(checker(actor, row) for checker in _checkers)
