"""What tenant code knows of the platform: a frozen copy of the tenant's row and its addresses."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

_DEFAULT_PORTS = {"http": 80, "https": 443}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TenantSnapshot:
    """One tenant as it was when it was read from the catalogue; never written back."""

    id: uuid.UUID
    schema_name: str
    slug: str
    name: str
    status: str
    primary_domain: str
    domains: tuple[str, ...]
    created_at: datetime

    @classmethod
    def bare(cls, schema_name: str) -> "TenantSnapshot":
        """A snapshot of a schema that belongs to no tenant (template, fleet migration by name)."""
        return cls(uuid.UUID(int=0), schema_name, "", "", "bare", "", (), _EPOCH)

    @property
    def is_active(self) -> bool:
        """Whether the tenant is to be served."""
        return self.status == "active"

    def url(self, path: str = "/") -> str:
        """The absolute address of `path` on this portal, from the domain table and never from a Host header."""
        return absolute_url(self.primary_domain, path)


def absolute_url(host: str, path: str = "/") -> str:
    """Scheme, host, the port unless it is the scheme's own, and path."""
    port = settings.PUBLIC_PORT
    visible_port = f":{port}" if port and port != _DEFAULT_PORTS.get(settings.PUBLIC_SCHEME) else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{visible_port}{path}"


def platform_url(path: str = "/") -> str:
    """The absolute address of `path` on the platform's own host."""
    return absolute_url(settings.PLATFORM_HOSTS[0], path)
