"""Keeps the embedded servers alive for as long as somebody uses them.

Every user of the servers holds a shared lock on `run/users.lock`, which the kernel gives back however the user
ends. The keeper is a process of its own: it starts the servers, restarts one that crashes, and when it can have the
lock alone, nobody is left and it stops them. So `kill -9` of any user needs no clean-up by anybody else.

Run as: python -m deploy.local.keeper DATA_DIR [--throwaway] [--no-postgres] [--no-redis]
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from types import FrameType

from deploy.local.errors import StartError
from deploy.local.lock import FileLock
from deploy.local.paths import DataDir
from deploy.local.postgres import PostgresServer
from deploy.local.redis import RedisServer

READY = b"ready\n"
_POLL_SECONDS = 0.1
_MAX_BACK_OFF_SECONDS = 30.0

Server = PostgresServer | RedisServer


class Keeper:
    """The embedded servers of one data directory, from first to last user."""

    def __init__(self, data_dir: DataDir, servers: dict[str, Server]) -> None:
        self._data_dir = data_dir
        self._servers = servers
        self._users = FileLock(data_dir.run / "users.lock")
        self._back_off_seconds = 0.5
        self._stop_asked = False

    def run(self) -> None:
        """Starts the servers, tells whoever started us, and stays until nobody uses them."""
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        note = self._data_dir.run / "servers.json"
        try:
            for server in self._servers.values():
                server.start()
            _write_whole(note, {name: server.url for name, server in self._servers.items()} | {"pid": os.getpid()})
            _tell_starter(READY)
            while not self._stop_asked and not self._users.try_acquire():
                self._restart_crashed()
                time.sleep(_POLL_SECONDS)
        finally:
            note.unlink(missing_ok=True)
            for server in reversed(self._servers.values()):
                server.stop()
            self._users.release()

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked = True

    def _restart_crashed(self) -> None:
        for server in self._servers.values():
            if server.process is not None and server.process.poll() is None:
                continue
            time.sleep(self._back_off_seconds)
            self._back_off_seconds = min(self._back_off_seconds * 2, _MAX_BACK_OFF_SECONDS)
            try:
                server.start()
            except StartError as error:
                print(error, file=sys.stderr, flush=True)


def _write_whole(file: "os.PathLike[str]", content: dict[str, object]) -> None:
    """Readers see the old or the new file, never a half."""
    staged = f"{os.fspath(file)}.new"
    with open(staged, "w") as output:  # noqa: PTH123 - a path of either kind
        json.dump(content, output)
    os.replace(staged, file)  # noqa: PTH105 - as above


def _tell_starter(words: bytes) -> None:
    """Writes to the pipe of whoever started us, and lets go of it."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, words)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def main(arguments: list[str] | None = None) -> int:
    """Entry of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir")
    parser.add_argument("--throwaway", action="store_true")
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--no-redis", action="store_true")
    options = parser.parse_args(arguments)
    data_dir = DataDir.of(options.data_dir)
    alive = FileLock(data_dir.run / "keeper.lock")
    # Others look whether it is held, which takes it for a moment.
    if not alive.acquire(timeout_seconds=2):
        _tell_starter(b"another keeper is at work\n")
        return 1
    servers: dict[str, Server] = {}
    try:
        if not options.no_postgres:
            servers["DATABASE_URL"] = PostgresServer(data_dir, throwaway=options.throwaway)
        if not options.no_redis:
            servers["REDIS_URL"] = RedisServer(data_dir)
        Keeper(data_dir, servers).run()
    except StartError as error:
        _tell_starter(f"{error}\n".encode())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
