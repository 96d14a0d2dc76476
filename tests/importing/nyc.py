"""A portal and a mapping for New York's noise complaints, as small as the file allows."""

from __future__ import annotations

from typing import Any


def portal() -> dict[str, Any]:
    """Three request types with one flow."""
    return {
        "schema": 1,
        "portal": {"name": "NYC 311", "language": "en", "time_zone": "America/New_York"},
        "teams": [{"key": "police", "name": "Police"}, {"key": "environment", "name": "Environmental protection"}],
        "flows": [{"key": "noise", "name": "Noise", "statuses": _statuses(), "transitions": _transitions()}],
        "types": [_type("home", "Noise next door"), _type("shop", "Noise from a shop"), _type("city", "Noise outside")],
        "messages": [
            {"key": "got", "subject": "Here: {reference}", "body": "Hello {customer}", "button": "See your complaint"}
        ],
        "assertions": [],
    }


def _statuses() -> list[dict[str, Any]]:
    here = {
        "key": "here",
        "name": "New",
        "customer_name": "We have your complaint",
        "meaning": "Somebody will listen whether it is loud.",
        "turn": "us",
        "handler": [{"team": "police"}],
        "next_step": "We send somebody to listen",
        "expected": {"hours": 8},
        "notify": [{"who": "customer", "message": "got"}],
        "customer_may": ["message"],
    }
    over = {
        "key": "over",
        "name": "Closed",
        "customer_name": "Somebody has been there",
        "meaning": "What was found is in the last message.",
        "turn": "nobody",
        "outcome": "done",
        "notify": [{"who": "nobody"}],
    }
    return [here, over]


def _transitions() -> list[dict[str, Any]]:
    return [{"from": ["here"], "to": "over", "by": ["agent"], "label": "Close"}]


def _type(key: str, name: str) -> dict[str, Any]:
    fields = [
        {"key": "what", "kind": "text", "label": "What do you hear?", "required": True},
        {"key": "where", "kind": "text", "label": "Where?"},
        {"key": "near", "kind": "text", "label": "Between which streets?"},
        {"key": "zip", "kind": "text", "label": "ZIP code"},
        {"key": "place", "kind": "text", "label": "What kind of place?"},
    ]
    return {"key": key, "name": name, "flow": "noise", "start": "here", "title": "{field:what}", "fields": fields}


MAPPING: dict[str, Any] = {
    "source": "nyc-311",
    "source_name": "NYC Open Data",
    "time_zone": "America/New_York",
    "date_format": "%m/%d/%Y %I:%M:%S %p",
    "id": "Unique Key",
    "type": {
        "from": "Complaint Type",
        "map": {"Noise - Residential": "home", "Noise - Commercial": "shop", "Noise": "city"},
    },
    "status": {"from": "Status", "map": {"Closed": "over"}, "otherwise": "here"},
    "created": "Created Date",
    "closed": "Closed Date",
    "customer": {"stand_in": {"name": "New Yorkers"}},
    "team": {"from": "Agency", "map": {"NYPD": "police", "DEP": "environment"}},
    "answers": {
        "what": "Descriptor",
        "where": {"from": "Incident Address", "default": "Somewhere in the block"},
        "near": {"from": ["Cross Street 1", "Cross Street 2"], "join": " and "},
        "zip": "Incident Zip",
        "place": "Location Type",
    },
    "history": [
        {"at": "Resolution Action Updated Date", "text": "Resolution Description", "author": "Agency Name"},
    ],
}
