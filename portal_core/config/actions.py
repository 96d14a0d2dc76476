"""Publishing and the draft. Each action is one transaction; nothing is changed when it raises."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config import impact
from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.document import PortalDocument, load
from portal_core.config.errors import DraftChanged, PublishRefused
from portal_core.config.locks import lock_draft, lock_state
from portal_core.config.mapping import plan_moves
from portal_core.config.models import PortalDraft, PortalState, PortalVersion
from portal_core.config.pinned import unpin
from portal_core.config.problems import stops
from portal_core.config.retiring import Kept, carry_retired
from tenants.outbox.events import emit


def publish(
    *,
    actor: Actor,
    document: PortalDocument | Mapping[str, object],
    note: str = "",
    mapping: Mapping[str, object] | None = None,
) -> PortalVersion:
    """Checks a document, makes it the next version and switches to it, all or nothing.

    `mapping` says where open requests go whose status or type disappears:
    `{"status": {"flow.old": "new"}, "type": {"old": "new"}}`. What requests still refer to and the document no
    longer has is kept as retired. A document equal to the live one makes no new version.

    Raises `PermissionDenied`, `DocumentRefused` (cannot be read), `PublishRefused` (does not pass).
    """
    _require(actor, "publish")
    wanted = document if isinstance(document, PortalDocument) else load(document)
    with transaction.atomic():
        state = lock_state()
        live = None if state is None else state.live
        previous = None if live is None else load(live.document)
        standing = impact.standing()
        complete = wanted if previous is None else _complete(previous, wanted, standing)
        moves, problems = plan_moves(previous, wanted, complete, standing, mapping)
        found = (*stops(check(complete, previous)), *problems)
        if found:
            raise PublishRefused(tuple(sorted(set(found))))
        content = canonical(complete)
        if live is not None and live.document == content and not moves:
            return live
        number = 1 if live is None else _last_number() + 1
        version = PortalVersion.objects.create(
            number=number, document=content, author_id=actor.user_id, note=note.strip()
        )
        _switch(state, version)
        _use_up_draft(wanted)
        unpin()
        emit("portal.published", {"number": number})
        impact.apply_moves(actor, moves, number)
        return version


def _complete(previous: PortalDocument, wanted: PortalDocument, standing: Sequence[impact.Standing]) -> PortalDocument:
    return carry_retired(previous, wanted, standing, Kept(impact.kept_record_kinds(), impact.kept_document_kinds()))


def _last_number() -> int:
    """The highest number so far; the lock on the state makes it safe to add one."""
    return PortalVersion.objects.order_by("-number").values_list("number", flat=True)[0]


def _switch(state: PortalState | None, version: PortalVersion) -> None:
    if state is None:
        PortalState.objects.create(live=version)
    else:
        state.live = version
        state.save(update_fields=["live"])


def _use_up_draft(published: PortalDocument) -> None:
    """A draft that has gone live is no draft any more; one with other changes stays."""
    draft = lock_draft()
    if draft is not None and draft.document == canonical(published):
        draft.delete()


def save_draft(
    *, actor: Actor, document: PortalDocument | Mapping[str, object], expected_revision: int | None = None
) -> PortalDraft:
    """Keeps a document as the draft; it need not pass the checks, only be readable.

    With `expected_revision`, 0 for "there is none yet", raises `DraftChanged` when somebody else was quicker.
    Also raises `PermissionDenied`, `DocumentRefused`.
    """
    _require(actor, "manage_setup")
    content = canonical(document if isinstance(document, PortalDocument) else load(document))
    with transaction.atomic():
        state = lock_state()
        draft = lock_draft()
        revision = 0 if draft is None else draft.revision
        if expected_revision is not None and expected_revision != revision:
            raise DraftChanged(expected_revision, revision)
        if draft is None:
            based_on = 0 if state is None else state.live.number
            return PortalDraft.objects.create(document=content, based_on=based_on, author_id=actor.user_id)
        draft.document = content
        draft.revision = revision + 1
        draft.author_id = actor.user_id
        draft.save(update_fields=["document", "revision", "author", "updated_at"])
        return draft


def discard_draft(*, actor: Actor) -> bool:
    """Throws the draft away; whether there was one. Raises `PermissionDenied`."""
    _require(actor, "manage_setup")
    with transaction.atomic():
        lock_state()
        draft = lock_draft()
        if draft is not None:
            draft.delete()
        return draft is not None


def _require(actor: Actor, permission: str) -> None:
    """SYSTEM is provisioning and the commands of people with shell access."""
    if actor is not SYSTEM and not actor.may(permission):
        raise PermissionDenied(permission)
