"""A question whose condition is false is not asked, not required and not stored, also when it is sent."""

from __future__ import annotations

import uuid
from typing import Any

from portal_core.service_requests.actions import (
    Submission,
    change_fields,
    submit,
)
from portal_core.service_requests.errors import (
    RequestError,
)
from portal_core.service_requests.models import ServiceRequest
from tests.service_requests.small_portal import refused


def _asked_for(client: Any, **answers: str) -> str:
    return client.post("/new/repair/", {"do": "update", "key": str(uuid.uuid4()), **answers}).content.decode()


def test_a_question_whose_condition_is_false_is_not_asked(shop, client_for):
    carol = client_for(shop.people["carol"])
    without = _asked_for(carol, **{"f-kind": "noise"})
    asked = _asked_for(carol, **{"f-kind": "leak"})
    assert 'name="f-gauge"' in asked
    assert 'name="f-gauge"' not in without


def test_a_question_whose_condition_is_false_is_neither_required_nor_kept_when_it_is_sent(shop, client_for):
    carol = client_for(shop.people["carol"])
    sent = {"do": "send", "key": str(uuid.uuid4()), "f-what": "Pump", "f-kind": "noise"}
    assert carol.post("/new/repair/", sent).status_code == 302
    more = {**sent, "key": str(uuid.uuid4()), "f-gauge": "3"}
    assert carol.post("/new/repair/", more).status_code == 302
    assert [row.data for row in ServiceRequest.objects.all()] == [{"what": "Pump", "kind": "noise"}] * 2


def test_a_question_whose_condition_holds_is_required(shop, client_for):
    carol = client_for(shop.people["carol"])
    sent = {"do": "send", "key": str(uuid.uuid4()), "f-what": "Pump", "f-kind": "leak"}
    assert carol.post("/new/repair/", sent).status_code == 400
    assert ServiceRequest.objects.count() == 0
    assert carol.post("/new/repair/", {**sent, "f-gauge": "3"}).status_code == 302
    assert ServiceRequest.objects.get().data["gauge"] is not None


def test_the_action_too_drops_what_does_not_apply_or_is_not_the_customers(shop):
    """The second lock: also when no form stood before it."""
    carol = shop.people["carol"]
    answers = {"what": "Pump", "kind": "noise", "gauge": 3, "cause": "Carol’s guess", "unknown": 1}
    filed = submit(
        actor=shop.actor("carol"),
        submission=Submission("repair", answers, submission_key=uuid.uuid4(), customer_id=carol.pk),
    )
    filed.refresh_from_db()
    assert filed.data == {"what": "Pump", "kind": "noise"}


def test_a_field_hidden_from_customers_is_not_taken_from_their_form(shop, client_for):
    sent = {"do": "send", "key": str(uuid.uuid4()), "f-what": "Pump", "f-kind": "noise", "f-cause": "Carol’s guess"}
    assert client_for(shop.people["carol"]).post("/new/repair/", sent).status_code == 302
    assert "cause" not in ServiceRequest.objects.get().data


def test_a_question_that_no_longer_applies_cannot_be_filled_in_later(shop, row):
    with refused(RequestError):
        change_fields(actor=shop.actor("bob"), request_id=row.pk, answers={"gauge": 3}, seen={"gauge": None})
