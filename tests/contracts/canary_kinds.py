"""What is planted in a field of each kind, and how it can look on its way out.

Whoever adds a kind of field adds its canary here: test_canaries.py refuses to pass without (those of `record` lie in
the record itself, see `canaries.record_answers`). A kind that needs more of the portal (a document kind) puts it there
with `prepare`; one whose value must exist somewhere first makes it with `plant`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal_core.documents.uploads import Rules, stored_value, take
from tests.documents.samples import pdf, sent

GROUPS = ("office", "shop", "late", "soon")
MARKS = ("a", "b", "was")  # request a, request b, and what stood there before a change


def _position(group: str, mark: str) -> int:
    return GROUPS.index(group) * 10 + MARKS.index(mark)


def _nothing(_group: str, *_rest: Any) -> dict[str, Any]:
    return {}


def _unchanged(_document: dict[str, Any]) -> None:
    """Most kinds need nothing else of the portal."""


@dataclass(frozen=True)
class Canary:
    """One kind. `typed(group, mark)`: what the form field cleans. `signs(group, mark)`: how it can look outside, what
    people read first; none where it cannot be told from other answers (yes, four stars). `plant(owner, typed)`: makes
    what is typed, for one who answers with it, and gives it as it is kept.
    """

    typed: Callable[[str, str], Any]
    signs: Callable[[str, str], list[str]]
    options: Callable[[str], dict[str, Any]] = _nothing
    prepare: Callable[[dict[str, Any]], None] = _unchanged
    plant: Callable[[uuid.UUID, Any], Any] | None = None


def _money(group: str, mark: str) -> str:
    return f"{8000 + _position(group, mark)}.{10 + _position(group, mark)}"


def _money_signs(group: str, mark: str) -> list[str]:
    amount = _money(group, mark)
    return [f"{amount[0]},{amount[1:]}", amount, amount.replace(".", ""), f"{amount[0]}.{amount[1:4]},{amount[5:]}"]


def _choices(word: str) -> Callable[[str], dict[str, Any]]:
    def options(group: str) -> dict[str, Any]:
        return {
            "choices": [
                {"key": f"canarykey-{word}{group}-{mark}-q", "label": f"Canary{word}{group}{mark}q"} for mark in MARKS
            ]
        }

    return options


def _address(group: str, mark: str) -> dict[str, str]:
    return {"line1": f"Canarystreet{group}{mark}q 1", "city": f"Canarytown{group}{mark}q", "postcode": "EH6 5AB",
            "country": "GB"}  # fmt: skip


def _rows(group: str, mark: str) -> list[dict[str, str]]:
    return [{"id": f"r{mark}", "part": f"Canaryrow{group}{mark}q", "cost": "1"}]


_COLUMNS = [
    {"key": "part", "kind": "text", "label": "Canarycolumn part"},
    {"key": "cost", "kind": "number", "label": "Canarycolumn cost"},
]

# Who sees the documents of each group; as with its fields, for whole kinds there are no statuses.
_KINDS_SHOWN: dict[str, dict[str, str]] = {
    "office": {"customer": "hidden"},
    "shop": {"engineer": "hidden"},
    "late": {},
    "soon": {},
}


def _document_kinds(document: dict[str, Any]) -> None:
    """A kind of documents for the files of each group, called like the field."""
    document["document_kinds"] = [
        {"key": f"{group}-paper", "name": f"Canarylabel {group} file", "show": show, "reusable": group != "office"}
        for group, show in _KINDS_SHOWN.items()
    ]
    asks = next(status for status in document["flows"][0]["statuses"] if status["key"] == "asked")["asks"]
    asks.append({"key": "shop-paper", "do": "upload", "document_kind": "shop-paper", "required": False})


def _file(owner_id: uuid.UUID, name: str) -> list[dict[str, Any]]:
    """Its content holds the canary, too."""
    content = pdf(f"{name} {uuid.uuid4()}".encode())
    return [dict(stored_value(take(owner_id, sent(name, content), Rules())))]


CANARIES: dict[str, Canary] = {
    "text": Canary(lambda g, m: f"Canarytext{g}{m}q", lambda g, m: [f"Canarytext{g}{m}q"]),
    "long_text": Canary(lambda g, m: f"Canarylong{g}{m}q\nsecond line", lambda g, m: [f"Canarylong{g}{m}q"]),
    "number": Canary(
        lambda g, m: f"{700 + _position(g, m)}.{4300 + _position(g, m)}",
        lambda g, m: [f"{700 + _position(g, m)}.{4300 + _position(g, m)}"],
    ),
    "money": Canary(_money, _money_signs),
    "choice": Canary(
        lambda g, m: f"canarykey-choice{g}-{m}-q",
        lambda g, m: [f"Canarychoice{g}{m}q", f"canarykey-choice{g}-{m}-q"],
        _choices("choice"),
    ),
    "choices": Canary(
        lambda g, m: [f"canarykey-many{g}-{m}-q"],
        lambda g, m: [f"Canarymany{g}{m}q", f"canarykey-many{g}-{m}-q"],
        _choices("many"),
    ),
    "yes_no": Canary(lambda _g, _m: "yes", lambda _g, _m: []),
    "date": Canary(lambda g, m: f"{1910 + _position(g, m)}-02-17", lambda g, m: [str(1910 + _position(g, m))]),
    "datetime": Canary(
        lambda g, m: f"{1950 + _position(g, m)}-03-18T10:30Z", lambda g, m: [str(1950 + _position(g, m))]
    ),
    "email": Canary(lambda g, m: f"canary{g}{m}q@hidden.example", lambda g, m: [f"canary{g}{m}q@hidden.example"]),
    "phone": Canary(
        lambda g, m: f"0131 49{_position(g, m):02} 771",
        # As typed, as it is dialled, and as tables spell it.
        lambda g, m: [
            f"0131 49{_position(g, m):02} 771",
            f"013149{_position(g, m):02}771",
            f"0131 49{_position(g, m) // 10} {_position(g, m) % 10}771",
        ],
    ),
    "url": Canary(lambda g, m: f"https://canaryurl{g}{m}q.example/page", lambda g, m: [f"canaryurl{g}{m}q.example"]),
    "address": Canary(_address, lambda g, m: [f"Canarystreet{g}{m}q", f"Canarytown{g}{m}q"]),
    "rows": Canary(_rows, lambda g, m: [f"Canaryrow{g}{m}q"], lambda _g: {"columns": _COLUMNS}),
    "rating": Canary(lambda _g, _m: "4", lambda _g, _m: []),
    "file": Canary(
        lambda g, m: f"Canaryfile{g}{m}q.pdf",
        lambda g, m: [f"Canaryfile{g}{m}q.pdf"],
        lambda g: {"document_kind": f"{g}-paper"},
        _document_kinds,
        _file,
    ),
}
