"""A small portal with a role of its own and its people, and the check that a refusal leaves nothing behind."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from typing import Any

import pytest

from portal_core.accounts.actor import NOBODY, Actor, actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.service_requests.errors import RequestError
from portal_core.service_requests.models import ServiceRequest
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests.filing import file_request

FIELDS = [
    {"key": "what", "kind": "text", "label": "What?", "required": True},
    {
        "key": "kind",
        "kind": "choice",
        "label": "Which?",
        "choices": [{"key": "leak", "label": "A leak"}, {"key": "noise", "label": "A noise"}],
    },
    {
        "key": "gauge",
        "kind": "number",
        "label": "Gauge",
        "required": True,
        "when": {"field": "kind", "is": "leak"},
    },
    {"key": "cause", "kind": "text", "label": "Cause", "show": {"customer": "hidden"}},
    {"key": "phone", "kind": "phone", "label": "Phone", "at": {"new": {"customer": "edit"}}},
]


def _status(key: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "step": "one",
        "name": key.title(),
        "customer_name": f"Yours is {key}",
        "meaning": "A person has it.",
        "turn": "us",
        "handler": [{"team": "desk"}],
        "next_step": "We read it",
        "expected": {"hours": 4},
        "notify": [{"who": "nobody"}],
        "customer_may": ["message"],
        **more,
    }


def document(**role: Any) -> dict[str, Any]:
    """A small portal with a role "engineer" of its own."""
    types = [
        {
            "key": key,
            "name": key.title(),
            "flow": "way",
            "start": "new",
            "title": "{field:what}",
            "assign": [{"team": team}],
            "fields": copy.deepcopy(FIELDS),
        }
        for key, team in (("repair", "desk"), ("sale", "shop"))
    ]
    return {
        "schema": 1,
        "portal": {"name": "Alpha", "language": "en", "time_zone": "Europe/London"},
        "roles": [{"key": "engineer", "name": "Engineer", "based_on": "agent", **role}],
        "teams": [{"key": "desk", "name": "Desk"}, {"key": "shop", "name": "Shop"}],
        "flows": [
            {
                "key": "way",
                "name": "Way",
                "steps": [{"key": "one", "name": "One"}],
                "statuses": [
                    _status("new"),
                    _status("known"),
                    _status("over", turn="nobody", outcome="done", customer_may=[]),
                ],
                "transitions": [
                    {"from": ["new"], "to": "known", "by": ["agent"], "must_fill": ["cause"], "label": "Known"},
                    {"from": ["new", "known"], "to": "over", "by": ["agent"], "ask_reason": True, "label": "Close"},
                    {"from": ["known"], "to": "over", "by": ["customer"], "label": "That will do"},
                ],
            }
        ],
        "types": types,
        "notifications": [{"event": "created", "who": "nobody"}],
    }


class Shop:
    """The small portal with its people."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer", team_key="desk")
        people["frank"] = make_user("frank@example.com", "Frank Unknown", "nobody-knows-this")
        self.publish()

    def publish(self, **role: Any) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(document(**role)))

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name]) if name in self.people else NOBODY

    def file(self, type_key: str = "repair", who: str = "carol", **answers: str) -> ServiceRequest:
        return file_request(self.people[who], type_key, **answers)


@contextmanager
def refused(error: type[RequestError], **fields: Any):
    """The block raises `error`, and no row of any table is another afterwards: no write, no line, no event."""
    rows = Rows()
    before = rows.now()
    with pytest.raises(error) as caught:
        yield caught
    assert rows.now() == before
