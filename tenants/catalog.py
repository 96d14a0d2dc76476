"""Reads the catalogue in public: by host, slug or schema. Cached in the process, without Redis.

A change of a tenant is seen within CACHE_SECONDS by other processes, at once by the one that calls forget().
"""

import time
from collections.abc import Callable
from threading import Lock

from django.db.models import Q

from tenants.context import public_context
from tenants.hosts import slug_of
from tenants.models import Domain, Tenant
from tenants.snapshot import TenantSnapshot

CACHE_SECONDS = 10.0
_MAX_ENTRIES = 20_000  # unknown hosts are remembered too; a flood of them must not fill the memory

_Key = tuple[str, str]
_entries: dict[_Key, tuple[float, TenantSnapshot | None]] = {}
_lock = Lock()


def by_host(host: str) -> TenantSnapshot | None:
    """The tenant whose domain is `host` (normalised), by table first, then as SLUG.BASE_DOMAIN."""

    def load() -> TenantSnapshot | None:
        domain = Domain.objects.select_related("tenant").filter(host=host).first()
        if domain is not None:
            return _snapshot(domain.tenant)
        slug = slug_of(host)
        return None if slug is None else _load(Q(slug=slug))

    return _cached(("host", host), load)


def by_slug(slug: str) -> TenantSnapshot | None:
    """The tenant with this slug."""
    return _cached(("slug", slug), lambda: _load(Q(slug=slug)))


def by_schema(schema_name: str) -> TenantSnapshot | None:
    """The tenant that owns this schema."""
    return _cached(("schema", schema_name), lambda: _load(Q(schema_name=schema_name)))


def all_schemas() -> tuple[str, ...]:
    """Schema names of all tenants, oldest first. Not cached."""
    with public_context():
        return tuple(Tenant.objects.order_by("created_at", "id").values_list("schema_name", flat=True))


def suspended_schemas() -> frozenset[str]:
    """Schema names of the tenants that are closed for now. Not cached."""
    with public_context():
        found = Tenant.objects.filter(status=Tenant.Status.SUSPENDED).values_list("schema_name", flat=True)
        return frozenset(found)


def forget(schema_name: str | None = None) -> None:
    """Drops what this process remembers of a tenant (of all when None) and every remembered miss."""
    with _lock:
        stale = [
            key
            for key, (_, found) in _entries.items()
            if schema_name is None or found is None or found.schema_name == schema_name
        ]
        for key in stale:
            del _entries[key]


def rename(schema_name: str, name: str) -> None:
    """Mirrors the name that a tenant's published portal carries. Runs in public: after the tenant's commit."""
    with public_context():
        Tenant.objects.filter(schema_name=schema_name).exclude(name=name).update(name=name)
    forget(schema_name)


def _cached(key: _Key, load: Callable[[], TenantSnapshot | None]) -> TenantSnapshot | None:
    now = time.monotonic()
    entry = _entries.get(key)
    if entry is not None and entry[0] > now:
        return entry[1]
    with public_context():
        found = load()
    with _lock:
        if len(_entries) >= _MAX_ENTRIES:
            _entries.clear()
        _entries[key] = (now + CACHE_SECONDS, found)
    return found


def _load(condition: Q) -> TenantSnapshot | None:
    tenant = Tenant.objects.filter(condition).first()
    return None if tenant is None else _snapshot(tenant)


def _snapshot(tenant: Tenant) -> TenantSnapshot:
    domains = list(tenant.domains.order_by("-is_primary", "host").values_list("host", flat=True))
    return TenantSnapshot(
        id=tenant.id,
        schema_name=tenant.schema_name,
        slug=tenant.slug,
        name=tenant.name,
        status=tenant.status,
        primary_domain=domains[0] if domains else "",
        domains=tuple(domains),
        created_at=tenant.created_at,
    )
