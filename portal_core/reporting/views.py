"""How often customers looked up where a request stands, instead of asking somebody.

A page that is looked at writes no row: it counts in Redis, by schema and day, and a tick writes the counts into the
ledger of removed work. A Redis that is flushed loses the counts of some minutes, one that is gone loses those of that
time; nothing else, and no page waits for it.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Final, cast

from celery import shared_task
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from portal_core.config.live import live_portal
from portal_core.reporting.models import RemovedWork
from tenants import catalog
from tenants.context import current_schema, public_context, tenant_context
from tenants.identifiers import parse_uuid, uuid7
from tenants.outbox.wake import circuit

logger = logging.getLogger(__name__)
TASK: Final = "reporting.status_views"
WHAT: Final = "status_views"
# Whoever loads the page again meanwhile has looked once.
_ONE_LOOK_SECONDS: Final = 600
# Counts that nobody fetches (no beat) do not stay for ever.
_KEPT_SECONDS: Final = 7 * 24 * 3600
# A tick that died lets the next one in after this.
_HELD_SECONDS: Final = 300
_BATCH: Final = b"batch"


def count_view(request_id: uuid.UUID, reader: object) -> None:
    """Counts that `reader` (a person, or whoever has a guest's link) looked; never raises for want of Redis."""
    if not circuit.lets_through():
        return
    try:
        _count(request_id, reader)
    except (RedisError, OSError) as error:
        circuit.failed()
        logger.warning("reporting: Redis does not answer, a view is not counted: %s", type(error).__name__)


def _count(request_id: uuid.UUID, reader: object) -> None:
    client = _redis()
    if not client.set(cache.make_key(f"looked:{reader}:{request_id}"), 1, nx=True, ex=_ONE_LOOK_SECONDS):
        return
    day = timezone.now().astimezone(live_portal().time_zone).date()
    views, schema = cache.make_key("views"), current_schema()
    pipe = client.pipeline()
    pipe.hincrby(views, f"{day.isoformat()}:{request_id}", 1)
    pipe.expire(views, _KEPT_SECONDS)
    with public_context():
        pipe.sadd(cache.make_key("views-in"), schema)
    pipe.execute()


@shared_task(name=TASK, ignore_result=True)
def write_down_tick() -> None:
    """Writes down what was counted, in each tenant where anything was; one tenant's trouble stops no other."""
    with public_context():
        where = cache.make_key("views-in")
    client = _redis()
    for schema in sorted(cast("set[bytes]", client.smembers(where))):
        # Out of the set first: who looks from now on puts it in again.
        client.srem(where, schema)
        tenant = catalog.by_schema(schema.decode())
        if tenant is None:
            continue
        try:
            with tenant_context(tenant):
                write_down()
        except DatabaseError:
            client.sadd(where, schema)
            logger.exception("reporting: views of %s wait for the next tick", schema.decode())


def write_down() -> None:
    """Moves the counts of the tenant at hand into the ledger.

    Idempotent: counts are put aside under a batch of their own, from which the keys of the lines are made. A tick that
    dies after its commit and before it drops the batch leaves it to the next one, whose lines are there already.
    """
    if not cache.add("views-held", 1, _HELD_SECONDS):
        return
    try:
        # What a tick that died has left behind, then what was counted since.
        while _write_batch():
            pass
    finally:
        cache.delete("views-held")


def _write_batch() -> bool:
    client, aside = _redis(), cache.make_key("views-aside")
    if not client.exists(aside):
        if not client.exists(cache.make_key("views")):
            return False
        client.rename(cache.make_key("views"), aside)
    client.hsetnx(aside, _BATCH.decode(), str(uuid7()))
    kept = cast("dict[bytes, bytes]", client.hgetall(aside))
    batch = parse_uuid(kept.pop(_BATCH, b"").decode()) or uuid7()
    with transaction.atomic():
        RemovedWork.objects.bulk_create(_lines(kept, batch), ignore_conflicts=True)
    client.delete(aside)
    return True


def _lines(kept: Mapping[bytes, bytes], batch: uuid.UUID) -> list[RemovedWork]:
    lines = []
    for name, count in kept.items():
        day, _, request_id = name.decode().partition(":")
        key = uuid.uuid5(batch, name.decode())
        lines.append(
            RemovedWork(
                event_id=key,
                what=WHAT,
                count=int(count),
                day=date.fromisoformat(day),
                request_id=parse_uuid(request_id),
            )
        )
    return lines


def _redis() -> Redis:
    client: Redis = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # the backend's own client
    return client
