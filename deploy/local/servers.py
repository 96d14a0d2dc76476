"""The embedded servers for whoever needs them: `with servers(data_dir) as addresses: ...`

In a shell: python -m deploy.local.servers --data-dir DIR   (prints exports, stays until Ctrl-C)
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.local.errors import StartError
from deploy.local.keeper import READY
from deploy.local.lock import FileLock, is_held
from deploy.local.paths import PROJECT_DIR, DataDir
from deploy.local.postgres import installation

_OTHERS_SECONDS = 60


@dataclass(frozen=True)
class Addresses:
    """What to put into DATABASE_URL and REDIS_URL."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """The variables for a child process; pg_dump and its like are found on the PATH."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PATH": _path_with_postgres(),
        }


@contextmanager
def servers(data_dir: DataDir, *, throwaway: bool = False) -> Iterator[Addresses]:
    """Holds the embedded servers of a data directory, starting them when nobody has yet.

    DATABASE_URL and REDIS_URL, where set, are used instead. On leaving, the last user waits until the servers are
    stopped. `throwaway` trades safety against crashes for speed.

    Raises:
        StartError: they could not be started.
    """
    given = (os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    if all(given):
        yield Addresses(*given)
        return
    data_dir.prepare()
    users = FileLock(data_dir.run / "users.lock", shared=True)
    # Held alone only by a keeper that is just stopping its servers.
    if not users.acquire(timeout_seconds=_OTHERS_SECONDS):
        msg = f"The servers of {data_dir.root} have been stopping for {_OTHERS_SECONDS} seconds; try again later."
        raise StartError(msg)
    try:
        running = _running(data_dir) or _start(data_dir, throwaway=throwaway)
        yield Addresses(given[0] or running["DATABASE_URL"], given[1] or running["REDIS_URL"])
    finally:
        users.release()
        _wait_if_last(data_dir)


def _running(data_dir: DataDir) -> dict[str, str] | None:
    if not is_held(data_dir.run / "keeper.lock"):
        return None
    try:
        found: dict[str, str] = json.loads((data_dir.run / "servers.json").read_text())
    except (OSError, ValueError):
        return None
    needed = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    return found if all(name in found for name in needed) else None


def _start(data_dir: DataDir, *, throwaway: bool) -> dict[str, str]:
    """Starts a keeper, unless another user is just doing so."""
    with FileLock(data_dir.run / "start.lock"):
        running = _running(data_dir)
        if running is not None:
            return running
        command = [sys.executable, "-m", "deploy.local.keeper", str(data_dir.root)]
        command += ["--throwaway"] if throwaway else []
        command += ["--no-postgres"] if os.environ.get("DATABASE_URL") else []
        command += ["--no-redis"] if os.environ.get("REDIS_URL") else []
        with (data_dir.logs / "keeper.log").open("ab") as log:
            keeper = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True, cwd=PROJECT_DIR,
            )  # fmt: skip
        assert keeper.stdout is not None
        with keeper.stdout as said:
            answer = said.readline()
        running = _running(data_dir) if answer == READY else None
        if running is None:
            raise StartError(answer.decode().strip() or f"The embedded servers did not start; see {log.name}")
        # The keeper outlives us by design; without this, Python warns that it still runs.
        keeper.returncode = 0
        return running


def _wait_if_last(data_dir: DataDir) -> None:
    """Leaves no process behind: the keeper needs a moment when nobody else uses the servers."""
    deadline = time.monotonic() + _OTHERS_SECONDS
    while is_held(data_dir.run / "keeper.lock") and time.monotonic() < deadline:
        if _has_users(data_dir):
            return
        time.sleep(0.05)


def _has_users(data_dir: DataDir) -> bool:
    """Whether somebody holds the users' lock shared; the keeper, while it stops, holds it alone."""
    lock = data_dir.run / "users.lock"
    shared = FileLock(lock, shared=True)
    if not shared.try_acquire():
        return False
    shared.release()
    return is_held(lock)


def _path_with_postgres() -> str:
    path = os.environ.get("PATH", os.defpath)
    try:
        binaries = str(installation() / "bin")
    except StartError:
        return path
    return path if binaries in path.split(os.pathsep) else os.pathsep.join((binaries, path))


def main() -> int:
    """Holds the servers in the foreground for a session of hand work."""
    parser = argparse.ArgumentParser(description="Starts the embedded servers and prints their addresses.")
    parser.add_argument("--data-dir")
    parser.add_argument("--throwaway", action="store_true", help="fast, but a crash may lose the data")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with servers(DataDir.of(options.data_dir), throwaway=options.throwaway) as addresses:
            print(f"export DATABASE_URL='{addresses.database_url}' REDIS_URL='{addresses.redis_url}'", flush=True)
            signal.pause()
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
