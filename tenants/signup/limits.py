"""How often sign-up may be tried: per source, and per address that gets mail."""

from django.http import HttpRequest

from tenants.limits import Bucket, client_source, consume

_HOUR = 3600


def count_start(request: HttpRequest, email: str) -> None:
    """A sign-up begun. Raises TooMany."""
    source = client_source(request)
    consume([Bucket("signup-source", source, 20, _HOUR), Bucket("signup-email", email, 5, _HOUR)])


def count_code(request: HttpRequest) -> None:
    """A code typed. Raises TooMany."""
    consume([Bucket("signup-code", client_source(request), 40, _HOUR)])


def count_look(request: HttpRequest) -> None:
    """An address looked up. Raises TooMany."""
    consume([Bucket("signup-look", client_source(request), 240, 600)])
