"""The tenant that a command names."""

from django.core.management.base import CommandError

from tenants import catalog
from tenants.snapshot import TenantSnapshot

USAGE_ERROR = 2


def tenant_named(slug: str) -> TenantSnapshot:
    """The tenant with this slug. Raises `CommandError` (exit 2) where there is none."""
    tenant = catalog.by_slug(slug)
    if tenant is None:
        raise CommandError(f"There is no tenant {slug!r}.", returncode=USAGE_ERROR)
    return tenant
