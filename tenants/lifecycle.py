"""Closing a tenant for a time, and opening it again: by operators alone, with a reason that stays in the catalogue.

A suspended tenant serves one plain page and sends nothing: its events and mails wait in its outbox and go out when it
is resumed. Nothing of it is deleted. Other processes follow within `catalog.CACHE_SECONDS`; a worker that is just
sending finishes its turn (`outbox.drain.BUDGET_SECONDS`). Its owners are told of both by the platform, once each.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from tenants import catalog, registry
from tenants.closing_mails import tell_resumed, tell_suspended
from tenants.context import public_context, tenant_context
from tenants.errors import AlreadySo, ChangedMeanwhile, ReasonMissing, TenantGone
from tenants.migrating import is_ready
from tenants.models import Tenant, TenantChange
from tenants.outbox.wake import wake
from tenants.snapshot import TenantSnapshot

REASON_LENGTH: Final = 300


def suspend(slug: str, *, reason: str, by: str) -> None:
    """Closes the tenant. `by` says who did it.

    Raises:
        TenantGone: there is none with this slug.
        ReasonMissing: nobody could tell later why it was closed.
        AlreadySo: it is closed already.
    """
    reason = _clean(reason)
    if not reason:
        raise ReasonMissing
    tenant = _find(slug)
    owners = _owners(tenant)
    with public_context(), transaction.atomic():
        held = _hold(slug)
        _change(held, TenantChange.What.SUSPENDED, Tenant.Status.SUSPENDED, reason=reason, by=by)
        tell_suspended(tenant, owners)
    catalog.forget(held.schema_name)


def resume(slug: str, *, by: str, reason: str = "") -> None:
    """Opens the tenant again; what waits in its outbox goes out.

    Raises:
        TenantGone: there is none with this slug.
        AlreadySo: it is open.
        ChangedMeanwhile: it was opened and closed again while this prepared it; for other reasons, perhaps.
    """
    # Read before the status: what is opened below is the suspension that was found here, and no later one.
    last = _last_change(slug)
    tenant = _find(slug)
    if tenant.is_active:
        raise AlreadySo(tenant.status)
    closed_since = last.at if last else tenant.created_at
    # Before the door opens: otherwise a worker could act on time that ran while nobody could come in.
    with tenant_context(tenant):
        for hook in registry.resume_hooks():
            hook(closed_since)
    owners = _owners(tenant)
    with public_context(), transaction.atomic():
        held = _hold(slug)
        if held.status == Tenant.Status.SUSPENDED and _last_change(slug) != last:
            raise ChangedMeanwhile
        _change(held, TenantChange.What.RESUMED, Tenant.Status.ACTIVE, reason=_clean(reason), by=by)
        tell_resumed(tenant, owners)
    catalog.forget(tenant.schema_name)
    wake(tenant.schema_name)


def _owners(tenant: TenantSnapshot) -> Sequence[registry.Owner]:
    """Who is told. Nobody where the schema is not what this code needs: that must not keep a portal open."""
    if not is_ready(tenant):
        return ()
    with tenant_context(tenant):
        return registry.owners()


def _last_change(slug: str) -> TenantChange | None:
    with public_context():
        closings = TenantChange.objects.filter(what__in=(TenantChange.What.SUSPENDED, TenantChange.What.RESUMED))
        return closings.filter(tenant__slug=slug).order_by("-at", "-id").first()


def _find(slug: str) -> TenantSnapshot:
    """The tenant as it is now, whatever this process remembers."""
    with public_context():
        tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise TenantGone(slug)
    catalog.forget(tenant.schema_name)
    found = catalog.by_schema(tenant.schema_name)
    if found is None:
        raise TenantGone(slug)
    return found


def _hold(slug: str) -> Tenant:
    """The row, locked; within a transaction in public."""
    tenant = Tenant.objects.select_for_update().filter(slug=slug).first()
    if tenant is None:
        raise TenantGone(slug)
    return tenant


def _change(tenant: Tenant, what: TenantChange.What, status: Tenant.Status, *, reason: str, by: str) -> None:
    if tenant.status == status:
        raise AlreadySo(status)
    tenant.status = status
    tenant.save(update_fields=["status"])
    TenantChange.objects.create(tenant=tenant, what=what, reason=reason, by=by[:320])


def _clean(reason: str) -> str:
    return " ".join(reason.replace("\x00", "").split())[:REASON_LENGTH]
