"""Ends the processes of an `up` that was killed without a chance to do so itself.

`up` tells this process over a pipe which process groups it started (`+number`) and reaped (`-number`). When the pipe
closes, by an orderly end or by `kill -9`, the groups that are left are stopped. It inherits the lock of `up` and
holds it until then, so that the next start waits for a clean field. Started as a file with `python -I -S`.
"""

import contextlib
import os
import signal
import sys
import time

_STOP_SECONDS = 15


def _signal_all(groups: "set[int]", number: int) -> None:
    """Signals every group (0 only asks whether it is there) and forgets those that are gone."""
    for group in list(groups):
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            groups.discard(group)


def main() -> None:
    """Listens until the pipe closes, then clears up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        with contextlib.suppress(ValueError):
            group = int(line[1:])
            (groups.add if line.startswith("+") else groups.discard)(group)
    _signal_all(groups, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while groups and time.monotonic() < deadline:
        time.sleep(0.1)
        _signal_all(groups, 0)
    _signal_all(groups, signal.SIGKILL)


main()
