"""Bringing public, the template and every tenant to the code's migrations.

One run at a time (advisory lock); each tenant by itself, so that a run may be stopped and started again, and a
tenant that fails holds nobody up. Nor does one with a long reader (a dump, a report): a statement that waits for a
table's lock makes all who come after wait too, so it gives up after LOCK_WAIT and is tried again.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
import structlog
from django.db import OperationalError, connection, connections
from psycopg import sql

from tenants.context import public_context, tenant_context
from tenants.migrating import (
    migrate_public,
    migrate_tenant,
    missing_migrations,
    missing_public_migrations,
    needed_migrations,
    tenant_fingerprint,
)
from tenants.models import SchemaTemplate, Tenant
from tenants.outbox.raw import batches, throw_away_connection
from tenants.snapshot import TenantSnapshot
from tenants.templates import advisory_lock, ensure_template

FLEET_LOCK = 0x506F_7246
LOCK_WAIT = "2s"
ATTEMPTS = 3
PAUSE_SECONDS = 1.0
_LAGS = sql.SQL(
    "SELECT {name} WHERE EXISTS (SELECT FROM wanted WHERE NOT EXISTS"
    " (SELECT FROM {schema}.django_migrations m WHERE m.app || '.' || m.name = wanted.key))"
)

log = structlog.get_logger(__name__)
Progress = Callable[[str], None]


@dataclass(slots=True)
class FleetReport:
    """What was found (check) or done (migrate). Tenants by slug."""

    public_is_behind: bool = False
    template_is_missing: bool = False
    behind: list[str] = field(default_factory=list)
    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def is_current(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.public_is_behind or self.template_is_missing or self.behind or self.failed)


def check() -> FleetReport:
    """Says what is behind; changes nothing."""
    report = FleetReport(public_is_behind=bool(missing_public_migrations()))
    if report.public_is_behind and not _catalogue_exists():
        report.template_is_missing = True
        return report
    with public_context():
        report.template_is_missing = not SchemaTemplate.objects.filter(fingerprint=tenant_fingerprint()).exists()
    report.behind = [tenant.slug for tenant in _stale() if _lacks_any(tenant)]
    return report


def migrate(*, jobs: int = 1, progress: Progress = lambda _line: None) -> FleetReport:
    """Applies what is missing everywhere; `jobs` tenants at a time."""
    report = FleetReport()
    with public_context(), advisory_lock(FLEET_LOCK):
        if missing_public_migrations():
            progress("public")
            _patiently(migrate_public)
        ensure_template()
        _drop_old_templates()
        stale = _stale()
        with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
            for tenant, error in zip(stale, pool.map(_migrate_one, stale), strict=True):
                progress(f"{tenant.slug}: {error or 'current'}")
                if error:
                    report.failed[tenant.slug] = error
                else:
                    report.migrated.append(tenant.slug)
    return report


def _migrate_one(tenant: Tenant) -> str:
    """Runs in a helper thread with a connection of its own; the error as text, "" when all went well."""
    try:
        _patiently(lambda: migrate_tenant(TenantSnapshot.bare(tenant.schema_name)))
        with public_context():
            Tenant.objects.filter(pk=tenant.pk).update(fingerprint=tenant_fingerprint())
    except Exception as error:  # one tenant must not stop the others; it is reported
        log.exception("tenant_migration_failed", schema=tenant.schema_name)
        return f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        connections.close_all()
    return ""


def _patiently(migrate: Callable[[], None]) -> None:
    """Lets other work go first; a migration that gave up begins anew where it stopped."""
    _wait_for_locks(LOCK_WAIT)
    try:
        for left in reversed(range(ATTEMPTS)):
            try:
                return migrate()
            except OperationalError as error:
                if not (left and isinstance(error.__cause__, psycopg.errors.LockNotAvailable)):
                    raise
                log.info("migration_waits")
                time.sleep(PAUSE_SECONDS)
    finally:
        _wait_for_locks("0")


def _wait_for_locks(at_most: str) -> None:
    """How long a statement of this connection waits for a lock; "0" is without end."""
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [at_most])


def _stale() -> list[Tenant]:
    """Tenants whose fingerprint is not the code's, or is and says too much (a restored schema); oldest first."""
    with public_context():
        tenants = list(Tenant.objects.order_by("created_at", "id"))
    believed = [tenant.schema_name for tenant in tenants if tenant.fingerprint == tenant_fingerprint()]
    lagging = _lagging(believed)
    return [
        tenant
        for tenant in tenants
        if tenant.fingerprint != tenant_fingerprint() or (tenant.schema_name in lagging and _lacks_any(tenant))
    ]


def _lagging(schemas: list[str]) -> set[str]:
    """Those in which a migration of the code is not noted by its own name; read from outside, in few statements."""
    wanted = [f"{app}.{name}" for app, name in sorted(needed_migrations())]
    found: set[str] = set()
    for batch in batches(schemas):
        with throw_away_connection() as raw:
            found |= _ask(raw, batch, wanted)
    return found


def _ask(raw: psycopg.Connection, schemas: list[str], wanted: list[str]) -> set[str]:
    parts = [_LAGS.format(name=sql.Literal(name), schema=sql.Identifier(name)) for name in schemas]
    question = sql.SQL("WITH wanted AS (SELECT unnest({wanted}::text[]) AS key) ").format(wanted=sql.Literal(wanted))
    try:
        return {name for (name,) in raw.execute(question + sql.SQL(" UNION ALL ").join(parts)).fetchall()}
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        if len(schemas) == 1:
            return set(schemas)
        middle = len(schemas) // 2
        return _ask(raw, schemas[:middle], wanted) | _ask(raw, schemas[middle:], wanted)


def _lacks_any(tenant: Tenant) -> bool:
    with tenant_context(TenantSnapshot.bare(tenant.schema_name)):
        return bool(missing_migrations())


def _catalogue_exists() -> bool:
    with public_context():
        return Tenant._meta.db_table in connection.introspection.table_names()


def _drop_old_templates() -> None:
    """Keeps the newest three: old code may still be serving during an update."""
    kept: Iterable[str] = SchemaTemplate.objects.order_by("-created_at").values_list("fingerprint", flat=True)[:3]
    SchemaTemplate.objects.exclude(fingerprint__in=list(kept)).delete()
