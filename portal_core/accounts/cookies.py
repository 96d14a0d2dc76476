"""Names of our own cookies."""

from django.conf import settings


def host_cookie(name: str) -> str:
    """Under HTTPS with the prefix that keeps other hosts of the domain from setting it; its path is "/" then."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name
