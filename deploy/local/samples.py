"""The sample portals of the local start, made once, through the same commands that an operator has."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import CommandError, call_command


@dataclass(frozen=True)
class SamplePerson:
    """Somebody to sign in as; the link works once."""

    role: str
    email: str
    link: str = ""


@dataclass(frozen=True)
class Sample:
    """What makes a sample portal; its people beside the owner are made with their first sign-in link."""

    slug: str
    name: str
    starter: str
    owner: str
    others: tuple[tuple[str, str], ...]
    fill: Callable[[str], None] | None = None


@dataclass(frozen=True)
class SamplePortal:
    """A sample portal as it stands, for the lines that `up` prints."""

    name: str
    address: str
    people: tuple[SamplePerson, ...]


def _fill_nordwarm(owner_email: str) -> None:
    from deploy.local import sample_content  # after Django's start

    sample_content.fill(owner_email, "nordwarm")


def _fill_ledger(owner_email: str) -> None:
    from deploy.local import sample_content  # as above

    sample_content.fill(owner_email, "ledger")


def _fill_chicago(owner_email: str) -> None:
    from deploy.local import chicago  # as above

    chicago.fill(owner_email)


SAMPLES = (
    Sample(
        slug="nordwarm",
        name="Nordwarm",
        starter="order-status",
        owner="priya.nair@example.com",
        others=(("agent", "alastair.moir@example.com"), ("customer", "maren.holt@example.com")),
        fill=_fill_nordwarm,
    ),
    Sample(
        slug="ledger",
        name="Ledger & Lane",
        starter="documents",
        owner="dev.patel@example.com",
        others=(("agent", "ana.kovac@example.com"), ("customer", "ife.okafor@example.com")),
        fill=_fill_ledger,
    ),
    Sample(
        slug="chicago",
        name="Chicago 311",
        starter="order-status",
        owner="nora.quinn@example.com",
        others=(("agent", "luis.ortega@example.com"), ("customer", "residents@example.com")),
        fill=_fill_chicago,
    ),
)


def ensure(say: Callable[[str], None]) -> list[SamplePortal]:
    """Makes the samples that are not there yet, and one-time sign-in links for the people of all."""
    return [_ensure_one(sample, say) for sample in SAMPLES]


def _ensure_one(sample: Sample, say: Callable[[str], None]) -> SamplePortal:
    from tenants import catalog  # after Django's start, which this module is imported without

    if not _is_filled(sample):
        say(f"Making the sample portal {sample.slug} …")
        if catalog.by_slug(sample.slug) is None:
            _said("create_tenant", name=sample.name, slug=sample.slug, owner_email=sample.owner, starter=sample.starter)
        _fill(sample)
    people = [SamplePerson("owner", sample.owner, _link(sample, sample.owner, "owner"))]
    people += [SamplePerson(role, email, _link(sample, email, role)) for role, email in sample.others]
    tenant = catalog.by_slug(sample.slug)
    address = tenant.url("/") if tenant is not None else ""
    return SamplePortal(sample.name, address, tuple(people))


def _is_filled(sample: Sample) -> bool:
    """Whether the sample is there whole: a start that was cut off leaves an opened portal with nothing in it."""
    from portal_core.config.models import PortalVersion  # after Django's start, as above
    from tenants import catalog
    from tenants.context import tenant_context

    tenant = catalog.by_slug(sample.slug)
    if tenant is None:
        return False
    with tenant_context(tenant):
        return PortalVersion.objects.filter(number__gt=1).exists()


def _fill(sample: Sample) -> None:
    """All of it or nothing."""
    from django.db import transaction  # after Django's start, as above

    from tenants import catalog
    from tenants.context import tenant_context

    tenant = catalog.by_slug(sample.slug)
    if sample.fill is not None and tenant is not None:
        with tenant_context(tenant), transaction.atomic():
            sample.fill(sample.owner)


def _link(sample: Sample, email: str, role: str) -> str:
    """A one-time link; empty when the person has meanwhile been deactivated or turned into something else."""
    try:
        said = _said("signin_link", tenant=sample.slug, email=email, create=role)
    except CommandError:
        return "(cannot sign in any more)"
    return next((word for word in reversed(said.split()) if word.startswith("http")), said)


def _said(command: str, **options: str) -> str:
    output = io.StringIO()
    call_command(command, stdout=output, **options)
    return output.getvalue().strip()
