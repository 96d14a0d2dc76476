"""The document's own roles: based on something, and never wider than that."""

from collections.abc import Iterator

from portal_core.accounts.roles import PERMISSIONS
from portal_core.config.checks.index import STAFF_ROLES, Index
from portal_core.config.document.portal_document import CustomRole
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

_BASES = (*STAFF_ROLES[1:], "customer")


def check_roles(index: Index) -> Iterator[Problem]:
    """Every role that is in use."""
    keys = {role.key for role in index.document.roles if not role.retired}
    for role in index.document.roles:
        if not role.retired:
            yield from _role(index, role, keys)


def _role(index: Index, role: CustomRole, keys: set[str]) -> Iterator[Problem]:
    path = f"roles.{role.key}"
    if role.based_on not in _BASES and role.based_on not in keys:
        mend = f"Use one of: {', '.join((*_BASES, *sorted(keys - {role.key})))}."
        text = f"A role cannot be based on “{role.based_on}”."
        is_there = role.based_on in index.roles
        kind = ProblemKind.NOT_ALLOWED_HERE if is_there else ProblemKind.MISSING
        yield Problem(f"{path}.based_on", text, mend, kind=kind, names=(("roles", role.based_on),))
    elif role.key not in index.roles:
        text = "These roles are based on each other in a circle."
        yield Problem(f"{path}.based_on", text, "Base one on agent.", kind=ProblemKind.LEADS_BACK)
    else:
        yield from _permissions(index, role, path)
    for position, type_key in enumerate(role.types or ()):
        if type_key not in index.all_types:
            mend = "Name a request type."
            text, names = f"There is no request type “{type_key}”.", (("types", type_key),)
            yield Problem(f"{path}.types.{position}", text, mend, kind=ProblemKind.MISSING, names=names)


def _permissions(index: Index, role: CustomRole, path: str) -> Iterator[Problem]:
    allowed = PERMISSIONS[index.roles[role.key].base]
    for position, permission in enumerate(role.permissions or ()):
        if permission not in allowed:
            text = f"“{permission[:60]}” is not something that {role.based_on} may do; a role cannot do more."
            mend = f"Use some of: {', '.join(sorted(allowed))}."
            yield Problem(f"{path}.permissions.{position}", text, mend, kind=ProblemKind.NOT_ALLOWED_HERE)
