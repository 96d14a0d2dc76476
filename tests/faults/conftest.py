"""Real processes: PostgreSQL of the test run, a Redis of our own, an SMTP server, workers and beat."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from tenants.context import tenant_context
from tenants.outbox import emit
from tests.faults.processes import Fleet, Post, Redis

START_SECONDS = 240


@pytest.fixture
def post() -> Iterator[Post]:
    """The mail server of the test; keeps what it accepted."""
    server = Post()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis of this test alone."""
    folder = tmp_path_factory.mktemp("r")
    server = Redis(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fleet(race_tenant, post, redis, tmp_path) -> Iterator[Fleet]:
    """Two workers and a beat; who dies is started again."""
    fleet = Fleet(redis.url, post.port, tmp_path)
    fleet.start()
    try:
        wait_until(fleet.is_ready, START_SECONDS, "the workers' start")
        yield fleet
    finally:
        fleet.stop()


@pytest.fixture
def tell(race_tenant) -> Callable[..., None]:
    """`tell("a@example.com")`: commits an event whose handler writes a mail to this address."""

    def tell(*addresses: str, tenant=race_tenant) -> None:
        with tenant_context(tenant), transaction.atomic():
            for address in addresses:
                emit("test.fault", {"to": address})

    return tell


def wait_until(condition: Callable[[], bool], seconds: float, what: str = "") -> None:
    """Waits; fails the test when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} seconds: {what}")
        time.sleep(0.05)


KILLED = -signal.SIGKILL
