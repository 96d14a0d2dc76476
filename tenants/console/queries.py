"""What the console reads of the catalogue."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tenants.migrating import tenant_fingerprint
from tenants.models import Tenant, TenantChange
from tenants.outbox.troubles import Troubles, troubles_of
from tenants.snapshot import absolute_url

PAGE_SIZE = 50
CHANGES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class TenantLine:
    """One tenant as the list shows it."""

    slug: str
    name: str
    domains: tuple[str, ...]
    address: str
    status: str
    created_at: datetime
    is_current: bool
    troubles: Troubles


@dataclass(frozen=True, slots=True)
class TenantPage:
    """One page of the list."""

    lines: tuple[TenantLine, ...]
    total: int
    first: int
    number: int
    has_next: bool

    @property
    def last(self) -> int:
        """The position of the last line, from 1."""
        return self.first + len(self.lines) - 1

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands above the list."""

    all: int
    active: int
    suspended: int
    behind: int


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a tenant's history."""

    what: str
    reason: str
    by: str
    at: datetime

    @property
    def says_why(self) -> bool:
        """Whether the reason is one that an operator wrote; of what later code notes, nobody knows what it is."""
        return bool(self.reason) and self.what in (TenantChange.What.SUSPENDED, TenantChange.What.RESUMED)

    @property
    def events(self) -> int:
        """How many events were tried again, where that is what was done."""
        return int(self.reason) if self.reason.isascii() and self.reason.isdigit() else 0


@dataclass(frozen=True, slots=True)
class TenantDetail:
    """One tenant as its page shows it; the newest changes first."""

    slug: str
    schema_name: str
    line: TenantLine
    changes: tuple[Change, ...]

    @property
    def is_active(self) -> bool:
        """Whether it is served."""
        return self.line.status == Tenant.Status.ACTIVE


def tenant_detail(slug: str) -> TenantDetail | None:
    """The tenant with this slug."""
    tenant = Tenant.objects.prefetch_related("domains").filter(slug=slug).first()
    if tenant is None:
        return None
    troubles = troubles_of([tenant.schema_name]).get(tenant.schema_name, Troubles())
    changes = tenant.changes.order_by("-at", "-id")[:CHANGES_SHOWN]
    return TenantDetail(
        slug=tenant.slug,
        schema_name=tenant.schema_name,
        line=_line(tenant, tenant_fingerprint(), troubles),
        changes=tuple(Change(each.what, each.reason, each.by, each.at) for each in changes),
    )


def figures() -> Figures:
    """How many tenants there are, are served, and are behind the code's migrations."""
    everything = Tenant.objects.all()
    active = everything.filter(status=Tenant.Status.ACTIVE).count()
    behind = everything.exclude(fingerprint=tenant_fingerprint()).count()
    total = everything.count()
    return Figures(total, active, total - active, behind)


def tenant_page(query: str, number: int, state: str = "") -> TenantPage:
    """Tenants whose name, slug or domain contains the words, newest first; `state` narrows them when it is one."""
    found = _search(query[:100].replace("\x00", "").strip())
    if state in Tenant.Status.values:
        found = found.filter(status=state)
    total = found.count()
    number = max(1, min(number, (total + PAGE_SIZE - 1) // PAGE_SIZE or 1))
    start = (number - 1) * PAGE_SIZE
    current = tenant_fingerprint()
    rows = list(found.prefetch_related("domains").order_by("-created_at", "-id")[start : start + PAGE_SIZE])
    troubles = troubles_of([tenant.schema_name for tenant in rows])
    lines = tuple(_line(tenant, current, troubles.get(tenant.schema_name, Troubles())) for tenant in rows)
    return TenantPage(lines, total, start + 1, number, start + PAGE_SIZE < total)


def _search(query: str) -> QuerySet[Tenant]:
    if not query:
        return Tenant.objects.all()
    by_domain = Q(domains__host__icontains=query)
    return Tenant.objects.filter(Q(slug__icontains=query) | Q(name__icontains=query) | by_domain).distinct()


def _line(tenant: Tenant, current: str, troubles: Troubles) -> TenantLine:
    domains = sorted(tenant.domains.all(), key=lambda domain: (not domain.is_primary, domain.host))
    hosts = tuple(domain.host for domain in domains)
    return TenantLine(
        slug=tenant.slug,
        name=tenant.name,
        domains=hosts,
        address=absolute_url(hosts[0]) if hosts else "",
        status=tenant.status,
        created_at=tenant.created_at,
        is_current=tenant.fingerprint == current,
        troubles=troubles,
    )
