"""A portal made to find leaks: hidden fields of every kind, with values that stand nowhere else.

Four groups of fields, each with every kind that takes an answer:
- `office`: customers never see them
- `shop`: customers see them, the custom role "engineer" never does
- `late`: customers see them in the status "fixed" alone
- `soon`: everybody sees them in version 1; in version 2 neither customers nor engineers do
"""

from __future__ import annotations

import copy
import functools
import html
import re
import uuid
from typing import Any

from tests.contracts.canary_kinds import CANARIES, GROUPS, MARKS

KINDS = tuple(CANARIES)
NOTE, REASON = "Canarynote", "Canaryreason"
STATUSES = ("open", "asked", "fixed", "dropped")

_SHOW = {
    "office": {"show": {"customer": "hidden"}},
    "shop": {"show": {"customer": "edit", "engineer": "hidden"}, "at": {"open": {"customer": "edit"}}},
    "late": {"show": {"customer": "hidden"}, "at": {"fixed": {"customer": "see"}}},
    "soon": {},
}
_HIDE_SOON = {"show": {"customer": "hidden", "engineer": "hidden"}}


def key(group: str, kind: str) -> str:
    """The key of a field."""
    return f"{group}-{kind.replace('_', '-')}"


def label(group: str, kind: str) -> str:
    """The label of a field: a canary itself where the field is hidden for good."""
    return f"Canarylabel {group} {kind.replace('_', ' ')}"


def typed(group: str, kind: str, mark: str) -> Any:
    """What is planted: different for each field, and for each request."""
    return CANARIES[kind].typed(group, mark)


def planted(group: str, kind: str, mark: str, owner_id: uuid.UUID) -> Any:
    """The same as it is kept, where something must be there first; None where typing it is enough."""
    plant = CANARIES[kind].plant
    return None if plant is None else plant(owner_id, typed(group, kind, mark))


def signs(group: str, kind: str, mark: str) -> list[str]:
    """How a planted value can look on its way out (sought as whole words, without regard to case)."""
    return CANARIES[kind].signs(group, mark)


def every_sign(group: str, marks: tuple[str, ...] = MARKS, kinds: tuple[str, ...] = KINDS) -> list[str]:
    """All signs of a group of fields."""
    return [sign for kind in kinds for mark in marks for sign in signs(group, kind, mark)]


def every_value(group: str, marks: tuple[str, ...] = MARKS) -> list[str]:
    """The values of a group as people read them, one for each field."""
    shown = [signs(group, kind, mark) for mark in marks for kind in KINDS]
    return [found[0] for found in shown if found]


# Kinds of fields of a record that hold canaries; each group is shown as it is on requests.
RECORD_KINDS_OF_FIELDS = ("text", "number", "date")
_IN_RECORD = {"text": "Canaryrecord{group}{mark}q", "number": "{number}.77", "date": "{year}-03-05"}


def _in_record(group: str, kind: str, mark: str) -> str:
    position = GROUPS.index(group) * 10 + MARKS.index(mark)
    return _IN_RECORD[kind].format(group=group, mark=mark, number=61000 + position, year=1850 + position)


def record_answers(mark: str) -> dict[str, str]:
    """What is planted in the hidden fields of a record, in stored form."""
    groups = ("office", "shop", "soon")
    return {key(group, kind): _in_record(group, kind, mark) for group in groups for kind in RECORD_KINDS_OF_FIELDS}


def record_signs(group: str, marks: tuple[str, ...] = MARKS) -> list[str]:
    """How the canaries of records can look on their way out, labels apart."""
    values = [_in_record(group, kind, mark) for kind in RECORD_KINDS_OF_FIELDS for mark in marks]
    return [value[:4] if value.endswith("-03-05") else value for value in values]


def record_labels(group: str) -> list[str]:
    """What the hidden fields of a record are called."""
    return [f"Canaryrecordlabel {group} {kind}" for kind in RECORD_KINDS_OF_FIELDS]


def _record_field(group: str, kind: str) -> dict[str, Any]:
    show = {**_SHOW[group].get("show", {})}
    return {"key": key(group, kind), "kind": kind, "label": f"Canaryrecordlabel {group} {kind}", "show": show}


def _thing() -> dict[str, Any]:
    groups = ("office", "shop", "soon")
    hidden = [_record_field(group, kind) for group in groups for kind in RECORD_KINDS_OF_FIELDS]
    return {
        "key": "thing",
        "name": "Thing",
        "title": "{field:name}",
        "fields": [{"key": "name", "kind": "text", "label": "Its name", "required": True}, *hidden],
    }


def staff_status_name(status: str) -> str:
    """What only staff call a status."""
    return f"Canarystatus{status}q"


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


_WORD = re.compile(r"[0-9a-z]+")


def found_in(text: str, wanted: list[str]) -> list[str]:
    """Which of the signs stand in `text`, as it is or with HTML's escapes undone; ids cannot look like one."""
    plain = _UUID.sub("", f"{text}\n{html.unescape(text)}").lower()
    words = set(_WORD.findall(plain))
    return [sign for sign in wanted if _words_of(sign) <= words and _stands_in(plain, sign.lower())]


@functools.cache
def _words_of(sign: str) -> frozenset[str]:
    """Where one of them is missing, the sign is; hundreds of signs are sought in thousands of pages."""
    return frozenset(_WORD.findall(sign.lower()))


def _stands_in(plain: str, sign: str) -> bool:
    """Whether it stands there as words of its own; a pattern that looks back takes twenty times as long."""
    at = plain.find(sign)
    while at >= 0:
        end = at + len(sign)
        if not _WORD.fullmatch(plain[at - 1 : at]) and not _WORD.fullmatch(plain[end : end + 1]):
            return True
        at = plain.find(sign, at + 1)
    return False


def _field(group: str, kind: str) -> dict[str, Any]:
    field: dict[str, Any] = {"key": key(group, kind), "kind": kind, "label": label(group, kind), **_SHOW[group]}
    field |= CANARIES[kind].options(group)
    return copy.deepcopy(field)


def _status(name: str, **more: Any) -> dict[str, Any]:
    mentioned = " ".join(
        f"{{field:{key(group, kind)}}}" for group in GROUPS for kind in KINDS if signs(group, kind, "a")
    )
    return {
        "key": name,
        "step": "one",
        "name": staff_status_name(name),
        "customer_name": f"Plain {name}",
        "meaning": f"About {mentioned}.",
        "turn": "us",
        "handler": [{"team": "desk"}],
        "next_step": f"Soon {mentioned}",
        "expected": {"hours": 4},
        "notify": [{"who": "customer", "message": "news"}, {"who": "team"}],
        "customer_may": ["message"],
        **more,
    }


def _thing_asked() -> dict[str, Any]:
    return {"key": "thing", "kind": "record", "record_kind": "thing", "label": "Which thing?"}


def _asks() -> list[dict[str, Any]]:
    """What is asked of customers: an approval of the shop's fields, and one of them to fill in."""
    shop = [key("shop", kind) for kind in ("text", "number", "choice", "email")]
    mentioned = " ".join(f"{{field:{key(group, 'text')}}}" for group in GROUPS)
    return [
        {
            "key": "quote",
            "do": "approve",
            "help": f"About {mentioned}",
            "fields": shop,
            "consent": "I agree",
            "approved": "fixed",
            "declined": "dropped",
            "expires_days": 5,
            "ask_reason": True,
        },
        {"key": "day", "do": "fill", "fields": [key("shop", "date")], "required": False},
        {"key": "read", "do": "read", "text": f"Read {mentioned}", "required": False},
    ]


_DOG = {"key": "dog", "kind": "text", "label": "Is there a dog?", "remember": "customer.dog"}


def document() -> dict[str, Any]:
    """Version 1."""
    mentioned = " ".join(f"{{field:{key(group, 'text')}}}" for group in GROUPS)
    told = "\n\n".join(f"{{field:{key(group, kind)}}}" for group in GROUPS for kind in KINDS)
    made: dict[str, Any] = {
        "schema": 1,
        "portal": {"name": "Alpha", "language": "en", "time_zone": "Europe/London", "currency": "GBP"},
        "roles": [{"key": "engineer", "name": "Engineer", "based_on": "agent"}],
        "teams": [{"key": "desk", "name": "Desk"}],
        "flows": [
            {
                "key": "way",
                "name": "Way",
                "steps": [{"key": "one", "name": "One"}],
                "statuses": [
                    _status("open"),
                    _status("asked", turn="customer", expected={"no_limit": True}, asks=_asks()),
                    _status("fixed"),
                    _status("dropped", turn="nobody", outcome="stopped"),
                ],
                "transitions": [
                    {"from": ["open", "asked", "fixed"], "to": "asked", "by": ["agent"], "label": "Ask"},
                    # Without words of its own: customers must not read the staff's name of the status.
                    {"from": ["asked"], "to": "open", "by": ["customer", "agent"], "ask_reason": True},
                    {"from": ["open", "asked"], "to": "fixed", "by": ["agent"]},
                    {"from": ["open", "asked", "fixed"], "to": "dropped", "by": ["customer", "agent"]},
                ],
            }
        ],
        "record_kinds": [_thing()],
        "types": [
            {
                "key": "job",
                "name": "Job",
                "flow": "way",
                "start": "open",
                "title": f"Job {{field:{key('shop', 'text')}}} {{field:{key('soon', 'text')}}}",
                "assign": [{"team": "desk"}],
                "again": True,
                "fields": [*(_field(group, kind) for group in GROUPS for kind in KINDS), _thing_asked(), _DOG],
            }
        ],
        "notifications": [
            {"event": event, "who": "team"} for event in ("created", "replied", "noted", "assigned", "changed")
        ],
        "messages": [{"key": "news", "subject": f"News {mentioned}", "body": f"Hello\n\n{told}", "button": "See it"}],
    }
    for canary in CANARIES.values():
        canary.prepare(made)
    return made


def document_with_soon_hidden() -> dict[str, Any]:
    """Version 2: the group "soon" is hidden from customers and engineers, also where it stood in the title."""
    changed = document()
    job = changed["types"][0]
    job["title"] = f"Job {{field:{key('shop', 'text')}}}"
    for field in job["fields"]:
        if field["key"].startswith("soon-"):
            field.update(copy.deepcopy(_HIDE_SOON))
    for kind in changed["document_kinds"]:
        if kind["key"].startswith("soon-"):
            kind.update({**copy.deepcopy(_HIDE_SOON), "reusable": False})
    for field in changed["record_kinds"][0]["fields"]:
        if field["key"].startswith("soon-"):
            field.update(copy.deepcopy(_HIDE_SOON))
    return changed
