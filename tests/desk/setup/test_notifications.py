"""Who is told what: each cell of the table reads the document's rules and writes them, and nothing else."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import SYSTEM
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from portal_core.desk.setup.told import EVENTS, READERS, can_be_told, of_event, rules_for, rules_in
from portal_core.history.models import HistoryEntry
from tests.desk.setup.by_forms import Page
from tests.desk.setup.test_sheets import FETCH, form_of, read

PAGE = "/desk/setup/notifications/"


@pytest.fixture
def alice(shop: Any, client_for: Any, people: Any) -> Client:
    return client_for(people["alice"])


def flow_key() -> str:
    return str(current().keys("flows")[0])


def statuses() -> list[dict[str, Any]]:
    return [status for status in read("flows", flow_key(), "statuses") if not status.get("retired")]


def cell(at: str, who: str) -> str:
    return f"{PAGE}?flow={flow_key()}&at={at}&who={who}"


def notify(at: str) -> list[dict[str, Any]]:
    return read("flows", flow_key(), "statuses", at, "notify")


def test_the_table_says_what_the_document_says(alice):
    page = alice.get(PAGE)
    assert page.status_code == 200
    for row, status in zip(page.context["statuses"], statuses(), strict=True):
        told = {rule["who"]: rule.get("when", "now") for rule in status.get("notify", []) if "if" not in rule}
        assert {one.who: one.when for one in row.cells} == {who: told.get(who, "nobody") for who, _ in READERS}, status[
            "key"
        ]
    created = page.context["events"][0]
    assert created.cells[0] is None, "customers are never told of a new request by a rule"


def test_opening_every_cell_and_saving_it_as_it_is_changes_nothing(alice):
    page = alice.get(PAGE)
    rows = [*page.context["statuses"][:2], *page.context["events"]]
    for one in (one for row in rows for one in row.cells if one is not None):
        assert alice.post(one.href, form_of(alice, one.href)).status_code == 302, one.href
    assert not DraftOperation.objects.exists()


def test_a_reader_is_told_in_another_way_and_the_mail_is_chosen(alice):
    at, mail = statuses()[0]["key"], "hello"
    alice.post("/desk/setup/mails/_add/", {"name": "Hello"})
    before = [rule for rule in notify(at) or [] if rule["who"] not in ("customer", "nobody")]
    path = cell(at, "customer")
    alice.post(path, {**form_of(alice, path), "when": "daily", "mail": mail})
    assert [rule for rule in notify(at) if rule["who"] == "customer"] == [
        {"who": "customer", "when": "daily", "message": mail}
    ]
    assert [rule for rule in notify(at) if rule["who"] != "customer"] == before
    page = alice.get(path).content.decode()
    assert 'class="s chg"' in page
    row = alice.get(f"{path}&part=row", headers={"HX-Request": "true"})
    assert row.content.strip().startswith(b"<tr") and len(row.content) < 3_000
    answer = alice.post(path, {**form_of(alice, path), "when": "now", "dirty": ["when"]}, headers=FETCH)
    assert answer.content == b"Saved in the draft."
    assert [rule for rule in notify(at) if rule["who"] == "customer"] == [{"who": "customer", "message": mail}]
    assert live_portal().number == current().live.number


def test_where_nobody_is_told_any_more_the_status_says_so_openly(alice):
    at = statuses()[0]["key"]
    for who, _ in READERS:
        path = cell(at, who)
        alice.post(path, {**form_of(alice, path), "when": "nobody"})
    assert notify(at) == [{"who": "nobody"}]
    path = cell(at, "manager")
    alice.post(path, {**form_of(alice, path), "when": "never"})
    assert notify(at) == [{"who": "manager", "when": "never"}]
    assert current().document is not None


def test_rules_under_conditions_stay_and_are_read_aloud(alice):
    at = statuses()[0]["key"]
    field = next(f for f in read("types", "repair", "fields") if f["kind"] == "text")
    rule = {"who": "handler", "when": "daily", "if": {"field": field["key"], "filled": True}}
    edit(actor=SYSTEM, operations=[Set(("flows", flow_key(), "statuses", at, "notify"), [rule])], title="Rule")
    path = cell(at, "handler")
    page = alice.get(path).content.decode()
    assert "is filled in" in page and "Only in some cases" in page
    alice.post(path, {**form_of(alice, path), "when": "now"})
    assert notify(at) == [rule, {"who": "handler"}]
    nobody = {"who": "nobody", "if": {"field": field["key"], "empty": True}}
    edit(actor=SYSTEM, operations=[Set(("flows", flow_key(), "statuses", at, "notify"), [nobody, rule])], title="Rule")
    alice.post(path, {**form_of(alice, path), "when": "now"})
    assert notify(at) == [nobody, rule, {"who": "handler"}], "that nobody is told at times is a condition, too"


def test_who_is_told_of_an_event_under_a_condition_is_composed_without_script(alice):
    before = read("notifications")
    table = of_event(before, "late")
    assert table == {"handler": "now"}
    page = Page.open(alice, f"{PAGE}?event=late&who=manager").follow(f"{PAGE}rules/late/manager/add/")
    form = page.form("if", "when")
    assert form.boxes["if"] == ["all"], "a rule that holds always is no rule of these"
    leak = '["kind", "is", "leak"]'
    page = page.send(
        form.put(**{"if": "any", "if-0": leak, "if-1": '["", "is", "new"]', "when": "daily"}), "Add the rule"
    )
    condition = {"any": [{"field": "kind", "is": "leak"}, {"about": "status", "is": "new"}]}
    rule = {"event": "late", "who": "manager", "when": "daily", "if": condition}
    # What the table says is written down, since a rule for any staff would take the defaults of all staff away.
    assert read("notifications") == [*before, rule, {"event": "late", "who": "handler"}]
    assert of_event(read("notifications"), "late") == table
    assert "In the daily mail, when Which? is A leak or The status is New" in page.html
    page = page.follow(f"{PAGE}rules/{len(before)}/")
    page = page.send(page.form("if").put(**{"if-1": "", "when": "now"}), "Save in the draft")
    assert read("notifications")[len(before)] == {"event": "late", "who": "manager", "if": condition["any"][0]}
    assert current().document is not None
    page = page.send(page.form("mark", button="Take out"), "Take out")
    assert read("notifications") == before, "what the table said was only written down because of the rule"
    assert "Take out" not in page.html


def test_of_two_who_change_a_rule_that_holds_at_times_nobody_changes_another_than_they_saw(alice):
    rules = [
        {"event": "late", "who": "team", "if": {"field": "kind", "is": "leak"}},
        {"event": "late", "who": "manager", "if": {"field": "kind", "is": "noise"}},
    ]
    edit(actor=SYSTEM, operations=[Set(("notifications",), rules)], title="Rules")
    path = f"{PAGE}rules/0/"
    typed = {**form_of(alice, path), "mark": alice.get(path).context["line"].mark, "when": "daily"}
    edit(actor=SYSTEM, operations=[Set(("notifications",), rules[1:])], title="One less")
    assert alice.post(path, typed).status_code == 409
    assert alice.post(f"{path}remove/", {"mark": typed["mark"]}).status_code == 302
    assert read("notifications") == rules[1:]
    for gone in ("rules/1/", "rules/late/customer/add/", "rules/late/nobody/add/", "rules/never/team/add/"):
        assert alice.get(f"{PAGE}{gone}").status_code == 404
    typed = {"if": "all", "revision": current().revision}
    answer = alice.post(f"{PAGE}rules/late/team/add/", typed)
    assert answer.status_code == 400 and "Choose below what has to hold." in answer.content.decode()
    long = {"if-0": '["what", "is", null]', "if-0-to": "x" * 1_001}
    answer = alice.post(f"{PAGE}rules/late/team/add/", typed | long)
    assert answer.status_code == 400 and "x" * 1_001 in answer.content.decode(), "what was typed stays"
    assert read("notifications") == rules[1:]
    edit(actor=SYSTEM, operations=[Set(("notifications",), [{"event": "late", "who": "nobody"}])], title="Nobody")
    answer = alice.post(f"{PAGE}rules/late/team/add/", typed | {"if-0": '["kind", "is", "leak"]'})
    assert answer.status_code == 400 and "By the table nobody is told of this" in answer.content.decode()


def test_a_rule_under_a_condition_that_is_sent_twice_is_added_once(alice):
    path = f"{PAGE}rules/late/manager/add/"
    typed = form_of(alice, path) | {"if": "all", "if-0": '["kind", "is", "leak"]', "when": "daily"}
    assert [alice.post(path, typed).status_code for _ in range(2)] == [302, 302]
    added = [rule for rule in read("notifications") if "if" in rule]
    assert [(rule["event"], rule["who"]) for rule in added] == [("late", "manager")]


LEAK, NOISE = {"field": "kind", "is": "leak"}, {"field": "kind", "is": "noise"}


def rules_of(prefix: dict[str, str]) -> list[dict[str, Any]]:
    """Two rules for the team under conditions, between them one for others, and what always holds."""
    return [
        {**prefix, "who": "team", "if": LEAK},
        {**prefix, "who": "manager", "if": LEAK},
        {**prefix, "who": "nobody", "if": {"field": "what", "is": "x"}},
        {**prefix, "who": "team", "when": "daily", "if": NOISE},
        {**prefix, "who": "team", "when": "never"},
    ]


def put_rules(path: tuple[str, ...], rules: list[dict[str, Any]]) -> None:
    edit(actor=SYSTEM, operations=[Set(path, rules)], title="Rules")


def order_form(page: Page, key: str) -> Any:
    return next(form for form in page.forms if form.boxes.get("key") == [key])


def test_rules_of_one_event_are_ordered_by_buttons_and_by_script(alice):
    first, other, nobody, second, always = rules = rules_of({"event": "late"})
    put_rules(("notifications",), rules)
    path = f"{PAGE}?event=late&who=team"
    lines = alice.get(path).context["conditions"]
    assert [bool(line.key) for line in lines] == [False, True, True], "what nobody is told has no order"
    page = Page.open(alice, path)
    assert f'aria-label="Move {lines[2].name} up"' in page.html
    page.send(order_form(page, lines[2].key), "↑")
    assert read("notifications") == [second, other, nobody, first, always], "those of others stay where they are"
    address = alice.get(path).context["place"].order_href
    assert alice.post(address, {"key": lines[2].key, "to": "last"}, headers=FETCH).status_code == 204
    assert read("notifications") == rules
    revision = current().revision
    for key, to in (("no-such", "up"), (lines[1].key, "up"), (lines[1].key, "before:no-such")):
        alice.post(address, {"key": key, "to": to})
    assert read("notifications") == rules and current().revision == revision, "nothing was changed"


def test_rules_of_a_status_are_ordered_too_and_come_before_what_always_holds(alice):
    at = statuses()[0]["key"]
    first, _other, _nobody, second, always = rules_of({})
    put_rules(("flows", flow_key(), "statuses", at, "notify"), [always, first, second])
    page = Page.open(alice, cell(at, "team"))
    assert page.html.count("It is never come to") == 2
    key = alice.get(cell(at, "team")).context["conditions"][1].key
    page = page.send(order_form(page, key), "↑")
    assert notify(at) == [second, first, always]
    assert "It is never come to" not in page.html
    put_rules(("flows", flow_key(), "statuses", at, "notify"), [always, first])
    page = Page.open(alice, cell(at, "team"))
    page = page.send(order_form(page, alice.get(page.path).context["conditions"][0].key), "↑")
    assert notify(at) == [first, always]
    assert "Move the rule" not in page.html, "one alone has no order"


def test_equal_rules_are_told_apart(alice):
    first, *_, always = rules_of({"event": "late"})
    put_rules(("notifications",), [first, always, first])
    keys = [line.key for line in alice.get(f"{PAGE}?event=late&who=team").context["conditions"]]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_the_order_of_rules_is_for_those_alone_who_may_configure(who, alice, people, client_for):
    rules = rules_of({"event": "late"})
    put_rules(("notifications",), rules)
    page = alice.get(f"{PAGE}?event=late&who=team")
    address, key = page.context["place"].order_href, page.context["conditions"][2].key
    before = current().revision
    assert client_for(people[who]).post(address, {"key": key, "to": "up"}).status_code in (403, 404)
    assert current().revision == before and read("notifications") == rules


@pytest.mark.parametrize("query", ["?event=late&who=customer", "?event=never&who=team", "?at=gone&who=team", ""])
def test_there_is_no_order_of_what_is_no_cell(query, alice):
    assert alice.post(f"{PAGE}order/{query}", {"key": "x", "to": "up"}).status_code == 404


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_rules_that_hold_at_times_are_for_those_alone_who_may_configure(who, shop, people, client_for):
    rule = {"event": "late", "who": "team", "if": {"field": "kind", "is": "leak"}}
    edit(actor=SYSTEM, operations=[Set(("notifications",), [rule])], title="Rule")
    client, before = client_for(people[who]), current().revision
    for path in ("rules/0/", "rules/0/remove/", "rules/late/team/add/"):
        assert client.post(f"{PAGE}{path}", {"if-0": '["kind", "is", "leak"]'}).status_code in (302, 403, 404)
    assert current().revision == before and read("notifications") == [rule]


@pytest.mark.parametrize("event", [event for event, _ in EVENTS])
def test_what_the_rules_of_an_event_say_is_what_was_chosen(event):
    """All combinations: what can be written is read back, and other events keep their rules and places."""
    other = [{"event": "late" if event != "late" else "created", "who": "manager"}]
    for chosen in product(("now", "daily", "never", "nobody"), repeat=len(READERS)):
        wanted = {
            who: when
            for (who, _), when in zip(READERS, chosen, strict=True)
            if when != "nobody" and can_be_told(event, who)
        }
        written = rules_in(rules_for(other, event, wanted))
        assert [rule for rule in written if rule["event"] != event] == other
        if of_event(written, event) != wanted:
            # Two things only cannot be said: that a default reader among the staff is told nothing while customers
            # are, or customers nothing while the staff are.
            assert event in ("replied", "planned", "changed") or not wanted, (event, wanted, written)


def test_what_happens_otherwise_is_chosen_too(alice):
    path = f"{PAGE}?event=created&who=manager"
    before = of_event(rules_in(read("notifications")), "created")
    alice.post(path, {**form_of(alice, path), "when": "daily"})
    told = of_event(rules_in(read("notifications")), "created")
    assert told == {**before, "manager": "daily"}
    alice.post(path, {**form_of(alice, path), "when": "never"})
    assert of_event(rules_in(read("notifications")), "created") == {**before, "manager": "never"}


def test_what_no_rule_can_say_is_refused_with_the_mend(alice):
    path = f"{PAGE}?event=replied&who=customer"
    answer = alice.post(path, {**form_of(alice, path), "when": "nobody"})
    assert answer.status_code == 400
    assert "Choose “In the portal only”" in answer.content.decode()
    assert not DraftOperation.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["flow=nothing", "at=nothing&who=customer", "at=&event=&who=customer", "event=created&who=customer",
     "event=nothing&who=team", "event=late&who=<script>", "at=x"],
)  # fmt: skip
def test_other_addresses_are_no_cells(query, alice):
    assert alice.get(f"{PAGE}?{query}").status_code == 404
    assert alice.post(f"{PAGE}?{query}", {"when": "now", "revision": 0}).status_code == 404


def test_a_cell_shows_the_mail_as_a_real_customer_gets_it(alice, people, client_for):
    from tests.service_requests.filing import file_request

    row = file_request(people["carol"], "repair")
    page = alice.get(cell(row.status_key, "customer"))
    assert page.context["mail_to"] == people["carol"].first_name
    assert str(people["carol"].pk) in page.context["mail_href"]
    lines = HistoryEntry.objects.count()
    mail = alice.get(page.context["mail_href"])
    assert mail.status_code == 200
    assert HistoryEntry.objects.count() == lines
    # Whoever may shape the portal and not publish sees nobody real through a draft.
    alice.post(cell(row.status_key, "team"), {**form_of(alice, cell(row.status_key, "team")), "when": "daily"})
    assert "/draft/" in alice.get(cell(row.status_key, "customer")).context["mail_href"]
