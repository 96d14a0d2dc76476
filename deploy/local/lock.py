"""Locks between processes that the kernel gives back when their holder dies, also by kill -9."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_POLL_SECONDS = 0.05


class FileLock:
    """A `flock` on a file. Shared locks may be held by many at once, an exclusive one by nobody else.

    The lock belongs to the open file: a child that inherits `fileno()` keeps it held after its parent is gone.
    """

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self._operation = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Takes the lock if that is possible at once; says whether it did."""
        if self._descriptor is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, self._operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire(self, *, timeout_seconds: float) -> bool:
        """Waits for the lock; False when it could not be had in time."""
        deadline = time.monotonic() + timeout_seconds
        while not self.try_acquire():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def release(self) -> None:
        """Closes the file, which gives the lock back unless a child inherited it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def fileno(self) -> int:
        """The descriptor, to be handed to a child that is to keep the lock."""
        if self._descriptor is None:
            msg = f"{self.path} is not open"
            raise ValueError(msg)
        return self._descriptor

    def __enter__(self) -> Self:
        self.acquire(timeout_seconds=float("inf"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the file's lock."""
    probe = FileLock(path)
    try:
        return not probe.try_acquire()
    finally:
        probe.release()
