"""The real product for the browser: gunicorn, worker, beat, Redis and mail sink as processes, on a database of its own.

Nothing of it is rolled back; the database is dropped at the end. The test process itself uses no ORM: what stands in
the portals was put there by `seed.py`, a process of its own, or comes about in the browser.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from deploy.local.listeners import web_listeners
from tenants.outbox.mail_folder import MailFolder, StoredMail
from tests import databases
from tests.faults.processes import Redis

ROOT = Path(settings.BASE_DIR)
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPYCACHEPREFIX")
START_SECONDS = 90
MAIL_SECONDS = 60
# Whom the seed invites.
INVITED = "tom.new@example.com"

Found = TypeVar("Found")


class Product:
    """A running Portico and its mail."""

    def __init__(self, port: int, mail: Path, seeded: dict[str, Any]) -> None:
        self.port = port
        self.seeded = seeded
        self._mail = MailFolder(mail)

    def url(self, slug: str = "", path: str = "/") -> str:
        """An address of a portal, or without a slug of the platform."""
        host = f"{slug}.localhost" if slug else "localhost"
        return f"http://{host}:{self.port}{path}"

    def mails(self, to: str) -> list[StoredMail]:
        """What arrived at an address, newest first."""
        return self._mail.newest(50, to=to.lower())

    def mail(self, to: str, *words: str, known: int = 0) -> StoredMail:
        """The newest mail to an address that says all of the words, in subject or text; waits for it.

        `known`: so many such mails are there already; a further one is waited for.
        """

        def look() -> StoredMail | None:
            found = [mail for mail in self.mails(to) if all(word in f"{mail.subject}\n{mail.text}" for word in words)]
            return found[0] if len(found) > known else None

        mail = wait_for(look, MAIL_SECONDS)
        assert mail is not None, f"no mail to {to} says {words}; there are {[m.subject for m in self.mails(to)]}"
        return mail

    def code(self, to: str, *, known: int = 0) -> str:
        """The six digits of the newest mail with a code; `known` as in `mail`."""

        def look() -> str | None:
            codes = [match[1] for mail in self.mails(to) if (match := re.search(r"(?m)^\s*(\d{6})\s*$", mail.text))]
            return codes[0] if len(codes) > known else None

        code = wait_for(look, MAIL_SECONDS)
        assert code is not None, f"no code for {to}; there are {[m.subject for m in self.mails(to)]}"
        return code


def wait_for(look: Callable[[], Found | None], seconds: float) -> Found | None:
    """What `look` finds, or None when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


@contextlib.contextmanager
def running(folder: Path, *, name: str = "e2e", more: Mapping[str, str] | None = None) -> Iterator[Product]:
    """Starts everything, gives the product, and leaves nothing behind; `more` is in its environment after seeding."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(_database(name))
        redis = Redis(folder)
        redis.start()
        stack.callback(redis.stop)
        web = web_listeners(0)
        mail = socket.create_server(("127.0.0.1", 0))
        for listener in (*web, mail):
            stack.callback(listener.close)
        environment = _environment(folder, database, redis.url, web[0].getsockname()[1], mail.getsockname()[1])
        start = _Starter(stack, folder, environment | (more or {}))
        sink = ("-m", "deploy.local.mailsink", "--descriptor", str(mail.fileno()), "--folder", str(folder / "mail"))
        start("mail", *sink, descriptors=[mail.fileno()])
        seeded = _seed(folder, environment)
        binds = [word for listener in web for word in ("--bind", f"fd://{listener.fileno()}")]
        start("web", "-m", "gunicorn", "deploy.wsgi:application", "--no-control-socket", "--worker-class", "gthread",
              "--threads", "4", "--workers", "1", "--log-level", "warning", *binds,
              descriptors=[listener.fileno() for listener in web])  # fmt: skip
        celery = ("-m", "celery", "-A", "deploy")
        start("worker", *celery, "worker", "--pool", "threads", "--concurrency", "2", "--without-gossip",
              "--without-mingle", "--loglevel", "WARNING")  # fmt: skip
        start("beat", *celery, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", str(folder / "beat"))
        product = Product(web[0].getsockname()[1], folder / "mail", seeded)
        _wait_for_web(product, folder)
        # The worker is there when it has mailed what the seed left for it; a first test would wait for that in vain.
        assert wait_for(lambda: product.mails(INVITED), START_SECONDS), "the worker has sent nothing"
        yield product


@contextlib.contextmanager
def _database(name: str) -> Iterator[str]:
    """A copy of the test base that no rolled-back test touches."""
    name = f"{databases.PREFIX}_{os.getpid()}_{name}"
    base = databases._ensure_base(settings.DATABASES["default"]["NAME"])
    with databases._server() as server:
        databases._run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        databases._run(server, "CREATE DATABASE {} TEMPLATE {}", name, base)
    try:
        yield name
    finally:
        with databases._server() as server:
            databases._run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _environment(folder: Path, database: str, redis_url: str, web_port: int, mail_port: int) -> dict[str, str]:
    there = connection.settings_dict
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "deploy.settings.local",
        "PYTHONPATH": str(ROOT),
        "PORTICO_DATA_DIR": str(folder),
        "DATABASE_URL": f"postgresql://{there['USER']}@/{database}?host={there['HOST']}",
        "REDIS_URL": redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "PUBLIC_PORT": str(web_port),
        "OUTBOX_SWEEP_SECONDS": "3",
    }


class _Starter:
    """Starts processes in groups of their own and stops them, newest first."""

    def __init__(self, stack: contextlib.ExitStack, folder: Path, environment: dict[str, str]) -> None:
        self._stack, self._folder, self._environment = stack, folder, environment

    def __call__(self, name: str, *words: str, descriptors: list[int] | None = None) -> None:
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, pass_fds=descriptors or [],
            )  # fmt: skip
        self._stack.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """At once: what it would tidy up is thrown away, and asked to end, web and worker take seconds over it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _seed(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.seed"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    (folder / "seed.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, f"the portals for the browser could not be made:\n{done.stderr[-3000:]}"
    seeded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seeded


def _wait_for_web(product: Product, folder: Path) -> None:
    def answers() -> bool:
        connected = http.client.HTTPConnection("127.0.0.1", product.port, timeout=5)
        try:
            connected.request("GET", "/", headers={"Host": f"localhost:{product.port}"})
            return connected.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connected.close()

    if not wait_for(answers, START_SECONDS):
        raise AssertionError(f"the web server did not start:\n{(folder / 'web.log').read_text()[-3000:]}")
