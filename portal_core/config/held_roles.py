"""No version takes away a role that somebody works with: they would be signed in and might do nothing.

Asked when it goes live, not only when it is edited: a role that is still live can be given until then. Whoever gives
one keeps the live version for as long (`accounts.roles.hold_role`), so that one of the two waits for the other.
"""

from collections.abc import Iterator

from portal_core.accounts.queries import holders
from portal_core.config.compile import compile_roles
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import PortalDocument
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

_MEND = "Give them another role on the page of the team first, or keep this one."


def lost_roles(before: CompiledPortal, wanted: PortalDocument) -> Iterator[Problem]:
    """What stands against a version without them, deleted or out of use. No query where every role stays."""
    lost = set(before.role_keys) - compile_roles(wanted.roles, wanted.portal.language).keys()
    for key, people in holders(lost).items() if lost else ():
        has = "One person has" if people == 1 else f"{people:,} people have"
        text = f"{has} this role, or an invitation to it, and could do nothing any more."
        yield Problem(f"roles.{key}", text, _MEND, kind=ProblemKind.HELD_ROLE)
