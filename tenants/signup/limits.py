"""How often sign-up may be tried: per source, and per address that gets mail."""

from typing import Final

from django.http import HttpRequest

from tenants.limits import Bucket, client_source, consume

PER_SOURCE: Final = 20
PER_ADDRESS_AND_SOURCE: Final = 5
PER_ADDRESS: Final = 15  # of several sources, so that no single one uses it up
_HOUR: Final = 3600


def count_start(request: HttpRequest, email: str) -> None:
    """A sign-up begun. Raises TooMany."""
    source = client_source(request)
    consume(
        (
            Bucket("signup-source", source, PER_SOURCE, _HOUR),
            Bucket("signup-both", f"{source} {email}", PER_ADDRESS_AND_SOURCE, _HOUR),
            Bucket("signup-email", email, PER_ADDRESS, _HOUR),
        )
    )


def count_code(request: HttpRequest) -> None:
    """A code typed. Raises TooMany."""
    consume([Bucket("signup-code", client_source(request), 40, _HOUR)])


def count_look(request: HttpRequest) -> None:
    """An address looked up. Raises TooMany."""
    consume([Bucket("signup-look", client_source(request), 240, 600)])
