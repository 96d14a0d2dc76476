"""The processes of the fault tests, each started and stopped by us alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from deploy.local.redis import find_binary

ROOT = Path(settings.BASE_DIR)
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPYCACHEPREFIX")


class Post:
    """An SMTP server that can be away, slow, or short-tempered with one address."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, str]] = []  # address, Message-ID
        self.delays: dict[str, float] = {}
        self.port = 0
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port or _free_port())
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    # aiosmtpd's name for the hook.
    async def handle_DATA(self, server, session, envelope):
        import asyncio
        from email import message_from_bytes

        address = envelope.rcpt_tos[0]
        delay = self.delays.get(address, self.delays.get("*", 0))
        if delay:
            await asyncio.sleep(delay)
        self.accepted.append((address, message_from_bytes(envelope.content)["Message-ID"]))
        return "250 taken"

    def copies(self) -> Counter:
        """How often each address was written to."""
        return Counter(address for address, _ in list(self.accepted))

    def identities(self) -> dict[str, set[str]]:
        """The Message-IDs that each address got."""
        found = defaultdict(set)
        for address, identity in list(self.accepted):
            found[address].add(identity)
        return found


class Redis:
    """A Redis server on a unix socket, without a disk."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "r.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        command = [str(find_binary()), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self.socket.exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self.socket.unlink(missing_ok=True)

    def flush(self) -> None:
        """Forgets everything."""
        import redis

        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            client.flushall()


class Nursery:
    """Starts Celery's commands by forks of one process that has imported everything: `nursery.py`."""

    def __init__(self, redis_url: str, folder: Path) -> None:
        self._log = folder / "nursery.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery"], cwd=ROOT, env=_environment(redis_url), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._answer() == "ready"

    def start(self, words: list[str], log: Path, **settings: Any) -> int:
        """The number of the new process; `settings` are its own."""
        number: int = self._ask(words=words, log=str(log), settings=settings)
        return number

    def ended(self) -> dict[int, int]:
        """The exit codes of those that ended since the last question; until it is told here, a number stays taken."""
        return dict(self._ask())

    def stop(self) -> None:
        """Ends it, with whoever it started."""
        self._process.communicate()

    def _ask(self, **order: Any) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        said = self._process.stdout.readline()
        assert said, f"the nursery has ended:\n{self._log.read_text()[-3000:]}"
        return json.loads(said)


class Fleet:
    """Two workers and a beat under a supervisor that starts again whoever ended."""

    def __init__(self, nursery: Nursery, smtp_port: int, folder: Path, workers: int = 2) -> None:
        self.folder = folder
        self.deaths: list[int] = []
        self._nursery = nursery
        self._settings = {"EMAIL_PORT": smtp_port, "FAULTS_FOLDER": str(folder)}
        worker = ["worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning"]
        self._commands = {f"worker{n}": [*worker, "-n", f"w{n}@test"] for n in range(workers)}
        self._commands["beat"] = ["beat", "--schedule", str(folder / "beat"), "--loglevel", "warning"]
        self._running: dict[int, str] = {}
        self._ending = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def start(self) -> None:
        for name in self._commands:
            self._launch(name)
        self._supervisor.start()

    def stop(self) -> None:
        self._ending.set()
        self._supervisor.join()
        for number in self._running:
            os.kill(number, signal.SIGKILL)
        while self._running:
            self._bury()
            time.sleep(0.01)

    def is_ready(self) -> bool:
        """Whether all workers wait for tasks."""
        workers = sum(name.startswith("worker") for name in self._commands)
        return len(list(self.folder.glob("*.ready"))) == workers

    def order_death(self, place: str) -> None:
        """The next worker that comes by `place` dies there."""
        (self.folder / place).touch()

    def has_died(self, place: str) -> bool:
        """Whether the order was carried out."""
        return (self.folder / f"{place}.done").exists()

    def forget(self, place: str) -> None:
        """Clears the order's trace."""
        (self.folder / f"{place}.done").unlink(missing_ok=True)

    def _launch(self, name: str) -> None:
        number = self._nursery.start(self._commands[name], self.folder / f"{name}.log", **self._settings)
        self._running[number] = name

    def _bury(self) -> list[tuple[str, int]]:
        """Names and exit codes of those that ended."""
        return [(self._running.pop(number), code) for number, code in self._nursery.ended().items()]

    def _supervise(self) -> None:
        while not self._ending.wait(0.1):
            for name, code in self._bury():
                self.deaths.append(code)
                self._launch(name)


def _environment(redis_url: str) -> dict[str, str]:
    database = connection.settings_dict
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
        "REDIS_URL": redis_url,
        "EMAIL_URL": "smtp://127.0.0.1:1",
    }


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
