"""People and portals for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from tenants.context import current, tenant_context
from tenants.snapshot import TenantSnapshot

if TYPE_CHECKING:
    from portal_core.accounts.models import User

PLATFORM_HOST = "localhost"


def make_user(email: str, name: str = "", role: str = "customer", **fields: Any) -> User:
    """A user of the schema in force."""
    manager: Any = get_user_model()._default_manager
    return manager.create_user(email, name=name or email.split("@", maxsplit=1)[0].title(), role=role, **fields)


def make_client(user: User | None = None, *, tenant: TenantSnapshot | None = None, **options: Any) -> Client:
    """A test client on the tenant's host (the platform's when no tenant is in force), signed in as `user`."""
    tenant = tenant or current()
    host = PLATFORM_HOST if tenant is None else tenant.primary_domain
    client = Client(headers={"host": host}, **options)
    if user is not None:
        if tenant is None:
            client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
        else:
            with tenant_context(tenant):
                client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    return client


@dataclass
class Portal:
    """One tenant with its people: Alice owns, Bob works there, Carol is a customer, Dave her colleague."""

    tenant: TenantSnapshot
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def entered(self) -> Any:
        """Context manager: inside this tenant."""
        return tenant_context(self.tenant)

    def client(self, name: str | None = None, **options: Any) -> Client:
        """A client on this tenant's host, signed in as the named person."""
        return make_client(self.people[name] if name else None, tenant=self.tenant, **options)


@dataclass
class Twins:
    """Two tenants whose rows are all equal; Eve is a customer of `beta` alone."""

    alpha: Portal
    beta: Portal

    def mirror(self) -> None:
        """Makes beta's tables equal to alpha's again, Eve excepted; after a test wrote into alpha."""
        from tests.databases import mirror

        mirror(self.alpha.tenant, self.beta.tenant)
