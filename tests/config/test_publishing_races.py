"""Several people publish at once: every version gets its own number and nobody's is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts.actor import SYSTEM
from portal_core.config import actions
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.editing import edit, replace
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.errors import DraftChanged
from portal_core.config.live import live_portal
from portal_core.config.models import ONLY_ROW, PortalState, PortalVersion
from portal_core.config.queries import versions
from tenants.context import tenant_context
from tests.config.documents import changed

AT_ONCE = 12


def publish_all(race_tenant: Any, in_threads: Callable[..., list[Any]]) -> list[Any]:
    def one(turn: int) -> int:
        with tenant_context(race_tenant):
            return publish(actor=SYSTEM, document=changed("portal", "name", to=f"Name {turn}")).number

    return in_threads(one, range(AT_ONCE), threads=AT_ONCE)


def test_without_the_lock_two_take_the_same_number(
    race_tenant: Any, in_threads: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked() -> PortalState | None:
        return PortalState.objects.filter(pk=ONLY_ROW).first()

    monkeypatch.setattr(actions, "lock_state", unlocked)
    results = publish_all(race_tenant, in_threads)
    assert any(isinstance(result, Exception) for result in results)


def test_with_it_everybody_gets_a_number_of_their_own(race_tenant: Any, in_threads: Callable[..., list[Any]]) -> None:
    with tenant_context(race_tenant):
        before = live_portal().number
    results = publish_all(race_tenant, in_threads)
    assert sorted(results) == list(range(before + 1, before + 1 + AT_ONCE))
    with tenant_context(race_tenant):
        assert live_portal().number == before + AT_ONCE
        assert versions().count() == before + AT_ONCE
        last = PortalVersion.objects.get(number=before + AT_ONCE)
        assert live_portal().name == last.document["portal"]["name"]


def test_of_two_editors_who_begin_a_draft_one_is_told(race_tenant: Any, in_threads: Callable[..., list[Any]]) -> None:
    def one(turn: int) -> int:
        with tenant_context(race_tenant):
            document = changed("portal", "name", to=f"Name {turn}")
            return replace(actor=SYSTEM, document=load(document), title="File", expected_revision=0).revision

    results = in_threads(one, range(AT_ONCE), threads=AT_ONCE)
    assert [result for result in results if result == 1] == [1]
    assert all(isinstance(result, DraftChanged) for result in results if result != 1)


def test_of_many_editors_at_once_every_edit_is_kept(race_tenant: Any, in_threads: Callable[..., list[Any]]) -> None:
    places = [("types", "repair", "fields", "what", "label"), ("portal", "welcome"), ("flows", "way", "name")]

    def one(turn: int) -> int:
        with tenant_context(race_tenant):
            operation = Set((*places[turn % 3][:-1], f"x-{turn}") if turn >= 3 else places[turn], f"Edit {turn}")
            return edit(actor=SYSTEM, operations=[operation], title=f"Edit {turn}")

    with tenant_context(race_tenant):
        publish(actor=SYSTEM, document=changed("portal", "name", to="Acme"))
    results = in_threads(one, range(AT_ONCE), threads=AT_ONCE)
    assert sorted(results) == list(range(1, AT_ONCE + 1))
    with tenant_context(race_tenant):
        draft = current()
        assert draft.count == AT_ONCE
        assert draft.read(("portal", "welcome")) == "Edit 1"


def test_edits_beside_publishing_are_in_the_version_or_in_the_draft(
    race_tenant: Any, in_threads: Callable[..., list[Any]]
) -> None:
    def one(turn: int) -> None:
        with tenant_context(race_tenant):
            if turn % 3 == 0:
                publish(actor=SYSTEM, document=current().document)
            else:
                edit(actor=SYSTEM, operations=[Set(("portal", f"x-{turn}"), "here")], title="Edit")

    with tenant_context(race_tenant):
        publish(actor=SYSTEM, document=changed("portal", "name", to="Acme"))
    assert [result for result in in_threads(one, range(AT_ONCE), threads=AT_ONCE) if result is not None] == []
    with tenant_context(race_tenant):
        portal = current().part("portal")
        assert isinstance(portal, dict)
        assert {f"x-{turn}" for turn in range(AT_ONCE) if turn % 3} <= portal.keys()
