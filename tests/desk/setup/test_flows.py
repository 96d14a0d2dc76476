"""The editor of flows: statuses with their contract, steps, ways, what is asked, and what is missing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal_core.accounts.actor import actor_for
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.models import DraftOperation
from tests.contracts.rendering import rendered
from tests.desk.setup.test_sheets import FETCH, form_of, read

FLOWS = "/desk/setup/flows/"
WAY = f"{FLOWS}way/"
NEW = f"{WAY}statuses/new/"
STATUSES = ("flows", "way", "statuses")


def keys() -> list[str]:
    return [status["key"] for status in read(*STATUSES)]


def contract(client: Client, status: str = "new") -> dict[str, Any]:
    return form_of(client, f"{WAY}statuses/{status}/")


def page(client: Client, path: str = NEW) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_opens_and_changes_nothing(alice):
    for path in (FLOWS, WAY, NEW, f"{WAY}statuses/over/", f"{WAY}steps/", f"{WAY}ways/0/"):
        page(alice, path)
    assert current().revision == 0
    for path in (f"{FLOWS}nothing/", f"{WAY}statuses/nothing/", f"{WAY}ways/99/", f"{NEW}asks/nothing/"):
        assert alice.get(path).status_code == 404, path


def test_a_new_status_comes_after_another_and_goes_on_where_that_one_goes_on(alice):
    assert '<option value="known" selected>' in page(alice, WAY).partition('id="new-after"')[2], (
        "the last before an end"
    )
    picked = page(alice, f"{WAY}statuses/new/").partition('id="new-after"')[2]
    assert '<option value="new" selected>' in picked, "the first is proposed to those who picked it"
    alice.post(f"{WAY}add/", {"name": "Waits for a part", "turn": "us", "after": "known"})
    assert keys() == ["new", "known", "waits-for-a-part", "over"]
    ways = read("flows", "way", "transitions")
    assert ways[-1] == {"from": ["known"], "to": "waits-for-a-part", "by": ["agent"]}
    assert [way["to"] for way in ways if "waits-for-a-part" in way["from"]] == ["over", "over"]
    made = read(*STATUSES, "waits-for-a-part")
    assert made["handler"] == read(*STATUSES, "known")["handler"]
    shown = page(alice, f"{WAY}statuses/waits-for-a-part/")
    for mended in (
        "No request can ever come to this status",
        "ever come to an end",
        "Nobody has requests in this status",
    ):
        assert mended not in shown
    # What it promises is for the owner to say.
    for open_still in ("Customers have no name", "Nothing says how long", "Nothing says whether the customer is told"):
        assert open_still in shown


def test_an_end_that_comes_after_a_status_goes_on_nowhere(alice):
    before = read("flows", "way", "transitions")
    alice.post(f"{WAY}add/", {"name": "Given up", "turn": "stopped", "after": "known"})
    assert read("flows", "way", "transitions") == [*before, {"from": ["known"], "to": "given-up", "by": ["agent"]}]
    alice.post(f"{WAY}add/", {"name": "After an end", "turn": "us", "after": "over"})
    assert len(read("flows", "way", "transitions")) == len(before) + 1, "nothing comes after an end"


def test_a_contract_sent_as_it_was_changes_nothing(alice):
    for status in ("new", "known", "over"):
        answer = alice.post(f"{WAY}statuses/{status}/", contract(alice, status))
        assert answer.status_code == 302, answer.context["sheet"].errors
    assert not DraftOperation.objects.exists()


def test_the_whole_contract_is_written_from_the_panel(alice):
    typed = {
        **contract(alice),
        "name": "Waits",
        "customer_name": "We wait for you",
        "turn": "customer",
        "handler-0-team": "shop",
        "expected": "2",
        "expected-unit": "working_days",
        "if_late-0-tell": "handler",
        "if_late-0-after_days": "0",
        "notify-0-who": "customer",
        "notify-0-when": "daily",
        "customer_may": ["message", "upload"],
        "when_done": "known",
        "remind-0-after_days": "3",
        "close": "14",
        "close-to": "over",
    }
    answer = alice.post(NEW, typed)
    assert answer.status_code == 302, answer.context["sheet"].errors
    status = read(*STATUSES, "new")
    assert status["name"] == "Waits" and status["turn"] == "customer"
    assert status["handler"] == [{"team": "shop"}]
    assert status["expected"] == {"days": 2, "working": True}
    assert status["if_late"] == [{"tell": "handler"}]
    assert status["notify"] == [{"who": "customer", "when": "daily"}]
    assert status["customer_may"] == ["message", "upload"]
    assert (status["when_done"], status["remind"]) == ("known", [{"after_days": 3}])
    assert status["close"] == {"after_days": 14, "to": "over"}
    (edited,) = DraftOperation.objects.all()
    assert "Waiting on" in edited.title and "Way" in edited.title
    again = contract(alice)
    assert (again["expected"], again["expected-unit"], again["close-to"]) == (2, "working_days", "over")


def test_rules_are_added_and_go_row_by_row_and_conditions_stay_with_theirs(alice, people):
    when = {"field": "kind", "is": "leak"}
    rules = [{"when": when, "team": "shop"}, {"team": "desk"}]
    edit(actor=actor_for(people["alice"]), operations=[Set((*STATUSES, "new", "handler"), rules)], title="Rules")
    typed = contract(alice)
    assert "Only when Which? is A leak" in page(alice)
    alice.post(NEW, {**typed, "handler-1-team": "", "handler-2-team": "shop"})
    assert read(*STATUSES, "new", "handler") == [{"team": "shop", "when": when}, {"team": "shop"}]
    # The same page again, as a script sends it: what it shows as a third rule is still one.
    alice.post(NEW, {**typed, "handler-2-team": "desk", "dirty": ["handler-2-team"]}, headers=FETCH)
    assert read(*STATUSES, "new", "handler") == [{"team": "shop", "when": when}, {"team": "desk"}, {"team": "desk"}]


def test_rules_are_put_in_order_by_buttons_and_what_was_typed_beside_is_kept(alice, people):
    when = {"field": "kind", "is": "leak"}
    rules = [{"when": when, "team": "shop"}, {"team": "desk"}]
    edit(actor=actor_for(people["alice"]), operations=[Set((*STATUSES, "new", "handler"), rules)], title="Rules")
    shown = page(alice)
    assert shown.count('name="move" value="handler-') == 4
    assert 'value="handler-0-up" disabled' in shown and 'value="handler-1-down" disabled' in shown
    assert 'name="move" value="remind-' not in shown, "a single rule has nowhere to go"
    # Enter in a box presses the first button of the form, which moves nothing.
    assert 'name="move"' not in shown.partition("data-draft>")[2].partition("</button>")[0]
    answer = alice.post(NEW, {**contract(alice), "meaning": "Typed as well", "move": "handler-1-up"})
    assert answer.url.endswith("/statuses/new/#handler")
    assert read(*STATUSES, "new", "handler") == [{"team": "desk"}, {"team": "shop", "when": when}]
    assert read(*STATUSES, "new", "meaning") == "Typed as well"
    alice.post(NEW, {**contract(alice), "handler-0-team": "", "move": "handler-0-down"})
    assert read(*STATUSES, "new", "handler") == [{"team": "shop", "when": when}]


def test_a_script_moves_rules_by_their_places(alice, mona, people):
    rules = [{"tell": "handler"}, {"tell": "team", "after_days": 1}, {"tell": "owner", "after_days": 3}]
    edit(actor=actor_for(people["alice"]), operations=[Set((*STATUSES, "new", "if_late"), rules)], title="Rules")
    places = {"if_late-0-place": "2", "if_late-1-place": "0", "if_late-2-place": "1", "dirty": ["if_late-0-place"]}
    seen = contract(mona)
    assert alice.post(NEW, {**contract(alice), **places}, headers=FETCH).status_code == 200
    assert read(*STATUSES, "new", "if_late") == [*rules[1:], rules[0]]
    # Who moves them meanwhile on a page that shows another order is told, and moves nothing.
    answer = mona.post(NEW, {**seen, "move": "if_late-1-up"})
    assert answer.status_code == 400 and "Somebody changed this meanwhile" in answer.content.decode()
    assert read(*STATUSES, "new", "if_late") == [*rules[1:], rules[0]]
    assert [row.key for row in answer.context["sheet"].groups()[_group(answer, "if-late")].rows] == [
        "if_late-1",
        "if_late-0",
        "if_late-2",
    ], "what comes back stands as it was moved"


def _group(answer, anchor: str) -> int:
    return [group.anchor for group in answer.context["sheet"].groups()].index(anchor)


def test_what_moves_nothing_changes_nothing(alice, people):
    rules = [{"team": "shop"}, {"team": "desk"}]
    edit(actor=actor_for(people["alice"]), operations=[Set((*STATUSES, "new", "handler"), rules)], title="Rules")
    moves = ["handler-9-up", "handler-0", "-", "up", "nothing-0-up", "handler-0-sideways"]
    for move, place in zip(moves, ["", "-1", "99", "\u0665", "one", "0"], strict=True):
        answer = alice.post(NEW, {**contract(alice), "handler-0-place": place, "move": move})
        assert answer.status_code == 302, move
        assert read(*STATUSES, "new", "handler") == rules, move


def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(alice):
    answer = alice.post(NEW, {**contract(alice), "name": "", "expected": "0", "meaning": "Typed long"})
    assert answer.status_code == 400
    assert answer.context["sheet"].errors.keys() == {"name", "expected"}
    assert "Typed long" in answer.content.decode()
    answer = alice.post(NEW, {**contract(alice), "handler-0-rest": '{"x": 1}', "handler-0-team": "shop"})
    assert answer.status_code == 400
    answer = alice.post(NEW, {**contract(alice), "handler-0-rest": "[", "turn": "their"})
    assert answer.status_code == 400
    assert current().revision == 0


def test_two_who_edit_one_contract_lose_nothing(alice, mona):
    first, second = contract(alice), contract(mona)
    alice.post(NEW, {**first, "meaning": "Hers"})
    mona.post(NEW, {**second, "next_step": "Hers too"})
    assert (read(*STATUSES, "new", "meaning"), read(*STATUSES, "new", "next_step")) == ("Hers", "Hers too")
    answer = mona.post(NEW, {**second, "meaning": "Mine"})
    assert answer.status_code == 400
    assert "Somebody changed this meanwhile to “Hers”" in answer.content.decode()
    assert read(*STATUSES, "new", "meaning") == "Hers"


def test_statuses_are_added_copied_ordered_taken_out_and_brought_back(alice):
    alice.post(f"{WAY}add/", {"name": "Part on order", "turn": "us"})
    alice.post(f"{WAY}add/", {"name": "New", "copy": "known"})
    alice.post(f"{WAY}add/", {"name": " "})
    assert keys() == ["new", "known", "part-on-order", "new-2", "over"]
    assert read(*STATUSES, "new-2", "meaning") == "A person has it."
    assert read("flows", "way", "transitions")[2]["from"] == ["known", "new-2"]
    alice.post(f"{WAY}order/", {"key": "new-2", "to": "first"})
    assert keys()[0] == "new-2"
    alice.post(f"{WAY}statuses/new-2/retire/")
    assert "new-2" not in keys()
    assert read("flows", "way", "transitions")[2]["from"] == ["known"]
    alice.post(f"{WAY}statuses/known/retire/")
    assert read(*STATUSES, "known", "retired") is True
    assert read("flows", "way", "transitions") == [
        {"from": ["new"], "to": "over", "by": ["agent"], "ask_reason": True, "label": "Close"}
    ]
    assert "Bring back" in page(alice, WAY)
    alice.post(f"{WAY}statuses/known/retire/")
    assert read(*STATUSES, "known", "retired") is None


def test_where_requests_begin_cannot_be_taken_out_until_they_begin_elsewhere(alice):
    answer = alice.post(f"{NEW}retire/", follow=True)
    assert "Repair and Sale begin here" in answer.content.decode()
    assert read(*STATUSES, "new", "retired") is None
    for kind in ("repair", "sale", "nothing"):
        alice.post(f"{WAY}statuses/known/begin/", {"type": kind})
    assert (read("types", "repair", "start"), read("types", "sale", "start")) == ("known", "known")
    alice.post(f"{NEW}retire/")
    assert read(*STATUSES, "new", "retired") is True


def test_flows_are_added_copied_named_retired_and_brought_back(alice):
    alice.post("/desk/setup/new-flow/", {"name": "Errands"})
    alice.post("/desk/setup/new-flow/", {"name": "Way", "copy": "way"})
    answer = alice.post("/desk/setup/new-flow/", {"name": ""}, follow=True)
    assert "A name is needed" in answer.content.decode()
    assert current().keys("flows") == ["way", "errands", "way-2"]
    assert len(read("flows", "way-2", "statuses")) == 3
    assert "No request type goes through “Errands”." in page(alice, f"{FLOWS}errands/")
    alice.post(f"{FLOWS}errands/rename/", {"name": "Purchases"})
    assert read("flows", "errands", "name") == "Purchases"
    answer = alice.post(f"{WAY}retire/", follow=True)
    assert "is used by Repair, Sale" in answer.content.decode()
    assert read("flows", "way", "retired") is None
    alice.post(f"{FLOWS}errands/retire/")
    assert "errands" not in current().keys("flows")


def test_steps_are_added_named_ordered_and_go_with_what_pointed_to_them(alice):
    steps = f"{WAY}steps/"
    alice.post(f"{steps}change/", {"do": "add", "name": "Visit"})
    alice.post(f"{steps}change/", {"key": "visit", "to": "up"})
    assert [step["key"] for step in read("flows", "way", "steps")] == ["visit", "one"]
    alice.post(steps, {**form_of(alice, steps), "step-visit": "We come by"})
    assert read("flows", "way", "steps", "visit", "name") == "We come by"
    answer = alice.post(steps, {**form_of(alice, steps), "step-visit": ""})
    assert answer.status_code == 400
    alice.post(f"{steps}change/", {"do": "remove", "key": "one"})
    assert [step["key"] for step in read("flows", "way", "steps")] == ["visit"]
    assert all("step" not in status for status in read(*STATUSES))


def test_ways_read_in_plain_words_and_are_added_changed_and_taken_out(alice):
    shown = page(alice)
    assert "by agents, once “Cause” is filled in" in shown
    assert "by agents, with a reason" in shown
    answer = alice.post(f"{NEW}ways/", {"to": "", "by": "agent"}, follow=True)
    assert "Choose where the way leads" in answer.content.decode()
    alice.post(f"{WAY}statuses/known/ways/", {"to": "new", "by": ["agent", "customer"]})
    assert read("flows", "way", "transitions")[3] == {"from": ["known"], "to": "new", "by": ["agent", "customer"]}
    path = f"{WAY}ways/3/"
    answer = alice.get(path)
    typed = {**form_of(alice, path), "mark": answer.context["line"].mark, "status": "known"}
    alice.post(path, {**typed, "by": ["engineer"], "must_fill": ["what"], "label": "Again", "ask_reason": "on"})
    move = read("flows", "way", "transitions")[3]
    assert (move["by"], move["must_fill"], move["label"], move["ask_reason"]) == (["engineer"], ["what"], "Again", True)
    answer = alice.post(path, {**typed, "label": "Stale"})
    assert answer.status_code == 409
    assert "were changed meanwhile" in answer.content.decode()
    again = {**typed, "label": "Stale", "mark": answer.context["mark"], "revision": current().revision}
    assert alice.post(path, again).status_code == 409
    assert read("flows", "way", "transitions")[3] == move
    line = next(line for line in alice.get(f"{WAY}statuses/known/").context["picked"].moves if line.to == "new")
    alice.post(f"{WAY}ways/3/remove/", {"mark": "stale", "status": "known"})
    assert len(read("flows", "way", "transitions")) == 4
    alice.post(f"{WAY}ways/3/remove/", {"mark": line.mark, "status": "known"})
    assert len(read("flows", "way", "transitions")) == 3


def test_a_way_from_several_statuses_can_go_from_one_of_them(alice):
    line = alice.get(NEW).context["picked"].moves[1]
    alice.post(f"{WAY}ways/1/remove/", {"mark": line.mark, "status": "new"})
    assert read("flows", "way", "transitions")[1]["from"] == ["known"]


def test_what_is_asked_is_added_shaped_ordered_and_taken_out(alice):
    asks = f"{NEW}asks/"
    answer = alice.post(asks, {"do": "add", "kind": "fill"})
    assert answer.headers["Location"] == f"{asks}fill/"
    alice.post(asks, {"do": "add", "kind": "approve"})
    alice.post(asks, {"do": "add", "kind": "upload", "document_kind": "nothing"})
    assert [ask["key"] for ask in read(*STATUSES, "new", "asks")] == ["fill", "approve"]
    alice.post(f"{asks}fill/", {**form_of(alice, f"{asks}fill/"), "fields": ["phone"], "label": "Your number"})
    typed = {**form_of(alice, f"{asks}approve/"), "fields": ["what"], "declined": "over", "expires_days": "7"}
    alice.post(f"{asks}approve/", {**typed, "consent": "I agree", "required": ""})
    fill, approve = read(*STATUSES, "new", "asks")
    assert fill == {"key": "fill", "do": "fill", "fields": ["phone"], "label": "Your number"}
    assert (approve["declined"], approve["expires_days"], approve["required"]) == ("over", 7, False)
    assert "Your number" in page(alice)
    alice.post(asks, {"key": "approve", "to": "up"})
    alice.post(asks, {"key": "fill", "do": "remove"})
    assert [ask["key"] for ask in read(*STATUSES, "new", "asks")] == ["approve"]


def test_the_questions_offered_are_those_that_every_type_of_the_flow_asks(alice, people):
    from portal_core.accounts.actor import actor_for

    fields = [field for field in read("types", "sale", "fields") if field["key"] != "phone"]
    edit(actor=actor_for(people["alice"]), operations=[Set(("types", "sale", "fields"), fields)], title="Fewer")
    alice.post(f"{NEW}asks/", {"do": "add", "kind": "fill"})
    sheet = alice.get(f"{NEW}asks/fill/").context["sheet"]
    assert [key for key, _label in sheet.fields["fields"].choices] == ["what", "kind", "gauge", "cause"]
    shown = page(alice)
    assert "Repair and Sale" in shown and "What changes here changes for all 2 request types." in shown
    assert 'href="/desk/setup/flows/way/"' in page(alice, "/desk/setup/types/repair/")


@pytest.mark.parametrize(
    ("part", "rule"), [("remind", [{"after_days": 2}]), ("close", {"after_days": 9, "to": "over"})]
)
def test_what_runs_in_the_customers_turn_alone_steps_aside_elsewhere_unless_something_is_said_there(
    alice, people, part, rule
):
    aside = f'rules theirs-alone" id="{part}"'
    assert aside in page(alice, NEW)
    edit(actor=actor_for(people["alice"]), operations=[Set((*STATUSES, "new", part), rule)], title="Rules")
    shown = page(alice, NEW)
    assert aside not in shown and f'id="{part}"' in shown


def test_a_type_whose_statuses_are_gone_leads_to_where_others_are_chosen(alice, people):
    edit(actor=actor_for(people["alice"]), operations=[Set(("types", "repair", "flow"), "lost")], title="Gone")
    shown = page(alice, "/desk/setup/types/repair/")
    chosen = "/desk/setup/types/repair/handling/#other-flow"
    assert f'<a href="{chosen}">its statuses are gone: choose others</a>' in shown
    assert "“”" not in shown and "/desk/setup/flows/lost/" not in shown
    assert "“”" not in page(alice, "/desk/setup/types/repair/handling/")


def test_what_is_missing_is_pointed_out_where_it_stands_in_names_and_with_its_mend(alice):
    assert alice.get(NEW).context["findings"] == alice.get(NEW).context["picked"].findings == []
    alice.post(f"{WAY}add/", {"name": "Part on order"})
    answer = alice.get(f"{WAY}statuses/part-on-order/")
    shown = answer.content.decode()
    found = {finding.text for finding in answer.context["picked"].findings}
    assert {
        "No request can ever come to this status.",
        "From this status no request can ever come to an end.",
        "Nothing says what this status means.",
        "Nobody has requests in this status.",
        "Nothing says how long it takes.",
    } <= found
    everything = [*answer.context["findings"], *answer.context["picked"].findings]
    assert all(finding.mend for finding in everything)
    unreachable = next(finding for finding in everything if finding.text == "No request can ever come to this status.")
    assert unreachable.mend.startswith("Open another status and add a way to this one")
    assert "to mend" in shown and "#meaning" in shown
    for finding in everything:
        assert not re.search(r"[{}]|part-on-order|must_fill|customer_name", f"{finding.text} {finding.mend}")
    alice.post(NEW, {**contract(alice), "meaning": "", "next_step": "{nobody} comes"})
    texts = {finding.text for finding in alice.get(NEW).context["picked"].findings}
    assert "Nothing says what this status means." in texts
    assert "There is no placeholder {nobody}." in texts


def test_what_points_to_something_that_is_gone_is_said_in_names(alice, people):
    from portal_core.accounts.actor import actor_for

    operations = [
        Set((*STATUSES, "new", "handler"), [{"team": "gone", "when": {"field": "phone", "is": "x"}}, {"team": "desk"}]),
        Set((*STATUSES, "new", "when_done"), "nowhere"),
        Set(("types", "sale", "fields"), read("types", "sale", "fields")[:3]),
        Set(("flows", "way", "transitions", "0", "must_fill"), ["cause"]),
    ]
    edit(actor=actor_for(people["alice"]), operations=operations, title="Broken")
    found = alice.get(NEW).context["picked"].findings
    texts = " ".join(f"{finding.text} {finding.mend}" for finding in found)
    assert "A team is named here that does not exist any more." in texts
    assert "A status is named here that does not exist any more." in texts
    assert "“Cause” is to be filled in, and “Sale”, which goes this way, has no such field." in texts
    assert "The condition asks for “Phone”, and the request type “Sale” has no such field." in texts
    assert "“gone”" not in texts and "nowhere" not in texts and "cause" not in texts
    assert all(finding.mend for finding in found)
    alice.post(f"{NEW}asks/", {"do": "add", "kind": "fill"})
    alice.post(
        f"{NEW}asks/fill/", {**form_of(alice, f"{NEW}asks/fill/"), "fields": ["what"], "help": "{field:nothing}"}
    )
    mends = {finding.mend for finding in alice.get(NEW).context["picked"].findings}
    assert "Let customers edit it in this status, among the type’s fields, or do not ask for it here." in mends
    assert {"handler", "when-done", "ways"} <= {finding.anchor for finding in found}


def test_requests_are_counted_where_they_stand_in_one_query(alice, shop):
    shop.file()
    shop.file("sale")
    answer = alice.get(NEW)
    counts = {line.key: line.count for line in answer.context["lines"]}
    assert counts == {"new": 2, "known": 0, "over": 0}
    assert "2 now" in answer.content.decode() and "2 open requests are somewhere on it now" in answer.content.decode()
    for kind in ("repair", "sale"):
        alice.post(f"{WAY}statuses/known/begin/", {"type": kind})
    alice.post(f"{NEW}retire/")
    assert "goes away, and 2 open requests stand in it" in page(alice, WAY)


def test_the_preview_is_the_portals_own_card(alice):
    alice.post(NEW, {**contract(alice), "customer_name": "A sentence of ours", "next_step": "{handler} calls you"})
    with rendered() as templates:
        shown = page(alice)
    assert "components/request_card.html" in templates
    assert shown.count("A sentence of ours") >= 3
    assert "Desk calls you" in shown


def test_a_page_that_stands_open_follows_the_draft(alice):
    """What was mended or reworded a moment ago is not said any more as it was: table, findings, card and words."""
    again = f"{WAY}drawing/?status=new"
    alice.post(f"{WAY}add/", {"name": "Stands apart"})
    before = page(alice, again)
    assert before.count("hx-swap-oob") == 5 * 4 + 5
    assert "Stands apart</bdi></a>: No request can ever come" in before and "to mend" in before
    alice.post(f"{NEW}ways/", {"to": "stands-apart", "by": "agent"})
    alice.post(NEW, {**contract(alice), "name": "Just come in", "customer_name": "A sentence of ours"})
    after = page(alice, again)
    assert "No request can ever come" not in after
    assert after.count("Just come in") >= 3 and after.count("A sentence of ours") >= 2
    assert "to Stands apart" in after
    shown = page(alice)
    for cell in re.findall(r'<t[hd][^>]* id="(st-[^"]+)"', after):
        assert f'id="{cell}"' in shown, "each part has its place in the page"
    for place in ("mend-general", "mend-others", "mend-picked", "then-seen", "in-words"):
        assert shown.count(f'id="{place}"') == 1
    assert "hx-swap-oob" not in shown
    assert alice.get(f"{WAY}drawing/?status=nothing").status_code == 200


def test_a_page_costs_the_same_whatever_the_portal_holds(alice, shop):
    page(alice)
    alice.post(f"{WAY}add/", {"name": "A"})
    with CaptureQueriesContext(connection) as few:
        page(alice)
    for name in ("B", "C", "D"):
        shop.file()
        alice.post(f"{WAY}add/", {"name": name})
    with CaptureQueriesContext(connection) as many:
        page(alice)
    assert len(many) == len(few) <= 14, [query["sql"][:90] for query in many]


def test_a_rule_is_given_a_condition_in_plain_words_and_loses_it(alice):
    path = f"{NEW}rules/handler/0/"
    answer = alice.get(path)
    assert "Now always." in answer.content.decode()
    typed = {**form_of(alice, path), "mark": answer.context["mark"], "when": "all"}
    leak = '["kind", "is", "leak"]'
    assert alice.post(path, {**typed, "when-0": leak}).status_code == 302
    assert read(*STATUSES, "new", "handler") == [{"team": "desk", "when": {"field": "kind", "is": "leak"}}]
    assert "Only when Which? is A leak" in page(alice)
    assert {finding.anchor for finding in alice.get(NEW).context["picked"].findings} == {"handler"}
    answer = alice.post(path, {**typed, "when-0": ""})
    assert (answer.status_code, answer.context["mark"]) == (409, typed["mark"])
    mark = alice.get(path).context["mark"]
    alice.post(path, {"revision": current().revision, "mark": mark, "when": ""})
    assert read(*STATUSES, "new", "handler") == [{"team": "desk"}]
    path = f"{NEW}rules/notify/0/"
    alice.post(path, {**form_of(alice, path), "mark": alice.get(path).context["mark"], "when": "all", "when-0": leak})
    assert read(*STATUSES, "new", "notify", "0", "if") == {"field": "kind", "is": "leak"}
    for gone in ("rules/handler/9/", "rules/name/0/", "rules/nothing/0/"):
        assert alice.get(f"{NEW}{gone}").status_code == 404


def test_what_is_asked_can_have_a_condition(alice):
    alice.post(f"{NEW}asks/", {"do": "add", "kind": "fill"})
    path = f"{NEW}asks/fill/"
    alice.post(path, {**form_of(alice, path), "fields": ["phone"], "when": "all", "when-0": '["kind", "is", "noise"]'})
    assert read(*STATUSES, "new", "asks", "fill", "when") == {"field": "kind", "is": "noise"}
    assert "Asked when <bdi>Which? is A noise</bdi>." in page(alice, path)


@pytest.mark.parametrize("who", ["bob", "carol", None])
def test_only_who_may_configure_comes_in_and_nothing_is_written(who, people, shop, client_for):
    client = client_for(people[who] if who else None)
    for path in (f"{WAY}statuses/new/", f"{WAY}add/", f"{WAY}retire/", f"{NEW}ways/", f"{NEW}asks/", f"{NEW}retire/"):
        answer = client.post(path, {"name": "Mine", "do": "add", "kind": "fill", "to": "known", "by": "agent"})
        assert answer.status_code in (302, 403, 404)
        assert "/desk/setup/" not in answer.headers.get("Location", "")
    assert current().revision == 0


def test_the_largest_portal_costs_no_more_queries_and_an_edit_stays_small(alice, people):
    from bench._largest import largest
    from portal_core.accounts.actor import actor_for
    from portal_core.config.actions import publish
    from portal_core.config.document import load
    from tests.service_requests.small_portal import document

    publish(actor=actor_for(people["alice"]), document=load(largest(document())))
    page(alice)
    with CaptureQueriesContext(connection) as queries:
        answer = alice.get(NEW)
    assert len(queries) <= 14
    assert len(answer.content) < 200_000
    typed = {**contract(alice), "meaning": "Another", "dirty": ["meaning"]}
    sent = len("&".join(f"{name}={value}" for name, value in typed.items()))
    answer = alice.post(NEW, typed, headers=FETCH)
    assert answer.content.decode() == "Saved in the draft."
    assert sent + len(answer.content) < 10_000
