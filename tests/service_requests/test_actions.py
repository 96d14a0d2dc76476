"""What each action refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from portal_core.accounts.actor import Actor
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests.access import get_for
from portal_core.service_requests.actions import (
    Move,
    Submission,
    assign,
    change_fields,
    hand_over,
    move,
    save_draft,
    submit,
)
from portal_core.service_requests.errors import (
    Forbidden,
    MissingFields,
    MoveRefused,
    NotSeen,
    RequestError,
    Stale,
    TypeNotOpen,
)
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from tests.contracts.rows import Rows
from tests.service_requests.small_portal import refused

Attempt = Callable[[Actor, ServiceRequest], object]
DENIED: list[tuple[str, str, type[RequestError], Attempt]] = [
    ("replying", "erin", Forbidden, lambda who, row: reply(actor=who, request_id=row.pk, message=_words())),
    ("a note", "erin", Forbidden, lambda who, row: note(actor=who, request_id=row.pk, message=_words())),
    ("a note", "carol", Forbidden, lambda who, row: note(actor=who, request_id=row.pk, message=_words())),
    (
        "assigning",
        "erin",
        Forbidden,
        lambda who, row: assign(actor=who, request_id=row.pk, assignee_id=None, team_key="shop"),
    ),
    (
        "assigning",
        "carol",
        Forbidden,
        lambda who, row: assign(actor=who, request_id=row.pk, assignee_id=None, team_key="shop"),
    ),
    ("moving", "erin", Forbidden, lambda who, row: move(actor=who, request_id=row.pk, move=_close())),
    ("moving", "carol", MoveRefused, lambda who, row: move(actor=who, request_id=row.pk, move=_close())),
    ("moving", "frank", MoveRefused, lambda who, row: move(actor=who, request_id=row.pk, move=_close())),
    ("moving", "nobody", MoveRefused, lambda who, row: move(actor=who, request_id=row.pk, move=_close())),
    (
        "a move that does not exist",
        "bob",
        MoveRefused,
        lambda who, row: move(actor=who, request_id=row.pk, move=_to("new")),
    ),
    (
        "a status that does not exist",
        "bob",
        MoveRefused,
        lambda who, row: move(actor=who, request_id=row.pk, move=_to("x")),
    ),
    (
        "a move without its reason",
        "bob",
        MoveRefused,
        lambda who, row: move(actor=who, request_id=row.pk, move=_to("over")),
    ),
    (
        "a move without its fields",
        "bob",
        MissingFields,
        lambda who, row: move(actor=who, request_id=row.pk, move=_to("known")),
    ),
    ("changing", "erin", Forbidden, lambda who, row: _change(who, row, "what")),
    ("changing what is only seen", "carol", Forbidden, lambda who, row: _change(who, row, "what")),
    ("changing what is hidden", "carol", Forbidden, lambda who, row: _change(who, row, "cause")),
    ("changing", "frank", Forbidden, lambda who, row: _change(who, row, "what")),
    ("changing", "nobody", Forbidden, lambda who, row: _change(who, row, "what")),
    ("filing for another", "dave", Forbidden, lambda who, row: submit(actor=who, submission=_form(row.customer_id))),
    ("filing for another", "erin", Forbidden, lambda who, row: submit(actor=who, submission=_form(row.customer_id))),
    (
        "filing what is not offered",
        "carol",
        TypeNotOpen,
        lambda who, row: submit(actor=who, submission=_form(row.customer_id, "x")),
    ),
    ("keeping what is not offered", "carol", TypeNotOpen, lambda who, row: _keep(who, "x")),
    (
        "giving to a customer",
        "bob",
        MoveRefused,
        lambda who, row: assign(actor=who, request_id=row.pk, assignee_id=row.customer_id),
    ),
    (
        "giving to no team",
        "bob",
        MoveRefused,
        lambda who, row: assign(actor=who, request_id=row.pk, assignee_id=None, team_key="x"),
    ),
    (
        "handing over to a customer",
        "alice",
        MoveRefused,
        lambda who, row: hand_over(actor=who, from_user_id=row.pk, to_user_id=row.customer_id),
    ),
]


def _words() -> Message:
    return Message("Hello", uuid.uuid4())


def _to(status: str) -> Move:
    return Move(to=status, seen_status="new")


def _close() -> Move:
    return Move(to="over", seen_status="new", reason="because")


def _change(who: Actor, row: ServiceRequest, key: str) -> object:
    return change_fields(actor=who, request_id=row.pk, answers={key: "Else"}, seen={key: row.data.get(key)})


def _form(customer_id: uuid.UUID, type_key: str = "repair") -> Submission:
    return Submission(type_key=type_key, answers={"what": "x"}, submission_key=uuid.uuid4(), customer_id=customer_id)


def _keep(who: Actor, type_key: str) -> object:
    return save_draft(actor=who, type_key=type_key, typed={}, submission_key=uuid.uuid4())


@pytest.mark.parametrize(
    ("what", "who", "error", "attempt"), DENIED, ids=[f"{what} by {who}" for what, who, *_ in DENIED]
)
def test_what_is_refused_leaves_nothing_behind(what, who, error, attempt, shop, row):
    shop.publish(permissions=["see"])
    with refused(error):
        attempt(shop.actor(who), row)


@pytest.mark.parametrize("who", ["dave", "nobody", "frank"])
def test_a_message_of_somebody_who_is_not_the_customer_leaves_nothing_behind(who, shop, row):
    """The loader stands before the action: who may not see a request has none to write to."""
    with refused(NotSeen):
        get_for(shop.actor(who), row.number)


def test_a_customer_cannot_write_where_the_status_takes_no_messages(shop, row):
    move(actor=shop.actor("bob"), request_id=row.pk, move=_close())
    with refused(Forbidden):
        reply(actor=shop.actor("carol"), request_id=row.pk, message=_words())


def test_a_key_used_on_another_request_shows_nothing_of_it(shop, row):
    other = shop.file(who="dave", kind="noise")
    message = _words()
    reply(actor=shop.actor("dave"), request_id=other.pk, message=message)
    with refused(Forbidden):
        reply(actor=shop.actor("carol"), request_id=row.pk, message=message)


def test_a_message_sent_twice_is_one_line(shop, row):
    message = _words()
    first = reply(actor=shop.actor("carol"), request_id=row.pk, message=message)
    rows = Rows()
    before = rows.now()
    assert reply(actor=shop.actor("carol"), request_id=row.pk, message=message).pk == first.pk
    assert rows.now() == before


def test_a_stale_change_tells_both_values_and_writes_nothing(shop, row):
    seen = {"what": row.data["what"]}
    change_fields(actor=shop.actor("bob"), request_id=row.pk, answers={"what": "Bob’s words"}, seen=seen)
    with refused(Stale) as caught:
        change_fields(actor=shop.actor("alice"), request_id=row.pk, answers={"what": "Alice’s words"}, seen=seen)
    (difference,) = caught.value.differences
    assert (difference.what, difference.yours, difference.theirs) == ("What?", "Alice’s words", "Bob’s words")


def test_a_stale_change_on_the_page_shows_both_values(shop, row, client_for):
    alice = client_for(shop.people["alice"])
    page = f"/desk/requests/{row.number}/"
    seen = alice.get(f"{page}?edit=what").context["editing"].seen_token
    change_fields(
        actor=shop.actor("bob"), request_id=row.pk, answers={"what": "Bobs words"}, seen={"what": row.data["what"]}
    )
    rows = Rows()
    before = rows.now()
    answer = alice.post(f"{page}change/", {"edit": "what", "seen": seen, "f-what": "Alices words"})
    assert answer.status_code == 409
    assert b"Bobs words" in answer.content and b"Alices words" in answer.content
    assert rows.now() == before


def test_the_same_value_again_is_no_change(shop, row):
    rows = Rows()
    before = rows.now()
    same = {"what": row.data["what"]}
    change_fields(actor=shop.actor("bob"), request_id=row.pk, answers=same, seen=same)
    assert rows.now() == before


def test_a_draft_after_its_form_was_sent_does_not_bring_the_form_back(shop):
    carol = shop.actor("carol")
    filed = _form(shop.people["carol"].pk)
    submit(actor=carol, submission=filed)
    assert save_draft(actor=carol, type_key="repair", typed={}, submission_key=filed.submission_key) is None
    assert RequestDraft.objects.count() == 0
