"""A customer's documents: what is on file, and what of it can be used again."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
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
