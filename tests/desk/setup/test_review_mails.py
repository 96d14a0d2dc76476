"""The review counts, for each changed rule, the open requests about which a mail would start or stop."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.conditions import holds
from portal_core.config.document import load
from portal_core.config.document.conditions import Condition
from portal_core.config.draft.editing import replace
from portal_core.config.live import live_portal
from portal_core.notifications.handlers import on_moved
from portal_core.notifications.models import Way
from portal_core.notifications.rules import staff_for
from portal_core.service_requests import open_groups as grouping
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import GuestLink, ServiceRequest
from tenants.outbox.models import Event, Mail
from tests.config.documents import sound
from tests.desk.setup.test_review import PAGE, draft, text
from tests.factories import make_user
from tests.service_requests.filing import file_request

CUSTOMER_TOLD = [{"who": "customer", "message": "received"}]


def status(document: dict[str, Any], number: int) -> dict[str, Any]:
    return document["flows"][0]["statuses"][number]


def rule(number: int, name: str, value: Any) -> Any:
    """An edit that sets one rule of a status: 0 new, 1 asked, 2 over."""

    def edit(document: dict[str, Any]) -> None:
        status(document, number)[name] = value

    return edit


def events(*rules: dict[str, Any]) -> Any:
    def edit(document: dict[str, Any]) -> None:
        document["notifications"] = [*document["notifications"], *rules]

    return edit


def said(owner: Any, acting: Any, *edits: Any) -> str:
    draft(acting, edits=list(edits))
    return text(owner.get(PAGE))


def asked(people: dict[str, Any], acting: Any, who: str = "carol") -> ServiceRequest:
    row = file_request(people[who], "repair")
    move(actor=acting, request_id=row.pk, move=Move(to="asked", seen_status="new", answers={"cause": "Rust"}))
    row.refresh_from_db()
    return row


def test_a_mail_that_starts_is_counted_over_all_that_can_still_come_there(owner, acting, people):
    file_request(people["carol"], "repair")
    asked(people, acting)
    page = said(owner, acting, rule(2, "notify", CUSTOMER_TOLD))
    assert "2 open requests: their customers would get a mail when one comes there." in page
    assert "from then on 1 more about open requests" in page


def test_a_mail_that_stops_is_counted_and_what_can_not_come_back_is_not(owner, acting, people):
    file_request(people["carol"], "repair")
    asked(people, acting)
    page = said(owner, acting, rule(1, "notify", [{"who": "nobody"}]))
    assert "1 open request: its customer would no longer get a mail when it comes there." in page
    assert "from then on 1 fewer about open requests" in page


def test_other_words_alone_start_and_stop_nothing(owner, acting, people):
    file_request(people["carol"], "repair")
    page = said(owner, acting, rule(1, "notify", [{"who": "customer"}]))
    assert "get a mail" not in page
    assert "from then on" not in page


def test_once_a_day_instead_of_at_once_is_said_so_except_where_the_customer_has_to_act(owner, acting, people):
    document = sound()
    status(document, 2)["notify"] = CUSTOMER_TOLD
    publish(actor=acting, document=load(document))
    file_request(people["carol"], "repair")
    daily = [{"who": "customer", "when": "daily", "message": "received"}]
    page = said(owner, acting, rule(2, "notify", daily), rule(1, "notify", daily))
    assert page.count("its customer would get it with the daily mail, no longer at once,") == 1


@pytest.mark.parametrize("choices", [{"status": "never"}, {"digest": "never"}])
def test_customers_who_have_chosen_otherwise_are_not_counted(owner, acting, people, choices):
    User.objects.filter(pk=people["dave"].pk).update(notice_choices=choices)
    file_request(people["carol"], "repair")
    file_request(people["dave"], "repair")
    page = said(owner, acting, rule(2, "notify", [{"who": "customer", "when": "daily", "message": "received"}]))
    assert "1 open request: its customer would get a mail when it comes there." in page


def test_whom_no_mail_reaches_is_not_counted(owner, acting, people):
    file_request(people["carol"], "repair")
    gone = file_request(people["dave"], "repair")
    User.objects.filter(pk=gone.customer_id).update(is_active=False)
    guest = make_user("guest@example.com", is_guest=True)
    stopped = file_request(people["carol"], "repair")
    ServiceRequest.objects.filter(pk=stopped.pk).update(customer=guest)
    GuestLink.objects.create(
        request=stopped, customer=guest, issued_at=timezone.now(), revoked_at=timezone.now(), is_stopped_by_staff=True
    )
    page = said(owner, acting, rule(2, "notify", [*CUSTOMER_TOLD, {"who": "team"}]))
    assert "1 open request: its customer would get a mail when it comes there." in page
    # Colleagues are told of all three.
    assert "3 open requests: their teams would get a mail when one comes there." in page


def test_conditions_are_asked_of_the_answers_that_are_there(owner, acting, people):
    leak, noise = (file_request(people["carol"], "repair") for _ in range(2))
    ServiceRequest.objects.filter(pk=leak.pk).update(data={"what": "Pump", "kind": "leak"})
    ServiceRequest.objects.filter(pk=noise.pk).update(data={"what": "Pump", "kind": "noise"})
    only_leaks = [{"who": "customer", "if": {"field": "kind", "is": "leak"}}]
    page = said(owner, acting, rule(2, "notify", only_leaks))
    assert "1 open request: its customer would get a mail when it comes there." in page


def test_what_was_counted_is_what_is_sent(owner, acting, people):
    """The same rules decide: publish what was said, move, and look at the mails."""
    row = file_request(people["carol"], "repair")
    assert "1 open request: its customer would get a mail" in said(owner, acting, rule(2, "notify", CUSTOMER_TOLD))
    document = sound()
    status(document, 2)["notify"] = CUSTOMER_TOLD
    publish(actor=acting, document=load(document))
    move(actor=acting, request_id=row.pk, move=Move(to="over", seen_status="new"))
    on_moved(Event.objects.get(kind="request.moved"))
    assert Mail.objects.filter(recipient_user_id=people["carol"].pk).count() == 1


def test_reminders_closing_and_lateness_are_about_those_that_stand_there(owner, acting, people):
    asked(people, acting)
    file_request(people["carol"], "repair")
    page = said(
        owner,
        acting,
        rule(1, "remind", [{"after_days": 2}]),
        rule(1, "close", {"after_days": 9, "to": "over"}),
        rule(0, "if_late", [{"tell": "manager"}]),
    )
    assert "1 open request: its customer would get a mail as a reminder of what is asked there." in page
    assert "1 open request: its customer would get a mail when it is closed there for want of an answer." in page
    assert "1 open request: managers would get a mail when it lasts longer than promised." in page
    assert "1 open request: whoever has it would no longer get a mail when it lasts longer than promised." in page


def test_a_promise_that_goes_away_takes_its_alarm_along(owner, acting, people):
    file_request(people["carol"], "repair")
    page = said(owner, acting, rule(0, "expected", {"no_limit": True}))
    assert "whoever has it would no longer get a mail when it lasts longer than promised." in page


def test_the_notifications_of_the_portal_are_about_every_open_request(owner, acting, people):
    for who in ("carol", "dave"):
        file_request(people[who], "repair")
    page = said(
        owner,
        acting,
        events({"event": "replied", "who": "customer", "when": "never"}, {"event": "noted", "who": "team"}),
    )
    assert "2 open requests: their customers would no longer get a mail when somebody answers." in page
    assert "2 open requests: their teams would get a mail when a colleague leaves a note." in page


def test_a_new_status_tells_those_that_can_come_to_it(owner, acting, people):
    def with_waiting(document: dict[str, Any]) -> None:
        flow = document["flows"][0]
        flow["statuses"].insert(1, {**flow["statuses"][0], "key": "waiting", "name": "Waiting"})
        flow["transitions"] += [
            {"from": ["new"], "to": "waiting", "by": ["agent"]},
            {"from": ["waiting"], "to": "over", "by": ["agent"]},
        ]

    file_request(people["carol"], "repair")
    asked(people, acting)
    page = said(owner, acting, with_waiting)
    assert "1 open request: its customer would get a mail when it comes there." in page


def test_it_is_one_query_however_many_requests_there_are(owner, acting, people):
    file_request(people["carol"], "repair")
    draft(acting, edits=[rule(2, "notify", CUSTOMER_TOLD), events({"event": "noted", "who": "team"})])
    owner.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        owner.get(PAGE)
    for who in ("carol", "dave", "carol"):
        file_request(people[who], "repair")
    with CaptureQueriesContext(connection) as many:
        owner.get(PAGE)
    assert len(few) == len(many)


def condition(**words: Any) -> Condition:
    return Condition.model_validate({"field": "what", **words})


def with_answers(customer: Any, *answers: Any) -> None:
    for answer in answers:
        row = file_request(customer, "repair")
        ServiceRequest.objects.filter(pk=row.pk).update(data={} if answer is None else {"what": answer})


EXACTLY = [
    ({"filled": True}, 2),
    ({"empty": True}, 2),
    ({"is": "Pump"}, 3),
    ({"is_not": "Pump"}, 3),
    ({"one_of": ["Pump", ""]}, 4),
    ({"is": True}, 3),
]
ANSWERS = ["Pump", "Tap", "Roof", "Door", "0", "[]", 0, 0.0, "", None, [], {}, ["Pump"], True, False, {"a": 1}, "true"]


@pytest.mark.parametrize(("words", "most"), EXACTLY)
def test_there_are_as_many_groups_as_ways_to_decide_and_they_decide_alike(owner, acting, people, words, most):
    with_answers(people["carol"], *ANSWERS)
    test = condition(**words)
    found = grouping.open_groups(acting, live_portal(), [test])
    assert found.is_whole
    assert len(found.groups) == most
    counted = sum(group.count for group in found.groups if holds(test, group.values))
    assert counted == sum(holds(test, {"what": answer}) for answer in ANSWERS)


@pytest.mark.parametrize("words", [{"contains": "PU"}, {"more_than": 3}, {"is": 4}, {"after": "2026-01-05"}])
def test_what_the_database_would_decide_differently_is_grouped_by_the_answer(owner, acting, people, words):
    answers = ["pump", "Pump", "4.0", 4, 5, "2026-01-06", "2026-01-06"]
    with_answers(people["carol"], *answers)
    test = condition(**words)
    groups = grouping.open_groups(acting, live_portal(), [test]).groups
    assert sum(group.count for group in groups if holds(test, group.values)) == sum(
        holds(test, {"what": answer}) for answer in answers
    )


def test_of_very_many_answers_the_most_frequent_are_counted_and_it_says_so(owner, acting, people, monkeypatch):
    monkeypatch.setattr(grouping, "MOST_GROUPS", 1)
    with_answers(people["carol"], "Pump", "Pump house", "Pump")
    pumps = [{"who": "customer", "if": {"field": "what", "contains": "pump"}}]
    page = said(owner, acting, rule(2, "notify", pumps))
    assert "At least 2 open requests: their customers would get a mail when one comes there." in page
    assert "from then on at least 1 more about open requests" in page


@pytest.fixture
def editor(owner: Any, acting: Any, client_for: Any) -> Any:
    """Somebody who prepares versions and does not see which kind of repair it is."""

    def client(**limits: Any) -> Any:
        publish(actor=acting, document=load(with_editor(sound(), **limits)))
        return client_for(make_user("eddy@example.com", role="editor"))

    return client


def with_editor(document: dict[str, Any], **limits: Any) -> dict[str, Any]:
    permissions = ["see", "manage_setup"]
    document["roles"].append(
        {"key": "editor", "name": "Editor", "based_on": "manager", "permissions": permissions, **limits}
    )
    document["types"][0]["fields"][1]["show"] = {"editor": "hidden"}
    return document


def review_by(client: Any, acting: Any, document: dict[str, Any]) -> str:
    replace(actor=acting, document=load(document), title="Test")
    page = client.get(PAGE)
    assert page.status_code == 200
    return text(page)


def told_if(document: dict[str, Any], condition: dict[str, Any]) -> dict[str, Any]:
    rule(2, "notify", [{"who": "customer", "if": condition}])(document)
    return document


@pytest.mark.parametrize("opened_by_the_draft", [False, True])
def test_no_count_tells_what_stands_in_an_answer_that_its_reader_does_not_see(
    editor, acting, people, opened_by_the_draft
):
    client = editor()
    row = file_request(people["carol"], "repair")
    ServiceRequest.objects.filter(pk=row.pk).update(data={"what": "Pump", "kind": "leak"})
    pages = []
    for guess in ("leak", "noise"):
        document = told_if(with_editor(sound()), {"field": "kind", "is": guess})
        if opened_by_the_draft:
            document["types"][0]["fields"][1]["show"] = {"editor": "see"}
        pages.append(review_by(client, acting, document))
    assert all("get a mail" not in page and "more about open requests" not in page for page in pages)
    assert all("not every rule about open requests could be counted" in page for page in pages)


def test_what_its_reader_sees_is_counted_still(editor, acting, people):
    client = editor()
    file_request(people["carol"], "repair")
    page = review_by(client, acting, told_if(with_editor(sound()), {"field": "what", "filled": True}))
    assert "1 open request: its customer would get a mail when it comes there." in page
    assert "At least" not in page


def test_an_answer_that_is_hidden_in_one_status_is_counted_in_the_others(editor, acting, people):
    client = editor()
    document = with_editor(sound())
    document["types"][0]["fields"][1] |= {"show": {}, "at": {"asked": {"editor": "hidden"}}}
    publish(actor=acting, document=load(document))
    for row in (file_request(people["carol"], "repair"), asked(people, acting)):
        ServiceRequest.objects.filter(pk=row.pk).update(data={"what": "Pump", "kind": "leak"})
    page = review_by(client, acting, told_if(copy.deepcopy(document), {"field": "kind", "is": "leak"}))
    assert "At least 1 open request: its customer would get a mail when it comes there." in page


@pytest.mark.parametrize("limits", [{"scope": "team"}, {"types": []}])
def test_requests_beyond_the_reader_s_reach_are_not_counted(editor, acting, people, limits):
    client = editor(**limits)
    _, others = (file_request(people["carol"], "repair") for _ in range(2))
    User.objects.filter(email="eddy@example.com").update(team_key="desk")
    ServiceRequest.objects.filter(pk=others.pk).update(team_key="")
    page = review_by(client, acting, told_if(with_editor(sound(), **limits), {"field": "what", "filled": True}))
    if limits.get("scope"):
        assert "At least 1 open request: its customer would get a mail when it comes there." in page
    else:
        assert "get a mail" not in page


@pytest.mark.parametrize(
    ("limits", "said"), [({"scope": "team"}, "At least 1 open request stands there."), ({"types": []}, "")]
)
def test_requests_that_stand_somewhere_are_counted_as_far_as_the_reader_sees_them(editor, acting, people, limits, said):
    client = editor(**limits)
    _, others = (file_request(people["carol"], "repair") for _ in range(2))
    User.objects.filter(email="eddy@example.com").update(team_key="desk")
    ServiceRequest.objects.filter(pk=others.pk).update(team_key="")
    document = with_editor(sound(), **limits)
    rule(0, "meaning", "Somebody looks at it today.")(document)
    page = review_by(client, acting, document)
    assert "Somebody looks at it today." in page
    assert said in page
    assert bool(said) == ("stands there" in page)
    assert "stand there" not in page


def test_who_is_told_by_default_of_lateness_depends_on_the_answers_that_the_document_names(owner, acting, people):
    """The document's own rules for being late read answers, too, when only the promise of a status changes."""
    document = sound()
    document["notifications"].append({"event": "late", "who": "team", "if": {"field": "kind", "is": "leak"}})
    publish(actor=acting, document=load(document))
    row = file_request(people["carol"], "repair")
    ServiceRequest.objects.filter(pk=row.pk).update(data={"what": "Pump", "kind": "leak"})
    changed = copy.deepcopy(document)
    rule(0, "expected", {"no_limit": True})(changed)
    page = review_by(owner, acting, changed)
    assert "its team would no longer get a mail when it lasts longer than promised." in page


@pytest.mark.parametrize("choices", [{"status": "never"}, {"digest": "never"}])
def test_staff_who_have_chosen_otherwise_are_not_counted(owner, acting, people, choices):
    User.objects.filter(pk=people["bob"].pk).update(team_key="desk", notice_choices=choices)
    file_request(people["carol"], "repair")
    told = rule(2, "notify", [*CUSTOMER_TOLD, {"who": "team", "when": "daily"}])
    page = said(owner, acting, told)
    assert "its customer would get a mail when it comes there." in page
    assert "its team would get a mail" not in page
    make_user("cleo@example.com", "Cleo Colleague", "agent", team_key="desk")
    assert "1 open request: its team would get a mail when it comes there." in text(owner.get(PAGE))


def test_whoever_has_a_request_is_asked_for_the_choice_else_the_team_else_who_runs_the_place(owner, acting, people):
    User.objects.filter(pk=people["bob"].pk).update(notice_choices={"status": "never"})
    rows = [file_request(people["carol"], "repair") for _ in range(3)]
    ServiceRequest.objects.filter(pk=rows[0].pk).update(assignee=people["bob"])
    ServiceRequest.objects.filter(pk=rows[1].pk).update(team_key="")
    make_user("cleo@example.com", "Cleo Colleague", "agent", team_key="desk")
    told = rule(2, "notify", [*CUSTOMER_TOLD, {"who": "handler"}])
    assert "2 open requests: whoever has them would get a mail when one comes there." in said(owner, acting, told)
    User.objects.filter(role="owner").update(notice_choices={"status": "never"})
    assert "1 open request: whoever has it would get a mail when it comes there." in text(owner.get(PAGE))


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("team", "2 open requests: managers would get a mail when one comes there."),
        ("own", "1 open request: managers would get a mail when it comes there."),
    ],
)
def test_managers_of_a_team_or_of_their_own_requests_are_counted_for_what_they_reach(
    owner, acting, people, scope, told
):
    document = sound()
    document["roles"].append({"key": "head", "name": "Head", "based_on": "manager", "scope": scope})
    publish(actor=acting, document=load(document))
    head = make_user("head@example.com", "Hedda Head", "head", team_key="desk")
    User.objects.filter(role="owner").update(notice_choices={"status": "never"})
    theirs, _, others = (file_request(people["carol"], "repair") for _ in range(3))
    ServiceRequest.objects.filter(pk=theirs.pk).update(assignee=head)
    ServiceRequest.objects.exclude(pk=theirs.pk).update(assignee=people["bob"])
    ServiceRequest.objects.filter(pk=others.pk).update(team_key="")
    rule(2, "notify", [*CUSTOMER_TOLD, {"who": "manager"}])(document)
    assert told in review_by(owner, acting, document)


def test_who_works_in_a_team_on_what_is_theirs_is_counted_for_that_and_for_what_nobody_has(owner, acting, people):
    document = sound()
    document["roles"].append({"key": "hand", "name": "Hand", "based_on": "agent", "scope": "own"})
    publish(actor=acting, document=load(document))
    User.objects.filter(pk=people["bob"].pk).update(team_key="")
    hands = [make_user(f"hand-{n}@example.com", f"Hanna {n}", "hand", team_key="desk") for n in range(2)]
    rows = [file_request(people["carol"], "repair") for _ in range(4)]
    for row, user in zip(rows, (*hands, people["bob"], None), strict=True):
        ServiceRequest.objects.filter(pk=row.pk).update(assignee=user)
    told = [staff_for({"team": Way.NOW}, ServiceRequest.objects.get(pk=row.pk), except_id=None) for row in rows]
    assert [len(people) for people in told] == [1, 1, 0, 2], "as mails are sent"
    rule(2, "notify", [*CUSTOMER_TOLD, {"who": "team"}])(document)
    said = "{} open requests: their teams would get a mail when one comes there."
    assert said.format(3) in review_by(owner, acting, document)
    User.objects.filter(pk=hands[1].pk).update(notice_choices={"status": "never"})
    assert said.format(2) in text(owner.get(PAGE))


def test_a_team_whose_people_may_see_no_request_is_told_of_none(owner, acting, people):
    document = sound()
    document["roles"].append({"key": "blind", "name": "Blind", "based_on": "agent", "permissions": ["note"]})
    publish(actor=acting, document=load(document))
    User.objects.exclude(pk=people["bob"].pk).update(team_key="")
    User.objects.filter(pk=people["bob"].pk).update(role="blind", team_key="desk")
    row = file_request(people["carol"], "repair")
    assert staff_for({"team": Way.NOW}, row, except_id=None) == {}
    rule(2, "notify", [*CUSTOMER_TOLD, {"who": "team"}])(document)
    assert "its team would get a mail" not in review_by(owner, acting, document)


def test_a_colleague_who_takes_it_once_a_day_anyway_does_not_get_it_later(owner, acting, people):
    User.objects.filter(role="owner").update(notice_choices={"status": "daily"})
    document = sound()
    status(document, 2)["notify"] = [*CUSTOMER_TOLD, {"who": "manager"}]
    publish(actor=acting, document=load(document))
    file_request(people["carol"], "repair")
    later = rule(2, "notify", [*CUSTOMER_TOLD, {"who": "manager", "when": "daily"}])
    assert "managers would get it with the daily mail" not in said(owner, acting, later)
    User.objects.filter(role="owner").update(notice_choices={})
    assert "managers would get it with the daily mail" in text(owner.get(PAGE))


def test_requests_that_go_elsewhere_one_by_one_are_counted_where_they_go(owner, acting, people):
    rows = [asked(people, acting) for _ in range(3)]

    def to_wait(document: dict[str, Any]) -> None:
        flow = document["flows"][0]
        waiting = {**flow["statuses"][1], "key": "waiting", "name": "Waiting", "remind": [{"after_days": 2}]}
        flow["statuses"] = [flow["statuses"][0], waiting, *flow["statuses"][2:]]
        flow["transitions"] = [
            {"from": ["new"], "to": "waiting", "by": ["agent"]},
            {"from": ["new", "waiting"], "to": "over", "by": ["agent"]},
        ]

    draft(acting, edits=[to_wait])
    owner.post(f"{PAGE}map/", {"source": "way.asked", "to": "new"})
    assert "as a reminder of what is asked there" not in text(owner.get(PAGE))
    owner.post(f"{PAGE}requests/", {"source": "way.asked", f"to-{rows[1].number}": "waiting"})
    page = text(owner.get(PAGE))
    assert "1 open request: its customer would get a mail as a reminder of what is asked there." in page
