"""Answers of every kind out of a CSV file, through each kind's own check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import FIELDS, changed, sound
from tests.importing.commands import importing, standing, written

MAPPING: dict[str, Any] = {
    "source": "old",
    "time_zone": "Europe/Berlin",
    "id": "id",
    "status": {"from": "state", "map": {"new": "new", "over": "over"}, "default": "new"},
    "created": {"value": "2024-03-01T09:00:00"},
    "customer": {"stand_in": {"name": "Earlier customers"}},
}
FIELD = {
    "choices": {
        "kind": "choices",
        "choices": [{"key": "red", "label": "Red"}, {"key": "blue", "label": {"en": "Blue", "de": "Blau"}}],
    },
    "date": {"kind": "date", "min": "today"},
    "datetime": {"kind": "datetime"},
    "number": {"kind": "number", "max": 10},
    "money": {"kind": "money"},
    "yes_no": {"kind": "yes_no"},
    "email": {"kind": "email"},
    "phone": {"kind": "phone"},
    "url": {"kind": "url"},
    "rating": {"kind": "rating"},
    "long_text": {"kind": "long_text"},
}


def bring(folder: Path, kind: str, cell: str, **pick: Any) -> Any:
    """The stored answer to a field of this kind whose cell holds this."""
    field = {"key": "answer", "label": "Answer", **FIELD[kind]}
    document = changed(*FIELDS, 6, to=field)
    document["portal"]["currency"] = "GBP"
    publish(actor=SYSTEM, document=document)
    mapping = {**MAPPING, "answers": {"what": "what", "answer": {"from": "cell", **pick}}}
    file = written(folder, "rows.csv", f'id,what,state,cell\n1,x,,"{cell}"\n')
    importing("--type", "repair", "--mapping", written(folder, "map.json", mapping), file)
    return ServiceRequest.objects.get(title="x").data.get("answer")


@pytest.mark.parametrize(
    ("kind", "cell", "pick", "kept"),
    [
        ("choices", "Red, blau", {}, ["red", "blue"]),
        ("choices", "red;Blue", {"separator": ";"}, ["red", "blue"]),
        ("date", "01.02.2024 08:30", {"format": "%d.%m.%Y %H:%M"}, "2024-02-01"),
        ("date", "2024-02-01T23:30:00+01:00", {}, "2024-02-01"),
        ("datetime", "01.07.2024 08:30", {"format": "%d.%m.%Y %H:%M"}, "2024-07-01T06:30Z"),
        ("datetime", "1719815400", {"format": "unix"}, "2024-07-01T06:30Z"),
        ("number", "3.50", {}, "3.50"),
        ("money", "1250.5", {}, {"amount_minor": 125050, "currency": "GBP"}),
        ("yes_no", "Ja", {}, True),
        ("yes_no", "0", {}, False),
        ("email", "jo@example.com", {}, "jo@example.com"),
        ("rating", "4", {}, 4),
        ("long_text", "two\nlines", {}, "two\nlines"),
        ("long_text", "x" * 6000, {"cut": True}, "x" * 4999 + "…"),
        ("number", "", {"default": "7"}, "7"),
        ("number", "seven", {"map": {"seven": "7"}}, "7"),
        ("number", "", {}, None),
    ],
)
def test_an_answer_is_kept_as_its_kind_keeps_it(
    tenant: Any, tmp_path: Path, kind: str, cell: str, pick: dict[str, Any], kept: Any
) -> None:
    assert bring(tmp_path, kind, cell, **pick) == kept


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        ("choices", "red, green", "“green” is none of the answers red, blue"),
        ("date", "31.02.2024", "is refused: Write"),
        ("datetime", "yesterday", "is no date of the form"),
        ("number", "11", "“11” is refused"),
        ("yes_no", "perhaps", "is neither yes nor no"),
        ("email", "jo at home", "is refused"),
        ("phone", "none", "is refused"),
        ("url", "javascript:alert(1)", "is refused"),
        ("rating", "6", "is refused"),
        ("long_text", "x" * 6000, "Shorten this to 5000 characters; it has 6000"),
    ],
)
def test_what_a_form_would_refuse_is_refused(tenant: Any, tmp_path: Path, kind: str, cell: str, reason: str) -> None:
    before = standing()
    with pytest.raises(CommandError) as refused:
        bring(tmp_path, kind, cell)
    assert f"line 2 (id “1”): answers.answer: {reason}" in str(refused.value) or reason in str(refused.value)
    assert standing()[:3] == before[:3]


SAME: dict[str, Any] = {
    "kind": "choice",
    "choices": [
        {"key": "red", "label": "Crimson"},
        {"key": "rot", "label": {"en": "crimson", "de": "Rot"}},
        {"key": "old", "label": "Blue", "retired": True},
        {"key": "blue", "label": "Blue"},
    ],
}


def test_words_that_several_answers_have_are_refused_and_a_key_names_one(
    tenant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FIELD, "choice", SAME)
    with pytest.raises(CommandError, match=r"is what several answers say, red, rot\. Name one"):
        bring(tmp_path, "choice", "CRIMSON")
    assert bring(tmp_path, "choice", "rot") == "rot"


def test_an_answer_in_use_comes_before_one_that_reads_the_same_and_is_not_offered(
    tenant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FIELD, "choice", SAME)
    assert bring(tmp_path, "choice", "Blue") == "blue"


def test_an_address_is_put_together_from_its_columns(tenant: Any, tmp_path: Path) -> None:
    field = {"key": "where", "kind": "address", "label": "Where?"}
    publish(actor=SYSTEM, document=changed(*FIELDS, 6, to=field))
    parts = {"line1": "street", "city": "town", "postcode": "code"}
    mapping = {**MAPPING, "answers": {"what": {"value": "x"}, "where": {"parts": parts}}}
    rows = "id,state,street,town,code\n1,,1 High St,Leith,EH6 6AA\n2,,,,\n"
    importing("--type", "repair", "--mapping", written(tmp_path, "m.json", mapping), written(tmp_path, "r.csv", rows))
    one, two = ServiceRequest.objects.order_by("number")
    assert one.data["where"] == {"line1": "1 High St", "city": "Leith", "postcode": "EH6 6AA", "country": "GB"}
    assert "where" not in two.data


def test_an_answer_to_a_question_that_is_not_asked_is_left_out(tenant: Any, tmp_path: Path) -> None:
    publish(actor=SYSTEM, document=sound())
    mapping = {**MAPPING, "answers": {"what": "what", "kind": "kind", "gauge": "gauge"}}
    rows = "id,what,state,kind,gauge\n1,leaking,,leak,2\n2,loud,,noise,2\n"
    importing("--type", "repair", "--mapping", written(tmp_path, "m.json", mapping), written(tmp_path, "r.csv", rows))
    leak, noise = ServiceRequest.objects.order_by("number")
    assert leak.data == {"what": "leaking", "kind": "leak", "gauge": "2"}
    assert noise.data == {"what": "loud", "kind": "noise"}
    assert (leak.priority, noise.priority) == (3, 1)
