"""A customer's documents: what is on file, and what of it can be used again."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility
from portal_core.documents.kinds import kind_of, kind_visibility
from portal_core.documents.models import Document, DocumentState
from portal_core.history.record import JsonValue


@dataclass(frozen=True)
class Offer:
    """A document on file that a form can use instead of asking again."""

    id: uuid.UUID
    name: str
    since: datetime
    valid_until: date | None
    files: tuple[Mapping[str, JsonValue], ...]


def kinds_kept() -> frozenset[str]:
    """The kinds of which there is any document: what a new version of the portal must not forget."""
    return frozenset(Document.objects.order_by().values_list("kind_key", flat=True).distinct())


def wanted_documents(customer_id: uuid.UUID) -> QuerySet[Document]:
    """What a customer is asked for: asked by staff, or sent back."""
    wanted = [DocumentState.ASKED, DocumentState.SENT_BACK]
    return Document.objects.filter(customer_id=customer_id, is_shared=True, state__in=wanted)


def wanted_count(customer_id: uuid.UUID) -> Coalesce:
    """The same as a number inside another statement."""
    counted = wanted_documents(customer_id).order_by().values("customer_id").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def documents_of(customer_id: uuid.UUID) -> QuerySet[Document]:
    """All documents of a customer, the newest first."""
    return Document.objects.filter(customer_id=customer_id).order_by("-id")


def offers(
    customer_id: uuid.UUID | None, kind_key: str | None, role: Role, portal: CompiledPortal, language: str
) -> tuple[Offer, ...]:
    """The valid documents of a reusable kind that this role may use for this customer; one query, or none."""
    kind = kind_of(portal, kind_key)
    if customer_id is None or kind is None or not kind.reusable or kind.retired:
        return ()
    if kind_visibility(kind, role) < Visibility.SEE:
        return ()
    today = timezone.now().astimezone(portal.time_zone).date()
    found = documents_of(customer_id).filter(kind_key=kind.key, state=DocumentState.ON_FILE)
    found = found.filter(Q(valid_until=None) | Q(valid_until__gte=today))
    if not role.is_staff:
        found = found.filter(is_shared=True)
    name = portal.text(kind.name, language)
    return tuple(
        Offer(row.pk, row.title or name, row.created_at, row.valid_until, tuple(row.files)) for row in found[:3]
    )
