"""The lists that all types share: adding, wording, ordering, taking out; the document stays readable throughout."""

from __future__ import annotations

import pytest
from django.urls import reverse

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.checks import check
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.problems import stops
from portal_core.desk.setup.catalogues import CATALOGUES
from tests.desk.setup.test_sheets import form_of, read


def hrefs(what: str) -> tuple[str, str, str]:
    name = f"desk:setup_{what}"
    return reverse(name), reverse(f"{name}_add"), reverse(f"{name}_order")


@pytest.mark.parametrize("what", CATALOGUES)
def test_each_list_takes_new_items_words_them_orders_them_and_takes_them_out(alice, what):
    collection = CATALOGUES[what].collection
    listed, added, ordered = hrefs(what)
    assert alice.get(listed).status_code == 200
    for name in ("First one", "Second one", "First one"):
        answer = alice.post(added, {"name": name})
        page = answer.headers["Location"]
        assert alice.get(page).status_code == 200
        before = current().revision
        assert alice.post(page, form_of(alice, page)).status_code == 302
        assert current().revision == before, "a page that was sent as it was changed something"
    assert current().keys(collection)[-3:] == ["first-one", "second-one", "first-one-2"]
    alice.post(ordered, {"key": "second-one", "to": "first"})
    assert current().keys(collection)[0] == "second-one"
    name_field = "subject" if what == "messages" else "name"
    page = f"{listed}second-one/"
    alice.post(page, {**form_of(alice, page), name_field: "Renamed"})
    assert "Renamed" in alice.get(listed).content.decode()
    assert "changed" in alice.get(listed).content.decode()
    alice.post(f"{listed}second-one/retire/")
    assert "second-one" not in current().keys(collection)
    assert alice.get(page).status_code == 404
    assert alice.post(f"{page}retire/").status_code == 404
    assert alice.post(added, {"name": "  "}).status_code == 400
    # What was added is a document that can be read, and most of it one that can be published.
    assert current().document is not None


def test_what_is_live_is_retired_and_brought_back(alice):
    for name in ("Guarantee", "Boiler"):
        alice.post(hrefs("document_kinds" if name == "Guarantee" else "record_kinds")[1], {"name": name})
    alice.post("/desk/setup/record-kinds/boiler/fields/_add/", {"label": "Maker", "kind": "text"})
    alice.post(
        "/desk/setup/record-kinds/boiler/",
        {**form_of(alice, "/desk/setup/record-kinds/boiler/"), "title": "{field:maker}"},
    )
    draft = current().document
    assert stops(check(draft, live_portal().document)) == ()
    publish(actor=SYSTEM, document=draft)
    alice.post("/desk/setup/document-kinds/guarantee/retire/")
    assert read("document_kinds", "guarantee", "retired") is True
    assert "Bring back" in alice.get("/desk/setup/document-kinds/").content.decode()
    alice.post("/desk/setup/document-kinds/guarantee/retire/")
    assert not current().is_changed
    # The fields of a kind of record are edited by the same pages.
    assert alice.get("/desk/setup/record-kinds/boiler/fields/").status_code == 200
    alice.post("/desk/setup/record-kinds/boiler/fields/maker/switch/", {"do": "required"})
    assert read("record_kinds", "boiler", "fields", "maker", "required") is True


def test_the_name_of_a_record_is_put_together_from_what_everybody_sees(alice):
    assert "publish-live" in alice.get("/desk/setup/record-kinds/").content.decode()
    alice.post(hrefs("record_kinds")[1], {"name": "Boiler"})
    assert "publish-live" not in alice.get("/desk/setup/record-kinds/").content.decode()
    path = "/desk/setup/record-kinds/boiler/"
    for label in ("Maker", "Cost"):
        alice.post(f"{path}fields/_add/", {"label": label, "kind": "text"})
    hidden = [Set(("record_kinds", "boiler", "fields", "cost", "show"), {"customer": "hidden"})]
    edit(actor=SYSTEM, operations=hidden, title="Staff alone")
    shown = alice.get(path).content.decode()
    assert 'data-put="{field:maker}" data-into="id_title"' in shown
    assert 'data-put="{field:cost}"' not in shown and "not everybody sees it" in shown
    alice.post(path, {**form_of(alice, path), "title": "{field:cost}"})
    assert "{field:cost} cannot be used here: not everybody sees it." in alice.get(path).content.decode()


def test_what_a_list_does_not_offer_stays_as_it_is(alice):
    """A document from a file may say what no box of the page can say."""
    alice.post(hrefs("document_kinds")[1], {"name": "Plan"})
    path = "/desk/setup/document-kinds/plan/"
    operations = [Set(("document_kinds", "plan", "accept"), ["pdf", "docx"])]
    edit(actor=SYSTEM, operations=operations, title="From a file")
    # A browser sends only what it has a box for.
    alice.post(path, {**form_of(alice, path), "accept": ["pdf"], "valid": "12"})
    assert read("document_kinds", "plan", "accept") == ["pdf", "docx"]
    assert read("document_kinds", "plan", "valid_months") == 12
    alice.post(path, {**form_of(alice, path), "accept": ["image"]})
    assert read("document_kinds", "plan", "accept") == ["image", "docx"]


def test_a_role_of_ones_own_has_a_column_and_never_more_than_its_base(alice):
    alice.post(hrefs("roles")[1], {"name": "Night shift"})
    path = "/desk/setup/roles/night-shift/"
    answer = alice.post(path, {**form_of(alice, path), "permissions": ["see", "reply"], "scope": "team"})
    assert answer.status_code == 302
    assert read("roles", "night-shift", "permissions") == ["see", "reply"]
    assert "Night shift" in alice.get("/desk/setup/types/repair/").content.decode()
    before = current().revision
    assert alice.post(path, {**form_of(alice, path), "permissions": ["manage_team"]}).status_code == 400
    assert alice.post(path, {**form_of(alice, path), "based_on": "owner"}).status_code == 400
    assert current().revision == before


def test_two_of_one_name_are_pointed_out_in_the_list_and_by_the_review(alice):
    alice.post("/desk/setup/teams/_add/", {"name": "desk"})
    assert alice.get("/desk/setup/teams/").content.decode().count("Another team has this name") == 2
    found = [problem for problem in check(current().document) if "are called" in problem.problem]
    assert [(p.path, p.problem, p.level) for p in found] == [
        ("teams.desk-2.name", "Several teams are called “desk”.", "warning")
    ]
    alice.post("/desk/setup/teams/desk-2/retire/")
    assert "Another team has this name" not in alice.get("/desk/setup/teams/").content.decode()


@pytest.mark.parametrize("name", ["document_kinds", "record_kinds", "ready_answers", "messages"])
def test_two_of_one_name_are_pointed_out_in_every_list_and_on_their_pages(name, alice):
    listed, add, *_ = hrefs(name)
    for called in ("Note one", " note  ONE ", "Other"):
        alice.post(add, {"name": called})
    words = f"Another {CATALOGUES[name].noun} has this name"
    assert alice.get(listed).content.decode().count(words) == 2
    first, _second, other = current().keys(name)[-3:]
    assert words in alice.get(f"{listed}{first}/").content.decode()
    assert words not in alice.get(f"{listed}{other}/").content.decode()


def test_a_role_that_is_called_like_one_that_every_portal_has_is_pointed_out(alice):
    alice.post(hrefs("roles")[1], {"name": "Manager"})
    for page in ("", f"{current().keys('roles')[-1]}/"):
        assert "Another role has this name" in alice.get(f"/desk/setup/roles/{page}").content.decode()


def test_two_types_sets_of_statuses_and_statuses_of_one_name_are_pointed_out_where_they_stand(alice):
    alice.post("/desk/setup/types/_add/", {"name": "Repair", "copy": "repair"})
    assert alice.get("/desk/setup/").content.decode().count("Another request type has this name") == 2
    assert "Another request type has this name" in alice.get("/desk/setup/types/repair/words/").content.decode()
    flow = str(current().keys("flows")[0])
    for name in ("Errands", "errands"):
        alice.post(reverse("desk:setup_flow_add"), {"name": name, "copy": flow})
    assert alice.get("/desk/setup/flows/").content.decode().count("Other statuses have this name") == 2
    first, second, *_ = read("flows", flow, "statuses")
    path = ("flows", flow, "statuses", second["key"], "name")
    edit(actor=SYSTEM, operations=[Set(path, first["name"])], title="Alike")
    page = alice.get(f"/desk/setup/flows/{flow}/statuses/{second['key']}/").content.decode()
    assert "Several statuses here are called" in page
    found = {problem.path for problem in check(current().document) if "are called" in problem.problem}
    assert found >= {f"flows.{flow}.statuses.{second['key']}.name"}


def test_a_name_that_is_left_out_is_asked_for_in_the_products_words(alice):
    path = "/desk/setup/teams/desk/"
    answer = alice.post(path, {**form_of(alice, path), "name": ""})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Write something here: it cannot stay empty" in page
    assert "This field is required" not in page
