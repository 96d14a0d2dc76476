"""Working hours and missing texts: written in boxes, kept as the document writes them, refused where they stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import SYSTEM
from portal_core.config.checks import check
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.models import DraftOperation
from tests.desk.setup.test_sheets import FETCH, form_of, read

HOURS, TEXTS = "/desk/setup/hours/", "/desk/setup/texts/"


def texts_of(client: Client, query: str = "") -> dict[str, Any]:
    return form_of(client, f"{TEXTS}{query}")


def test_hours_are_written_with_breaks_and_holidays(alice):
    edit(actor=SYSTEM, operations=[Set(("hours",), None)], title="None")
    assert "every promise goes by the calendar" in alice.get(HOURS).content.decode()
    typed = {
        "mon-0-from": "13:00", "mon-0-to": "17.30", "mon-1-from": "8", "mon-1-to": "12:00",
        "sat-0-from": "22:00", "sat-0-to": "24:00", "holidays": "2026-12-26\n\n2026-12-25\n2026-12-26",
    }  # fmt: skip
    answer = alice.post(HOURS, {**form_of(alice, HOURS), **typed})
    assert answer.status_code == 302, answer.context["sheet"].errors
    assert read("hours") == {
        "mon": ["08:00-12:00", "13:00-17:30"],
        "sat": ["22:00-24:00"],
        "holidays": ["2026-12-25", "2026-12-26"],
    }
    assert not [problem for problem in check(current().document) if problem.path.startswith("hours")]
    revision = current().revision
    assert alice.post(HOURS, form_of(alice, HOURS)).status_code == 302
    assert current().revision == revision
    page = alice.get(HOURS).content.decode()
    assert 'value="13:00"' in page and "changed" in page
    form = form_of(alice, HOURS)
    alice.post(HOURS, {**form, "mon-0-from": "", "mon-0-to": "", "mon-1-from": "", "mon-1-to": "", "holidays": ""})
    assert read("hours") == {"sat": ["22:00-24:00"]}


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"mon-0-from": "8:00", "mon-0-to": ""}, "mon-0-to"),
        ({"mon-0-from": "", "mon-0-to": "8:00"}, "mon-0-from"),
        ({"mon-0-from": "12:00", "mon-0-to": "8:00"}, "mon-0-to"),
        ({"mon-0-from": "8:00", "mon-0-to": "12:00", "mon-1-from": "11:00", "mon-1-to": "13:00"}, "mon-1-from"),
        ({"mon-0-from": "25:00", "mon-0-to": "26:00"}, "mon-0-from"),
        ({"mon-0-from": "8:60", "mon-0-to": "9:00"}, "mon-0-from"),
        ({"mon-0-from": "<b>", "mon-0-to": "9:00"}, "mon-0-from"),
        ({"holidays": "Christmas"}, "holidays"),
        ({"holidays": "2026-02-30"}, "holidays"),
        ({"holidays": "20261225"}, "holidays"),
    ],
)
def test_what_are_no_hours_is_said_where_it_stands(typed, at, alice):
    form = {name: value for name, value in form_of(alice, HOURS).items() if not name.startswith("mon")}
    answer = alice.post(HOURS, {**form, **typed})
    assert answer.status_code == 400
    assert at in answer.context["sheet"].errors
    assert not DraftOperation.objects.exists()
    saved = alice.post(HOURS, {**form, **typed, "dirty": list(typed)}, headers=FETCH)
    assert saved.status_code == 422


def test_a_portal_of_one_language_lacks_nothing(alice):
    edit(actor=SYSTEM, operations=[Set(("portal", "languages"), None)], title="English")
    assert "speaks one language" in alice.get(TEXTS).content.decode()


@pytest.fixture
def german(alice: Client) -> None:
    edit(actor=SYSTEM, operations=[Set(("portal", "languages"), ["en", "de"])], title="German")


def test_missing_texts_are_listed_page_by_page_and_written_in_place(alice, german):
    page = alice.get(TEXTS)
    lines = page.context["lines"]
    assert page.context["action"].endswith("language=de")
    assert len(lines) == 25 and page.context["page"].paginator.num_pages > 1
    assert {line.where.split(" · ")[0] for line in lines} <= {"Portal", "Role", "Team", "Statuses", "Request type"}
    second = alice.get(f"{TEXTS}?language=de&page=2").context["lines"]
    assert {line.block.first.html_name for line in lines}.isdisjoint(line.block.first.html_name for line in second)
    total = page.context["page"].paginator.count
    control = page.context["sheet"].controls[0]
    before = read(*control.path)
    answer = alice.post(f"{TEXTS}?language=de", {**texts_of(alice), control.name: "Auf Deutsch"})
    assert answer.status_code == 302
    assert read(*control.path) == {"de": "Auf Deutsch", "en": before}
    again = alice.get(TEXTS)
    assert again.context["page"].paginator.count == total - 1
    assert control.name not in again.context["sheet"].fields
    (last,) = DraftOperation.objects.filter(revision=current().revision)
    assert last.title.startswith("Texts in German")


def test_what_is_written_goes_to_its_text_however_the_list_has_moved(alice, german):
    form = texts_of(alice)
    first, third = (alice.get(TEXTS).context["sheet"].controls[at] for at in (0, 2))
    alice.post(TEXTS, {**form, first.name: "Erster", "dirty": [first.name]}, headers=FETCH)
    answer = alice.post(TEXTS, {**form, third.name: "Dritter", "dirty": [third.name]}, headers=FETCH)
    assert answer.content == b"Saved in the draft."
    assert read(*first.path)["de"] == "Erster" and read(*third.path)["de"] == "Dritter"
    # Mended afterwards, on the page that is still open.
    alice.post(TEXTS, {**form, first.name: "Der Erste", "dirty": [first.name]}, headers=FETCH)
    assert read(*first.path)["de"] == "Der Erste"
    alice.post(TEXTS, {**form, first.name: "", "dirty": [first.name]}, headers=FETCH)
    assert read(*first.path)["de"] == "Der Erste"


def test_other_languages_and_strange_boxes_change_nothing(alice, german):
    revision = current().revision
    assert alice.get(f"{TEXTS}?language=xx").status_code == 404
    assert alice.get(f"{TEXTS}?language=de&page=999").status_code == 200
    assert alice.post(TEXTS, {"revision": revision, "text-0000000000000000": "x", "text-name": "y"}).status_code == 302
    assert current().revision == revision


def test_a_refused_page_has_the_boxes_that_were_sent_and_the_error_at_its_day(alice):
    boxes = list(alice.get(HOURS).context["sheet"].fields)
    empty = {name: "" for name in boxes if name.endswith(("-from", "-to"))}
    page = alice.post(HOURS, {**empty, **form_of(alice, HOURS), "tue-0-from": "8:00", "tue-0-to": "zz"})
    assert page.status_code == 400
    assert list(page.context["sheet"].fields) == boxes
    rows = page.content.decode()
    assert "Write a time such as 08:00" in rows and 'value="8:00"' in rows
