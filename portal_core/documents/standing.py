"""How customers' documents stand, many customers at once: for lists at the desk.

SECURITY: only documents of kinds that the role sees, and that came in where it may look.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.access import within_reach
from portal_core.documents.kinds import EXPIRING_DAYS, is_expired, is_expiring, wanted_kinds
from portal_core.documents.models import Document, DocumentState
from portal_core.documents.vault import WANTED

# By what lists of customers are narrowed.
FILTERS: Final = ("wanted", "ending", "none")


@dataclass(frozen=True)
class Standing:
    """One customer's documents: how many are on file and asked for; the kind that ran out, or that runs out next."""

    on_file: int = 0
    wanted: int = 0
    expired_kind: str = ""
    expiring_kind: str = ""
    until: date | None = None


def standings(actor: Actor, customer_ids: Iterable[uuid.UUID], *, portal: CompiledPortal) -> dict[uuid.UUID, Standing]:
    """How the documents of each customer stand; one query. Who has none is left out."""
    rows = (
        seen_documents(actor, portal)
        .filter(Q(state=DocumentState.ON_FILE) | _wanted(portal), customer_id__in=list(customer_ids))
        .order_by("kind_key")
        .values("customer_id", "kind_key", "state")
        .annotate(number=Count("pk"), until=Max("valid_until"))
    )
    found: dict[uuid.UUID, Standing] = {}
    for row in rows:
        found[row["customer_id"]] = _with(found.get(row["customer_id"], Standing()), row, _today(portal))
    return found


def _with(standing: Standing, row: Mapping[str, Any], today: date) -> Standing:
    """The sum with the documents of one kind and state. `Any`: whatever the columns hold."""
    if row["state"] != DocumentState.ON_FILE:
        return replace(standing, wanted=standing.wanted + row["number"])
    standing, until = replace(standing, on_file=standing.on_file + row["number"]), row["until"]
    if is_expired(until, today):
        return replace(standing, expired_kind=standing.expired_kind or row["kind_key"])
    if is_expiring(until, today) and (standing.until is None or until < standing.until):
        return replace(standing, expiring_kind=row["kind_key"], until=until)
    return standing


def seen_documents(actor: Actor, portal: CompiledPortal) -> QuerySet[Document]:
    """The documents that a colleague sees, of whichever customer."""
    kinds = portal.document_kinds.values()
    hidden = [kind.key for kind in kinds if kind_visibility(kind, actor.role) < Visibility.SEE]
    return Document.objects.filter(within_reach(actor)).exclude(kind_key__in=hidden)


def dated_documents(actor: Actor, customer_id: uuid.UUID, *, portal: CompiledPortal) -> QuerySet[Document]:
    """What a colleague sees of a customer's documents on file with a last day; what runs out first is first."""
    on_file = seen_documents(actor, portal).filter(customer_id=customer_id, state=DocumentState.ON_FILE)
    return on_file.filter(valid_until__isnull=False).order_by("valid_until", "id")


def who_has(actor: Actor, standing: str, *, portal: CompiledPortal) -> Q:
    """A condition on customers: asked for something, with something that ran out or soon will, with nothing on file."""
    theirs = seen_documents(actor, portal).filter(customer_id=OuterRef("pk"))
    if standing == "wanted":
        return Q(Exists(theirs.filter(_wanted(portal))))
    on_file = theirs.filter(state=DocumentState.ON_FILE)
    if standing == "ending":
        soon = _today(portal) + timedelta(days=EXPIRING_DAYS)
        later = seen_documents(actor, portal).filter(
            customer_id=OuterRef("customer_id"),
            kind_key=OuterRef("kind_key"),
            state=DocumentState.ON_FILE,
            valid_until__gt=soon,
        )
        return Q(Exists(on_file.filter(~Exists(later), valid_until__lte=soon)))
    return ~Q(Exists(on_file)) if standing == "none" else Q()


def _wanted(portal: CompiledPortal) -> Q:
    """What customers are asked for; kinds that they cannot add (any more) are not."""
    return Q(state__in=WANTED, kind_key__in=wanted_kinds(portal))


def _today(portal: CompiledPortal) -> date:
    return timezone.now().astimezone(portal.time_zone).date()
