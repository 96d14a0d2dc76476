"""Making a tenant: rows, schema and first content in one transaction, so that a failure leaves nothing."""

from collections.abc import Callable

from django.db import DatabaseError, IntegrityError, transaction

from tenants import catalog, registry, slugs
from tenants.context import public_context, tenant_context
from tenants.errors import ProvisioningFailed, SetUpRefused, SlugRefused
from tenants.hosts import subdomain_host
from tenants.migrating import tenant_fingerprint
from tenants.models import Domain, Tenant
from tenants.registry import NewPortal
from tenants.snapshot import TenantSnapshot
from tenants.templates import ensure_template, replay


def provision(
    *,
    name: str,
    slug: str,
    portal: NewPortal | None = None,
    set_up: Callable[[TenantSnapshot], None] | None = None,
) -> TenantSnapshot:
    """A live tenant. With `portal` the registered hooks fill it; `set_up` runs last, both inside the tenant.

    Raises:
        SlugRefused: the address cannot be had, also when another claim was a moment faster.
        SetUpRefused: no portal can be made of this; a ProvisioningFailed that trying again does not mend.
        ProvisioningFailed: the database refused; nothing was left behind.
    """
    slug = slugs.check(slug)
    with public_context():
        template = ensure_template()
        try:
            with transaction.atomic():
                snapshot = _claim(name=name, slug=slug)
                replay(template, snapshot.schema_name)
                _fill(snapshot, portal, set_up)
        except DatabaseError as error:
            raise ProvisioningFailed(f"the portal {slug} could not be made: {error}") from error
    catalog.forget(snapshot.schema_name)
    return snapshot


def _claim(*, name: str, slug: str) -> TenantSnapshot:
    """Writes the catalogue's rows first: the unique slug makes every rival claim wait, then lose."""
    try:
        with transaction.atomic():
            tenant = Tenant.objects.create(name=name, slug=slug, fingerprint=tenant_fingerprint())
            host = subdomain_host(slug)
            Domain.objects.create(tenant=tenant, host=host)
    except IntegrityError as error:
        raise slugs.taken(slug) from error
    return TenantSnapshot(
        id=tenant.id,
        schema_name=tenant.schema_name,
        slug=slug,
        name=name,
        status=tenant.status,
        primary_domain=host,
        domains=(host,),
        created_at=tenant.created_at,
    )


def _fill(snapshot: TenantSnapshot, portal: NewPortal | None, set_up: Callable[[TenantSnapshot], None] | None) -> None:
    with tenant_context(snapshot):
        if portal is not None:
            for hook in registry.provision_hooks():
                hook(snapshot, portal)
        if set_up is not None:
            set_up(snapshot)


__all__ = ["NewPortal", "ProvisioningFailed", "SetUpRefused", "SlugRefused", "provision"]
