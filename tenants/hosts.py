"""Host headers: one form for each, everything else refused."""

import re
from dataclasses import dataclass

from django.conf import settings

_HOST = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_SCHEME_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """A normalised host: lower case, without trailing dot; `port` None when none was given."""

    name: str
    port: int | None

    def __str__(self) -> str:
        return self.name if self.port is None else f"{self.name}:{self.port}"


def normalise(raw: str) -> Host | None:
    """The one form of `raw`, or None when it is no host name or carries an unexpected port."""
    name, colon, port = raw.lower().partition(":")
    if name.endswith("."):
        name = name[:-1]
    match = _HOST.fullmatch(name + colon + port)
    if match is None or ".." in name:
        return None
    given = None if match["port"] is None else int(match["port"])
    if given is not None and given != public_port():
        return None
    return Host(match["name"], given)


def public_port() -> int:
    """The port of our addresses; the scheme's own when none is set."""
    port: int = settings.PUBLIC_PORT or _SCHEME_PORTS[settings.PUBLIC_SCHEME]
    return port


def is_platform(host: Host) -> bool:
    """Whether `host` is the platform's own (sign-up, console), no tenant's."""
    return host.name in settings.PLATFORM_HOSTS


def subdomain_host(slug: str) -> str:
    """The host that every tenant has: SLUG.BASE_DOMAIN."""
    return f"{slug}.{settings.BASE_DOMAIN}"


def slug_of(host: str) -> str | None:
    """The slug of a host of the form SLUG.BASE_DOMAIN, else None."""
    slug, dot, rest = host.partition(".")
    return slug if dot and rest == settings.BASE_DOMAIN else None
