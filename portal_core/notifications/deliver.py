"""One person told of one event: kept for their updates, and mailed the way they have it."""

from dataclasses import replace
from uuid import UUID

from portal_core.accounts.roles import CUSTOMER
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.counting import count_notice
from portal_core.notifications.models import Way
from portal_core.notifications.notices import Told, keep
from portal_core.notifications.queueing import queue, queue_sample


def deliver(told: Told, mail: ComposedMail, *, request_id: UUID | None = None) -> None:
    """Keeps the notice and queues its mail, if it goes at once; a made-up customer's goes to the owner.

    `request_id`: under which request the ledger counts that a customer was told. Runs in the handler's transaction.
    """
    user = told.user
    if user.is_sample and told.way == Way.DAILY:
        # The owner plays this customer and waits for the mail.
        told = replace(told, way=Way.NOW)
    if not keep(told) or told.way != Way.NOW:
        return
    mail = replace(mail, way=told.way)
    if user.is_sample:
        queue_sample(mail, told.event)
        return
    queued = queue(mail, told.event)
    if user.role == CUSTOMER:
        count_notice(queued, request_id=request_id)
