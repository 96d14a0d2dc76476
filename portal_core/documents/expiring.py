"""Telling customers in good time that a document of theirs runs out: once a document and date, by a daily tick.

The document's own history is the memory: its line says of which last day it was told, so that another date is told
anew and a tick that runs twice (or late, or not at all for a week) tells nobody twice.
"""

from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal_or_none
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.kinds import EXPIRING_DAYS
from portal_core.documents.models import Document, DocumentState
from portal_core.history.models import Audience, HistoryEntry, Kind
from portal_core.history.record import Line, add_line
from tenants.outbox.events import emit

# The tick runs at night; people are told in the morning.
_HOUR: Final = time(8, 0)
_BATCH: Final = 200


def tell_expiring() -> None:
    """Announces every document of the tenant at hand that runs out within a month and of which nobody was told."""
    portal = live_portal_or_none()
    if portal is None:
        return
    while True:
        with transaction.atomic():
            rows = list(_untold(portal).select_for_update(of=("self",), skip_locked=True).order_by("pk")[:_BATCH])
            for row in rows:
                _announce(row, portal)
        if len(rows) < _BATCH:
            return


def _untold(portal: CompiledPortal) -> QuerySet[Document]:
    """What customers have on file that runs out soon; not where the next one is there already."""
    today = timezone.now().astimezone(portal.time_zone).date()
    customer = resolve_role(CUSTOMER)
    kinds = [kind for kind in portal.document_kinds.values() if not kind.retired]
    keys = [kind.key for kind in kinds if kind_visibility(kind, customer) >= Visibility.SEE]
    rows = Document.objects.filter(kind_key__in=keys, state=DocumentState.ON_FILE, is_shared=True)
    rows = rows.filter(
        valid_until__gte=today, valid_until__lte=today + timedelta(days=EXPIRING_DAYS), customer__is_active=True
    )
    told = HistoryEntry.objects.filter(document=OuterRef("pk"), kind=Kind.DOCUMENT, data__what="expiring")
    told = told.annotate(until=KT("data__until")).filter(until=Cast(OuterRef("valid_until"), TextField()))
    next_one = Document.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=OuterRef("valid_until")),
        customer=OuterRef("customer"),
        kind_key=OuterRef("kind_key"),
        title=OuterRef("title"),
        state=DocumentState.ON_FILE,
    )
    return rows.exclude(Exists(told)).exclude(Exists(next_one.exclude(pk=OuterRef("pk"))))


def _announce(row: Document, portal: CompiledPortal) -> None:
    now = timezone.now()
    until = str(row.valid_until)
    line = Line(
        Kind.DOCUMENT,
        Audience.CUSTOMER,
        now,
        data={"what": "expiring", "kind": row.kind_key, "title": row.title, "document": str(row.pk), "until": until},
        document_id=row.pk,
    )
    entry = add_line(actor=SYSTEM, request_id=None, line=line)
    payload = {"document_id": str(row.pk), "entry_id": str(entry.pk), "until": until}
    emit("document.expiring", payload, due_at=_next_morning(now.astimezone(portal.time_zone)))


def _next_morning(now: datetime) -> datetime:
    day = now.date() if now.time() <= _HOUR else now.date() + timedelta(days=1)
    return datetime.combine(day, _HOUR, now.tzinfo)
