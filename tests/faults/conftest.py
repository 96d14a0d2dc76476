"""Real processes: PostgreSQL of the test run, a Redis of our own, an SMTP server, workers and beat."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction

from tenants.context import tenant_context
from tenants.outbox import emit
from tests.faults.processes import Fleet, Nursery, Post, Redis

START_SECONDS = 240


@pytest.fixture
def post() -> Iterator[Post]:
    """The mail server of the test; keeps what it accepted."""
    server = Post()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def redis_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where each test's Redis has its socket, one after the other."""
    folder = tmp_path_factory.mktemp("r")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis(redis_folder: Path) -> Iterator[Redis]:
    """A Redis of this test alone."""
    server = Redis(redis_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nursery(redis_folder: Path, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """From which all workers and beats of a module are forked."""
    nursery = Nursery(Redis(redis_folder).url, tmp_path_factory.mktemp("nursery"))
    yield nursery
    nursery.stop()


@pytest.fixture
def fleet(race_tenant, post, redis, nursery, tmp_path) -> Iterator[Fleet]:
    """Two workers and a beat; who dies is started again."""
    fleet = Fleet(nursery, post.port, tmp_path)
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
