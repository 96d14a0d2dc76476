"""Helpers for tests with real processes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
# What the test run itself uses must not reach the servers under test.
_FOREIGN = {
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "PORTICO_DATA_DIR"),
    *("PUBLIC_PORT", "PUBLIC_SCHEME", "SECRET_KEY"),
}


def clean_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN} | more


def wait_for(condition: Callable[[], object], seconds: float = 60) -> bool:
    """True as soon as the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes_naming(text: str) -> list[str]:
    """Command lines of the processes that name the text, without this one."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if text in line and int(entry.name) != os.getpid():
                found.append(f"{entry.name} {line}")
    return found


@contextlib.contextmanager
def started(*words: str, output: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the project's Python, killed at the end if it still runs."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=PROJECT_DIR,
            env=clean_environment(**environment),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
