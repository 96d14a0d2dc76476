"""PostgreSQL 18 or later: earlier ones do not report the search_path, on which the tenants' separation is checked."""

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, NotSupportedError, connection

OLDEST = 180000
_log = structlog.get_logger(__name__)


def refuse_old_database() -> None:
    """Looks once, and gives the connection back (a process that forks later must not share it).

    A database that does not answer is none of its business: it may come back, and /readyz says so.

    Raises:
        ImproperlyConfigured: the server is older than PostgreSQL 18.
    """
    try:
        connection.ensure_connection()
        version = connection.connection.info.server_version
    except NotSupportedError as error:
        raise ImproperlyConfigured(str(error)) from error
    except (DatabaseError, InterfaceError):
        _log.warning("database_silent_at_start")
        return
    finally:
        connection.close()
    if version < OLDEST:
        raise ImproperlyConfigured(message(version))


def message(version: int) -> str:
    """For the person who starts it; `version` as the server counts, 150004 for 15.4."""
    return (
        f"Portico needs PostgreSQL 18 or later; DATABASE_URL leads to PostgreSQL {version // 10000}.{version % 10000}."
    )
