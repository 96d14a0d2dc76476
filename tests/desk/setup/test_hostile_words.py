"""Whatever the business writes about its portal stays text: in the editor, in the portal, in mails."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.checks import check
from portal_core.config.draft.editing import restore
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.problems import stops
from tests.contracts import hostile
from tests.desk.setup.test_sheets import form_of

SHORT = {name: text for name, text in hostile.STRINGS.items() if 0 < len(text) < 2_000}
SHEETS = {
    "/desk/setup/portal/": (
        "welcome",
        "emergency",
        "imprint",
        "sender",
        "name",
        "colour",
        "links-0-label",
        "links-0-url",
    ),
    "/desk/setup/types/repair/words/": ("name", "description", "group", "before", "after"),
    "/desk/setup/types/repair/fields/what/": ("label", "noun", "help", "placeholder", "pattern_error"),
    "/desk/setup/types/repair/fields/kind/parts/leak/": ("label", "help"),
}
EDITOR = (
    "",
    "portal/",
    "portal/look/",
    "notifications/",
    "hours/",
    "texts/",
    "visibility/",
    "types/repair/",
    "types/repair/words/",
    "types/repair/fields/what/",
    "history/",
    "bar/?parts=x",
)


@pytest.fixture
def alice(shop: Any, client_for: Any, people: Any) -> Client:
    return client_for(people["alice"])


def raw(client: Client, path: str) -> list[str]:
    """What would run in a page."""
    answer = client.get(path)
    assert answer.status_code in (200, 302), path
    text = answer.content.decode()
    return [f"{path}: {sign}" for sign in (*hostile.MARKUP, *hostile.RUN) if sign in text]


BOXES = [(path, box) for path, boxes in SHEETS.items() for box in boxes]
NAMES = list(SHORT)
# Each string in one of the boxes; all of them in each takes minutes.
FEW = range(0, len(NAMES), len(BOXES))


def turns(start: int) -> dict[tuple[str, str], str]:
    """A string for each box, beginning with the one of this number."""
    return {place: SHORT[NAMES[(start + offset) % len(NAMES)]] for offset, place in enumerate(BOXES)}


@pytest.mark.parametrize("start", FEW)
def test_words_of_the_business_never_run(start, alice, shop, client_for, people):
    never_run(turns(start), alice, shop, client_for(people["carol"]))


@pytest.mark.heavy
@pytest.mark.parametrize("start", range(len(NAMES)))
def test_no_words_of_the_business_ever_run(start, alice, shop, client_for, people):
    never_run(turns(start), alice, shop, client_for(people["carol"]))


def never_run(typed: dict[tuple[str, str], str], alice: Client, shop: Any, carol: Client) -> None:
    forms = {path: sendable(alice, path) for path in SHEETS}
    kept = 0
    for (path, box), words in typed.items():
        # As the bytes that a browser would send: no test client writes half a letter.
        body = hostile.form({**forms[path], box: words, "dirty": box})
        answer = alice.post(path, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (302, 400), (path, box)
        kept += answer.status_code == 302
    assert kept > 0
    found = [problem for path in EDITOR for problem in raw(alice, f"/desk/setup/{path}")]
    if stops(check(current().document, live_portal().document)):
        restore(actor=SYSTEM, paths=[("portal", "name"), ("portal", "sender_name")], title="Back")
    if not stops(check(current().document, live_portal().document)):
        publish(actor=SYSTEM, document=current().document)
        row = shop.file(what="Thing", kind="noise")
        for path in ("/", "/new/", "/new/repair/", "/requests/", f"/requests/{row.number}/"):
            found += raw(carol, path)
        found += raw(alice, "/desk/") + raw(alice, f"/desk/requests/{row.number}/")
    assert found == []


def sendable(client: Client, path: str) -> dict[str, str]:
    return {key: str(value) for key, value in form_of(client, path).items() if not isinstance(value, bool | list)}
