"""One field of the published document, of a request type or of a kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from portal_core.accounts.roles import Role
from portal_core.config.conditions import UTC_ZONE, holds
from portal_core.config.document.base import TextValue
from portal_core.config.document.conditions import Condition
from portal_core.config.document.fields import FieldBase
from portal_core.config.kinds.base import FieldKind
from portal_core.config.visibility import Visibility, visibility

Values = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class CompiledField:
    """One field of a request type. Texts are as in the document: read them with `portal.text(…)`.

    What the document says of it stays in `config`: there may be 20,000 fields, and each value held twice is paid for
    whenever a portal is compiled.
    """

    key: str
    kind: FieldKind[Any]  # kinds of all options
    config: FieldBase
    # Of the portal: its days begin by this clock, its amounts are in this currency.
    zone: ZoneInfo = UTC_ZONE
    currency: str = ""
    # The columns of rows, retired ones too.
    columns: tuple[CompiledField, ...] = ()

    @property
    def label(self) -> TextValue:
        """The question."""
        return self.config.label or ""

    @property
    def help(self) -> TextValue | None:
        """What stands below the question."""
        return self.config.help

    @property
    def required(self) -> bool:
        """Whether it has to be answered."""
        return self.config.required

    @property
    def when(self) -> Condition | None:
        """Under which answers it is asked; None always."""
        return self.config.when

    @property
    def retired(self) -> bool:
        """Whether it is not asked any more."""
        return self.config.retired

    @property
    def remember(self) -> str | None:
        """Where its answer is kept for the next time."""
        return self.config.remember

    @property
    def is_input(self) -> bool:
        """Whether it takes an answer; headings and texts do not."""
        return self.kind.is_input

    def applies(self, values: Values, status: str | None = None) -> bool:
        """Whether its condition holds."""
        return holds(self.when, values, status, self.zone)

    def visibility(self, role: Role, status_key: str | None) -> Visibility:
        """What the role may do with it in a status; None: on the form, before there is a request."""
        return visibility(self.config, role, status_key)


def applicable(fields: Iterable[CompiledField], values: Values, status: str | None) -> tuple[CompiledField, ...]:
    """Those of `fields`, in order, that are asked given these values.

    A field that is not asked counts as empty for the conditions after it, whatever was sent for it.
    """
    known: dict[str, JsonValue] = {}
    found: list[CompiledField] = []
    for item in fields:
        if item.retired or not item.applies(known, status):
            continue
        found.append(item)
        if item.is_input and item.key in values:
            known[item.key] = values[item.key]
    return tuple(found)
