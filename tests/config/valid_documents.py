"""Hypothesis makes valid portals: every kind of field with its options, conditions, visibility, roles and ways, with
what is asked, promised and told on them (`valid_flows.py`).

Whatever comes out must load, pass the checks, compile, be shown and filled in; `answers_for` gives answers that its
form takes, `wrong_for` one that it must refuse.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.config.documents import sound
from tests.config.valid_flows import enliven

WORDS = st.text(alphabet="abcdefghijk ÄößéŁ12.,'&<>{}%\"", min_size=1, max_size=30).filter(lambda words: words.strip())
KINDS = ("text", "long_text", "number", "money", "choice", "choices", "yes_no", "date", "datetime", "email", "phone",
         "url", "address", "rows", "rating", "file", "record", "heading", "info")  # fmt: skip
SILENT = ("heading", "info")
# What somebody has sent or keeps: without a database it cannot be made up, so these are shown, and left empty where
# they are not required. `test_valid_flows.py` fills them in.
ELSEWHERE = ("file", "record")
COLUMN_KINDS = tuple(kind for kind in KINDS if kind not in ("rows", *ELSEWHERE, *SILENT))
ADDRESSES: list[dict[str, str]] = [
    {"line1": "14 Alder Court", "city": "Edinburgh", "postcode": "EH6 5AB", "country": "GB"},
    {"line1": "Hauptstr. 1", "line2": "Hinterhaus", "city": "Köln", "postcode": "50667", "country": "DE"},
    {"line1": "1 Main St", "city": "Austin", "region": "TX", "postcode": "78701", "country": "US"},
    {"line1": "Sheikh Zayed Rd", "city": "Dubai", "country": "AE"},
]
URLS = [
    "https://example.com/",
    "http://shop.example.co.uk/a?b=c#d",
    "https://münchen.example/",
    "https://example.com:8443/x",
]
NUMBER_OPERATORS = ("more_than", "less_than", "is", "is_not", "filled", "empty")
OPERATORS: dict[str, tuple[str, ...]] = {
    "text": ("is", "is_not", "one_of", "contains", "filled", "empty"),
    "number": NUMBER_OPERATORS, "money": NUMBER_OPERATORS, "rating": NUMBER_OPERATORS,
    "choice": ("is", "is_not", "one_of", "filled", "empty"), "choices": ("contains", "filled", "empty"),
    "yes_no": ("is", "is_not", "filled", "empty"), "date": ("before", "after", "is", "filled", "empty"),
    "datetime": ("before", "after", "filled", "empty"),
}  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> Any:
    """A text of the document: plain, or by language."""
    words = draw(WORDS)
    return draw(st.sampled_from([words, {"en": words, "de": f"de {words}"}]))


@st.composite
def choices(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Answers to choose from, one of them perhaps retired."""
    count = draw(st.integers(1, 4))
    made = [{"key": f"c{number}", "label": draw(texts())} for number in range(count)]
    if draw(st.booleans()):
        made[0]["help"] = draw(texts())
    if count > 1 and draw(st.booleans()):
        made[-1]["retired"] = True
    return made


@st.composite
def options(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """The options of one kind."""
    made: dict[str, Any] = {}
    if kind in ("choice", "choices"):
        made["choices"] = draw(choices())
        active = [choice["key"] for choice in made["choices"] if not choice.get("retired")]
        if kind == "choices" and draw(st.booleans()):
            made["max_chosen"] = draw(st.integers(1, len(active)))
    elif kind == "text" and draw(st.booleans()):
        made |= {"pattern": "[A-Z]{2}-\\d{4}", "pattern_error": draw(texts())}
    elif kind in ("text", "long_text"):
        made["max_length"] = draw(st.integers(40, 300))
    elif kind in ("number", "money") and draw(st.booleans()):
        made |= {"min": draw(st.integers(-5, 0)), "max": draw(st.integers(100, 5_000))}
    elif kind in ("date", "datetime") and draw(st.booleans()):
        made |= {"min": "2000-01-01", "max": "2040-12-31"}
    elif kind == "rating":
        made["max"] = draw(st.integers(2, 10))
    elif kind == "address" and draw(st.booleans()):
        made["country"] = draw(st.sampled_from(["GB", "DE", "US", "AE", "IE"]))
    elif kind == "info":
        made["text"] = draw(texts())
    elif kind == "file":
        made["max_files"] = draw(st.integers(1, 3))
        made |= {"document_kind": "paper"} if draw(st.booleans()) else {}
    elif kind == "record":
        made["record_kind"] = "boiler"
    elif kind == "rows":
        kinds = draw(st.lists(st.sampled_from(COLUMN_KINDS), min_size=1, max_size=4))
        made["columns"] = [
            {"key": f"k{position}", "kind": each, "label": draw(texts()), **draw(options(each))}
            for position, each in enumerate(kinds)
        ]
        made["max_rows"] = draw(st.integers(2, 10))
    return made


@st.composite
def conditions(draw: st.DrawFn, earlier: list[dict[str, Any]], statuses: list[str]) -> dict[str, Any]:
    """A condition over fields that come before, or the status; one test or a small tree."""
    if draw(st.integers(0, 5)) == 0:
        return {draw(st.sampled_from(["all", "any"])): [draw(conditions(earlier, statuses)) for _ in range(2)]}
    if draw(st.integers(0, 8)) == 0:
        return {"not": draw(conditions(earlier, statuses))}
    askable = [field for field in earlier if field["kind"] not in SILENT and not field.get("retired")]
    if not askable or draw(st.integers(0, 6)) == 0:
        return {"about": "status", "is_not": draw(st.sampled_from(statuses))}
    field = draw(st.sampled_from(askable))
    operator = draw(st.sampled_from(OPERATORS.get(field["kind"], ("filled", "empty"))))
    if operator in ("filled", "empty"):
        return {"field": field["key"], operator: True}
    operand = draw(operands(field, operator))
    return {"field": field["key"], operator: [operand] if operator == "one_of" else operand}


def operands(field: dict[str, Any], operator: str) -> st.SearchStrategy[Any]:
    """What a condition may compare a field with."""
    kind = field["kind"]
    if kind in ("choice", "choices"):
        return st.sampled_from([choice["key"] for choice in field["choices"]])
    if kind == "yes_no":
        return st.booleans()
    if kind in ("number", "money", "rating"):
        return st.integers(0, 100)
    if kind == "date":
        return st.sampled_from(["2020-05-05", "2026-11-27"])
    if kind == "datetime":
        return st.sampled_from(["2020-05-05", "2026-11-27T09:00"])
    return WORDS


@st.composite
def fields(
    draw: st.DrawFn, statuses: list[str], roles: list[str], *, requires_kept: bool = False
) -> list[dict[str, Any]]:
    """A form's fields; `requires_kept`: files and records can be required, too."""
    made: list[dict[str, Any]] = []
    for position, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=7))):
        field = {"key": f"f{position}", "kind": kind, "label": draw(texts()), **draw(options(kind))}
        if draw(st.booleans()):
            field["help"] = draw(texts())
        if kind not in (SILENT if requires_kept else (*SILENT, *ELSEWHERE)) and draw(st.booleans()):
            field["required"] = True
        if made and draw(st.integers(0, 2)) == 0:
            field["when"] = draw(conditions(made, statuses))
        if draw(st.integers(0, 2)) == 0:
            field["show"] = {"customer": draw(st.sampled_from(["hidden", "see", "edit"]))}
            for role in roles:
                field["show"][role] = draw(st.sampled_from(["hidden", "see", "edit"]))
        if draw(st.integers(0, 3)) == 0:
            words = draw(st.sampled_from(["hidden", "see", "edit"]))
            field["at"] = {draw(st.sampled_from(statuses)): {"customer": words}}
        if "document_kind" in field:
            # Its papers are seen by its kind, too; who may see both is tried where that is checked.
            field.pop("show", None), field.pop("at", None)
        if draw(st.integers(0, 9)) == 0:
            field["retired"] = True
        made.append(field)
    return made


@st.composite
def documents(draw: st.DrawFn, *, requires_kept: bool = False) -> dict[str, Any]:
    """A valid document; `requires_kept`: its form can require files and records."""
    document = sound()
    flow, kind = document["flows"][0], document["types"][0]
    document["portal"] |= {
        "language": draw(st.sampled_from(["en", "de"])),
        "languages": ["en", "de"],
        "currency": draw(st.sampled_from(["GBP", "EUR", "JPY", "KWD"])),
        "time_zone": draw(st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])),
    }
    for number in range(draw(st.integers(0, 2))):
        between = {**copy.deepcopy(flow["statuses"][0]), "key": f"more{number}", "name": f"Stage {number}"}
        flow["statuses"].insert(1, between)
        flow["transitions"] += [
            {"from": ["new"], "to": f"more{number}", "by": ["agent"]},
            {"from": [f"more{number}"], "to": "asked", "by": ["agent", "customer"], "ask_reason": draw(st.booleans())},
        ]
    statuses = [status["key"] for status in flow["statuses"]]
    roles = [role["key"] for role in document["roles"]] if draw(st.booleans()) else []
    paper = {"key": "paper", "name": draw(texts()), "max_files": 3, "reusable": draw(st.booleans())}
    document["document_kinds"] = [paper]
    maker = {"key": "maker", "kind": "text", "label": draw(texts()), "required": True}
    document["record_kinds"] = [{"key": "boiler", "name": draw(texts()), "title": "{field:maker}", "fields": [maker]}]
    kind["fields"] = draw(fields(statuses, roles, requires_kept=requires_kept))
    del kind["title"]
    document["assertions"] = []
    must_fill = [
        field["key"]
        for field in kind["fields"]
        if field["kind"] not in (*SILENT, *ELSEWHERE) and not field.get("retired")
    ]
    flow["transitions"][0]["must_fill"] = must_fill[:1] if draw(st.booleans()) else []
    team: list[dict[str, Any]] = [{"team": "desk"}]
    if draw(st.booleans()):
        team.insert(0, {"when": draw(conditions(kind["fields"], statuses)), "team": "desk", "priority": "high"})
    kind["assign"] = team
    enliven(draw, document, texts=texts, conditions=lambda: conditions(kind["fields"], statuses))
    return document


@st.composite
def answers_for(draw: st.DrawFn, field: dict[str, Any], currency: str = "GBP") -> Any:
    """An answer in stored form that a field takes."""
    kind = field["kind"]
    active = [choice["key"] for choice in field.get("choices", []) if not choice.get("retired")]
    low, high = max(field.get("min", 0), 0) if kind in ("number", "money") else 0, 100
    simple: dict[str, Any] = {
        "text": st.just("AB-1234") if "pattern" in field else st.just("Pump & <b>valve</b>"),
        "long_text": st.just("First line\n{reference} second"),
        "number": st.integers(low, high).map(str),
        "yes_no": st.booleans(),
        "date": st.dates(min_value=_day("2001-01-01"), max_value=_day("2039-12-31")).map(lambda day: day.isoformat()),
        # Months in which no clock of ours is changed: an hour that comes twice is tried by itself.
        "datetime": st.sampled_from(["2026-01-31T23:30Z", "2026-07-01T00:00Z", "2038-12-01T12:59Z"]),
        "email": st.just("maren@example.com"),
        "phone": st.just("0131 496 0142"),
        "url": st.sampled_from(URLS),
        "address": st.sampled_from(ADDRESSES),
        "rating": st.integers(1, field.get("max", 5)),
        "choice": st.sampled_from(active or ["x"]),
        "choices": st.lists(
            st.sampled_from(active or ["x"]), min_size=1, max_size=field.get("max_chosen", 4), unique=True
        ).map(sorted),
        "money": st.integers(low, high).map(
            lambda amount: {"amount_minor": amount * _MINOR[currency], "currency": currency}
        ),
    }  # fmt: skip
    if kind != "rows":
        return draw(simple[kind])
    count = draw(st.integers(1, 2))
    return [
        {"id": f"r{number}", **{c["key"]: draw(answers_for(c, currency)) for c in field["columns"]}}
        for number in range(count)
    ]


_MINOR = {"GBP": 100, "EUR": 100, "JPY": 1, "KWD": 1000}

WRONG: dict[str, Any] = {
    "text": "a\x00b", "long_text": "\ud800", "number": "x", "money": "a lot", "choice": "nope", "choices": ["nope"],
    "yes_no": "maybe", "date": "32/13/2026", "datetime": {"day": "2026-02-30", "time": "09:00"}, "email": "maren@",
    "phone": "call me", "url": "javascript:alert(1)", "address": {"line1": "x", "country": "GB"}, "rating": "99",
}  # fmt: skip


def wrong_for(field: dict[str, Any]) -> Any:
    """What a field must refuse, as a form shows it."""
    if field["kind"] != "rows":
        return WRONG[field["kind"]]
    return [{"id": "r1", column["key"]: WRONG[column["kind"]]} for column in field["columns"][:1]]


def _day(words: str) -> Any:
    from datetime import date

    return date.fromisoformat(words)
