"""The review counts, for each changed rule, the open requests about which a mail would start or stop."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.notifications.handlers import on_moved
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import GuestLink, ServiceRequest
from tenants.outbox.models import Event, Mail
from tests.config.documents import sound
from tests.desk.setup.test_review import PAGE, draft, text
from tests.factories import make_user
from tests.service_requests.filing import file_request

CUSTOMER_TOLD = [{"who": "customer", "message": "received"}]


@pytest.fixture
def alice(people: dict[str, Any]) -> Any:
    return actor_for(people["alice"])


@pytest.fixture
def owner(people: dict[str, Any], client_for: Any) -> Any:
    publish(actor=actor_for(people["alice"]), document=load(sound()))
    return client_for(people["alice"])


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


def said(owner: Any, alice: Any, *edits: Any) -> str:
    draft(alice, edits=list(edits))
    return text(owner.get(PAGE))


def asked(people: dict[str, Any], alice: Any, who: str = "carol") -> ServiceRequest:
    row = file_request(people[who], "repair")
    move(actor=alice, request_id=row.pk, move=Move(to="asked", seen_status="new", answers={"cause": "Rust"}))
    row.refresh_from_db()
    return row


def test_a_mail_that_starts_is_counted_over_all_that_can_still_come_there(owner, alice, people):
    file_request(people["carol"], "repair")
    asked(people, alice)
    page = said(owner, alice, rule(2, "notify", CUSTOMER_TOLD))
    assert "2 open requests: their customers would get a mail when one comes there." in page
    assert "from then on 1 more about open requests" in page


def test_a_mail_that_stops_is_counted_and_what_can_not_come_back_is_not(owner, alice, people):
    file_request(people["carol"], "repair")
    asked(people, alice)
    page = said(owner, alice, rule(1, "notify", [{"who": "nobody"}]))
    assert "1 open request: its customer would no longer get a mail when it comes there." in page
    assert "from then on 1 fewer about open requests" in page


def test_other_words_alone_start_and_stop_nothing(owner, alice, people):
    file_request(people["carol"], "repair")
    page = said(owner, alice, rule(1, "notify", [{"who": "customer"}]))
    assert "get a mail" not in page
    assert "from then on" not in page


def test_once_a_day_instead_of_at_once_is_said_so_except_where_the_customer_has_to_act(owner, alice, people):
    document = sound()
    status(document, 2)["notify"] = CUSTOMER_TOLD
    publish(actor=alice, document=load(document))
    file_request(people["carol"], "repair")
    daily = [{"who": "customer", "when": "daily", "message": "received"}]
    page = said(owner, alice, rule(2, "notify", daily), rule(1, "notify", daily))
    assert page.count("its customer would get it with the daily mail, no longer at once,") == 1


@pytest.mark.parametrize("choices", [{"status": "never"}, {"digest": "never"}])
def test_customers_who_have_chosen_otherwise_are_not_counted(owner, alice, people, choices):
    User.objects.filter(pk=people["dave"].pk).update(notice_choices=choices)
    file_request(people["carol"], "repair")
    file_request(people["dave"], "repair")
    page = said(owner, alice, rule(2, "notify", [{"who": "customer", "when": "daily", "message": "received"}]))
    assert "1 open request: its customer would get a mail when it comes there." in page


def test_whom_no_mail_reaches_is_not_counted(owner, alice, people):
    file_request(people["carol"], "repair")
    gone = file_request(people["dave"], "repair")
    User.objects.filter(pk=gone.customer_id).update(is_active=False)
    guest = make_user("guest@example.com", is_guest=True)
    stopped = file_request(people["carol"], "repair")
    ServiceRequest.objects.filter(pk=stopped.pk).update(customer=guest)
    GuestLink.objects.create(
        request=stopped, customer=guest, issued_at=timezone.now(), revoked_at=timezone.now(), is_stopped_by_staff=True
    )
    page = said(owner, alice, rule(2, "notify", [*CUSTOMER_TOLD, {"who": "team"}]))
    assert "1 open request: its customer would get a mail when it comes there." in page
    # Colleagues are told of all three.
    assert "3 open requests: their teams would get a mail when one comes there." in page


def test_conditions_are_asked_of_the_answers_that_are_there(owner, alice, people):
    leak, noise = (file_request(people["carol"], "repair") for _ in range(2))
    ServiceRequest.objects.filter(pk=leak.pk).update(data={"what": "Pump", "kind": "leak"})
    ServiceRequest.objects.filter(pk=noise.pk).update(data={"what": "Pump", "kind": "noise"})
    only_leaks = [{"who": "customer", "if": {"field": "kind", "is": "leak"}}]
    page = said(owner, alice, rule(2, "notify", only_leaks))
    assert "1 open request: its customer would get a mail when it comes there." in page


def test_what_was_counted_is_what_is_sent(owner, alice, people):
    """The same rules decide: publish what was said, move, and look at the mails."""
    row = file_request(people["carol"], "repair")
    assert "1 open request: its customer would get a mail" in said(owner, alice, rule(2, "notify", CUSTOMER_TOLD))
    document = sound()
    status(document, 2)["notify"] = CUSTOMER_TOLD
    publish(actor=alice, document=load(document))
    move(actor=alice, request_id=row.pk, move=Move(to="over", seen_status="new"))
    on_moved(Event.objects.get(kind="request.moved"))
    assert Mail.objects.filter(recipient_user_id=people["carol"].pk).count() == 1


def test_reminders_closing_and_lateness_are_about_those_that_stand_there(owner, alice, people):
    asked(people, alice)
    file_request(people["carol"], "repair")
    page = said(
        owner,
        alice,
        rule(1, "remind", [{"after_days": 2}]),
        rule(1, "close", {"after_days": 9, "to": "over"}),
        rule(0, "if_late", [{"tell": "manager"}]),
    )
    assert "1 open request: its customer would get a mail as a reminder of what is asked there." in page
    assert "1 open request: its customer would get a mail when it is closed there for want of an answer." in page
    assert "1 open request: managers would get a mail when it lasts longer than promised." in page
    assert "1 open request: whoever has it would no longer get a mail when it lasts longer than promised." in page


def test_a_promise_that_goes_away_takes_its_alarm_along(owner, alice, people):
    file_request(people["carol"], "repair")
    page = said(owner, alice, rule(0, "expected", {"no_limit": True}))
    assert "whoever has it would no longer get a mail when it lasts longer than promised." in page


def test_the_notifications_of_the_portal_are_about_every_open_request(owner, alice, people):
    for who in ("carol", "dave"):
        file_request(people[who], "repair")
    page = said(
        owner,
        alice,
        events({"event": "replied", "who": "customer", "when": "never"}, {"event": "noted", "who": "team"}),
    )
    assert "2 open requests: their customers would no longer get a mail when somebody answers." in page
    assert "2 open requests: their teams would get a mail when a colleague leaves a note." in page


def test_a_new_status_tells_those_that_can_come_to_it(owner, alice, people):
    def with_waiting(document: dict[str, Any]) -> None:
        flow = document["flows"][0]
        flow["statuses"].insert(1, {**flow["statuses"][0], "key": "waiting", "name": "Waiting"})
        flow["transitions"] += [
            {"from": ["new"], "to": "waiting", "by": ["agent"]},
            {"from": ["waiting"], "to": "over", "by": ["agent"]},
        ]

    file_request(people["carol"], "repair")
    asked(people, alice)
    page = said(owner, alice, with_waiting)
    assert "1 open request: its customer would get a mail when it comes there." in page


def test_it_is_one_query_however_many_requests_there_are(owner, alice, people):
    file_request(people["carol"], "repair")
    draft(alice, edits=[rule(2, "notify", CUSTOMER_TOLD), events({"event": "noted", "who": "team"})])
    owner.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        owner.get(PAGE)
    for who in ("carol", "dave", "carol"):
        file_request(people[who], "repair")
    with CaptureQueriesContext(connection) as many:
        owner.get(PAGE)
    assert len(few) == len(many)
