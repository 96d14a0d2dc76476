"""Who has a request: the status's handler, assignment that was overtaken, handing over, and the scope of a team."""

from __future__ import annotations

import re

import pytest
from django.core import mail as sent_mails

from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.notifications.compose import status_mail
from portal_core.service_requests.actions import Move, assign, hand_over, move
from portal_core.service_requests.errors import Stale
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.factories import make_user
from tests.service_requests.mended import SmallPortal, unchanged
from tests.service_requests.small_portal import refused


@pytest.fixture
def small(people) -> SmallPortal:
    """What is known goes to the shop, unless it is a leak: that stays where it is."""
    small = SmallPortal(people)
    people["sally"] = make_user("sally@example.com", "Sally Shop", "agent", team_key="shop")

    def hand_on(document):
        small.status(document, "known").update(
            handler=[{"when": {"field": "kind", "is": "leak"}, "team": "desk"}, {"team": "shop"}],
            notify=[{"who": "customer", "message": "known"}],
            next_step="{team} looks after it",
        )
        small.step(document, "known").update(must_fill=[])
        document["messages"] = [{"key": "known", "subject": "Known", "body": "We know what it is."}]

    small.publish(hand_on)
    return small


def _known(small: SmallPortal, row: ServiceRequest) -> ServiceRequest:
    move(actor=small.actor("alice"), request_id=row.pk, move=Move(to="known", seen_status="new"))
    return ServiceRequest.objects.select_related("assignee").get(pk=row.pk)


def test_a_status_hands_the_request_to_its_team_by_the_answers(small):
    assert _known(small, small.file(what="Pump", kind="noise")).team_key == "shop"
    assert _known(small, small.file(what="Pump", kind="leak", gauge="2")).team_key == "desk"


@pytest.mark.parametrize(
    ("kind", "who", "stays"),
    [
        ("noise", "erin", False),  # of the desk, and it goes to the shop
        ("noise", "sally", True),  # of the shop already
        ("noise", "bob", True),  # of no team
        ("leak", "sally", True),  # the team stays, and so does who was given it by hand
    ],
)
def test_who_has_it_keeps_it_unless_another_team_gets_it(kind, who, stays, small):
    row = small.file(what="Pump", kind=kind)
    assign(actor=small.actor("alice"), request_id=row.pk, assignee_id=small.people[who].pk)
    moved = _known(small, row)
    assert (moved.assignee_id == small.people[who].pk) is stays
    assert (moved.assignee_id is None) is not stays


def test_the_line_of_a_move_tells_the_new_team(small):
    _known(small, small.file(what="Pump", kind="noise"))
    assert HistoryEntry.objects.get(kind=Kind.MOVED).data["team"] == "shop"


def test_a_team_that_is_named_for_new_requests_of_a_kind_stands_before_the_status(small):
    assert small.file("sale", what="Pump", kind="noise").team_key == "shop"
    assert small.file("repair", what="Pump", kind="noise").team_key == "desk"


def test_without_a_team_named_for_its_kind_a_new_request_goes_to_the_team_of_its_status(small):
    small.publish(lambda document: document["types"][1].pop("assign"))
    assert small.file("sale", what="Pump", kind="noise").team_key == "desk"


def test_the_mail_shown_before_a_move_names_the_team_that_will_have_it_and_changes_nothing(small):
    row, portal = small.file(what="Pump", kind="noise"), live_portal()
    with unchanged():
        shown = status_mail(row, status_key="known", portal=portal)
    assert shown is not None
    assert ("What happens next", "Shop looks after it") in shown.facts
    assert (row.team_key, row.status_key) == ("desk", "new")


# Giving


def test_of_two_who_take_a_request_the_later_is_told_who_has_it(small):
    row, portal_people = small.file(what="Pump", kind="noise"), small.people
    assign(actor=small.actor("alice"), request_id=row.pk, assignee_id=portal_people["alice"].pk, seen_assignee_id=None)
    with refused(Stale) as caught:
        assign(actor=small.actor("bob"), request_id=row.pk, assignee_id=portal_people["bob"].pk, seen_assignee_id=None)
    (difference,) = caught.value.differences
    assert (difference.yours, difference.theirs) == (portal_people["bob"].name, portal_people["alice"].name)


def test_a_team_given_meanwhile_is_not_written_back(small):
    row, alice = small.file(what="Pump", kind="noise"), small.actor("alice")
    assign(actor=alice, request_id=row.pk, assignee_id=None, team_key="shop")
    with refused(Stale) as caught:
        assign(
            actor=alice,
            request_id=row.pk,
            assignee_id=small.people["bob"].pk,
            team_key="desk",
            seen_assignee_id=None,
            seen_team_key="desk",
        )
    assert [(each.field_key, each.yours, each.theirs) for each in caught.value.differences] == [
        ("team", "Desk", "Shop")
    ]


def test_giving_it_where_it_is_already_is_no_quarrel(small):
    row, bob = small.file(what="Pump", kind="noise"), small.people["bob"]
    assign(actor=small.actor("alice"), request_id=row.pk, assignee_id=bob.pk)
    with unchanged():
        assign(actor=small.actor("bob"), request_id=row.pk, assignee_id=bob.pk, seen_assignee_id=None)


def test_a_page_that_says_nothing_of_who_had_it_is_not_checked(small):
    row = small.file(what="Pump", kind="noise")
    for name in ("alice", "bob"):
        assign(actor=small.actor("alice"), request_id=row.pk, assignee_id=small.people[name].pk)
    row.refresh_from_db()
    assert row.assignee_id == small.people["bob"].pk


# Handing over


@pytest.fixture
def in_hand(small) -> list[ServiceRequest]:
    """Three open requests that Bob has and nobody has looked at yet."""
    rows = [small.file(what="Pump", kind="noise") for _ in range(3)]
    ServiceRequest.objects.update(assignee=small.people["bob"], is_new=True)
    return rows


def _hand_over(small: SmallPortal, to: str | None, by: str = "alice") -> int:
    to_id = small.people[to].pk if to else None
    return hand_over(actor=small.actor(by), from_user_id=small.people["bob"].pk, to_user_id=to_id)


def test_handing_over_is_one_event_and_a_line_in_each_history(small, in_hand):
    before = Event.objects.count()
    assert _hand_over(small, "sally") == 3
    assert Event.objects.count() == before + 1
    payload = Event.objects.get(kind="requests.handed_over").payload
    assert (payload["from"], payload["to"], payload["count"]) == (
        str(small.people["bob"].pk),
        str(small.people["sally"].pk),
        3,
    )
    lines = HistoryEntry.objects.filter(kind=Kind.ASSIGNED)
    assert {line.request_id for line in lines} == {row.pk for row in in_hand}
    assert {(line.audience, line.data["to_name"]) for line in lines} == {("staff", "Sally Shop")}
    rows = ServiceRequest.objects.all()
    assert {(row.assignee_id, row.is_new, row.revision) for row in rows} == {(small.people["sally"].pk, False, 2)}


def test_what_nobody_gets_stays_new(small, in_hand):
    _hand_over(small, None)
    assert {(row.assignee_id, row.is_new) for row in ServiceRequest.objects.all()} == {(None, True)}


def test_nothing_in_hand_is_nothing_to_tell(small):
    with unchanged():
        assert _hand_over(small, "sally") == 0


@pytest.mark.parametrize(
    ("to", "by", "mailed"),
    [("sally", "alice", ["sally@example.com"]), ("alice", "alice", []), (None, "alice", [])],
)
def test_the_new_person_hears_of_it_once(to, by, mailed, small, in_hand, tenant):
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    _hand_over(small, to, by)
    drain(tenant.schema_name)
    drain(tenant.schema_name)
    assert [re.sub(r".*<|>.*", "", mail.to[0]) for mail in sent_mails.outbox] == mailed
    if mailed:
        (letter,) = sent_mails.outbox
        assert letter.subject == "3 requests are yours now"
        assert "/desk/?view=mine" in letter.body


def test_a_document_that_tells_nobody_of_what_is_given_tells_nobody_of_many(small, in_hand, tenant):
    small.publish(lambda document: document["notifications"].append({"event": "assigned", "who": "nobody"}))
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    _hand_over(small, "sally")
    drain(tenant.schema_name)
    assert sent_mails.outbox == []


# Scope


def test_a_role_of_its_team_without_a_team_sees_only_what_it_has_in_hand(small, client_for):
    def team_only(document):
        document["roles"][0]["scope"] = "team"

    small.publish(team_only)
    rows = [small.file(what="Pump", kind="noise") for _ in range(2)]
    ServiceRequest.objects.update(team_key="")
    small.people["erin"].team_key = ""
    small.people["erin"].save()
    assert not visible_to(small.actor("erin")).exists()
    assert client_for(small.people["erin"]).get(f"/desk/requests/{rows[0].number}/").status_code == 404
    ServiceRequest.objects.filter(pk=rows[1].pk).update(assignee=small.people["erin"])
    assert [row.pk for row in visible_to(small.actor("erin"))] == [rows[1].pk]
