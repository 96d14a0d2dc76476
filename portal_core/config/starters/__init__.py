"""Starter portals: documents of real wording, ready to go live."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.utils.translation import gettext as _

from portal_core.config.errors import UnknownKey
from portal_core.config.speech import Speech

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
    """What sign-up says about a starter; `icon` names one of our icons."""

    key: str
    icon: str
    label: str
    hint: str


def starter_keys() -> tuple[str, ...]:
    """The starters that a business can open with."""
    return _KEYS


def describe() -> tuple[StarterSummary, ...]:
    """The starters as sign-up offers them, in the reader's language: the repeated work first, then what removes it."""
    return (
        StarterSummary(
            "order-status", "clock", _("Answering “where is it?”"), _("Requests with status, next step and a date")
        ),
        StarterSummary("documents", "folder", _("Chasing papers"), _("Asked for, sent by phone, approved, on file")),
        StarterSummary(
            "booking", "calendar", _("Booking and rebooking by phone"), _("Days that suit, a time agreed on")
        ),
        StarterSummary(
            "support-tickets",
            "message",
            _("The same questions by phone"),
            _("Problems and wishes, answered in one place"),
        ),
        StarterSummary("invoices", "card", _("Explaining invoices"), _("Questions, copies, more time to pay")),
        StarterSummary("account-data", "user", _("Retyping changed addresses"), _("Said once, right everywhere")),
        StarterSummary(
            "service-history", "tool", _("Looking up what was done"), _("Every service, its report, the next date")
        ),
        StarterSummary(
            "membership-benefits",
            "tag",
            _("Keeping lists of members"),
            _("Joining, benefits and what is left of them"),
        ),
        StarterSummary(
            "partner-requests",
            "users",
            _("Partners who ask by e-mail"),
            _("Projects, prices and papers in one place"),
        ),
    )


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
    """A starter's document for a new business: its name, colour, language and time zone (with its currency) put in.

    It speaks that language alone: whoever wants another adds it in the editor, where `words.py` brings the starter's
    words of it. Raises `UnknownKey`. A language in which the starter is not written is ignored.
    """
    document = _spoken(starter(key), language)
    document[STARTER_KEY] = key
    portal = document["portal"]
    portal["name"] = name
    portal["sender_name"] = name
    portal.pop("reference_prefix", None)
    if prefix := reference_prefix(name):
        portal["reference_prefix"] = prefix
    if colour:
        portal["brand"] = {**portal.get("brand", {}), "colour": colour}
    if time_zone:
        portal["time_zone"] = time_zone
        if currency := currency_in(time_zone):
            portal["currency"] = currency
    return document


def currency_in(time_zone: str) -> str:
    """What is paid with where a time zone lies; "" where nobody knows."""
    # Browsers still say "Asia/Calcutta".
    known = get_global("zone_aliases").get(time_zone, time_zone)
    territory = get_global("zone_territories").get(known)
    used = get_territory_currencies(territory) if territory else []
    return str(used[0]) if used else ""


def reference_prefix(name: str) -> str:
    """Two capital letters that stand for a name: its initials, else its first two letters; "" without any."""
    words = ["".join(letter for letter in word.upper() if "A" <= letter <= "Z") for word in name.split()]
    words = [word for word in words if word]
    if len(words) >= 2:
        return words[0][0] + words[1][0]
    return words[0][:2] if words else ""


def _spoken(document: dict[str, Any], language: str) -> dict[str, Any]:
    """The starter in one of its languages, else in its first; every text of a starter is in all of them."""
    first = document["portal"]["language"]
    own = language if language in document["portal"].pop("languages") else first
    said: dict[str, Any] = {part: Speech.alone(own, first).said(value, part) for part, value in document.items()}
    said["portal"]["language"] = own
    return said


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
