"""Document kinds that contradict themselves, and fields and asks that name them wrongly, are not published."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from portal_core.config.checks.run import check
from portal_core.config.document import load
from tests.documents import papers

KIND = {"key": "paper", "name": "Paper"}


def found(**changes: Any) -> dict[str, Any]:
    return {problem.path: problem for problem in check(load(papers.document(**changes)))}


def kinds(**changes: Any) -> list[dict[str, Any]]:
    """The sound kinds and one more."""
    return [*copy.deepcopy(papers.KINDS), {**KIND, **changes}]


def field(**changes: Any) -> list[dict[str, Any]]:
    """The types with the field `plan` changed."""
    return papers.portal_with("plan", changes)


def asked(ask: dict[str, Any]) -> list[dict[str, Any]]:
    flows = papers.document()["flows"]
    flows[0]["statuses"][0] |= {"turn": "customer", "expected": {"no_limit": True}, "asks": [ask]}
    return flows


def test_the_portal_of_the_tests_is_sound():
    assert [problem for problem in found().values() if problem.level == "stop"] == []


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"document_kinds": kinds(accept=["pdf", "gif"])}, "document_kinds.paper.accept", "no kind of file “gif”"),
    ({"document_kinds": kinds(max_size_mb=51)}, "document_kinds.paper.max_size_mb", "the limit is 50"),
    ({"document_kinds": kinds(show={"boss": "see"})}, "document_kinds.paper.show.boss", "no role “boss”"),
    ({"document_kinds": kinds(added_by="customer", show={"customer": "hidden"})}, "document_kinds.paper.added_by",
     "never see it"),
    ({"document_kinds": kinds(reusable=True, show={"customer": "hidden"})}, "document_kinds.paper.reusable",
     "offered to them again"),
    ({"document_kinds": [*kinds(), KIND]}, "document_kinds.paper", "same key"),
    ({"types": field(document_kind="nothing")}, "types.repair.fields.plan.document_kind", "no document kind “nothing”"),
    ({"types": field(document_kind="paper"), "document_kinds": kinds(retired=True)},
     "types.repair.fields.plan.document_kind", "no document kind “paper”"),
    ({"types": field(document_kind="paper", max_files=2), "document_kinds": kinds()},
     "types.repair.fields.plan.max_files", "its document kind 1"),
    ({"types": field(document_kind="paper", max_files=1), "document_kinds": kinds(added_by="staff")},
     "types.repair.fields.plan.document_kind", "may not add"),
    ({"types": field(document_kind="paper", max_files=1, show={"engineer": "hidden"}), "document_kinds": kinds()},
     "types.repair.fields.plan.document_kind", "“engineer” never sees this field"),
    ({"flows": asked({"key": "a", "do": "upload", "document_kind": "nothing"})},
     "flows.way.statuses.new.asks.a.document_kind", "no document kind"),
    ({"flows": asked({"key": "a", "do": "upload", "document_kind": "certificate"})},
     "flows.way.statuses.new.asks.a.document_kind", "may not add it"),
    ({"flows": asked({"key": "a", "do": "read", "documents": ["assessment"]})},
     "flows.way.statuses.new.asks.a.documents", "never see it"),
    ({"flows": asked({"key": "a", "do": "read", "documents": ["nothing"]})},
     "flows.way.statuses.new.asks.a.documents", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "path", "words"), BAD, ids=[f"{path}-{at}" for at, (_, path, _w) in enumerate(BAD)]
)
def test_each_contradiction_is_found_with_its_place_and_its_mend(changes, path, words):
    problems = [problem for problem in check(load(papers.document(**changes))) if problem.path == path]
    assert problems, "not found"
    assert any(words in problem.problem for problem in problems)
    assert all(problem.level == "stop" and problem.mend.endswith(".") for problem in problems)
