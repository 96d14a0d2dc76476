"""A portal looked at before it is live, or by somebody who is not its customer ("see as customer").

While a look is in force, the portal of the look stands wherever the live one is asked for, in this thread alone; the
compiled versions that live requests use are neither read nor replaced. Whoever looks sees a real customer through their
own eyes: nothing that their own role may not see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.visibility import Visibility


@dataclass(frozen=True)
class Look:
    """What is looked at, and by whom; `looker` is None where everything that is shown is made up."""

    portal: CompiledPortal
    looker: Actor | None = None


_look: Final[ContextVar[Look | None]] = ContextVar("look", default=None)


@contextmanager
def look_at(look: Look) -> Iterator[None]:
    """Within, `look.portal` is the live portal."""
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


def is_look() -> bool:
    """Whether a page is made for somebody else's eyes."""
    return _look.get() is not None


def portal_looked_at() -> CompiledPortal | None:
    """What stands in place of the live portal; None outside of a look."""
    look = _look.get()
    return None if look is None else look.portal


def looker() -> Actor | None:
    """Who looks at a real customer's pages; None outside of that."""
    look = _look.get()
    return None if look is None else look.looker


def looker_role(reader: Role) -> Role | None:
    """On whose screen a page of `reader` appears, where that is somebody else."""
    who = looker()
    return None if who is None or who.role.is_staff == reader.is_staff else who.role


def hidden_from_looker(field: CompiledField) -> bool:
    """Whether a customer's own answer to this question is kept from whoever looks."""
    who = looker()
    return who is not None and field.visibility(who.role, None) < Visibility.SEE
