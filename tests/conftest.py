"""Fixtures for all tests.

Isolation: `db` (or the mark `django_db`) is one transaction around a test, rolled back at its end. All schemas
lie in the same database, so it covers every tenant. What needs real commits (threads, other processes) takes
`race_tenant`, a throw-away tenant. `transactional_db` is refused: it empties public and leaves tenants dirty.

- `tenant`: inside alpha, a provisioned tenant; `people` by name (people["alice"], "bob", "carol", "dave")
- `kept(build)`: what is made in alpha once for all tests of a module
- `twins`: alpha and beta, equal in every row; `twins.beta.client("eve")`
- `client_for(user)`: a client on the host of the tenant in force, signed in
- `file_store`: a private folder for what the test stores; `papers`: a portal with files in every place
- `server_statements()`: what really goes over the wire, SET included
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test import client as test_client
from xdist.scheduler import LoadGroupScheduling

from deploy.local.translations import compile_catalogues
from tenants import catalog, migrating
from tenants.context import tenant_context
from tenants.outbox.wake import circuit
from tenants.provisioning import provision
from tenants.snapshot import TenantSnapshot
from tests import databases, statements
from tests.documents.papers import Papers
from tests.factories import Twins, make_client

_race_numbers = count(1)


def pytest_configure() -> None:
    """Translations are compiled before the first text is asked for, however the tests were started."""
    compile_catalogues()


# Whatever takes minutes begins first, or a worker would begin it when the others have nothing left to do. "faults"
# waits more than it works, so it runs beside those that keep the cores busy.
LONG = ("pages", "e2e", "faults", "walks", "up", "embedded")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On several workers the long groups come first (pyproject.toml keeps xdist from ordering by number)."""
    if hasattr(config, "workerinput"):
        items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    group = item.get_closest_marker("xdist_group")
    return LONG.index(group.args[0]) if group else len(LONG)


class ByFile(LoadGroupScheduling):
    """The tests of a file go to one worker, which makes what they share (`kept`) once; groups go together as marked."""

    def _split_scope(self, nodeid: str) -> str:
        group = super()._split_scope(nodeid)
        return group.partition("::")[0] if group == nodeid else group


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """How the tests are shared out. With the heavy ones one by one, as xdist does: a file of them can take an hour."""
    return ByFile(config, log) if config.option.markexpr else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is loaded meanwhile stays to the end: the collector of garbage need not look at it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def _remember_outermost(store: dict[str, Any], signal: Any, sender: Any, template: Any, context: Any, **_: Any) -> None:
    if context.template is template:
        _REMEMBER(store, signal, sender, template, context, **_)


# The client keeps a copy of the context of every included template, thousands for a large page; the views' own will do.
_REMEMBER, test_client.store_rendered_templates = test_client.store_rendered_templates, _remember_outermost


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """One database for each worker, copied from a base that is migrated once; with alpha and beta in it."""
    workerinput = getattr(request.config, "workerinput", {})
    with django_db_blocker.unblock(), databases.worker_database(workerinput.get("workerid", "main")):
        databases.make_twins()
        connection.close()
        with django_db_blocker.block():
            yield


@pytest.fixture
def transactional_db() -> None:
    """Refused: it empties public and leaves tenants dirty (hazard 57)."""
    pytest.fail("Use `db` for a rolled-back test, `race_tenant` for real commits.")


@pytest.fixture(autouse=True)
def _fresh_process_memory() -> Iterator[None]:
    """What a process remembers between requests is forgotten between tests."""
    catalog.forget()
    migrating.forget_readiness()
    # A test of a Redis that is away leaves it open for a while.
    circuit.reset()
    yield
    with contextlib.suppress(Exception):
        cache.clear()


@pytest.fixture
def alpha(db: None) -> TenantSnapshot:
    """The tenant alpha, not entered."""
    return databases.by_slug("alpha")


@pytest.fixture
def tenant(alpha: TenantSnapshot) -> Iterator[TenantSnapshot]:
    """The test runs inside alpha."""
    with tenant_context(alpha):
        yield alpha


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[Callable[..., Any]], Any]]:
    """`kept(build)`: what `build(people, tenant)` makes inside alpha, for a fixture that lasts for a module.

    It lies in a transaction around the module's tests, each of which has its own inside (`db`). Rows are as they were
    for every test; objects are not, unless each test gets a copy of them (`copy.deepcopy`).
    """
    with contextlib.ExitStack() as stack:

        def build(make: Callable[..., Any]) -> Any:
            with django_db_blocker.unblock():
                alpha = databases.by_slug("alpha")
                stack.enter_context(databases.around_tests(django_db_blocker))
                with tenant_context(alpha):
                    return make(databases.people_of(alpha), alpha)

        yield build


@pytest.fixture
def other_tenant(db: None) -> TenantSnapshot:
    """The tenant beta, not entered; all its rows equal alpha's."""
    return databases.by_slug("beta")


@pytest.fixture
def people(tenant: TenantSnapshot) -> dict[str, Any]:
    """The people of alpha by name: alice (owner), bob (agent), carol and dave (customers)."""
    return databases.people_at_first(tenant)


@pytest.fixture
def twins(db: None) -> Twins:
    """Alpha and beta: equal ids, e-mails, numbers, keys and passwords; Eve is in beta alone."""
    return databases.twins()


@pytest.fixture
def client_for(db: None) -> Callable[..., Client]:
    """`client_for(user)`: signed in on the tenant in force; `client_for()` is signed out; tenant= names another."""
    return make_client


@pytest.fixture
def file_store(settings: Any, tmp_path: Path) -> Path:
    """The private folder of this test; everything that is stored lies below it."""
    folder = tmp_path / "files"
    options = {"location": str(folder), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return folder


@pytest.fixture
def papers(people: dict[str, Any], tenant: TenantSnapshot, client_for: Any, file_store: Path) -> Papers:
    """The portal of `tests/documents/papers.py` with its people."""
    return Papers(people, tenant, client_for)


@pytest.fixture
def server_statements() -> Callable[[], Any]:
    """`with server_statements() as sent:` collects the statements that reach the server, SET included."""
    return statements.server_statements


@pytest.fixture
def race_tenant(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[TenantSnapshot]:
    """A committed tenant for threads and processes; not entered; dropped afterwards with all its rows."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("race_tenant commits for real: use it without `db`, `tenant`, `twins` and the mark django_db.")
    with django_db_blocker.unblock():
        slug = f"race{next(_race_numbers)}x"
        snapshot = provision(name="Race", slug=slug, portal=databases.new_portal("Race"), set_up=databases._add_people)
        try:
            yield snapshot
        finally:
            databases.erase(snapshot)
            connection.close()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Database access with real commits and no clean-up: the test removes what it made."""
    with django_db_blocker.unblock():
        yield
        connection.close()


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """`in_threads(function, arguments, threads=16)`: results in order, connections closed; errors are results."""

    def run(function: Callable[[Any], Any], arguments: Any, threads: int = 16) -> list[Any]:
        def one(argument: Any) -> Any:
            try:
                return function(argument)
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(one, arguments))

    return run
