"""The outbox's tasks. A lost message costs nothing but time: the rows are the truth, the sweep repeats the call."""

import logging

from celery import shared_task

from tenants.outbox.drain import Ended, UnknownSchema, drain
from tenants.outbox.purge import purge
from tenants.outbox.sweep import sweep
from tenants.outbox.wake import DRAIN_TASK, wake

logger = logging.getLogger(__name__)


# Not the tenant's task base: the schema is an argument, because the sweep wakes tenants without entering them.
@shared_task(name=DRAIN_TASK, ignore_result=True)
def drain_schema(schema: str) -> None:
    """Drains one schema; asks for another turn when its time is up."""
    try:
        ended = drain(schema)
    except UnknownSchema:
        logger.warning("outbox: no tenant has the schema of this wake-up")
        return
    if ended is Ended.MORE_TO_DO:
        wake(schema)


@shared_task(name="outbox.sweep", ignore_result=True)
def sweep_tick() -> None:
    """Wakes every schema with due rows."""
    for schema in sweep():
        wake(schema)


@shared_task(name="outbox.purge", ignore_result=True)
def purge_tick() -> None:
    """Removes what was done long ago."""
    purge()
