"""Who handles a new request, and how pressing it is, is composed in sentences and written to the draft alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from portal_core.config.document.portal_document import AssignRule, RequestType
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.errors import DraftChanged
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from portal_core.desk.setup import sheet
from portal_core.desk.setup.handling_controls import TypeRules, course_controls, rule_controls
from portal_core.desk.setup.types import opening_controls
from portal_core.service_requests.models import Priority
from tests.desk.setup.test_sheets import form_of, read
from tests.service_requests.filing import file_request

PAGE = "/desk/setup/types/repair/handling/"
LEAK = json.dumps(["kind", "is", "leak"])
FETCH = {"X-Requested-With": "fetch"}


def rules() -> list[dict[str, Any]]:
    return read("types", "repair", "assign")


def plain(client: Client, path: str = PAGE) -> str:
    page = client.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def add(client: Client, **typed: str) -> Any:
    return client.post(f"{PAGE}add/", {"revision": "0", "when": "", "team": "", "priority": "normal", **typed})


def marks(client: Client) -> list[str]:
    return [line.mark for line in client.get(PAGE).context["lines"]]


def test_a_rule_is_composed_and_reads_as_a_sentence(alice):
    answer = add(alice, **{"when-0": LEAK, "team": "shop", "priority": "urgent"})
    assert answer.headers["Location"] == PAGE
    # Before the rule that always holds: behind it nothing would come to it.
    assert rules() == [
        {"when": {"field": "kind", "is": "leak"}, "team": "shop", "priority": "urgent"},
        {"team": "desk"},
    ]
    page = plain(alice)
    assert "When “Which?” is “A leak”, give it to Shop; it is urgent" in page
    assert "Otherwise, give it to Desk" in page
    assert live_portal().type("repair").assign[0].team == "desk"
    (made,) = DraftOperation.objects.all()
    assert made.title == "Repair: one more rule of who handles it"
    alice.post("/desk/setup/history/1/undo/")
    assert rules() == [{"team": "desk"}]


def test_a_rule_may_say_how_pressing_it_is_alone(alice):
    add(alice, **{"when-0": LEAK, "priority": "high"})
    assert rules()[0] == {"when": {"field": "kind", "is": "leak"}, "priority": "high"}
    assert "When “Which?” is “A leak”, it is high" in plain(alice)


def test_a_rule_that_says_nothing_is_refused_at_its_box_and_keeps_what_was_picked(alice):
    answer = add(alice, **{"when-0": LEAK})
    assert answer.status_code == 400
    assert answer.context["sheet"].errors.keys() == {"team"}
    page = answer.content.decode()
    assert "Choose a team, or say below how pressing it is." in page
    assert re.search(r'value="[^"]*leak[^"]*" selected', page)
    assert current().revision == 0


def test_a_rule_that_cannot_be_kept_comes_back_with_what_was_typed(alice, monkeypatch):
    long = "x" * 1_001
    answer = add(alice, **{"when-0": json.dumps(["what", "is", None]), "when-0-to": long, "team": "shop"})
    assert answer.status_code == 400 and long in answer.content.decode()
    assert answer.context["sheet"].errors == {"when": ["In “What? is …”, write at most 1,000 characters."]}

    def quicker(**_edit: Any) -> int:
        raise DraftChanged(1, 2)

    monkeypatch.setattr(sheet, "edit", quicker)
    answer = add(alice, **{"when-0": LEAK, "team": "shop"})
    assert answer.status_code == 400 and "Somebody changed the draft at the same moment." in answer.content.decode()
    assert re.search(r'value="[^"]*leak[^"]*" selected', answer.content.decode())
    assert rules() == [{"team": "desk"}] and current().revision == 0


def test_what_was_composed_is_what_happens_once_it_is_live(alice, people):
    from portal_core.accounts.actor import actor_for
    from portal_core.config.actions import publish

    add(alice, **{"when-0": LEAK, "team": "shop", "priority": "urgent"})
    publish(actor=actor_for(people["alice"]), document=current().document, note="")
    pressing = file_request(people["carol"], "repair", what="Pump", kind="leak", gauge="1")
    usual = file_request(people["carol"], "repair", what="Pump", kind="noise")
    assert (pressing.team_key, pressing.priority) == ("shop", Priority.URGENT)
    assert (usual.team_key, usual.priority) == ("desk", Priority.NORMAL)


def test_rules_are_changed_ordered_and_taken_out(alice):
    add(alice, **{"when-0": LEAK, "team": "shop"})
    first, second = marks(alice)
    form = {**form_of(alice, f"{PAGE}0/"), "mark": first, "priority": "high"}
    assert alice.post(f"{PAGE}0/", form).headers["Location"] == PAGE
    assert rules()[0]["priority"] == "high"
    first, second = marks(alice)
    alice.post(f"{PAGE}order/", {"key": second, "to": "up"})
    assert rules()[0] == {"team": "desk"}
    assert "It is never come to: the rule above it always holds." in plain(alice)
    answer = alice.post(f"{PAGE}order/", {"key": second, "to": "last"}, headers=FETCH)
    assert (answer.status_code, answer.content) == (204, b"")
    assert rules()[1] == {"team": "desk"}
    answer = alice.post(f"{PAGE}remove/", {"key": second}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == "draft-changed"
    assert len(answer.content) < 10_000 and b"<html" not in answer.content
    assert b"Otherwise" not in answer.content
    answer = alice.post(f"{PAGE}remove/", {"key": second}, headers={"HX-Request": "true"})
    assert b"The rules were changed meanwhile." in answer.content
    assert len(rules()) == 1
    assert "All others go to Desk, which handles “New”." in plain(alice)
    alice.post(f"{PAGE}remove/", {"key": first})
    assert rules() is None
    assert "Every request goes to Desk" in plain(alice)


def test_nobody_changes_another_rule_than_they_saw(alice, mona):
    add(alice, **{"when-0": LEAK, "team": "shop"})
    first, _second = marks(mona)
    form = {**form_of(mona, f"{PAGE}0/"), "mark": first, "priority": "urgent"}
    alice.post(f"{PAGE}order/", {"key": first, "to": "last"})
    before = rules()
    answer = mona.post(f"{PAGE}0/", form)
    assert answer.status_code == 409
    assert "The rules were changed meanwhile." in answer.content.decode()
    # What comes back, sent once more, is still about the rule that was seen.
    again = {**form, "mark": answer.context["mark"], "revision": current().revision}
    assert mona.post(f"{PAGE}0/", again).status_code == 409
    mona.post(f"{PAGE}remove/", {"key": "nothing"})
    assert rules() == before
    assert alice.get(f"{PAGE}7/").status_code == 404


def test_teams_that_are_gone_or_out_of_use_are_pointed_out(alice, people):
    from portal_core.accounts.actor import actor_for

    actor = actor_for(people["alice"])
    edit(actor=actor, operations=[Set(("teams", "desk", "retired"), True)], title="x")
    assert "Its team is not used any more. Choose another one, or bring the team back." in plain(alice)
    kept: Any = [
        {"team": "nowhere", "when": {"field": "gone", "is": "x"}},
        {"team": "shop", "when": {"field": "gone", "is": "y"}},
        {"person": "bob@example.com"},
        {"person": "bob@example.com", "priority": "low"},
    ]
    edit(actor=actor, operations=[Set(("types", "repair", "assign"), kept)], title="x")
    page = plain(alice)
    assert "Its team is gone. Choose another one." in page
    assert "It is about a question that is not asked any more." in page
    assert "Giving it to one person is not available yet. Choose a team." in page
    form = form_of(alice, f"{PAGE}2/")
    assert form["person"] == "bob@example.com"
    alice.post(f"{PAGE}2/", {**form, "mark": marks(alice)[2], "person": "", "team": "shop"})
    assert rules()[2] == {"team": "shop"}


def test_where_requests_begin_and_what_work_a_type_takes_away(alice):
    form = form_of(alice, PAGE)
    alice.post(PAGE, {**form, "removes": "phone-calls"})
    assert read("types", "repair", "removes") == "phone-calls"
    answer = alice.post(PAGE, {**form, "start": "nowhere"})
    assert answer.status_code == 400
    assert read("types", "repair", "start") == "new"


def test_other_statuses_are_for_types_without_requests(alice, people):
    alice.post("/desk/setup/new-flow/", {"name": "Errands", "copy": "way"})
    alice.post("/desk/setup/flows/errands/add/", {"name": "Seen", "turn": "us"})
    alice.post("/desk/setup/flows/errands/order/", {"key": "seen", "to": "first"})
    alice.post("/desk/setup/flows/errands/statuses/new/retire/")
    before = current().revision
    alice.post(f"{PAGE}flow/", {"flow": "errands"})
    assert (read("types", "repair", "flow"), current().revision) == ("errands", before + 1)
    assert read("types", "repair", "start") in [s["key"] for s in read("flows", "errands", "statuses")]
    alice.post(f"/desk/setup/history/{before + 1}/undo/")
    file_request(people["carol"], "repair", what="Pump", kind="noise")
    answer = alice.post(f"{PAGE}flow/", {"flow": "errands"}, follow=True)
    assert "There are requests of this type" in answer.content.decode()
    assert "add a copy of this request type" in answer.content.decode()
    assert read("types", "repair", "flow") == "way"


def test_the_review_says_the_rules_as_sentences(alice):
    add(alice, **{"when-0": LEAK, "team": "shop", "priority": "urgent"})
    page = plain(alice, "/desk/setup/publish/")
    assert "A new request “Repair” goes to" in page
    assert "“Shop”, urgent when “Which?” is “A leak”" in page


@pytest.mark.parametrize("path", ["", "add/", "0/", "order/", "remove/", "flow/"])
def test_only_who_may_configure_sees_and_changes_it(path, shop, people, client_for):
    before = current().as_json()
    for who, status in (("bob", 403), ("carol", 404)):
        client = client_for(people[who])
        assert client.get(f"{PAGE}{path}").status_code in (status, 405)
        assert client.post(f"{PAGE}{path}", {"key": "x", "flow": "way", "team": "shop"}).status_code == status
    assert current().as_json() == before


def test_everything_that_the_document_can_say_of_a_type_can_be_edited(alice):
    wanted = {field.alias or name for name, field in RequestType.model_fields.items()}
    # The key never changes; fields, rules, statuses and taking out have buttons of their own.
    wanted -= {"key", "fields", "assign", "flow", "retired"}
    draft = current()
    rules = TypeRules.of(draft, "repair")
    controls = [*opening_controls(draft, rules.item), *course_controls(rules)]
    assert wanted - {control.path[0] for control in controls} == set()
    rule = set(AssignRule.model_fields) - {"person"}
    assert rule == {control.path[0] for control in rule_controls(TypeRules.of(draft, "repair"), {})}
