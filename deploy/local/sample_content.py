"""What stands in the sample portal: people and requests, made through the same actions as everybody's.

Nothing is written past the actions, so the samples cannot show anything that the product does not do. The content is
in `sample_content.json`; a value `{"in_days": 3}` is a date counted from the day of the start.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.starters import starter
from portal_core.history.record import JsonValue
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests.actions import Move, Submission, assign, move, submit
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7

_CONTENT = Path(__file__).with_name("sample_content.json")


class _Step(TypedDict, total=False):
    """One thing that happens: `do` is reply, note, give, or the status that the request moves to."""

    do: str
    who: str
    text: str
    answers: dict[str, JsonValue]


class _Story(TypedDict):
    """One request from its form to where it stands."""

    customer: str
    type: str
    answers: dict[str, JsonValue]
    steps: list[_Step]


def fill(owner_email: str) -> None:
    """Turns the fresh tenant at hand into Nordwarm: its configuration, its people, its requests."""
    content = json.loads(_CONTENT.read_text(encoding="utf-8"))
    owner = User.objects.get(email=owner_email)
    owner.name = "Priya Nair"
    owner.save(update_fields=["name"])
    publish(actor=actor_for(owner), document=starter("nordwarm"), note="Nordwarm’s own words")
    for person in content["staff"]:
        User.objects.create_user(person["email"], name=person["name"], role=person["role"], team_key=person["team"])
    for person in content["customers"]:
        User.objects.create_user(person["email"], name=person["name"], role="customer")
    people = {user.email: user for user in User.objects.all()}
    for story in content["requests"]:
        _tell(story, people, owner)


def _tell(story: _Story, people: Mapping[str, User], owner: User) -> None:
    customer = people[story["customer"]]
    submission = Submission(story["type"], _dated(story["answers"]), uuid7(), customer.pk)
    request = submit(actor=actor_for(customer), submission=submission)
    for step in story["steps"]:
        _take(step, request, people, owner)


def _take(step: _Step, request: ServiceRequest, people: Mapping[str, User], owner: User) -> None:
    who = people[step["who"]]
    actor = actor_for(who)
    text = step.get("text", "")
    match step["do"]:
        case "reply":
            reply(actor=actor, request_id=request.pk, message=Message(text, uuid7()))
        case "note":
            note(actor=actor, request_id=request.pk, message=Message(text, uuid7()))
        case "give":
            assign(actor=actor_for(owner), request_id=request.pk, assignee_id=who.pk)
        case status:
            request.refresh_from_db()
            answers = _dated(step.get("answers", {}))
            wanted = Move(to=status, seen_status=request.status_key, reason=text, answers=answers)
            move(actor=actor, request_id=request.pk, move=wanted)


def _dated(answers: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    today = timezone.localdate()
    return {
        key: (today + timedelta(days=int(str(value["in_days"])))).isoformat() if isinstance(value, dict) else value
        for key, value in answers.items()
    }
