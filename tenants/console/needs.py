"""What needs an operator's hand just now, over all tenants: the one line that is read at night."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from tenants.migrating import tenant_fingerprint
from tenants.models import SignUp, Tenant
from tenants.outbox.raw import schemas_with_outbox
from tenants.outbox.troubles import Troubles, troubles_of

What: TypeAlias = Literal["redis", "behind", "late", "stuck", "put_off", "signup"]

# Every schema is looked into: a third of a second for a thousand. Whoever loads the page again sees the same.
_KEPT_SECONDS: Final = 60
_KEY: Final = "console-needs"
_SHOWN: Final = 5
# The right code opens a portal within seconds.
_SIGN_UP_TAKES: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Where:
    """A tenant in which it is so; Portico itself has no page and no slug."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Need:
    """One thing: how much there is of it, and where, the worst first."""

    what: What
    count: int
    places: tuple[Where, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """All of them, as they were at a moment of the last minute; none where nothing needs anybody."""

    found: tuple[Need, ...]
    at: datetime


def needs() -> Needs:
    """What needs a hand: of suspended tenants only that they are behind, as the figures below count them. In public."""
    try:
        kept = cache.get(_KEY)
        if isinstance(kept, Needs):
            return kept
        now = Needs(tuple(_found()), timezone.now())
        cache.set(_KEY, now, _KEPT_SECONDS)
    except RedisError:
        return Needs((Need("redis", 1), *_found()), timezone.now())
    return now


def look_again() -> None:
    """What was just done may have changed it."""
    with suppress(RedisError):
        cache.delete(_KEY)


def _found() -> Iterable[Need]:
    behind = Tenant.objects.exclude(fingerprint=tenant_fingerprint()).order_by("-created_at")
    if number := behind.count():
        places = [Where(slug, name) for slug, name in behind.values_list("slug", "name")[:_SHOWN]]
        yield Need("behind", number, tuple(places), number - len(places))
    troubles = troubles_of(schemas_with_outbox())
    wheres: dict[str, Where] = {
        tenant.schema_name: Where(tenant.slug, tenant.name)
        for tenant in Tenant.objects.filter(schema_name__in=[name for name, each in troubles.items() if _is_any(each)])
    }
    counted: dict[What, Callable[[Troubles], int]] = {
        "late": lambda each: each.late_mails,
        "stuck": lambda each: each.stuck_events,
        "put_off": lambda each: each.put_off_events,
    }
    for what, count in counted.items():
        yield from _of_outboxes(what, {name: count(each) for name, each in troubles.items() if count(each)}, wheres)
    waiting = SignUp.objects.filter(
        tenant=None, verified_at__lt=timezone.now() - _SIGN_UP_TAKES, expires_at__gt=timezone.now()
    ).count()
    if waiting:
        yield Need("signup", waiting)


def _is_any(each: Troubles) -> bool:
    return bool(each.late_mails or each.stuck_events or each.put_off_events)


def _of_outboxes(what: What, counts: Mapping[str, int], wheres: Mapping[str, Where]) -> Iterable[Need]:
    if counts:
        worst = sorted(counts, key=lambda name: -counts[name])
        yield _need(what, sum(counts.values()), [wheres.get(name, Where("", "Portico")) for name in worst])


def _need(what: What, count: int, places: list[Where]) -> Need:
    return Need(what, count, tuple(places[:_SHOWN]), max(0, len(places) - _SHOWN))
