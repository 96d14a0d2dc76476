"""The one module that switches schema.

`django_tenants` offers `with tenant:`, `@schema_context` and `connection.set_tenant`; none is used
(the first shares a list between threads, the second an object). The tenant lives in a ContextVar; the
database backend refuses a statement when the connection and the ContextVar disagree.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from django.db import connection, transaction

from tenants.errors import TenantSwitchRefused
from tenants.snapshot import TenantSnapshot

if TYPE_CHECKING:
    from tenants.backend.base import DatabaseWrapper

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"
_active: ContextVar[TenantSnapshot | None] = ContextVar("active_tenant", default=None)


def current() -> TenantSnapshot | None:
    """The tenant in force, None in public."""
    return _active.get()


def current_schema() -> str:
    """The schema in force, "public" when no tenant is."""
    tenant = _active.get()
    return PUBLIC if tenant is None else tenant.schema_name


@contextmanager
def tenant_context(tenant: TenantSnapshot) -> Iterator[TenantSnapshot]:
    """Everything inside reads and writes the schema of `tenant`, and no other.

    Raises TenantSwitchRefused inside a transaction of another tenant.
    """
    with _entered(tenant):
        yield tenant


@contextmanager
def public_context() -> Iterator[None]:
    """Everything inside reads and writes public. Raises TenantSwitchRefused inside a tenant's transaction."""
    with _entered(None):
        yield


def bound(function: Callable[P, R]) -> Callable[P, R]:
    """`function` tied to the tenant of now: for threads and everything else that runs later."""
    tenant = _active.get()

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with _entered(tenant):
            return function(*args, **kwargs)

    return inside


def defer(function: Callable[[], object]) -> None:
    """Runs `function` after the commit, in the tenant in which it was registered."""
    transaction.on_commit(bound(function))


@contextmanager
def _entered(tenant: TenantSnapshot | None) -> Iterator[None]:
    if _same(tenant, _active.get()):
        token = _active.set(tenant)  # the newer snapshot of the same schema
        try:
            yield
        finally:
            _active.reset(token)
        return
    _refuse_inside_a_tenant_transaction(tenant)
    token = _active.set(tenant)
    _point(tenant)
    try:
        yield
    finally:
        _active.reset(token)
        _point(_active.get())


def _same(one: TenantSnapshot | None, other: TenantSnapshot | None) -> bool:
    if one is None or other is None:
        return one is other and _wrapper().schema_name == PUBLIC
    return one.schema_name == other.schema_name == _wrapper().schema_name


def _point(tenant: TenantSnapshot | None) -> None:
    wrapper = _wrapper()
    if tenant is None:
        wrapper.set_schema_to_public()
    else:
        wrapper.set_tenant(tenant)


def _refuse_inside_a_tenant_transaction(wanted: TenantSnapshot | None) -> None:
    """A transaction belongs to one tenant. From public one may enter a tenant (provisioning does).

    Django marks the blocks that its TestCase wraps around a test (`_from_testcase`, the mark that also
    exempts them from `durable`); those are no transaction of a tenant.
    """
    active = _active.get()
    if active is None:
        return
    if any(not block._from_testcase for block in _wrapper().atomic_blocks):
        target = PUBLIC if wanted is None else wanted.schema_name
        raise TenantSwitchRefused(f"{active.schema_name} has an open transaction; {target} cannot be entered")


def _wrapper() -> "DatabaseWrapper":
    return cast("DatabaseWrapper", connection)
