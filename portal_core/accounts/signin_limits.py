"""How often one may ask for a code, guess one, or try a password."""

from typing import Final

from django.http import HttpRequest

from portal_core.accounts.devices import read_device
from portal_core.accounts.models import normalise_email
from portal_core.accounts.pages import PersonRequest
from tenants.limits import Bucket, TooMany, client_source, consume

_QUARTER: Final = 15 * 60
_HOUR: Final = 3600
ANYBODY_PER_SOURCE: Final = 60  # an office behind one address
STRANGER_PER_ADDRESS: Final = 20
STRANGER_PER_ADDRESS_AND_SOURCE: Final = 6
# Half of what an address has at most: one source alone, however patient, never uses it up.
STRANGER_PER_ADDRESS_AND_SOURCE_AN_HOUR: Final = STRANGER_PER_ADDRESS // 2
KNOWN_DEVICE: Final = 10
# What the holder of a guest's link has mailed to its address is counted by itself: strangers, who can ask for codes to
# any address on the sign-in page, use up nothing of it.
BY_GUEST_LINK: Final = "guest-link-mail"


def limit_sign_in(request: HttpRequest, email: str, kind: str) -> None:
    """Counts one attempt of a kind (code, password). Raises TooMany, before anything was looked up or hashed."""
    consume(buckets_for(request, email, kind))


def limit_codes(request: HttpRequest, email: str) -> bool:
    """Counts one wish for a code. False when the address has had what it gets within the hour: see `flooded`.

    Raises TooMany for a source, or a browser, that has asked too often: that holds up nobody else.
    """
    *own, of_address = buckets_for(request, email, "code")
    if not own:
        consume((of_address,))
        return True
    consume(own)
    try:
        consume((of_address,))
    except TooMany:
        return False
    return True


def buckets_for(request: HttpRequest, email: str, kind: str) -> tuple[Bucket, ...]:
    """A known browser counts for itself; strangers share a bucket per source, per both and, last, per address."""
    address, source = normalise_email(email), client_source(request)
    per_source = Bucket(f"{kind}-source", source, ANYBODY_PER_SOURCE, _HOUR)
    device = read_device(request)
    if device is not None and device.knows(address):
        return (Bucket(f"{kind}-device", f"{device.id} {address}", KNOWN_DEVICE, _QUARTER),)
    return (
        per_source,
        Bucket(f"{kind}-both", f"{source} {address}", STRANGER_PER_ADDRESS_AND_SOURCE, _QUARTER),
        Bucket(f"{kind}-both-hour", f"{source} {address}", STRANGER_PER_ADDRESS_AND_SOURCE_AN_HOUR, _HOUR),
        Bucket(f"{kind}-address", address, STRANGER_PER_ADDRESS, _HOUR),
    )


def limit_source(request: HttpRequest, kind: str, limit: int = ANYBODY_PER_SOURCE) -> None:
    """Counts one try of a kind for this source alone. Raises TooMany."""
    consume((Bucket(f"{kind}-source", client_source(request), limit, _HOUR),))


def limit_person(request: PersonRequest, kind: str, limit: int) -> None:
    """Counts one act of a kind for the signed-in person. Raises TooMany."""
    consume((Bucket(f"{kind}-person", str(request.user.pk), limit, _HOUR),))
