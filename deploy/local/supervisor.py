"""Runs child processes: starts them, restarts what crashes, and leaves none behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.paths import PROJECT_DIR

_GUARD = Path(__file__).with_name("guard.py")
_STOP_SECONDS = 15
_FIRST_BACK_OFF_SECONDS = 0.5
_MAX_BACK_OFF_SECONDS = 30.0
_STEADY_SECONDS = 60
_LOG_LIMIT_BYTES = 10_000_000


@dataclass(frozen=True)
class Program:
    """What to run and where its output goes."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Sequence[int] = ()


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    back_off_seconds: float = _FIRST_BACK_OFF_SECONDS
    restart_at: float | None = None


class Supervisor:
    """The children of one `up`. All methods are called from the main thread."""

    def __init__(self, lock_descriptor: int) -> None:
        self._children: dict[str, _Child] = {}
        self._guard = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", str(_GUARD)], stdin=subprocess.PIPE, start_new_session=True,
            pass_fds=[lock_descriptor], text=True, cwd="/",
        )  # fmt: skip

    def start(self, program: Program) -> None:
        """Starts a program that is to run until the end."""
        self._children[program.name] = _Child(program, self._launch(program), time.monotonic())

    def run_once(self, program: Program, *, on_line: Callable[[str], None]) -> int:
        """Runs a program to its end, handing on the lines of its log that begin with `> `; its exit code.

        The program is stopped when we are interrupted.
        """
        process = self._launch(program)
        try:
            with program.log.open(errors="replace") as said:
                while True:
                    ended = process.poll() is not None
                    for line in said:
                        if line.startswith("> "):
                            on_line(line[2:].rstrip())
                    if ended:
                        return process.returncode
                    time.sleep(0.05)
        finally:
            _stop_groups([process])
            self._tell("-", process)

    def tend(self) -> list[str]:
        """Restarts what has ended, each time a little later; names what ended since the last call."""
        ended: list[str] = []
        now = time.monotonic()
        for child in self._children.values():
            if child.restart_at is None and child.process.poll() is not None:
                ended.append(child.program.name)
                self._tell("-", child.process)
                _stop_groups([child.process])
                if now - child.started > _STEADY_SECONDS:
                    child.back_off_seconds = _FIRST_BACK_OFF_SECONDS
                child.restart_at = now + child.back_off_seconds
                child.back_off_seconds = min(child.back_off_seconds * 2, _MAX_BACK_OFF_SECONDS)
            elif child.restart_at is not None and now >= child.restart_at:
                child.process, child.started, child.restart_at = self._launch(child.program), now, None
        return ended

    def stop(self) -> None:
        """Stops all children and everything that they started, then the guard."""
        _stop_groups([child.process for child in self._children.values()])
        for child in self._children.values():
            self._tell("-", child.process)
        self._children.clear()
        if self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.close()
        self._guard.wait()

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        if program.log.exists() and program.log.stat().st_size > _LOG_LIMIT_BYTES:
            program.log.replace(program.log.with_suffix(".log.1"))
        with program.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                list(program.command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                cwd=PROJECT_DIR, env={**os.environ, **program.environment}, pass_fds=list(program.descriptors),
            )  # fmt: skip
        self._tell("+", process)
        return process

    def _tell(self, sign: str, process: subprocess.Popen[bytes]) -> None:
        if self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.write(f"{sign}{process.pid}\n")
                self._guard.stdin.flush()


def _stop_groups(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Asks the leaders to end, waits for them together, and kills whatever is left of their groups."""
    for process in processes:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
