"""Many requests of several tenants at once, with exceptions and rollbacks: no foreign row, ever."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client, override_settings

from tenants.context import tenant_context
from tenants.provisioning import provision
from tests import databases
from tests.factories import make_user

THREADS = 16
PATHS = ("/read/", "/rolled-back/", "/broken/", "/write/", "/read/")


@pytest.fixture
def crowd(race_tenant: Any) -> Iterator[list[Any]]:
    """Four committed tenants; the mark of each is in it alone."""
    tenants = [race_tenant, *(provision(name=f"Crowd {n}", slug=f"crowd-{n}") for n in range(3))]
    for snapshot in tenants:
        with tenant_context(snapshot):
            make_user(f"{snapshot.slug}@mark.example")
            make_user("same@example.com")
    yield tenants
    for snapshot in tenants[1:]:
        databases.erase(snapshot)


def visit(client: Client, tenants: list[Any], dice: random.Random) -> str | None:
    """One request; what was wrong with the answer."""
    tenant = dice.choice(tenants)
    path = dice.choice(PATHS)
    mark = f"{tenant.slug}@mark.example"
    answer = client.get(path, {"mark": mark}, headers={"host": tenant.primary_domain})
    if path == "/broken/":
        return None if answer.status_code == 500 else f"broken answered {answer.status_code}"
    if answer.status_code != 200:
        return f"{path} answered {answer.status_code}"
    found = answer.json()
    for seen in (found, found.get("after", found)):
        marks = {email for email in seen["emails"] if email.endswith("@mark.example")}
        if (seen["schema"], seen["path"], marks) != (tenant.schema_name, tenant.schema_name, {mark}):
            return f"{path} of {tenant.slug} saw {seen}"
    return None


def run(tenants: list[Any], number: int) -> Counter[str]:
    def worker(seed: int) -> Counter[str]:
        dice = random.Random(seed)
        client = Client(raise_request_exception=False)
        try:
            return Counter(filter(None, (visit(client, tenants, dice) for _ in range(number // THREADS))))
        finally:
            connections.close_all()

    total: Counter[str] = Counter()
    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(worker, range(THREADS)):
            total += found
    return total


@override_settings(ROOT_URLCONF="tests.tenants.urls_probe", MIDDLEWARE=["tenants.middleware.TenantMiddleware"])
def test_2000_mixed_requests_return_no_foreign_row(crowd: list[Any]) -> None:
    assert run(crowd, 2_000) == Counter()


@pytest.mark.heavy
@override_settings(ROOT_URLCONF="tests.tenants.urls_probe", MIDDLEWARE=["tenants.middleware.TenantMiddleware"])
def test_20000_mixed_requests_return_no_foreign_row(crowd: list[Any]) -> None:
    assert run(crowd, 20_000) == Counter()


@override_settings(ROOT_URLCONF="tests.tenants.urls_probe", MIDDLEWARE=["tenants.middleware.TenantMiddleware"])
def test_the_measure_sees_a_leak_where_there_is_one(crowd: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: the path is believed to be right (as TENANT_LIMIT_SET_CALLS believes) and never looked at."""
    from tenants.backend.base import DatabaseWrapper

    close = DatabaseWrapper._close_search_path

    def believing(self: Any) -> None:
        if getattr(self, "believed", None) is None:
            close(self)
            self.believed = self.schema_name

    monkeypatch.setattr(DatabaseWrapper, "_close_search_path", believing)
    assert run(crowd, 320)
