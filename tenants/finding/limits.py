"""How often portals may be looked for: per source, and per address that gets mail."""

from typing import Final

from django.http import HttpRequest

from tenants.limits import Bucket, TooMany, client_source, consume

PER_SOURCE: Final = 20
PER_ADDRESS: Final = 3
_HOUR: Final = 3600


def count_source(request: HttpRequest) -> None:
    """One look by whoever asks. Raises TooMany."""
    consume([Bucket("find-source", client_source(request), PER_SOURCE, _HOUR)])


def has_mail_left(email: str) -> bool:
    """Whether an address gets another mail; where not, the page says the same all the same."""
    try:
        consume([Bucket("find-email", email, PER_ADDRESS, _HOUR)])
    except TooMany:
        return False
    return True
