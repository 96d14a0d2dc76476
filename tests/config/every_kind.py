"""A portal whose one form asks for everything: each kind, each of its options, conditions between them."""

from __future__ import annotations

import copy
from typing import Any

from tests.config.documents import sound

CHOICES = [
    {"key": "leak", "label": "It leaks", "help": "Water on the floor or at the pipe"},
    {"key": "noise", "label": "It makes a noise"},
    {"key": "cold", "label": "No heat"},
    {"key": "old", "label": "Something of former days", "retired": True},
]
COLUMNS: list[dict[str, Any]] = [
    {"key": "part", "kind": "text", "label": "Part", "required": True},
    {"key": "count", "kind": "number", "label": "Count", "min": 1, "decimals": 0},
    {"key": "price", "kind": "money", "label": "Price"},
    {"key": "state", "kind": "choice", "label": "State", "choices": CHOICES},
]
FIELDS: list[dict[str, Any]] = [
    {"key": "about", "kind": "heading", "label": "What is it about?"},
    {"key": "hint", "kind": "info", "label": "Good to know", "text": "We answer **within a day**. Call 0131 496 0142."},
    {"key": "what", "kind": "text", "label": "What is it?", "required": True},
    {"key": "serial", "kind": "text", "label": "Serial number", "pattern": "[A-Z]{2}-\\d{4}",
     "pattern_error": "Write the serial number as AB-1234.", "placeholder": "AB-1234"},
    {"key": "story", "kind": "long_text", "label": "What happened?", "max_length": 500},
    {"key": "pressure", "kind": "number", "label": "Pressure", "unit": "bar", "min": 0, "max": 4},
    {"key": "budget", "kind": "money", "label": "What may it cost?", "help": "Without tax", "min": 0},
    {"key": "kind", "kind": "choice", "label": "Which kind?", "choices": CHOICES},
    {"key": "signs", "kind": "choices", "label": "What do you notice?", "choices": CHOICES, "max_chosen": 2},
    {"key": "where", "kind": "text", "label": "Where does it leak?", "when": {"field": "signs", "contains": "leak"}},
    {"key": "works", "kind": "yes_no", "label": "Does it still work?"},
    {"key": "since", "kind": "date", "label": "Since when?"},
    {"key": "visit", "kind": "datetime", "label": "When may we come?", "noun": "the visit"},
    {"key": "email", "kind": "email", "label": "Another e-mail address"},
    {"key": "phone", "kind": "phone", "label": "Phone for the visit"},
    {"key": "site", "kind": "url", "label": "Web page of the maker", "placeholder": "https://"},
    {"key": "place", "kind": "address", "label": "Where is it?", "required": True},
    {"key": "parts", "kind": "rows", "label": "Parts that you need", "help": "One row for each.", "columns": COLUMNS,
     "max_rows": 6},
    {"key": "stars", "kind": "rating", "label": "How was the last visit?"},
    {"key": "why", "kind": "long_text", "label": "What went wrong?", "when": {"field": "stars", "less_than": 3}},
]  # fmt: skip


def every_kind(**more: Any) -> dict[str, Any]:
    """The sound document with these fields; those that may be, changed by customers after sending."""
    document = sound()
    document["portal"] |= {"currency": "GBP", **more}
    kind = document["types"][0]
    kind["assign"] = [
        {"when": {"field": "budget", "more_than": 1000}, "team": "desk", "priority": "urgent"},
        {"team": "desk"},
    ]
    cause = next(field for field in kind["fields"] if field["key"] == "cause")
    show = {"show": {"customer": "edit"}, "at": {"new": {"customer": "edit"}}}
    kind["fields"] = [{**copy.deepcopy(field), **show} for field in FIELDS] + [cause]
    return document
