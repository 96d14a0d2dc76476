"""Conditions over stored values."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.config.conditions import holds
from portal_core.config.document.conditions import Condition

VALUES: dict[str, Any] = {"kind": "leak", "gauge": "0.80", "day": "2026-11-27", "works": False, "note": "Big Drip"}
T = True
F = False


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"field": "kind", "is": "leak"}, T),
        ({"field": "kind", "is": "noise"}, F),
        ({"field": "missing", "is": "leak"}, F),
        ({"field": "kind", "is_not": "noise"}, T),
        ({"field": "missing", "is_not": "noise"}, T),
        ({"field": "kind", "one_of": ["noise", "leak"]}, T),
        ({"field": "kind", "one_of": ["noise"]}, F),
        ({"field": "note", "contains": "drip"}, T),
        ({"field": "missing", "contains": "drip"}, F),
        ({"field": "gauge", "is": 0.8}, T),
        ({"field": "gauge", "more_than": 0.7}, T),
        ({"field": "gauge", "more_than": 0.8}, F),
        ({"field": "gauge", "less_than": 1}, T),
        ({"field": "missing", "less_than": 1}, F),
        ({"field": "note", "less_than": 1}, F),
        ({"field": "day", "before": "2026-12-01"}, T),
        ({"field": "day", "after": "2026-12-01"}, F),
        ({"field": "missing", "before": "2026-12-01"}, F),
        ({"field": "works", "is": False}, T),
        ({"field": "works", "is": True}, F),
        ({"field": "missing", "is": False}, F),
        ({"field": "works", "filled": True}, T),
        ({"field": "missing", "filled": True}, F),
        ({"field": "missing", "empty": True}, T),
        ({"about": "status", "is": "new"}, T),
        ({"about": "status", "one_of": ["over"]}, F),
        ({"about": "organisation", "is": "x"}, F),
        ({"not": {"field": "kind", "is": "leak"}}, F),
        ({"all": [{"field": "kind", "is": "leak"}, {"field": "works", "is": False}]}, T),
        ({"all": [{"field": "kind", "is": "leak"}, {"field": "works", "is": True}]}, F),
        ({"any": [{"field": "kind", "is": "x"}, {"not": {"field": "works", "is": True}}]}, T),
    ],
)
def test_a_condition_holds_or_not(test: dict[str, Any], expected: bool) -> None:
    assert holds(Condition.model_validate(test), VALUES, "new") is expected


def test_no_condition_always_holds() -> None:
    assert holds(None, {})
