"""The virus scanner, where there is one (`SCANNER_URL`): files wait until it has looked at them.

The event in the outbox is the memory: each time it comes due it has the file looked at by a task (a handler may not
talk to the network) and comes again later, until the file waits no more. A scanner that is away loses nothing.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal_core.documents import storage
from portal_core.documents.clamav import ScannerAway, find
from portal_core.documents.models import FileState, StoredFile
from tenants.context import defer
from tenants.identifiers import parse_uuid
from tenants.outbox.events import emit
from tenants.outbox.models import Event
from tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

_FIRST_AGAIN: Final = timedelta(seconds=30)
_MOST_AGAIN: Final = timedelta(minutes=15)
SCAN_TASK: Final = "documents.scan"


def has_scanner() -> bool:
    """Whether files are looked at by a scanner before anybody may fetch them."""
    return bool(settings.SCANNER_URL)


def states_of(ids: Iterable[str]) -> dict[str, str]:
    """What the scanner has said of these files so far, by key; one query, none for no files."""
    wanted = [key for text in ids if (key := parse_uuid(text)) is not None]
    if not wanted:
        return {}
    rows = StoredFile.objects.filter(pk__in=wanted).exclude(state=FileState.CLEAN).values_list("pk", "state")
    return {str(key): state for key, state in rows}


def on_waiting(event: Event) -> None:
    """Has a waiting file looked at, and sees to it that this comes again should it still wait."""
    row = StoredFile.objects.filter(pk=event.payload["file_id"], state=FileState.WAITING).first()
    if row is None:
        return
    if not has_scanner():
        # It was taken out of the settings meanwhile: from then on files are not scanned, these neither.
        StoredFile.objects.filter(pk=row.pk).update(state=FileState.CLEAN)
        return
    tries = int(event.payload.get("tries", 0))
    again = min(_FIRST_AGAIN * 2 ** min(tries, 10), _MOST_AGAIN)
    emit("file.waiting", {"file_id": str(row.pk), "tries": tries + 1}, due_at=timezone.now() + again)
    defer(lambda: _publish(str(row.pk)))


@shared_task(base=TenantTask, name=SCAN_TASK, ignore_result=True)
def scan(file_id: str) -> None:
    """Asks the scanner about one file and writes down what it says; a scanner that is away leaves the file waiting."""
    row = StoredFile.objects.filter(pk=uuid.UUID(file_id), state=FileState.WAITING).first()
    if row is None:
        return
    try:
        with storage.open_whole(row.key) as content:
            found = find(content, settings.SCANNER_URL)
    except ScannerAway as away:
        logger.warning("files: the scanner is away (%s); the file waits", away)
        return
    except storage.NoSuchFile:
        logger.error("files: the content of a waiting file is gone")  # noqa: TRY400 - no trace helps
        return
    _settle(row, found)


def _settle(row: StoredFile, found: str | None) -> None:
    with transaction.atomic():
        waiting = StoredFile.objects.select_for_update().filter(pk=row.pk, state=FileState.WAITING).first()
        if waiting is None:
            return
        waiting.state = FileState.CLEAN if found is None else FileState.INFECTED
        waiting.save(update_fields=["state"])
        if found is not None:
            emit("file.infected", {"file_id": str(row.pk), "found": found})
    if found is not None:
        logger.warning("files: harmful content was found and removed")
        storage.remove(row.key)


def _publish(file_id: str) -> None:
    """A broker that is away loses nothing: the event comes again. `Any`: Celery's tasks have no types."""
    task: Any = scan
    try:
        task.apply_async((file_id,), ignore_result=True)
    except Exception as error:  # noqa: BLE001 - as in outbox/wake.py: whatever the broker's client raises.
        logger.warning("files: a scan could not be started (%s)", type(error).__name__)
