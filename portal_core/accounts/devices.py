"""The device cookie: a browser in which somebody signed in before has its own limits.

So whoever floods the sign-in page with another person's address fills the strangers' bucket and cannot lock
that person out of the browser they always use. The cookie opens nothing; it only chooses the bucket.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from portal_core.accounts.cookies import host_cookie
from portal_core.accounts.models import normalise_email
from tenants.context import current_schema

_AGE_SECONDS: Final = 365 * 24 * 3600
_ADDRESSES: Final = 5  # people who share a browser


@dataclass(frozen=True, slots=True)
class Device:
    """A browser we know, and hashes of the addresses that signed in from it."""

    id: str
    addresses: tuple[str, ...]

    def knows(self, email: str) -> bool:
        """Whether this address signed in from here before."""
        return _hash(email) in self.addresses


def _hash(email: str) -> str:
    return hashlib.sha256(f"{current_schema()}:{normalise_email(email)}".encode("utf-8", "replace")).hexdigest()[:24]


def _salt() -> str:
    return f"accounts.device:{current_schema()}"


def cookie_name() -> str:
    """The device's."""
    return host_cookie("device")


def read_device(request: HttpRequest) -> Device | None:
    """The device of this request, if its cookie is ours and of this tenant."""
    try:
        value = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_salt(), max_age=_AGE_SECONDS)
        identifier, addresses = value
        return Device(str(identifier), tuple(str(address) for address in addresses))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def remember_device(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Notes that this address signed in from this browser."""
    known = read_device(request)
    identifier = known.id if known else secrets.token_urlsafe(12)
    others = tuple(address for address in (known.addresses if known else ()) if address != _hash(email))
    addresses = (_hash(email), *others)[:_ADDRESSES]
    response.set_cookie(
        cookie_name(),
        signing.dumps([identifier, addresses], salt=_salt()),
        max_age=_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
