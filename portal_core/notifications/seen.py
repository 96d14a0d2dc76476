"""Opening a request marks what was told of it as read.

A page that is looked at writes nothing: it leaves a message for the workers (in Redis), who write it down. A message
that is lost costs a mark, no more; it is only sent while something is new to this person at all.
"""

import logging
import uuid
from typing import Final

from celery import shared_task

from portal_core.accounts.models import User
from portal_core.notifications.notices import mark_read
from tenants.outbox.wake import circuit
from tenants.tasks import TenantTask

logger = logging.getLogger(__name__)
TASK: Final = "notifications.seen"
# Later than that the person has been elsewhere; the list shows it anyway.
_EXPIRES_SECONDS: Final = 600


@shared_task(base=TenantTask, name=TASK, ignore_result=True)
def write_down(user_id: str, request_id: str) -> None:
    """Marks the person's notices about one request as read."""
    if User.objects.filter(pk=user_id).exists():
        mark_read(uuid.UUID(user_id), request_id=uuid.UUID(request_id))


def note_opened(user: User, request_id: uuid.UUID) -> None:
    """Notes that `user` (of the session) looks at a request; never raises for want of a broker."""
    if not user.new_updates or not circuit.lets_through():
        return
    try:
        write_down.apply_async((str(user.pk), str(request_id)), retry=False, expires=_EXPIRES_SECONDS)
    except Exception as error:  # noqa: BLE001 - the broker's client raises errors of four libraries; none may reach the page.
        circuit.failed()
        logger.warning("notifications: broker not reached, a mark is lost: %s", type(error).__name__)
