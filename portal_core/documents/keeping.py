"""How long documents are kept: what a kind says (`keep_years`) is held by a daily tick, and told in the vault."""

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone

from portal_core.config.document.fields import DocumentKind
from portal_core.config.live import live_portal_or_none
from portal_core.documents import storage
from portal_core.documents.kinds import add_months
from portal_core.documents.models import Document, DocumentState, FileState, StoredFile

_KEPT_STATES = (
    *(DocumentState.ON_FILE, DocumentState.SENT_BACK),
    *(DocumentState.REPLACED, DocumentState.WITHDRAWN),
)
_BATCH = 200


def let_go() -> None:
    """Deletes the files of documents whose time is over, of the tenant at hand: so many years after they were last
    valid and last touched (used, approved, replaced), whichever is later. The history keeps that they existed."""
    portal = live_portal_or_none()
    if portal is None:
        return
    today = timezone.now().astimezone(portal.time_zone).date()
    for kind in portal.document_kinds.values():
        if kind.keep_years is not None:
            _let_go_of(kind, add_months(today, -12 * kind.keep_years))


def _let_go_of(kind: DocumentKind, before: date) -> None:
    over = Document.objects.filter(kind_key=kind.key, state__in=_KEPT_STATES, changed_at__date__lt=before)
    over = over.exclude(valid_until__gte=before)
    while ids := list(over.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        _delete(ids)


def _delete(ids: list[uuid.UUID]) -> None:
    """Rows first: content whose row says that it is gone is found by the sweep, should this end in between."""
    with transaction.atomic():
        rows = StoredFile.objects.select_for_update().filter(document__in=ids).exclude(state=FileState.GONE)
        keys = list(rows.order_by("pk").values_list("key", flat=True))
        StoredFile.objects.filter(key__in=keys).update(state=FileState.GONE)
        Document.objects.filter(pk__in=ids).update(state=DocumentState.GONE, changed_at=timezone.now())
    for key in keys:
        storage.remove(key)
