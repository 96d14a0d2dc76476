"""Looking at processes and stopping them, with care that a number is still the process that we mean."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_POLL_SECONDS = 0.02


def is_alive(process_id: int) -> bool:
    """Whether a process of this number runs; a zombie counts as gone."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(process_id)


def _is_zombie(process_id: int) -> bool:
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] == ["Z"]


def command_line(process_id: int) -> list[str]:
    """The words that the process was started with; empty when it is gone or not ours to look at."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except OSError:
        if Path("/proc/self").exists():
            return []
    found = subprocess.run(  # noqa: S603 - fixed words and a number
        ["/bin/ps", "-o", "command=", "-p", str(process_id)], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def wait_until_gone(process_id: int, *, timeout_seconds: float) -> bool:
    """Waits for a process that is not our child."""
    deadline = time.monotonic() + timeout_seconds
    while is_alive(process_id):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def stop_foreign(process_id: int, signals: Sequence[signal.Signals], *, timeout_seconds: float) -> bool:
    """Sends one signal after the other, each with its time, until the process is gone."""
    for number in signals:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, number)
        if wait_until_gone(process_id, timeout_seconds=timeout_seconds):
            return True
    return False


def stop_child(child: subprocess.Popen[bytes], first: signal.Signals, *, timeout_seconds: float) -> None:
    """Stops a child that leads its own process group, politely first, and then the whole group for certain."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=timeout_seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
