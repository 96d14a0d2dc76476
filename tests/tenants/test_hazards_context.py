"""Hazards 1, 2, 3, 11, 14: what runs in which schema. Each test first sees the leak with the guard off."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django_tenants.models import TenantMixin
from django_tenants.utils import schema_context  # noqa: TID251  shown to be refused

from portal_core.config.models import PortalDraft
from tenants.backend.base import DatabaseWrapper
from tenants.context import bound, current_schema, defer, public_context, tenant_context
from tenants.errors import ForeignObject, SchemaMismatch, TenantSwitchRefused
from tenants.middleware import TenantMiddleware
from tenants.provisioning import provision
from tenants.tenant_model import TenantModel, TenantQuerySet
from tests import databases
from tests.factories import Twins, make_user


@pytest.fixture
def no_context_guard(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`with no_context_guard():` the backend believes whoever points it somewhere."""

    @contextlib.contextmanager
    def off() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(DatabaseWrapper, "enforce_context", False)
            yield

    return off


@pytest.fixture
def pair(race_tenant: Any) -> Iterator[tuple[Any, Any]]:
    """Two committed tenants; only the first has leak@example.com."""
    other = provision(name="Other", slug="hazard-pair", portal=databases.new_portal("Other"))
    with tenant_context(race_tenant):
        make_user("leak@example.com")
    yield race_tenant, other
    databases.erase(other)


def forked(twins: Twins) -> None:
    """A draft with the same key in both; revision 2 in alpha, 1 in beta."""
    with twins.alpha.entered():
        PortalDraft.objects.create(document={}, based_on=1, revision=1)
    twins.mirror()
    with twins.alpha.entered():
        PortalDraft.objects.update(revision=2)


def emails() -> set[str]:
    return set(get_user_model().objects.values_list("email", flat=True))


class StockTenant:
    """django_tenants' `with tenant:`, without its model."""

    _previous_tenant = TenantMixin._previous_tenant
    __enter__ = TenantMixin.__enter__
    __exit__ = TenantMixin.__exit__

    def __init__(self, schema_name: str) -> None:
        self.schema_name = schema_name

    def activate(self) -> None:
        connection.set_tenant(self)


def swapped(enter: Any, pair: tuple[Any, Any]) -> list[Any]:
    """Two threads interleave as in hazard 1; what the one whose inner block ended sees afterwards."""
    seen: list[Any] = []
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        try:
            with enter(pair[0]):
                first_in.set()
                second_in.wait(5)
            first_out.set()
        finally:
            first_out.set()
            connections.close_all()

    def second() -> None:
        try:
            first_in.wait(5)
            with enter(pair[1]):
                second_in.set()
                first_out.wait(5)
            # Out of every block: this thread began in public and must be there again.
            seen.append(connection.schema_name)
        finally:
            second_in.set()
            connections.close_all()

    threads = [threading.Thread(target=run) for run in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return seen


def test_1_a_shared_list_of_previous_tenants_swaps_threads_and_our_context_does_not(pair: Any) -> None:
    class Marked(StockTenant):
        """Enters from a block of its own, as a request does, so that a swap shows."""

    def stock(snapshot: Any) -> Any:
        @contextlib.contextmanager
        def entered() -> Iterator[None]:
            connection.set_tenant(StockTenant(f"outer_{snapshot.slug}"))
            with Marked(snapshot.schema_name):
                yield

        return entered()

    assert swapped(stock, pair) != [f"outer_{pair[1].slug}"]  # it got the other thread's
    StockTenant._previous_tenant.clear()
    assert swapped(tenant_context, pair) == ["public"]


def test_1_what_django_tenants_switches_is_refused_by_the_backend(pair: Any, no_context_guard: Any) -> None:
    with no_context_guard(), StockTenant(pair[0].schema_name):
        assert "leak@example.com" in emails()
    with public_context(), pytest.raises(SchemaMismatch), StockTenant(pair[0].schema_name):
        emails()
    connection.set_schema_to_public()


def test_2_a_decorator_of_one_object_and_a_fake_tenant(pair: Any, no_context_guard: Any) -> None:
    shared = schema_context(pair[0].schema_name)
    with no_context_guard(), shared:
        assert type(connection.tenant).__name__ == "FakeTenant"
        assert "leak@example.com" in emails()
    with pytest.raises(SchemaMismatch), shared:
        emails()
    connection.set_schema_to_public()

    seen: list[str] = []

    @tenant_context(pair[0])  # Python makes a fresh context manager for each call
    def ours(depth: int) -> None:
        seen.append(current_schema())
        if depth:
            ours(depth - 1)
        seen.append(current_schema())

    ours(2)
    assert set(seen) == {pair[0].schema_name}
    assert current_schema() == "public"


@pytest.mark.django_db
def test_3_a_lazy_queryset_of_one_tenant_is_refused_in_the_other(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    forked(twins)
    with twins.alpha.entered():
        drafts = PortalDraft.objects.order_by("revision")
    with monkeypatch.context() as off:
        off.setattr(TenantQuerySet, "db", property(lambda self: self._db or "default"))
        with twins.beta.entered():
            assert [draft.revision for draft in drafts.all()] == [1]  # the leak: beta's row
    for use in (list, len, bool, lambda rows: rows.count(), lambda rows: rows.exists(), lambda rows: rows.first(),
                lambda rows: rows.update(revision=9), lambda rows: list(rows.iterator()), lambda rows: rows.delete(),
                lambda rows: list(rows.filter(revision=1)), lambda rows: rows.get(revision=1)):  # fmt: skip
        with twins.beta.entered(), pytest.raises(ForeignObject):
            use(drafts.all())
    with twins.alpha.entered():
        assert [draft.revision for draft in drafts] == [2]


@pytest.mark.django_db(transaction=False)
def test_3_on_commit_runs_in_the_tenant_that_registered_it(
    twins: Twins, django_capture_on_commit_callbacks: Any
) -> None:
    ran: list[tuple[str, str]] = []
    with twins.beta.entered(), django_capture_on_commit_callbacks() as stock, twins.alpha.entered():
        transaction.on_commit(lambda: ran.append(("stock", current_schema())))
        defer(lambda: ran.append(("ours", current_schema())))
    with twins.beta.entered():
        for callback in stock:
            callback()
    assert ran == [("stock", twins.beta.tenant.schema_name), ("ours", twins.alpha.tenant.schema_name)]


def test_3_a_helper_thread_runs_in_public_unless_bound(pair: Any) -> None:
    seen: list[Any] = []

    def look() -> None:
        seen.append(current_schema())
        connections.close_all()

    with tenant_context(pair[0]):
        for target in (look, bound(look)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
    assert seen == ["public", pair[0].schema_name]


def test_3_a_thread_with_a_copied_context_is_refused_not_misled(pair: Any, no_context_guard: Any) -> None:
    seen: list[Any] = []

    def look() -> None:
        try:
            seen.append("leak@example.com" in emails())
        except SchemaMismatch as error:
            seen.append(type(error))
        finally:
            connections.close_all()

    def run_copied() -> None:
        copied = contextvars.copy_context()
        thread = threading.Thread(target=lambda: copied.run(look))
        thread.start()
        thread.join()

    with tenant_context(pair[0]):
        with no_context_guard():
            run_copied()  # it asks public, though its context says the tenant
        run_copied()
    assert seen == [False, SchemaMismatch]


def test_11_a_stream_is_read_in_its_own_tenant(pair: Any, rf: Any) -> None:
    def stream(_request: HttpRequest) -> StreamingHttpResponse:
        def rows() -> Iterator[bytes]:
            yield current_schema().encode()
            yield current_schema().encode()

        return StreamingHttpResponse(rows())

    request = rf.get("/", headers={"host": pair[0].primary_domain})
    with tenant_context(pair[0]):
        stock = stream(request)
    assert b"".join(stock) == b"publicpublic"  # the leak: read after the request
    ours = TenantMiddleware(stream)(request)
    with tenant_context(pair[1]):
        assert b"".join(ours) == pair[0].schema_name.encode() * 2
        assert current_schema() == pair[1].schema_name


def test_11_files_and_plain_answers_pass_untouched(race_tenant: Any, rf: Any, tmp_path: Any) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"words")
    request = rf.get("/", headers={"host": race_tenant.primary_domain})
    answer = TenantMiddleware(lambda _request: FileResponse(file.open("rb")))(request)
    assert b"".join(answer) == b"words"
    assert TenantMiddleware(lambda _request: HttpResponse("x"))(request).content == b"x"


@pytest.mark.django_db
def test_14_an_object_of_one_tenant_cannot_be_saved_or_deleted_in_the_other(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked(twins)
    with twins.alpha.entered():
        draft = PortalDraft.objects.get()
    with twins.beta.entered():
        with monkeypatch.context() as off, transaction.atomic():
            off.setattr(TenantModel, "refuse_foreign_schema", lambda _self: None)
            draft.save()
            assert PortalDraft.objects.get().revision == 2  # the leak: beta's row is overwritten
            transaction.set_rollback(True)
        with twins.alpha.entered():
            draft = PortalDraft.objects.get()
        for use in (
            draft.save,
            draft.delete,
            draft.refresh_from_db,
            lambda: PortalDraft.objects.bulk_update([draft], ["revision"]),
            lambda: PortalDraft.objects.bulk_create([draft]),
        ):
            with pytest.raises(ForeignObject):
                use()
        assert PortalDraft.objects.get().revision == 1
    with twins.alpha.entered():
        draft.refresh_from_db()
        draft.delete()


def test_a_tenants_transaction_is_no_place_to_go_elsewhere(pair: Any) -> None:
    with tenant_context(pair[0]), transaction.atomic():
        make_user("inside@example.com")
        for elsewhere in (public_context(), tenant_context(pair[1])):
            with pytest.raises(TenantSwitchRefused), elsewhere:
                pass
        assert "inside@example.com" in emails()
