"""Flows as frozen look-ups: statuses with their contract, and the moves a role may make."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from portal_core.accounts.roles import Role
from portal_core.config.conditions import UTC_ZONE, holds
from portal_core.config.document.base import TextValue
from portal_core.config.document.flows import (
    Ask,
    Close,
    Expected,
    HandlerRule,
    LateRule,
    NotifyRule,
    Reminder,
    Step,
    Turn,
)
from portal_core.config.errors import UnknownKey

_EARLIER_STEP: Final[TextValue] = MappingProxyType({"en": "An earlier step", "de": "Ein früherer Schritt"})


@dataclass(frozen=True, slots=True)
class CompiledStatus:
    """One status with its contract. Texts are as in the document."""

    key: str
    name: TextValue
    customer_name: TextValue
    meaning: TextValue | None
    turn: Turn
    handlers: tuple[HandlerRule, ...]
    next_step: TextValue | None
    expected: Expected | None
    notify: tuple[NotifyRule, ...]
    customer_may: frozenset[str]
    outcome: str | None
    step_key: str | None
    step_index: int | None  # from 0
    step_count: int
    progress: int  # 0 to 100
    asks: tuple[Ask, ...]
    when_done: str | None
    if_late: tuple[LateRule, ...]
    remind: tuple[Reminder, ...]
    close: Close | None
    retired: bool
    zone: ZoneInfo = UTC_ZONE

    @property
    def is_open(self) -> bool:
        """Whether requests in it still wait for somebody."""
        return self.outcome is None

    def handler(self, values: Mapping[str, JsonValue], status: str | None = None) -> str | None:
        """The team that has a request in this status; None leaves it where it is."""
        for rule in self.handlers:
            if rule.team is not None and holds(rule.when, values, status or self.key, self.zone):
                return rule.team
        return None

    def notice_for(self, who: str, values: Mapping[str, JsonValue]) -> NotifyRule | None:
        """The first rule for `who` (customer, handler, team, manager) that holds; None when they are not told at all.

        Its `when` says how: at once, once a day, or never by mail (then it stands in the list of updates alone).
        """
        for rule in self.notify:
            if rule.who == who and holds(rule.if_, values, self.key, self.zone):
                return rule
        return None


@dataclass(frozen=True, slots=True)
class CompiledTransition:
    """One move."""

    to: str
    label: TextValue
    by: frozenset[str]
    must_fill: tuple[str, ...]
    ask_reason: bool

    def may(self, role: Role) -> bool:
        """Whether the role makes this move: named itself, or through what it is based on.

        SECURITY: a custom role needs the permission as well; `by: [agent]` does not give it one.
        """
        lineage = frozenset(role.lineage or (role.key,))
        if not self.by & lineage:
            return False
        return not role.is_staff or role.may("move")


@dataclass(frozen=True, slots=True)
class CompiledFlow:
    """One flow."""

    key: str
    name: TextValue
    steps: tuple[Step, ...]
    statuses: tuple[CompiledStatus, ...]
    transitions: tuple[tuple[str, CompiledTransition], ...]  # from status key, in order
    _by_key: Mapping[str, CompiledStatus]
    _moves: Mapping[str, tuple[CompiledTransition, ...]]

    def status(self, key: str) -> CompiledStatus:
        """One status, retired ones too. Raises `UnknownKey`."""
        try:
            return self._by_key[key]
        except KeyError:
            raise UnknownKey("status", f"{self.key}.{key}") from None

    def status_or_unknown(self, key: str) -> CompiledStatus:
        """One status for reading; a neutral stand-in for a key that the flow does not know (any more).

        History is never rewritten, so it may speak of what no version in force has: that must not break a page.
        """
        return self._by_key.get(key) or unknown_status(key)

    def has_status(self, key: str) -> bool:
        """Whether there is such a status, retired or not."""
        return key in self._by_key

    def moves_from(self, status_key: str, role: Role) -> tuple[CompiledTransition, ...]:
        """The moves that the role may make from a status, in the document's order."""
        return tuple(move for move in self._moves.get(status_key, ()) if move.may(role))


def unknown_status(key: str) -> CompiledStatus:
    """What stands for a status that is not known: a name that says little, nobody's turn, nothing to do."""
    return CompiledStatus(
        key=key,
        name=_EARLIER_STEP,
        customer_name=_EARLIER_STEP,
        meaning=None,
        turn="nobody",
        handlers=(),
        next_step=None,
        expected=None,
        notify=(),
        customer_may=frozenset(),
        outcome=None,
        step_key=None,
        step_index=None,
        step_count=0,
        progress=100,
        asks=(),
        when_done=None,
        if_late=(),
        remind=(),
        close=None,
        retired=True,
    )


def unknown_flow() -> CompiledFlow:
    """A flow that knows no status and no move."""
    return CompiledFlow("", "", (), (), (), MappingProxyType({}), MappingProxyType({}))
