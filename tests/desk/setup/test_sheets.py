"""Pages of the editor write small edits to the draft, and nothing that somebody else has changed meanwhile."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from tests.desk.setup.by_forms import Page

PORTAL = "/desk/setup/portal/"
FETCH = {"X-Requested-With": "fetch"}


def form_of(client: Client, path: str) -> dict[str, Any]:
    """What a page's sheet would send if nothing was changed."""
    sheet = client.get(path).context["sheet"]
    typed = {name: sheet[name].value() for name in sheet.fields}
    return {name: value for name, value in typed.items() if value is not None and value is not False and value != []}


def read(*path: str) -> Any:
    return current().read(path)


def test_every_page_opens_without_a_draft_and_changes_nothing(alice):
    for path in ("", "types/repair/", "types/repair/words/", "portal/", "history/", "bar/?parts=portal"):
        answer = alice.get(f"/desk/setup/{path}")
        assert answer.status_code == 200, path
    assert current().revision == 0


def test_a_sheet_sent_as_it_was_changes_nothing(alice):
    for path in (PORTAL, "/desk/setup/types/repair/words/"):
        answer = alice.post(path, form_of(alice, path))
        assert answer.status_code == 302, answer.context["sheet"].errors
    assert not DraftOperation.objects.exists()


def test_what_was_changed_is_in_the_draft_and_not_live(alice, people):
    live = canonical(live_portal().document)
    answer = alice.post(PORTAL, {**form_of(alice, PORTAL), "name": "Beta", "corners": "crisp"})
    assert answer.headers["Location"] == PORTAL
    assert (read("portal", "name"), read("portal", "brand", "corners")) == ("Beta", "crisp")
    assert canonical(live_portal().document) == live
    (edit,) = DraftOperation.objects.all()
    assert (edit.title, edit.author_id) == ("Brand and address: Name customers read, Corners", people["alice"].pk)
    page = alice.get(PORTAL).content.decode()
    assert "2 places changed, all on this page." in page
    assert page.count("is-changed") == 2
    assert "2 places changed, none on this page." in alice.get("/desk/setup/types/repair/").content.decode()


def test_what_cannot_be_kept_is_said_at_its_field_and_what_was_typed_stays(alice):
    answer = alice.post(PORTAL, {**form_of(alice, PORTAL), "prefix": "nw!", "welcome": "Typed long"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert answer.context["sheet"].errors.keys() == {"prefix"}
    assert "one to six capital letters" in page
    assert "Typed long" in page and 'value="nw!"' in page
    assert current().revision == 0
    answer = alice.post(PORTAL, {**form_of(alice, PORTAL), "name": ""})
    assert answer.context["sheet"].errors.keys() == {"name"}


def test_everything_that_is_wrong_is_said_in_one_round(alice):
    typed = {**form_of(alice, PORTAL), "name": "", "prefix": "nw!", "colour": "red"}
    answer = alice.post(PORTAL, typed)
    assert answer.context["sheet"].errors.keys() == {"name", "prefix", "colour"}
    page = answer.content.decode()
    assert "Write something here: it cannot stay empty" in page and "one to six capital letters" in page
    assert "This field is required" not in page
    assert current().revision == 0


def test_two_who_change_different_things_lose_nothing(alice, mona):
    first, second = form_of(alice, PORTAL), form_of(mona, PORTAL)
    alice.post(PORTAL, {**first, "name": "Beta"})
    mona.post(PORTAL, {**second, "welcome": "Hello"})
    assert (read("portal", "name"), read("portal", "welcome")) == ("Beta", "Hello")


def test_two_who_change_the_same_are_told_and_the_second_decides(alice, mona):
    first, second = form_of(alice, PORTAL), form_of(mona, PORTAL)
    alice.post(PORTAL, {**first, "name": "Beta"})
    answer = mona.post(PORTAL, {**second, "name": "Gamma", "welcome": "Hello"})
    assert answer.status_code == 400
    assert "Somebody changed this meanwhile to “Beta”" in answer.content.decode()
    assert (read("portal", "name"), read("portal", "welcome")) == ("Beta", None)
    again = answer.context["sheet"].data
    mona.post(PORTAL, again)
    assert (read("portal", "name"), read("portal", "welcome")) == ("Gamma", "Hello")


def test_saving_by_itself_writes_only_what_was_touched(alice, mona):
    form = form_of(alice, PORTAL)
    mona.post(PORTAL, {**form_of(mona, PORTAL), "welcome": "Hello"})
    for name in ("B", "Beta"):
        answer = alice.post(PORTAL, {**form, "name": name, "dirty": ["name"]}, headers=FETCH)
        assert (answer.status_code, answer.content.decode()) == (200, "Saved in the draft.")
        assert len(answer.content) < 10_000
    answer = alice.post(PORTAL, {**form, "name": form["name"], "dirty": ["name"]}, headers=FETCH)
    assert answer.status_code == 200
    assert (read("portal", "name"), read("portal", "welcome")) == (form["name"], "Hello")
    answer = alice.post(PORTAL, {**form, "welcome": "Mine", "dirty": ["welcome"]}, headers=FETCH)
    assert answer.status_code == 422
    assert "Words of welcome: Somebody changed this meanwhile" in answer.content.decode()
    assert read("portal", "welcome") == "Hello"


def test_a_page_opened_while_somebody_writes_on_is_in_nobodys_way(alice, mona):
    hers = form_of(mona, PORTAL)
    write = {"dirty": ["name"]}
    assert mona.post(PORTAL, {**hers, "name": "Be", **write}, headers=FETCH).status_code == 200
    opened = form_of(alice, PORTAL)
    assert opened["name"] == "Be"
    for name in ("Bet", "Beta", "Beta Heating"):
        assert mona.post(PORTAL, {**hers, "name": name, **write}, headers=FETCH).status_code == 200
    # One edit, and still it is known what stood there in between.
    assert DraftOperation.objects.count() == 1
    assert alice.post(PORTAL, {**opened, "welcome": "Hello"}).status_code == 302
    assert (read("portal", "name"), read("portal", "welcome")) == ("Beta Heating", "Hello")
    # Who changes the very words is told, as ever.
    assert alice.post(PORTAL, {**opened, "name": "Other"}).status_code == 400
    # Taken back it is as before all of it.
    (edit,) = [one for one in DraftOperation.objects.all() if "Name" in one.title]
    assert edit.changes[0]["before"] != "Be" and edit.changes[0]["after"] == "Beta Heating"


def test_of_writing_that_goes_on_and_on_only_so_much_is_kept(alice):
    form = form_of(alice, PORTAL)
    for number in range(30):
        typed = {**form, "name": f"Heating number {number}", "dirty": ["name"]}
        assert alice.post(PORTAL, typed, headers=FETCH).status_code == 200
    (edit,) = DraftOperation.objects.all()
    assert len(edit.changes[0]["meanwhile"]) == 20


def test_edits_are_taken_back_and_done_again(alice):
    alice.post(PORTAL, {**form_of(alice, PORTAL), "name": "Beta"})
    page = alice.get("/desk/setup/history/").content.decode()
    assert "Brand and address: Name customers read" in page
    alice.post("/desk/setup/history/1/undo/")
    assert not current().is_changed
    alice.post("/desk/setup/history/2/undo/")
    assert read("portal", "name") == "Beta"
    answer = alice.post("/desk/setup/history/1/undo/", follow=True)
    assert "cannot be undone" in answer.content.decode()
    alice.post("/desk/setup/discard/")
    assert not current().is_changed
    alice.post("/desk/setup/history/4/undo/")
    assert read("portal", "name") == "Beta"


def test_each_button_of_the_list_of_edits_says_what_it_takes_back_and_what_stands_in_its_way(alice, mona, people):
    for client, name in ((alice, "Beta"), (mona, "Gamma")):
        client.post(PORTAL, {**form_of(client, PORTAL), "name": name})
    alice.post(PORTAL, {**form_of(alice, PORTAL), "welcome": "Hello"})
    history = "/desk/setup/history/"

    def overtaken() -> list[int]:
        return [line.revision for line in alice.get(history).context["lines"] if line.is_overtaken]

    page = alice.get(history).content.decode()
    names = re.findall(r'<span class="sr"> (Brand and address: [^<]+), by ([^<]+), ', page)
    assert len(set(names)) == len(names) == 3
    assert overtaken() == [1] and page.count("changed again since: undo that first") == 1
    assert "cannot be undone" in alice.post(f"{history}1/undo/", follow=True).content.decode()
    alice.post(f"{history}2/undo/")
    assert overtaken() == [], "what went over it was taken back"
    alice.post(f"{history}1/undo/")
    assert read("portal", "name") != "Beta"


def test_a_box_that_was_not_kept_by_itself_is_named_to_the_page(alice):
    typed = {**form_of(alice, PORTAL), "prefix": "nw!", "dirty": ["prefix"]}
    answer = alice.post(PORTAL, typed, headers=FETCH)
    assert (answer.status_code, answer["X-Wrong-Field"]) == (422, "prefix")
    answer = alice.post(PORTAL, {**typed, "prefix": "NW"}, headers=FETCH)
    assert (answer.status_code, answer["X-Wrong-Field"]) == (200, "")


def test_a_blank_type_with_statuses_of_its_own_can_go_live_as_it_is(alice):
    page = Page.open(alice, "/desk/setup/")
    form = page.form("name", "flow", "copy")
    own = form.entry("flow", "New ones: a beginning and an end")
    assert form.boxes["flow"] == [own], "the other ones need questions that a blank form does not have"
    page.send(form.put(name="Lend me a heater"), "Add")
    assert (current().keys("flows")[-1], current().keys("types")[-1]) == ("lend-me-a-heater", "lend-me-a-heater")
    assert read("types", "lend-me-a-heater", "start") == "new"
    document = current().document
    assert [str(p) for p in check(document) if "heater" in p.path and p.level == "stop"] == []
    assert [str(p) for p in check(document) if "heater" in p.path and "flows" in p.path] == []
    alice.post(f"/desk/setup/history/{current().revision}/undo/")
    assert not current().is_changed, "one edit, taken back as one"


@pytest.mark.parametrize("typed", [{"name": "", "flow": "-own"}, {"name": "x", "flow": "-other"}, {"name": "x"}])
def test_without_a_name_or_statuses_nothing_is_added(typed, alice):
    before = current().revision
    assert alice.post("/desk/setup/types/_add/", typed).headers["Location"] == "/desk/setup/?missing=1#add"
    assert current().revision == before


def test_types_are_added_copied_ordered_retired_and_brought_back(alice):
    alice.post("/desk/setup/types/_add/", {"name": "Éclair & Söhne", "copy": "repair"})
    alice.post("/desk/setup/types/_add/", {"name": "北", "flow": "way"})
    keys = current().keys("types")
    assert keys[-2:] == ["eclair-sohne", "type"]
    assert read("types", "eclair-sohne", "fields") == read("types", "repair", "fields")
    assert read("types", "type", "start") == "new"
    alice.post("/desk/setup/types/_order/", {"key": "type", "to": "first"})
    alice.post("/desk/setup/types/_order/", {"key": "type", "to": "down"})
    assert current().keys("types")[:2] == [keys[0], "type"]
    alice.post("/desk/setup/types/_order/", {"key": "type", "to": f"before:{keys[0]}"})
    assert current().keys("types")[0] == "type"
    alice.post("/desk/setup/types/type/retire/")
    assert "type" not in current().keys("types")
    alice.post("/desk/setup/types/repair/retire/")
    assert read("types", "repair", "retired") is True
    assert re.search('Bring back<span class="sr"> Repair', alice.get("/desk/setup/").content.decode())
    alice.post("/desk/setup/types/repair/retire/")
    assert read("types", "repair", "retired") is None
    assert alice.get("/desk/setup/types/nothing/").status_code == 404
    assert alice.get("/desk/setup/types/nothing/words/").status_code == 404
