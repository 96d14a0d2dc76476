"""What may be found: exactly what every staff role sees in every status, found out without asking for each."""

from __future__ import annotations

import itertools

from portal_core.accounts.roles import AGENT, MANAGER, OWNER, Role, builtin_role
from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.visibility import Visibility, visibility
from tests.config.documents import sound

MARKS = (None, "hidden", "see", "edit")


def test_a_field_is_found_when_every_staff_role_sees_it_in_every_status():
    document = sound()
    combinations = itertools.product(MARKS, MARKS, ("agent", "engineer", "customer"), ("new", "over"), (False, True))
    fields = []
    for number, (shown, here, role, status, retired) in enumerate(combinations):
        field = {"key": f"f{number}", "kind": "text", "label": "Words", "retired": retired}
        if shown:
            field["show"] = {role: shown}
        if here:
            field["at"] = {status: {role: here}}
        fields.append(field)
    document["types"][0]["fields"] += fields
    portal = compile_portal(load(document), 1)
    kind = portal.types[0]
    built_in = [role for key in (OWNER, MANAGER, AGENT) if (role := builtin_role(key)) is not None]
    own = portal.role("engineer")
    roles: list[Role] = [*built_in, *([own] if own else [])]
    statuses = [None, *(status.key for status in kind.flow.statuses)]
    expected = {
        field.key
        for field in kind.fields
        if all(visibility(field.config, role, status) >= Visibility.SEE for role in roles for status in statuses)
    }
    found = portal.searchable("repair").field_keys
    assert found == expected
    assert {key for key in expected if key.startswith("f")} and len(expected) < len(kind.fields)
