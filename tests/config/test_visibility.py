"""Who sees and edits a field: inheritance, overrides by status, retired fields, unknown roles."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.accounts.actor import NOBODY, SYSTEM
from portal_core.accounts.roles import Role, builtin_role
from portal_core.config.document.fields import TextField
from portal_core.config.visibility import Visibility, visibility

HIDDEN, SEE, EDIT = Visibility.HIDDEN, Visibility.SEE, Visibility.EDIT
ENGINEER = Role("engineer", "Engineer", "agent", frozenset({"see"}), lineage=("engineer", "agent"))
SENIOR = Role("senior", "Senior", "agent", frozenset({"see"}), lineage=("senior", "engineer", "agent"))
PARTNER = Role("partner", "Partner", "customer", frozenset({"submit"}), lineage=("partner", "customer"))


def field(**options: Any) -> TextField:
    return TextField.model_validate({"key": "it", "kind": "text", **options})


def role(key: str) -> Role:
    if key in ("engineer", "senior", "partner"):
        return {"engineer": ENGINEER, "senior": SENIOR, "partner": PARTNER}[key]
    found = builtin_role(key)
    assert found is not None
    return found


def test_they_are_ordered() -> None:
    assert HIDDEN < SEE < EDIT


@pytest.mark.parametrize(
    ("who", "on_the_form", "later"),
    [
        ("customer", EDIT, SEE),
        ("partner", EDIT, SEE),
        ("guest", EDIT, SEE),
        ("agent", EDIT, EDIT),
        ("manager", EDIT, EDIT),
        ("owner", EDIT, EDIT),
        ("engineer", EDIT, EDIT),
        ("operator", HIDDEN, HIDDEN),
    ],
)
def test_without_show_customers_fill_in_and_then_see_while_staff_edit(
    who: str, on_the_form: Visibility, later: Visibility
) -> None:
    assert visibility(field(), role(who), None) is on_the_form
    assert visibility(field(), role(who), "new") is later


COST = field(show={"customer": "hidden", "agent": "see", "engineer": "hidden", "owner": "edit"})


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("customer", HIDDEN),
        ("guest", HIDDEN),
        ("partner", HIDDEN),
        ("agent", SEE),
        ("manager", SEE),
        ("owner", EDIT),
        ("engineer", HIDDEN),
        ("senior", HIDDEN),
    ],
)
def test_a_role_takes_from_the_one_it_is_based_on_unless_named(who: str, expected: Visibility) -> None:
    assert visibility(COST, role(who), "new") is expected
    assert visibility(COST, role(who), None) is expected


def test_at_stands_before_show_for_the_same_role() -> None:
    it = field(show={"customer": "edit"}, at={"over": {"customer": "hidden"}})
    assert visibility(it, role("customer"), "new") is EDIT
    assert visibility(it, role("customer"), "over") is HIDDEN
    assert visibility(it, role("customer"), None) is EDIT


def test_what_is_hidden_from_a_special_role_stays_hidden_when_at_opens_it_to_its_base() -> None:
    it = field(show={"engineer": "hidden"}, at={"over": {"agent": "edit"}})
    assert visibility(it, role("engineer"), "over") is HIDDEN
    assert visibility(it, role("agent"), "over") is EDIT


def test_guests_read_the_customers_column_and_change_nothing_afterwards() -> None:
    it = field(show={"customer": "edit"})
    assert visibility(it, role("guest"), "new") is SEE
    assert visibility(it, role("customer"), "new") is EDIT


@pytest.mark.parametrize(
    ("who", "expected"), [("customer", HIDDEN), ("guest", HIDDEN), ("agent", SEE), ("owner", SEE), ("engineer", SEE)]
)
def test_retired_fields_are_seen_by_staff_alone(who: str, expected: Visibility) -> None:
    it = field(retired=True, show={"customer": "edit", "agent": "edit"})
    assert visibility(it, role(who), "new") is expected


def test_a_retired_field_that_was_hidden_stays_hidden() -> None:
    assert visibility(field(retired=True, show={"engineer": "hidden"}), ENGINEER, "new") is HIDDEN


@pytest.mark.parametrize("status", [None, "new"])
def test_who_is_nobody_sees_nothing(status: str | None) -> None:
    gone = Role("gone", "gone", "guest", frozenset(), "own", frozenset(), ("gone",))  # as resolve_role makes it
    for stranger in (NOBODY.role, gone):
        assert visibility(field(), stranger, status) is HIDDEN


def test_the_system_sees_and_edits_nothing() -> None:
    assert visibility(COST, SYSTEM.role, "new") is SEE
