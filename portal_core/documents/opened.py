"""What the business has shown to a customer is new until they open it.

As with requests (`notifications/seen.py`): a file that is fetched writes nothing by itself, it leaves a message for the
workers. One that is lost leaves the mark until the next time; it is only sent while the document is new at all.
"""

import logging
import uuid
from typing import Final

from celery import shared_task

from portal_core.accounts.actor import Actor
from portal_core.documents.models import Document, StoredFile
from tenants.outbox.wake import circuit
from tenants.tasks import TenantTask

logger = logging.getLogger(__name__)
TASK: Final = "documents.opened"
_EXPIRES_SECONDS: Final = 3600


@shared_task(base=TenantTask, name=TASK, ignore_result=True)
def write_down(document_id: str) -> None:
    """Notes that a document's customer has opened it."""
    Document.objects.filter(pk=uuid.UUID(document_id), is_new=True).update(is_new=False)


def note_fetched(actor: Actor, row: StoredFile) -> None:
    """Notes that `actor` fetches a file, where it is a new document of their own; never raises for want of a broker."""
    document = row.document
    if document is None or not document.is_new or document.customer_id != actor.user_id or not circuit.lets_through():
        return
    try:
        write_down.apply_async((str(document.pk),), retry=False, expires=_EXPIRES_SECONDS)
    except Exception as error:  # noqa: BLE001 - the broker's client raises errors of four libraries; none may reach the file.
        circuit.failed()
        logger.warning("documents: broker not reached, a document stays new: %s", type(error).__name__)
