"""Where every command goes once the environment stands: `up` and `test` are ours, the rest is Django's."""

import contextlib
import json
import os
from collections.abc import Iterator, Sequence

from deploy.local.errors import StartError
from deploy.local.lock import is_held
from deploy.local.paths import DataDir
from deploy.local.servers import servers
from deploy.local.translations import compile_catalogues

LOCAL_SETTINGS = "deploy.settings.local"
# Commands that read no database: they need no server.
_WITHOUT_SERVERS = frozenset(
    {"", "help", "version", "compile_translations", "collect_translations", "collectstatic", "diffsettings"}
)


def main(arguments: list[str]) -> int | str | None:
    """Runs one command line; gives the exit code, or a message for a person."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", LOCAL_SETTINGS)
    command = arguments[1] if len(arguments) > 1 else ""
    try:
        _compile_translations()
        if command == "up":
            from deploy.local import up

            return up.main(arguments[2:])
        if command == "test":
            from deploy.local import checks

            return checks.main(arguments[2:])
        with local_servers(arguments[1:]):
            _run_django(arguments)
    except StartError as error:
        return str(error)
    return 0


def _compile_translations() -> None:
    """Before anything is shown. In production it is a step of building the image: its disk may be read-only."""
    if os.environ["DJANGO_SETTINGS_MODULE"] != LOCAL_SETTINGS:
        return
    try:
        compile_catalogues()
    except OSError as error:
        msg = f"The translations cannot be compiled: {error}. Make the folder locale/ writable."
        raise StartError(msg) from error


@contextlib.contextmanager
def local_servers(words: Sequence[str]) -> Iterator[None]:
    """For the local settings: those of a running `up`, or the embedded ones for as long as the command runs."""
    command = words[0] if words else ""
    is_help = any(word in ("-h", "--help", "--version") for word in words)
    if os.environ["DJANGO_SETTINGS_MODULE"] != LOCAL_SETTINGS or command in _WITHOUT_SERVERS or is_help:
        yield
        return
    data_dir = DataDir.of()
    os.environ["PORTICO_DATA_DIR"] = str(data_dir.root)
    with servers(data_dir) as addresses:
        os.environ.update(addresses.environment())
        for name, value in addresses_of_up(data_dir).items():
            os.environ.setdefault(name, value)
        yield


def addresses_of_up(data_dir: DataDir) -> dict[str, str]:
    """The port and mail sink of an `up` that runs on this data directory, so that links and mail fit."""
    if not is_held(data_dir.run / "up.lock"):
        return {}
    try:
        found: dict[str, str] = json.loads((data_dir.run / "up.json").read_text())["environment"]
    except (OSError, ValueError, KeyError):
        return {}
    return found


def _run_django(arguments: list[str]) -> None:
    """Raises StartError where the command failed on a database that is not (yet) at this code's migrations."""
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError

    try:
        execute_from_command_line(arguments)
    except ProgrammingError as error:
        if _is_database_current():
            raise
        msg = "The database is not at this version of the code. Bring it there first: manage.py migrate_fleet"
        raise StartError(msg) from error


def _is_database_current() -> bool:
    from tenants import fleet

    return fleet.check().is_current
