"""Celery's own commands as processes that are forked from one which has imported everything already.

A worker that begins with an import takes two seconds of CPU for it, and the fault tests start and kill dozens. After a
fork there is no difference: no connection and no thread was there before it, so each process opens its own.

Told on standard input what to do, one JSON document a line, answers likewise on standard output:

- `{"words": ["worker", …], "log": path, "settings": {"EMAIL_PORT": 25}}`: starts it, answers the process number
- `{}`: answers `[[number, exit code], …]` of those that ended since the last question

Ends with its input, and takes along whoever still runs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
from typing import Any

from celery.bin import celery as command
from django.conf import settings

from tests.faults.worker_app import app

# What the commands would import when they begin.
_LATER = (
    *("celery.app.amqp", "celery.app.control", "celery.app.events", "celery.app.log", "celery.apps.beat"),
    *("celery.apps.worker", "celery.beat", "celery.concurrency.thread", "celery.events.state"),
    *("celery.worker.autoscale", "celery.worker.components", "celery.worker.consumer", "celery.worker.strategy"),
    *("django.core.mail.backends.smtp", "kombu.transport.redis", "shelve", "tenants.backend.base"),
)


def main() -> None:
    """Answers until there is no more input."""
    for name in _LATER:
        importlib.import_module(name)
    app.loader.import_default_modules()
    app.finalize()
    gc.freeze()
    running: set[int] = set()
    _say("ready")
    while line := sys.stdin.readline():
        order = json.loads(line)
        if order:
            running.add(number := _fork(order))
            _say(number)
        else:
            ended = list(_ended())
            running -= {number for number, _ in ended}
            _say(ended)
    for number in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _say(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


def _ended() -> Any:
    """Each that ended, with its exit code (negative: the signal), once."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found[0], os.waitstatus_to_exitcode(found[1])


def _fork(order: dict[str, Any]) -> int:
    number = os.fork()
    if number == 0:
        try:
            _be(order)
        finally:
            os._exit(1)
    return number


def _be(order: dict[str, Any]) -> None:
    """As if Python had been started with Celery's command; never returns."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for mine, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(mine, there)
    for name, value in order["settings"].items():
        setattr(settings, name, value)
    sys.argv = ["celery", "-A", "tests.faults.worker_app", *order["words"]]
    command.main()


if __name__ == "__main__":
    main()
