"""Pieces of the settings that need more than a line. Imports nothing that needs settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from deploy.logs import configure, renderer

_SECRET_CHARACTERS = 50
_SECRET_DISTINCT = 10

# Settings are mappings of strings to anything by Django's own definition, hence `Any` in this module.


def database(parsed: dict[str, Any]) -> dict[str, Any]:
    """The database entry with a unix socket's folder (`?host=/folder`) where Django expects a host."""
    options = dict(parsed.pop("OPTIONS", {}))
    if "host" in options:
        parsed["HOST"] = options.pop("host")
    return {**parsed, "OPTIONS": options}


def broker(redis_url: str) -> str:
    """Celery's name for a Redis on a unix socket is another than redis-py's."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def storage(url: str, data_dir: Path) -> dict[str, Any]:
    """Where files lie, privately: a folder (a path or file://), or `s3://[key:secret@]bucket[/folder][?endpoint=&region=]`.

    Raises:
        ImproperlyConfigured: the address is of no known kind.
    """
    parsed = urlsplit(url)
    if parsed.scheme in ("", "file"):
        modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        location = unquote(parsed.path) or str(data_dir / "files")
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location, **modes}}
    if parsed.scheme != "s3" or not parsed.hostname:
        msg = f"STORAGE_URL begins with {parsed.scheme}:. Give a folder's path, or s3://bucket (see .env.example)."
        raise ImproperlyConfigured(msg)
    asked = dict(parse_qsl(parsed.query))
    options = {
        "bucket_name": parsed.hostname,
        "location": unquote(parsed.path).strip("/"),
        "access_key": unquote(parsed.username) if parsed.username else None,
        "secret_key": unquote(parsed.password) if parsed.password else None,
        "endpoint_url": asked.get("endpoint"),
        "region_name": asked.get("region"),
        "signature_version": "s3v4",
        "addressing_style": asked.get("style", "auto"),
        # SECURITY: nothing is public, nothing has an address of its own; keys are random and never overwritten.
        "default_acl": "private",
        "querystring_auth": True,
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {k: v for k, v in options.items() if v is not None}}


def hand_over_sources(scheme: str, base_domain: str, port: int) -> list[str]:
    """Where a form of the platform's host may lead: after sign-up the owner is redirected to the tenant's own host."""
    return [f"{scheme}://*.{base_domain}{f':{port}' if port else ''}"]


def logging_config(level: str, *, as_json: bool) -> dict[str, Any]:
    """Every record as one line with the tenant's schema: JSON for machines, plain for people."""
    configure()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": renderer, "as_json": as_json}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Says what clients do wrong, with their addresses in it; errors are ours and stay.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "WARNING"},
            "django.db.backends": {"level": "WARNING"},
            "css_inline": {"level": "WARNING"},
        },
    }


def refuse_unsafe(
    *, secret_key: str, given: dict[str, str], addresses: tuple[str, ...], base_domain: str, scheme: str
) -> None:
    """Keeps a production installation from starting on what belongs to the local one.

    Raises:
        ImproperlyConfigured: names the setting and what to do.
    """
    if len(secret_key) < _SECRET_CHARACTERS or len(set(secret_key)) < _SECRET_DISTINCT or "not-a-secret" in secret_key:
        msg = (
            "SECRET_KEY is missing, short or a known default. Set one of at least 50 random characters, "
            'for example from: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
        raise ImproperlyConfigured(msg)
    for name, value in given.items():
        if not value:
            msg = f"{name} is not set. Production uses no embedded servers."
            raise ImproperlyConfigured(msg)
    if any("/tmp/portico-" in address for address in addresses):  # noqa: S108 - compared, not used
        msg = "DATABASE_URL or REDIS_URL names an embedded server of the local start. Production needs its own."
        raise ImproperlyConfigured(msg)
    if scheme != "https":
        msg = "PUBLIC_SCHEME must be https in production."
        raise ImproperlyConfigured(msg)
    if base_domain == "localhost" or base_domain.endswith(".localhost"):
        msg = "BASE_DOMAIN is not set. It is the domain under which the portals live, for example portico.example."
        raise ImproperlyConfigured(msg)
