"""A small sound document for tests, and ways to damage it."""

from __future__ import annotations

import copy
from typing import Any

from portal_core.config.document import DocumentRefused, PortalDocument, load
from portal_core.config.problems import Problem

_STATUS = {
    "name": "New",
    "customer_name": "We have your request",
    "meaning": "A person has it.",
    "turn": "us",
    "handler": [{"team": "desk"}],
    "next_step": "We read it",
    "expected": {"hours": 4, "working": True},
    "notify": [{"who": "customer", "message": "received"}],
    "customer_may": ["message"],
}
_DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "portal": {"name": "Acme", "language": "en", "time_zone": "Europe/London"},
    "hours": {"mon": ["08:00-12:00", "13:00-17:00"], "fri": ["08:00-12:00"], "holidays": ["2026-12-25"]},
    "roles": [{"key": "engineer", "name": "Engineer", "based_on": "agent"}],
    "teams": [{"key": "desk", "name": "Desk"}],
    "flows": [
        {
            "key": "way",
            "name": "Way",
            "steps": [{"key": "one", "name": "One"}, {"key": "two", "name": "Two"}],
            "statuses": [
                {"key": "new", "step": "one", **_STATUS},
                {**_STATUS, "key": "asked", "name": "Asked", "turn": "customer", "expected": {"no_limit": True}},
                {
                    "key": "over",
                    "step": "two",
                    "name": "Over",
                    "customer_name": "All is well",
                    "meaning": "You have it.",
                    "turn": "nobody",
                    "outcome": "done",
                    "notify": [{"who": "nobody"}],
                },
            ],
            "transitions": [
                {"from": ["new"], "to": "asked", "by": ["agent"], "must_fill": ["cause"]},
                {"from": ["new", "asked"], "to": "over", "by": ["agent", "customer"], "label": "Finish"},
            ],
        }
    ],
    "types": [
        {
            "key": "repair",
            "name": "Repair",
            "flow": "way",
            "start": "new",
            "title": "{field:what}",
            "assign": [
                {"when": {"field": "kind", "is": "leak"}, "team": "desk", "priority": "urgent"},
                {"team": "desk"},
            ],
            "fields": [
                {"key": "what", "kind": "text", "label": "What is it?", "required": True},
                {
                    "key": "kind",
                    "kind": "choice",
                    "label": "Which kind?",
                    "choices": [{"key": "leak", "label": "A leak"}, {"key": "noise", "label": "A noise"}],
                },
                {"key": "gauge", "kind": "number", "label": "Gauge", "when": {"field": "kind", "is": "leak"}, "max": 4},
                {"key": "since", "kind": "date", "label": "Since when?"},
                {"key": "works", "kind": "yes_no", "label": "Does it work?"},
                {"key": "cause", "kind": "long_text", "label": "Cause", "show": {"customer": "hidden"}},
            ],
        }
    ],
    "notifications": [{"event": "created", "who": "team"}],
    "messages": [{"key": "received", "subject": "Here: {reference}", "body": "Hello {customer}", "button": "See it"}],
    "ready_answers": [{"key": "hello", "name": "Hello", "body": "Hello {customer}"}],
    "assertions": [{"field": "repair.cause", "never": "customer"}],
}

FLOW = ("flows", 0)
NEW = (*FLOW, "statuses", 0)
ASKED = (*FLOW, "statuses", 1)
OVER = (*FLOW, "statuses", 2)
TYPE = ("types", 0)
FIELDS = (*TYPE, "fields")


def sound() -> dict[str, Any]:
    """A fresh copy of the sound document."""
    return copy.deepcopy(_DOCUMENT)


GONE = object()


def changed(*place: str | int, to: Any = GONE, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """The sound document with one value set, or taken out."""
    document = sound() if document is None else document
    node: Any = document
    for step in place[:-1]:
        node = node[step]
    if to is GONE:
        del node[place[-1]]
    elif isinstance(node, list) and place[-1] == len(node):
        node.append(to)
    else:
        node[place[-1]] = to
    return document


def loaded(document: dict[str, Any]) -> PortalDocument:
    """The document as models."""
    return load(document)


def refusal(document: Any) -> tuple[Problem, ...]:
    """The problems with which loading refuses it; none when it loads."""
    try:
        load(document)
    except DocumentRefused as error:
        return error.problems
    return ()
