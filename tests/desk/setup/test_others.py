"""Two people in the editor see each other and where they are; nothing is written, and without Redis nothing is said."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as NoRedis

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.desk import presence
from tests.contracts.rows import Rows
from tests.factories import make_client, make_user

HERE = "/desk/setup/here/"
TYPE = "/desk/setup/types/repair/"


@pytest.fixture(autouse=True)
def _nobody_is_here() -> Any:
    cache.clear()
    yield
    cache.clear()


def said(client: Client, at: str) -> str:
    answer = client.get(HERE, {"at": at})
    assert answer.status_code in (200, 204)
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def test_two_editors_see_each_other_and_nothing_is_written(alice, mona, people):
    before = Rows().now()
    assert said(alice, TYPE) == ""
    assert said(mona, TYPE) == f"{people['alice'].name} is on this page, too."
    assert said(alice, "/desk/setup/portal/") == "Mona Manager is at “Repair”."
    answer = mona.get(HERE, {"at": TYPE})
    assert 'href="/desk/setup/portal/"' in answer.content.decode()
    assert Rows().now() == before


@pytest.mark.parametrize(
    "path,words",
    [
        ("/desk/setup/", "Request types"),
        (f"{TYPE}handling/", "“Repair”"),
        (f"{TYPE}fields/what/", "“What?” in “Repair”"),
        ("/desk/setup/flows/way/statuses/known/", "“Known” in “Way”"),
        ("/desk/setup/flows/", "Statuses"),
        ("/desk/setup/teams/", "Teams"),
        ("/desk/setup/teams/desk/", "“Desk”"),
        ("/desk/setup/portal/", "Brand and address"),
        ("/desk/setup/publish/", "Review and publish"),
        ("/desk/setup/versions/", "Versions"),
        ("/desk/setup/history/", "What was done"),
        ("/desk/setup/types/gone/", "Request types"),
        ("/desk/setup/flows/way/statuses/gone/", "“Way”"),
    ],
)
def test_a_place_is_called_by_what_it_is_about(path, words, alice, mona):
    said(mona, path)
    assert said(alice, "/desk/setup/hours/") == f"Mona Manager is at {words}."


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "javascript:alert(1)", "/desk/", "/requests/", "//evil.example/desk/setup/", "x" * 999],
)
def test_no_other_address_is_handed_on(path, alice, mona):
    said(mona, path)
    page = alice.get(HERE, {"at": "/desk/setup/hours/"}).content.decode()
    assert re.findall(r'href="([^"]+)"', page) == ["/desk/setup/"]


def test_who_has_left_is_gone(alice, mona, monkeypatch):
    said(mona, TYPE)
    later = time.time() + presence.STAYS_SECONDS + 1
    monkeypatch.setattr(presence.time, "time", lambda: later)
    assert said(alice, TYPE) == ""


def test_without_redis_nothing_is_said_and_the_editor_works(alice, mona, monkeypatch):
    def gone() -> Any:
        raise NoRedis

    said(mona, TYPE)
    monkeypatch.setattr(presence, "_redis", gone)
    assert said(alice, TYPE) == ""
    assert alice.get(TYPE).status_code == 200


def test_every_page_of_the_editor_asks_for_itself(alice):
    for path in ("/desk/setup/", TYPE, "/desk/setup/portal/", "/desk/setup/preview/", "/desk/setup/publish/"):
        page = alice.get(path).content.decode()
        assert f'role="status" data-setup-here="{HERE}?at={path}&amp;seen={current().revision}&amp;parts=' in page


def test_what_somebody_else_changed_on_the_open_page_is_said_by_name(alice, mona, people):
    """Not what one did oneself, not before, not elsewhere; and only until the page is loaded again."""
    boss, mona_herself = actor_for(people["alice"]), actor_for(User.objects.get(email="mona@example.com"))

    def opened() -> dict[str, Any]:
        return {"at": TYPE, "seen": current().revision, "parts": "types.repair,types"}

    def told(client: Client, page: dict[str, Any]) -> bool:
        return "changed something here" in client.get(HERE, page).content.decode()

    page = opened()
    edit(actor=boss, operations=[Set(("types", "repair", "before"), "Read this.")], title="Words")
    assert told(mona, page) and not told(alice, page)
    assert f"{people['alice'].name}</bdi></b> changed something here" in mona.get(HERE, page).content.decode()
    page = opened()
    assert not told(mona, page), "the page shows it by now"
    edit(actor=mona_herself, operations=[Set(("portal", "welcome"), "Hello")], title="Welcome")
    edit(actor=mona_herself, operations=[Set(("hours",), {"mon": ["08:00-12:00"]})], title="Hours")
    assert not told(alice, page), "elsewhere"
    for wrong in (
        {"seen": "-1"},
        {"seen": "٣"},
        {"seen": "9" * 40},
        {"seen": ""},
        {"parts": ""},
        {"parts": "x" * 9_000},
    ):
        assert mona.get(HERE, page | wrong).status_code in (200, 204)
        assert not told(mona, page | wrong)


def test_a_list_says_only_what_it_shows_itself(alice, mona, people):
    boss, page = actor_for(people["alice"]), {"at": "/desk/setup/", "seen": current().revision, "parts": "types"}
    edit(actor=boss, operations=[Set(("types", "repair", "before"), "Read this.")], title="Words")
    assert "changed something" not in mona.get(HERE, page).content.decode()
    edit(actor=boss, operations=[Set(("types", "repair", "name"), "Mending")], title="Name")
    assert "changed something" in mona.get(HERE, page).content.decode()


def test_staff_who_may_not_configure_learn_nothing_and_are_not_shown(alice, people, client_for):
    said(alice, TYPE)
    for who, status in (("bob", 403), ("carol", 404)):
        assert client_for(people[who]).get(HERE, {"at": TYPE}).status_code == status
    assert said(alice, TYPE) == ""


def test_two_tenants_do_not_see_each_other(twins, monkeypatch):
    """Ids are equal in both, and one's own visit is left out: so it is somebody of beta alone who looks."""
    path = f"{HERE}?at=/desk/setup/"
    with twins.beta.entered():
        mona = make_user("mona@example.com", "Mona Manager", "manager")
    looker = make_client(mona, tenant=twins.beta.tenant)
    with monkeypatch.context() as one_key_for_all:
        shared = SimpleNamespace(make_key=lambda room: f"shared:{room}", _cache=cache._cache)
        one_key_for_all.setattr(presence, "cache", shared)
        twins.alpha.client("alice").get(path)
        assert twins.alpha.people["alice"].name in looker.get(path).content.decode()
    twins.alpha.client("alice").get(path)
    assert looker.get(path).status_code == 204
