"""A small portal that asks its customers for things, reminds them, closes, and keeps an eye on its own promises."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.service_requests.actions import AskAnswer, Move, answer_ask, move
from portal_core.service_requests.approvals import approval_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.identifiers import uuid7
from tests.service_requests.filing import file_request

FIELDS = [
    {"key": "what", "kind": "text", "label": "What?", "required": True},
    {
        "key": "slot",
        "kind": "choice",
        "label": "When shall we come?",
        "choices": [{"key": "tue", "label": "Tuesday, 8 to 10"}, {"key": "wed", "label": "Wednesday, 1 to 3"}],
        "show": {"customer": "see"},
        "at": {"visit": {"customer": "edit"}},
    },
    {
        "key": "key-box",
        "kind": "text",
        "label": "Where is the key?",
        "show": {"customer": "see"},
        "at": {"visit": {"customer": "edit"}},
    },
    {
        "key": "price",
        "kind": "number",
        "unit": "£",
        "label": "Your price",
        "show": {"customer": "hidden"},
        "at": {"quote": {"customer": "see"}, "work": {"customer": "see"}, "over": {"customer": "see"}},
    },
    {"key": "cost", "kind": "number", "unit": "£", "label": "Secret cost", "show": {"customer": "hidden"}},
]


def _status(key: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "step": "one",
        "name": f"Staff {key}",
        "customer_name": f"Yours is {key}",
        "meaning": "A person has it.",
        "turn": "us",
        "handler": [{"team": "desk"}],
        "next_step": "We read it",
        "expected": {"days": 2, "working": True},
        "notify": [{"who": "customer", "message": "news"}],
        "customer_may": ["message"],
        **more,
    }


QUOTE = {
    "key": "quote",
    "do": "approve",
    "label": "Approve the price",
    "help": "It is {field:price}.",
    "fields": ["what", "price"],
    "consent": "I have read the price.",
    "approved": "work",
    "declined": "stopped",
    "expires_days": 5,
    "ask_reason": True,
}
DAY = {"key": "day", "do": "fill", "label": "Choose a day", "fields": ["slot"]}
KEY = {"key": "key", "do": "fill", "fields": ["key-box"], "required": False}
HOUSE = {"key": "house", "do": "read", "label": "Read how we work", "text": "We take our shoes off.",
         "when": {"field": "slot", "is": "wed"}}  # fmt: skip


def document() -> dict[str, Any]:
    theirs = {"turn": "customer", "expected": {"no_limit": True}}
    statuses = [
        _status("new", if_late=[{"tell": "handler"}, {"after_days": 2, "tell": "owner"}]),
        _status("quote", **theirs, asks=[QUOTE], close={"after_days": 14, "to": "stopped"}),
        _status(
            "visit",
            **theirs,
            asks=[DAY, KEY, HOUSE],
            when_done="work",
            remind=[{"after_days": 2, "message": "nudge"}, {"after_days": 5}],
            close={"after_days": 14, "to": "stopped"},
        ),
        _status("work", expected={"no_limit": True}),
        _status("over", turn="nobody", outcome="done", customer_may=[]),
        _status("stopped", turn="nobody", outcome="stopped", notify=[{"who": "nobody"}]),
    ]
    return {
        "schema": 1,
        "portal": {"name": "Alpha", "language": "en", "languages": ["en", "de"], "time_zone": "Europe/London"},
        "hours": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "teams": [{"key": "desk", "name": "Desk"}],
        "flows": [
            {
                "key": "way",
                "name": "Way",
                "steps": [{"key": "one", "name": "One"}],
                "statuses": statuses,
                "transitions": [
                    {"from": ["new", "visit", "quote", "work"], "to": "quote", "by": ["agent"], "must_fill": ["price"]},
                    {"from": ["new", "quote", "work", "stopped"], "to": "visit", "by": ["agent"]},
                    {"from": ["new", "quote", "visit"], "to": "work", "by": ["agent"]},
                    {"from": ["work"], "to": "over", "by": ["agent"]},
                    {"from": ["new", "visit"], "to": "stopped", "by": ["customer"]},
                ],
            }
        ],
        "types": [
            {
                "key": "job",
                "name": "Job",
                "flow": "way",
                "start": "new",
                "title": "{field:what}",
                "assign": [{"team": "desk"}],
                "fields": FIELDS,
            }
        ],
        "messages": [
            {"key": "news", "subject": "News of {reference}", "body": "Hello {customer}", "button": "See it"},
            {"key": "nudge", "subject": "A nudge about {reference}", "body": "Hello {customer}, a nudge."},
        ],
        "notifications": [{"event": "created", "who": "nobody"}],
    }


class Desk:
    """The portal with its people, and a request of Carol's that can be brought anywhere."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        people["bob"].team_key = "desk"
        people["bob"].save(update_fields=["team_key"])
        self.publish(document())

    def publish(self, wanted: dict[str, Any]) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(wanted))

    def actor(self, name: str) -> Any:
        return actor_for(self.people[name])

    def at(self, status: str, **answers: Any) -> ServiceRequest:
        """A new request of Carol's in `status`."""
        row = file_request(self.people["carol"], "job", what="Pump")
        if status != "new":
            self.move(row, status, **answers)
        return self.fresh(row)

    def move(self, row: ServiceRequest, to: str, by: str = "bob", **answers: Any) -> None:
        row = self.fresh(row)
        wanted = Move(to=to, seen_status=row.status_key, answers={"price": "480", **answers} if to == "quote" else {})
        move(actor=self.actor(by), request_id=row.pk, move=wanted)

    def fresh(self, row: ServiceRequest) -> ServiceRequest:
        return ServiceRequest.objects.select_related("customer", "assignee").get(pk=row.pk)

    def seen(self, row: ServiceRequest, name: str = "carol") -> VisibleRequest:
        portal = live_portal()
        return visible(self.fresh(row), Viewer.of(self.actor(name), portal), portal=portal)

    def answer(self, row: ServiceRequest, key: str, by: str = "carol", **more: Any) -> ServiceRequest:
        """Answers an ask as the page that was just opened would."""
        row = self.fresh(row)
        answers = more.get("answers", {})
        given: dict[str, Any] = {
            "submission_key": uuid7(),
            "seen_since": row.status_since,
            "seen": {name: row.data.get(name) for name in answers},
            "token": self.token(row, key),
            **more,
        }
        return answer_ask(actor=self.actor(by), request_id=row.pk, answer=AskAnswer(key, **given))

    def token(self, row: ServiceRequest, key: str) -> str:
        portal = live_portal()
        asks = portal.type("job").flow.status(row.status_key).asks
        ask = next((ask for ask in asks if ask.key == key and ask.do == "approve"), None)
        if ask is None:
            return ""
        return approval_of(row, ask, Viewer.of(self.actor("carol"), portal), portal).token


def days(number: float) -> timedelta:
    return timedelta(days=number)


def now() -> datetime:
    return timezone.now()


def new_key() -> uuid.UUID:
    return uuid7()
