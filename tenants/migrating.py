"""Which migrations the code needs, and applying them to one schema."""

import hashlib
import inspect
import time
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Lock

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tenants.context import public_context, tenant_context
from tenants.snapshot import TenantSnapshot

RECHECK_SECONDS = 5.0

MigrationKey = tuple[str, str]

_ready: set[str] = set()
_not_ready_until: dict[str, float] = {}
_lock = Lock()


def is_ready(tenant: TenantSnapshot) -> bool:
    """Whether every migration that the code needs is in that schema.

    Read from the schema itself. "Yes" holds for the life of the process, "no" is asked again after
    RECHECK_SECONDS.
    """
    schema = tenant.schema_name
    if schema in _ready:
        return True
    if _not_ready_until.get(schema, 0.0) > time.monotonic():
        return False
    with tenant_context(tenant):
        ready = not missing_migrations()
    with _lock:
        if ready:
            _ready.add(schema)
            _not_ready_until.pop(schema, None)
        else:
            _not_ready_until[schema] = time.monotonic() + RECHECK_SECONDS
    return ready


def forget_readiness(schema_name: str | None = None) -> None:
    """Asks the schema again next time (all schemas when None)."""
    with _lock:
        if schema_name is None:
            _ready.clear()
            _not_ready_until.clear()
        else:
            _ready.discard(schema_name)
            _not_ready_until.pop(schema_name, None)


def needed_migrations() -> frozenset[MigrationKey]:
    """What the code needs in a tenant's schema."""
    return _needed(tuple(settings.TENANT_APPS))


def missing_migrations() -> frozenset[MigrationKey]:
    """What the code needs and the tenant's schema in force lacks."""
    return _missing(settings.TENANT_APPS)


def missing_public_migrations() -> frozenset[MigrationKey]:
    """What the code needs and public lacks."""
    with public_context():
        return _missing(settings.SHARED_APPS)


def migrate_tenant(tenant: TenantSnapshot) -> None:
    """Brings one tenant's schema to the code's migrations; resumes where an earlier run stopped."""
    with tenant_context(tenant):
        _migrate(settings.TENANT_APPS)
    forget_readiness(tenant.schema_name)


def migrate_public() -> None:
    """Brings public to the code's migrations."""
    with public_context():
        _migrate(settings.SHARED_APPS)


@lru_cache
def tenant_fingerprint() -> str:
    """A hash over the names and contents of all migrations of the tenant apps."""
    return fingerprint(tuple(settings.TENANT_APPS))


@lru_cache
def fingerprint(app_names: tuple[str, ...]) -> str:
    """A hash over the names and contents of the migrations of these apps."""
    digest = hashlib.sha256()
    for app_label, name in sorted(_needed(app_names)):
        module = import_module(_loader().disk_migrations[app_label, name].__module__)
        digest.update(f"{app_label}.{name}\0".encode())
        digest.update(hashlib.sha256(Path(inspect.getfile(module)).read_bytes()).digest())
    return digest.hexdigest()


@lru_cache
def _loader() -> MigrationLoader:
    return MigrationLoader(None, ignore_no_migrations=True)


@lru_cache
def _needed(app_names: tuple[str, ...]) -> frozenset[MigrationKey]:
    labels = _labels(app_names)
    return frozenset(key for key in _loader().disk_migrations if key[0] in labels)


def _labels(app_names: Sequence[str]) -> frozenset[str]:
    return frozenset(config.label for config in apps.get_app_configs() if config.name in app_names)


def _missing(app_names: Sequence[str]) -> frozenset[MigrationKey]:
    applied = _applied()
    return frozenset(key for key in _needed(tuple(app_names)) if not _holds(key, applied))


def _holds(key: MigrationKey, applied: frozenset[MigrationKey]) -> bool:
    """A squashed migration also holds when all that it replaces is applied, and the other way round."""
    if key in applied:
        return True
    disk = _loader().disk_migrations
    replaces = [(app, name) for app, name in disk[key].replaces]
    if replaces and all(old in applied for old in replaces):
        return True
    return any(key in squashed.replaces and squash in applied for squash, squashed in disk.items())


def _applied() -> frozenset[MigrationKey]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return frozenset()
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset((app, name) for app, name in cursor.fetchall())


def _migrate(app_names: Sequence[str]) -> None:
    """Applies the migrations of these apps (and what they depend on, which the router leaves empty).

    No pre_migrate and post_migrate signals: they fill content types and permissions, which nobody uses.
    """
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    labels = _labels(app_names)
    targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]
    executor.migrate(targets)
