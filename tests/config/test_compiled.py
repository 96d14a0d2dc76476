"""The compiled portal answers what pages ask."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts.roles import Role, builtin_role
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import load
from portal_core.config.errors import UnknownKey
from portal_core.config.live import PortalCache
from tests.config.documents import FIELDS, NEW, TYPE, changed, sound

# What `resolve_role` makes of a key that the document no longer has.
GONE = Role("gone", "gone", "guest", frozenset(), "own", frozenset(), ("gone",))


def compiled(document: dict[str, Any] | None = None, number: int = 1) -> CompiledPortal:
    return compile_portal(load(document or sound()), number)


def role(key: str) -> Role:
    found = builtin_role(key)
    assert found is not None
    return found


def test_references_carry_the_prefix() -> None:
    assert compiled().reference(1042) == "1042"
    assert compiled(changed("portal", "reference_prefix", to="NW")).reference(1042) == "NW-1042"


def test_texts_fall_back_to_the_portals_language() -> None:
    portal = compiled()
    text = {"en": "Hello", "de": "Hallo"}
    assert [portal.text(text, language) for language in ("", "en", "de", "de-AT", "fr")] == [
        "Hello",
        "Hello",
        "Hallo",
        "Hallo",
        "Hello",
    ]
    assert portal.text(None) == ""
    assert portal.text({"fr": "Salut"}) == "Salut"


def test_unknown_keys_raise_one_error() -> None:
    portal = compiled()
    for ask in (
        lambda: portal.type("x"),
        lambda: portal.message("x"),
        lambda: portal.type("repair").field("x"),
        lambda: portal.type("repair").flow.status("x"),
    ):
        with pytest.raises(UnknownKey):
            ask()
    assert issubclass(UnknownKey, KeyError)


def test_reading_what_nobody_knows_any_more_gives_a_neutral_stand_in() -> None:
    portal = compiled()
    status = portal.type("repair").flow.status_or_unknown("ghost")
    assert (status.key, status.retired, status.turn, status.is_open) == ("ghost", True, "nobody", True)
    assert portal.text(status.customer_name) == portal.text(status.name) == "An earlier step"
    assert portal.text(status.name, "de") == "Ein früherer Schritt"
    assert portal.type("repair").flow.status_or_unknown("new") is portal.type("repair").flow.status("new")
    assert portal.type_or_unknown("repair") is portal.type("repair")
    ghost = portal.type_or_unknown("ghost")
    assert (ghost.key, ghost.fields, ghost.retired) == ("ghost", (), True)
    assert ghost.title_for({}) == portal.text(ghost.name) == "An earlier kind of request"
    assert ghost.flow.status_or_unknown("new").retired
    assert ghost.flow.moves_from("new", role("owner")) == ()
    assert ghost.field_or_none("what") is None
    assert portal.type("repair").field_or_none("what") is portal.type("repair").field("what")


def test_a_field_whose_condition_is_false_is_not_asked() -> None:
    kind = compiled().type("repair")
    assert "gauge" in [field.key for field in kind.applicable_fields({"kind": "leak"})]
    assert "gauge" not in [field.key for field in kind.applicable_fields({"kind": "noise"})]


def test_a_field_that_is_not_asked_is_empty_for_those_after_it() -> None:
    document = changed(*FIELDS, 3, "when", to={"field": "gauge", "filled": True})
    kind = compiled(document).type("repair")
    assert "since" in [field.key for field in kind.applicable_fields({"kind": "leak", "gauge": "2"})]
    assert "since" not in [field.key for field in kind.applicable_fields({"kind": "noise", "gauge": "2"})]


def test_the_title_is_made_of_what_is_displayed() -> None:
    kind = compiled().type("repair")
    assert kind.title_fields == ("what",)
    assert kind.title_for({"what": " A\n drip "}) == "A drip"
    assert kind.title_for({}) == kind.title_for({"what": ""}) == "Repair"
    assert kind.title_for({"what": "{field:cause}", "cause": "secret"}) == "{field:cause}"
    assert len(kind.title_for({"what": "x" * 999})) == 200


def test_the_first_assignment_that_holds_applies() -> None:
    kind = compiled().type("repair")
    assert kind.assign_for({"kind": "leak"}).priority == "urgent"
    assert (kind.assign_for({}).team, kind.assign_for({}).priority) == ("desk", "normal")
    bare = compiled(changed(*TYPE, "assign")).type("repair")
    assert bare.assign_for({}).team is None


def test_moves_belong_to_roles_and_to_what_they_are_based_on() -> None:
    portal = compiled()
    flow = portal.type("repair").flow

    def moves(status: str, who: Role) -> list[str]:
        return [move.to for move in flow.moves_from(status, who)]

    engineer = portal.role("engineer")
    assert engineer is not None
    assert moves("new", role("agent")) == moves("new", role("owner")) == moves("new", engineer) == ["asked", "over"]
    assert moves("new", role("customer")) == ["over"]
    assert moves("new", role("guest")) == moves("new", GONE) == []
    assert moves("over", role("owner")) == moves("nowhere", role("owner")) == []


def test_a_role_without_the_permission_moves_nothing() -> None:
    portal = compiled(changed("roles", 0, "permissions", to=["see", "reply"]))
    engineer = portal.role("engineer")
    assert engineer is not None
    assert engineer.permissions == {"see", "reply"}
    assert portal.type("repair").flow.moves_from("new", engineer) == ()


def test_a_role_never_gets_more_than_what_it_is_based_on() -> None:
    document = changed("roles", 0, "permissions", to=["see", "publish", "manage_team"])
    document["roles"].append(
        {"key": "senior", "name": "Senior", "based_on": "engineer", "permissions": ["see", "move"]}
    )
    portal = compiled(document)
    engineer, senior = portal.role("engineer"), portal.role("senior")
    assert engineer is not None
    assert senior is not None
    assert engineer.permissions == {"see"}
    assert senior.permissions == {"see"}
    assert senior.lineage == ("senior", "engineer", "agent")


def test_progress_follows_the_steps() -> None:
    flow = compiled().type("repair").flow
    assert [status.progress for status in flow.statuses] == [25, 10, 100]
    assert [status.step_index for status in flow.statuses] == [0, None, 1]
    assert {status.step_count for status in flow.statuses} == {2}


def test_the_first_notice_that_holds_applies() -> None:
    rules = [
        {"who": "customer", "message": "received", "if": {"field": "works", "is": True}},
        {"who": "team"},
    ]
    status = compiled(changed(*NEW, "notify", to=rules)).type("repair").flow.status("new")
    assert status.notice_for("customer", {}) is None
    found = status.notice_for("customer", {"works": True})
    assert found is not None
    assert found.message == "received"
    assert status.notice_for("team", {}) is not None


def test_handlers_by_condition() -> None:
    document = changed("teams", 1, to={"key": "parts", "name": "Parts"})
    rules = [{"when": {"field": "kind", "is": "leak"}, "team": "parts"}, {"team": "desk"}]
    status = compiled(changed(*NEW, "handler", to=rules, document=document)).type("repair").flow.status("new")
    assert (status.handler({"kind": "leak"}), status.handler({})) == ("parts", "desk")


def test_types_are_grouped_in_the_order_of_the_document() -> None:
    document = sound()
    for key, group in (("b", "Two"), ("c", None), ("d", "Two")):
        document["types"].append({"key": key, "name": key, "flow": "way", "start": "new"})
        if group:
            document["types"][-1]["group"] = group
    groups = compiled(document).groups
    assert [(group, [kind.key for kind in kinds]) for group, kinds in groups] == [
        (None, ["repair", "c"]),
        ("Two", ["b", "d"]),
    ]


def test_retired_types_are_known_and_not_offered() -> None:
    portal = compiled(changed(*TYPE, "retired", to=True))
    assert portal.types == ()
    assert portal.type("repair").retired


def test_a_compiled_portal_is_frozen() -> None:
    portal = compiled()
    with pytest.raises(dataclasses.FrozenInstanceError):
        portal.name = "x"
    with pytest.raises(TypeError):
        portal.teams["x"] = "y"


def test_the_draft_has_a_brand_of_its_own() -> None:
    assert '[data-brand="draft"]' in compiled(number=0).brand_css
    assert '[data-brand="portal"]' in compiled().brand_css


def test_the_cache_is_bounded_and_drops_the_longest_unused() -> None:
    import uuid

    kept = PortalCache(2)
    ids = [uuid.UUID(int=number) for number in range(3)]
    portals = [compiled(number=number + 1) for number in range(3)]
    kept.put("a", ids[0], portals[0])
    kept.put("a", ids[1], portals[1])
    assert kept.get("a", ids[0]) is portals[0]
    kept.put("a", ids[2], portals[2])
    assert kept.get("a", ids[1]) is None
    assert (kept.get("a", ids[0]), len(kept)) == (portals[0], 2)
    assert kept.get("b", ids[0]) is None
    kept.forget("a")
    assert len(kept) == 0


def test_the_cache_is_safe_between_threads(in_threads: Callable[..., list[Any]]) -> None:
    import uuid

    kept = PortalCache(8)
    portals = [compiled(number=number + 1) for number in range(20)]

    def work(turn: int) -> bool:
        number = turn % 20
        found = kept.get("a", uuid.UUID(int=number)) or kept.put("a", uuid.UUID(int=number), portals[number])
        return found.number == number + 1 and len(kept) <= 9

    assert all(result is True for result in in_threads(work, range(4000)))
    assert len(kept) <= 8
