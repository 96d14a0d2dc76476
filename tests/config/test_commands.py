"""`portal_export` and `portal_import` as contract.md says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal_core.accounts.actor import SYSTEM
from portal_core.config import impact
from portal_core.config.actions import publish
from portal_core.config.draft.reading import current
from portal_core.config.impact import Move, Standing
from portal_core.config.live import live_portal
from tenants.context import tenant_context
from tests.config.documents import FLOW, NEW, changed, sound


@pytest.fixture
def alpha_live(alpha: Any) -> Any:
    with tenant_context(alpha):
        publish(actor=SYSTEM, document=sound())
    return alpha


def export(*arguments: str) -> str:
    out = io.StringIO()
    call_command("portal_export", "--tenant", "alpha", *arguments, stdout=out)
    return out.getvalue()


def importing(path: Path, *arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("portal_import", "--tenant", "alpha", str(path), *arguments, stdout=out, stderr=err)
    except CommandError as error:
        raise CommandError(f"{error}\n{err.getvalue()}", returncode=error.returncode) from error
    return out.getvalue(), err.getvalue()


def written(folder: Path, document: Any, name: str = "portal.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_export_import_export_is_equal_byte_for_byte(alpha_live: Any, tmp_path: Path) -> None:
    first = export()
    importing(written(tmp_path, changed("portal", "welcome", to="Grüße")), "--publish")
    importing(written(tmp_path, first), "--publish")
    assert export() == first


def test_without_publish_it_becomes_the_draft(alpha_live: Any, tmp_path: Path) -> None:
    told, warned = importing(written(tmp_path, changed(*NEW, "meaning")))
    assert "draft is at revision 1" in told
    assert "flows.way.statuses.new.meaning" in warned
    assert '"meaning": "A person has it."' in export()
    assert export("--draft") != export()


def test_a_refused_document_changes_nothing_and_exits_1(alpha_live: Any, tmp_path: Path) -> None:
    before = export()
    for document in (changed(*NEW, "meaning"), changed("portal", "colour", to="red"), "{broken", "[" * 90_000):
        with pytest.raises(CommandError) as refused:
            importing(written(tmp_path, document), "--publish")
        assert refused.value.returncode == 1
        assert "Nothing was changed" in str(refused.value)
    assert export() == before


def test_refusals_name_path_and_mend(alpha_live: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"flows\.way\.statuses\.new\.meaning: .* Add meaning"):
        importing(written(tmp_path, changed(*NEW, "meaning")), "--publish")


def test_wrong_calls_exit_2(alpha_live: Any, tmp_path: Path) -> None:
    good = written(tmp_path, sound())
    calls = [
        (tmp_path / "missing.json",),
        (good, "--map", str(good)),
        (good, "--publish", "--map", str(tmp_path / "missing.json")),
        (good, "--publish", "--map", str(written(tmp_path, "[]", "map.json"))),
    ]
    for call in calls:
        with pytest.raises(CommandError) as refused:
            importing(call[0], *call[1:])
        assert refused.value.returncode == 2
    for command in (["portal_export"], ["portal_import", str(good)]):
        with pytest.raises(CommandError) as refused:
            call_command(*command, "--tenant", "nobody")
        assert refused.value.returncode == 2


def test_there_may_be_no_draft(alpha_live: Any) -> None:
    with pytest.raises(CommandError) as refused:
        export("--draft")
    assert refused.value.returncode == 1


def test_the_mapping_is_read_from_a_file(alpha_live: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[Move] = []
    monkeypatch.setattr(impact, "_count", lambda: [Standing("repair", "asked", 2)])
    monkeypatch.setattr(impact, "_apply", lambda actor, moves, number: moved.extend(moves))
    document = changed(*FLOW, "transitions", 0)
    changed(*FLOW, "transitions", 0, "from", to=["new"], document=document)
    changed(*FLOW, "statuses", 1, document=document)
    path = written(tmp_path, document)
    with pytest.raises(CommandError, match="2 open requests"):
        importing(path, "--publish")
    mapping = written(tmp_path, {"status": {"way.asked": "new"}}, "map.json")
    importing(path, "--publish", "--map", str(mapping))
    assert moved == [Move("repair", "asked", "repair", "new")]


def test_importing_into_one_tenant_leaves_the_other(alpha_live: Any, other_tenant: Any, tmp_path: Path) -> None:
    importing(written(tmp_path, changed("portal", "name", to="Only alpha")), "--publish")
    with tenant_context(other_tenant):
        assert live_portal().name != "Only alpha"
        assert not current().is_changed
