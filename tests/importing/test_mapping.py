"""A mapping that cannot be used says where, why, and how to mend it; nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.importing.mapping import MappingRefused, load_mapping
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import sound
from tests.importing.commands import importing, standing, written
from tests.importing.test_answers import MAPPING

ROWS = "id,what,state,Status\n1,x,,\n"
SOUND: dict[str, Any] = {**MAPPING, "answers": {"what": "what"}}


def refusal(folder: Path, mapping: Any, *arguments: str, rows: str = ROWS) -> str:
    """What the command says, which must be a refusal with exit code 2 that writes nothing."""
    before = standing()
    paths = ("--mapping", written(folder, "map.json", mapping), written(folder, "rows.csv", rows))
    with pytest.raises(CommandError) as refused:
        importing(*(arguments or ("--type", "repair")), *paths)
    assert refused.value.returncode == 2
    assert standing() == before
    return str(refused.value)


@pytest.fixture(autouse=True)
def _portal(tenant: Any) -> None:
    publish(actor=SYSTEM, document=sound())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sorce": "x"}, "sorce: The key “sorce” is unknown here."),
        ({"id": 7}, "id: This is not an object."),
        ({"id": {}}, "id: This says neither where the value stands nor what it is, or both."),
        ({"id": {"from": "id", "value": "x"}}, "id: This says neither where the value stands nor what it is, or both."),
        ({"team": {"from": "state", "otherwise": "x"}}, "team: There is no map beside this otherwise."),
        (
            {"created": {"from": "id", "time_zone": "Mars/Olympus"}},
            "created.time_zone: “Mars/Olympus” is",
        ),
        ({"file": {"encoding": "ebcdic"}}, "file.encoding: “ebcdic” is not possible here."),
        ({"customer": {}}, "customer: Nothing says whose requests these are."),
        (
            {"status": {"value": "lost"}},
            "types. Use one of: new, asked, over.",
        ),
        ({"team": {"value": "cooks"}}, "team: “cooks” is no team. Use one of: desk."),
        ({"priority": {"value": "now"}}, "priority: “now” is no priority. Use one of: low, normal, high, urgent."),
        ({"answers": {"wat": "what"}}, "answers: “wat” is no field of these request types."),
        ({"answers": {"what": {"parts": {"line1": "what"}}}}, "answers.what: Only an address has parts."),
        ({"answers_by_type": {"repare": {}}}, "answers_by_type: “repare” is no request type of this portal."),
        ({"answers": {"what": "Statuss"}}, "answers.what: The file has no column “Statuss”. Did you mean “Status”?"),
        ({"answers": {"what": "zzz"}}, "The file has no column “zzz”. It has: id, what, state, Status."),
        ({"history": [{"at": "id", "text": "what", "kind": {"value": "shout"}}]}, "history.0.kind: “shout” is no kind"),
        ({"history": [{"at": "id", "text": "what", "side": {"value": "them"}}]}, "history.0.side: “them” is no side"),
        ({"history": [{"at": "id", "status": {"value": "lost"}}]}, "history.0.status: “lost” is no status"),
        ({"history": [{"at": "when", "text": "what"}]}, "history.0.at: The file has no column “when”."),
    ],
)
def test_a_fault_is_named_with_its_place_and_mend(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    assert said in refusal(tmp_path, {**SOUND, **change})


def test_without_a_type_nothing_can_come_in(tmp_path: Path) -> None:
    assert "type: Nothing says which request type the rows are." in refusal(tmp_path, SOUND, "--skip-bad")
    assert "--type: “lunch” is no request type of this portal." in refusal(tmp_path, SOUND, "--type", "lunch")


def test_a_type_that_is_given_goes_before_the_mappings_and_that_is_said(tmp_path: Path) -> None:
    by_column = {**SOUND, "type": {"from": "what", "map": {"*": "sale"}}}
    rows = written(tmp_path, "r.csv", ROWS)
    said = "Note: every row comes in as “repair” (--type); what the mapping says of the type (what) is not looked at."
    for number, (mapping, is_said) in enumerate(
        [
            (by_column, True),
            ({**SOUND, "type": {"value": "sale"}}, True),
            ({**SOUND, "type": {"value": "repair"}}, False),
            (SOUND, False),
        ]
    ):
        path = written(tmp_path, f"m{number}.json", mapping)
        told = importing("--type", "repair", "--dry-run", "--mapping", path, rows)
        assert ("is not looked at" in told) == is_said
        if mapping is by_column:
            assert said in told
    importing("--type", "repair", "--mapping", written(tmp_path, "m.json", by_column), rows)
    assert set(ServiceRequest.objects.values_list("type_key", flat=True)) == {"repair"}
    again = importing("--type", "repair", "--mapping", written(tmp_path, "m.json", by_column), rows)
    assert "0 requests brought in" in again and "Writing" not in again


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, {**SOUND, "status": {"value": "lost"}, "team": {"value": "cooks"}})
    assert "The mapping has 2 problems. Nothing was written." in said


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe\x00", b"[" * 100_000, b'{"id": 1, "id": 2}', b"null"])
def test_whatever_is_no_mapping_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(MappingRefused) as refused:
        load_mapping(raw)
    assert refused.value.problems[0].mend


def test_everything_missing_is_named() -> None:
    with pytest.raises(MappingRefused) as refused:
        load_mapping(b"{}")
    assert [problem.path for problem in refused.value.problems] == ["created", "customer", "id", "source", "status"]


def test_a_place_that_is_never_filled_is_pointed_out(tmp_path: Path) -> None:
    paths = ("--mapping", written(tmp_path, "m.json", SOUND), written(tmp_path, "r.csv", ROWS))
    told = importing("--type", "repair", "--dry-run", *paths)
    assert "Note: customer" not in told
    mapping = {**SOUND, "team": "Status"}
    told = importing("--type", "repair", "--dry-run", "--mapping", written(tmp_path, "m2.json", mapping), paths[2])
    assert "Note: team (Status) is empty in every row. Is it the right name?" in told


def test_the_worked_example_of_the_readme_is_a_mapping() -> None:
    readme = (Path(__file__).resolve().parents[2] / "portal_core" / "importing" / "README.md").read_text()
    example = readme.partition("```json\n")[2].partition("```")[0]
    assert load_mapping(example.encode()).source == json.loads(example)["source"]


def test_an_unknown_tenant_and_unreadable_files_exit_2(tmp_path: Path) -> None:
    mapping, rows = written(tmp_path, "m.json", SOUND), written(tmp_path, "r.csv", ROWS)
    for arguments, slug in (
        (("--mapping", mapping, rows), "nobody"),
        (("--mapping", str(tmp_path / "none.json"), rows), "alpha"),
        (("--mapping", mapping, str(tmp_path / "none.csv")), "alpha"),
        (("--mapping", mapping, str(tmp_path)), "alpha"),
    ):
        with pytest.raises(CommandError) as refused:
            importing("--type", "repair", *arguments, slug=slug)
        assert refused.value.returncode == 2
