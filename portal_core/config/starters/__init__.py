"""Starter portals: documents of real wording, ready to go live."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from portal_core.config.errors import UnknownKey

_FOLDER: Final = Path(__file__).parent
# In the order in which sign-up offers them.
_KEYS: Final = (
    "order-status",
    "documents",
    "booking",
    "support-tickets",
    "invoices",
    "account-data",
    "service-history",
    "membership-benefits",
    "partner-requests",
)
# In a portal's document: the starter that it was opened from.
STARTER_KEY: Final = "x-starter"
# For the sample tenants of the local start; never offered.
_SAMPLES: Final = ("nordwarm", "ledger", "chicago")


@dataclass(frozen=True, slots=True)
class StarterSummary:
    """What sign-up says about a starter."""

    key: str
    label: str
    hint: str


_SUMMARIES: Final = (
    StarterSummary("order-status", "Answering “where is it?”", "Requests with status, next step and a date"),
    StarterSummary("documents", "Chasing papers", "Asked for, sent by phone, approved, on file"),
    StarterSummary("booking", "Booking and rebooking by phone", "Days that suit, a time agreed, changed by one click"),
    StarterSummary("support-tickets", "The same questions by phone", "Problems and wishes, answered in one place"),
    StarterSummary("invoices", "Explaining invoices", "Questions, copies, and more time to pay, agreed"),
    StarterSummary("account-data", "Retyping changed addresses", "Said once by the customer, proved where needed"),
    StarterSummary("service-history", "Looking up what was done", "Every service with its report and the next date"),
    StarterSummary("membership-benefits", "Keeping lists of members", "Joining, benefits and what is left of them"),
    StarterSummary("partner-requests", "Partners who ask by e-mail", "Projects, prices and papers in one place"),
)


def starter_keys() -> tuple[str, ...]:
    """The starters that a business can open with."""
    return _KEYS


def describe() -> tuple[StarterSummary, ...]:
    """The starters as sign-up offers them: the repeated work first, what removes it second."""
    return _SUMMARIES


def starter(key: str) -> dict[str, Any]:
    """A fresh copy of a starter's document as plain JSON, samples too. Raises `UnknownKey`."""
    if key in _KEYS:
        path = _FOLDER / f"{key.replace('-', '_')}.json"
    elif key in _SAMPLES:
        path = _FOLDER / "samples" / f"{key}.json"
    else:
        raise UnknownKey("starter", key)
    document: dict[str, Any] = json.loads(_read(path))
    return document


def starter_for(key: str, *, name: str, colour: str = "", language: str = "", time_zone: str = "") -> dict[str, Any]:
    """A starter's document for a new business: its name, colour, language and time zone put in.

    Raises `UnknownKey`. A language in which the starter is not written is ignored.
    """
    document = starter(key)
    document[STARTER_KEY] = key
    portal = document["portal"]
    portal["name"] = name
    portal["sender_name"] = name
    portal.pop("reference_prefix", None)
    if prefix := reference_prefix(name):
        portal["reference_prefix"] = prefix
    if colour:
        portal["brand"] = {**portal.get("brand", {}), "colour": colour}
    if language in portal.get("languages", []):
        _speak(document, language)
    if time_zone:
        portal["time_zone"] = time_zone
    return document


def reference_prefix(name: str) -> str:
    """Two capital letters that stand for a name: its initials, else its first two letters; "" without any."""
    words = ["".join(letter for letter in word.upper() if "A" <= letter <= "Z") for word in name.split()]
    words = [word for word in words if word]
    if len(words) >= 2:
        return words[0][0] + words[1][0]
    return words[0][:2] if words else ""


def _speak(document: dict[str, Any], language: str) -> None:
    """Makes another of the starter's languages the portal's own; every text of a starter is in all of them."""
    document["portal"]["language"] = language


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
