"""`up`: everything of a local Portico in one process tree, started and stopped together.

This process stays small and never loads Django: what needs it runs as a child, so nothing here is forked with an open
database connection.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from deploy.local import bootstrap, listeners, processes
from deploy.local.errors import StartError
from deploy.local.lock import FileLock
from deploy.local.paths import PROJECT_DIR, DataDir
from deploy.local.servers import Addresses, servers
from deploy.local.supervisor import Program, Supervisor

_READY_SECONDS = 180
_PREVIOUS_SECONDS = 60
_POLL_SECONDS = 0.2
_LOG_LINES = 15


class StopAsked(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived."""


@dataclass(frozen=True)
class Options:
    """What the person asked for."""

    port: int
    data_dir: DataDir
    has_samples: bool
    workers: int


def main(arguments: list[str]) -> int:
    """Runs until a signal; the exit code."""
    options = _parse(arguments)
    if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
        msg = "`up` is the local start and does not run with production settings. Unset DJANGO_SETTINGS_MODULE."
        raise StartError(msg)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        options.data_dir.prepare()
        bootstrap.refuse_small_disk(options.data_dir.root)
        os.environ["PORTICO_DATA_DIR"] = str(options.data_dir.root)
        with contextlib.closing(_claim(options.data_dir)) as lock:
            _run(options, lock)
    except StopAsked:
        pass
    _say("Stopped.")
    return 0


def _parse(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Starts a whole local Portico.")
    parser.add_argument("--port", type=int, default=8000, help="of the web server (8000)")
    parser.add_argument("--data-dir", help="where everything is kept (.portico, or PORTICO_DATA_DIR)")
    parser.add_argument("--no-sample", action="store_true", help="make no sample portals")
    parser.add_argument("--workers", type=int, default=2, help="web processes (2)")
    found = parser.parse_args(arguments)
    if found.workers < 1:
        parser.error("--workers must be at least 1")
    if not 0 <= found.port <= listeners.LAST_PORT:
        parser.error(f"--port must be at most {listeners.LAST_PORT}; 0 takes any that is free")
    return Options(found.port, DataDir.of(found.data_dir), not found.no_sample, found.workers)


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    # Once; what follows is the orderly end, which a second Ctrl-C must not cut short.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise StopAsked


def _claim(data_dir: DataDir) -> "_Claim":
    """Makes sure that this is the only `up` on the data directory.

    Raises:
        StartError: another one runs.
    """
    lock = FileLock(data_dir.run / "up.lock")
    if lock.try_acquire():
        return _Claim(lock)
    other = _other(data_dir)
    if other and "up" in processes.command_line(other["pid"]):
        msg = (
            f"Portico already runs from {data_dir.root} (process {other['pid']}, http://localhost:{other['port']}/). "
            "Stop it first, or start another with --data-dir and --port."
        )
        raise StartError(msg)
    _say("The previous run is still stopping; waiting for it …")
    if not lock.acquire(timeout_seconds=_PREVIOUS_SECONDS):
        msg = f"Another start holds {data_dir.root} and does not end. Stop it, or choose another --data-dir."
        raise StartError(msg)
    return _Claim(lock)


class _Claim:
    """The lock of `up`, given back by `close`."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def fileno(self) -> int:
        """To be inherited by the guard."""
        return self._lock.fileno()

    def close(self) -> None:
        """Gives it back."""
        self._lock.release()


def _other(data_dir: DataDir) -> dict[str, int] | None:
    """The note of the `up` that holds the lock; written right after taking it, hence the short wait."""
    for _attempt in range(10):
        try:
            found: dict[str, int] = json.loads((data_dir.run / "up.json").read_text())
        except (OSError, ValueError):
            time.sleep(0.1)
        else:
            return found
    return None


def _run(options: Options, lock: _Claim) -> None:
    web = listeners.web_listeners(options.port)
    mail = None if os.environ.get("EMAIL_URL") else listeners.mail_listener()
    environment = _environment(web[0].getsockname()[1], mail)
    note = options.data_dir.run / "up.json"
    note.write_text(json.dumps({"pid": os.getpid(), "port": web[0].getsockname()[1], "environment": environment}))
    os.environ.update(environment)
    try:
        _say("Starting PostgreSQL and Redis …")
        with servers(options.data_dir) as addresses:
            supervisor = Supervisor(lock.fileno())
            try:
                _run_programs(options, supervisor, addresses, web, mail)
            finally:
                # An orderly end must not be cut short by an impatient second signal.
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                _say("Stopping …")
                supervisor.stop()
    finally:
        note.unlink(missing_ok=True)


def _environment(port: int, mail: socket.socket | None) -> dict[str, str]:
    """What a command run beside us needs too, so that its links and its mail fit."""
    found = {"PUBLIC_PORT": str(port), "PUBLIC_SCHEME": "http"}
    if mail is not None:
        found["EMAIL_URL"] = f"smtp://127.0.0.1:{mail.getsockname()[1]}"
    return found


def _run_programs(
    options: Options, supervisor: Supervisor, addresses: Addresses, web: list[socket.socket], mail: socket.socket | None
) -> None:
    os.environ.update(addresses.environment())
    data_dir = options.data_dir
    if mail is not None:
        supervisor.start(_mail_program(data_dir, mail))
    ready = data_dir.run / "ready.txt"
    ready.unlink(missing_ok=True)
    _prepare(options, supervisor, ready)
    supervisor.start(_web_program(options, web))
    _wait_for_web(supervisor, web[0].getsockname()[1], data_dir)
    # After the web server: each loads Django for two seconds of one core, and people wait for the page.
    for program in (_worker_program(data_dir), _beat_program(data_dir)):
        supervisor.start(program)
    print(ready.read_text(), end="", flush=True)
    while True:
        for name in supervisor.tend():
            _say(f"{name} ended unexpectedly and is started again; see {data_dir.logs / name}.log")
        time.sleep(_POLL_SECONDS)


def _prepare(options: Options, supervisor: Supervisor, ready: Path) -> None:
    """Migrations, static files and samples, in a process that may load Django. It prints to our terminal."""
    command = [sys.executable, str(PROJECT_DIR / "manage.py"), "prepare_local", "--ready-file", str(ready)]
    command += [] if options.has_samples else ["--no-sample"]
    log = options.data_dir.logs / "prepare.log"
    log.unlink(missing_ok=True)
    if supervisor.run_once(Program("prepare", command, log), on_line=_say) != 0:
        msg = f"The start did not get through:\n{_last_lines(log)}"
        raise StartError(msg)


def _mail_program(data_dir: DataDir, listener: socket.socket) -> Program:
    command = [sys.executable, "-m", "deploy.local.mailsink", "--descriptor", str(listener.fileno())]
    command += ["--folder", str(data_dir.mail)]
    return Program("mail", command, data_dir.logs / "mail.log", descriptors=[listener.fileno()])


def _web_program(options: Options, web: list[socket.socket]) -> Program:
    command = [sys.executable, "-m", "gunicorn", "deploy.wsgi:application", "--no-control-socket"]
    command += ["--worker-class", "gthread", "--threads", "4", "--workers", str(options.workers)]
    command += ["--graceful-timeout", "10", "--timeout", "60", "--log-level", "warning"]
    # A list narrowed by four long answers, in signs that an address writes as twelve each.
    command += ["--limit-request-line", "8190"]
    for listener in web:
        command += ["--bind", f"fd://{listener.fileno()}"]
    return Program("web", command, options.data_dir.logs / "web.log", descriptors=[each.fileno() for each in web])


def _worker_program(data_dir: DataDir) -> Program:
    command = [sys.executable, "-m", "celery", "-A", "deploy", "worker", "--pool", "threads", "--concurrency", "4"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    return Program("worker", command, data_dir.logs / "worker.log")


def _beat_program(data_dir: DataDir) -> Program:
    command = [sys.executable, "-m", "celery", "-A", "deploy", "beat", "--loglevel", "WARNING", "--pidfile="]
    command += ["--schedule", str(data_dir.run / "beat")]
    return Program("beat", command, data_dir.logs / "beat.log")


def _wait_for_web(supervisor: Supervisor, port: int, data_dir: DataDir) -> None:
    """Until a page is answered.

    Raises:
        StartError: the web server ends or stays silent.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(port):
        if "web" in supervisor.tend() or time.monotonic() > deadline:
            msg = f"The web server did not start:\n{_last_lines(data_dir.logs / 'web.log')}"
            raise StartError(msg)
        time.sleep(_POLL_SECONDS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_lines(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
    except OSError:
        return f"(nothing in {log})"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
