"""A document with something of everything, and one edit for each kind of change with the sentence that it makes."""

from __future__ import annotations

import copy
from typing import Any

from tests.config.documents import FLOW, GONE, TYPE, changed
from tests.config.every_kind import every_kind

PORTAL = ("portal",)
ASKED = (*FLOW, "statuses", 1)
RECORD = ("record_kinds", 0)
PAPER = ("document_kinds", 0)
ROLE = ("roles", 0)

ASKS: list[dict[str, Any]] = [
    {"key": "say", "do": "fill", "fields": ["since"], "label": "Say when", "help": "As near as you can"},
    {"key": "paper", "do": "upload", "document_kind": "certificate", "label": "The certificate"},
    {"key": "yes", "do": "approve", "fields": ["cause"], "documents": ["certificate"], "label": "The price",
     "consent": "I agree to the price", "approved": "new", "declined": "over", "expires_days": 14},
    {"key": "rules", "do": "read", "text": "Our house rules", "documents": [], "label": "House rules"},
    {"key": "sum", "do": "pay", "amount": "cause", "label": "Pay"},
    {"key": "time", "do": "choose", "slots": "day", "label": "A time"},
]  # fmt: skip


def everything() -> dict[str, Any]:
    """Everything that a document can say, said once; it loads, it need not be published."""
    document = every_kind(
        languages=["en", "de"], reference_prefix="AC", sender_name="Acme desk", welcome="Good day", emergency="Call us",
        imprint="Acme",
        links=[{"label": "Privacy", "url": "https://example.com/privacy"}], guests=True,
        brand={"colour": "#c43d1b", "title_voice": "classic", "corners": "crisp", "logo": "0123456789abcdef",
               "logo_dark": "fedcba9876543210", "logo_alt": "A flame", "logo_alone": True},
    )  # fmt: skip
    document["roles"][0] |= {"types": ["repair"], "scope": "team", "permissions": ["see", "reply"]}
    document["teams"].append({"key": "parts", "name": "Parts"})
    document["record_kinds"] = [
        {"key": "boiler", "name": "Boiler", "icon": "flame", "title": "{field:maker}",
         "fields": [{"key": "maker", "kind": "text", "label": "Maker"}]}
    ]  # fmt: skip
    document["document_kinds"] = [
        {"key": "certificate", "name": "Certificate", "valid_months": 12, "added_by": "staff", "reusable": True,
         "accept": ["pdf"], "max_files": 3, "max_size_mb": 20, "keep_years": 6, "show": {"customer": "hidden"}}
    ]  # fmt: skip
    flow, kind = document["flows"][0], document["types"][0]
    flow["statuses"][1] |= {
        "asks": copy.deepcopy(ASKS), "when_done": "new", "remind": [{"after_days": 2}], "step": "one",
        "close": {"after_days": 14, "to": "over"}, "if_late": [{"tell": "manager", "after_days": 2}],
    }  # fmt: skip
    kind |= {
        "description": "Two minutes", "group": "Help", "icon": "wrench", "before": "Good to know", "after": "Thank you",
        "again": True, "removes": "status-questions", "for": {"who": "signed_in"}, "title": "{field:what}",
    }  # fmt: skip
    for each in kind["fields"]:
        each |= {part: copy.deepcopy(each[part]) for part in ("show", "at") if part in each}
    kind["fields"] += [
        {"key": "papers", "kind": "file", "label": "Papers", "document_kind": "certificate", "max_files": 2},
        {"key": "boiler", "kind": "record", "label": "Which boiler?", "record_kind": "boiler"},
        {"key": "fine", "kind": "number", "label": "Reading", "decimals": 2, "default": 3, "remember": "customer.phone",
         "calculated": "later", "noun": "the reading"},
        {"key": "home", "kind": "address", "label": "Home", "country": "GB"},
    ]  # fmt: skip
    return document


def field(key: str, *rest: str | int) -> tuple[str | int, ...]:
    """The place of a field of the type, by its key."""
    keys = [each["key"] for each in everything()["types"][0]["fields"]]
    return (*TYPE, "fields", keys.index(key), *rest)


def edited(*place: str | int, to: Any = GONE) -> dict[str, Any]:
    """The document with one edit. A list as `to` of an order is the items' new positions."""
    document = everything()
    if place and place[-1] == "order":
        node: Any = document
        for step in place[:-1]:
            node = node[step]
        node[:] = [node[index] for index in to]
        return document
    return changed(*place, to=to, document=document)


def length(*place: str | int) -> int:
    """How many items a list has."""
    node: Any = everything()
    for step in place:
        node = node[step]
    return len(node)


def added(*place: str | int, item: dict[str, Any]) -> tuple[tuple[str | int, ...], Any]:
    """An edit that puts an item at the end of a list."""
    return (*place, length(*place)), item
