"""What a field kind is: how it is asked, checked, stored, shown, compared and exported."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import Role
from portal_core.config.document.fields import FieldBase
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.narrowing import Operand, plain
from portal_core.config.kinds.shown import Shown
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:  # the compiled portal is made of kinds
    from django.utils.functional import _StrOrPromise

    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

Options = TypeVar("Options", bound=FieldBase)

COMPARE_EQUAL = frozenset({"is", "is_not", "one_of", "filled", "empty"})


@dataclass(frozen=True)
class Asked:
    """In which words and for whom a form is made.

    `person_id` fills it in, `customer_id` is whose request it is: kinds that offer what is kept for the customer (saved
    records, documents on file) ask for it there. None where there is no such person (yet): then nothing is offered.
    """

    portal: CompiledPortal
    role: Role
    language: str
    status_key: str | None = None
    # Several forms may ask for one field on one page; their labels must not share an id.
    auto_id: str = "id_%s"
    customer_id: UUID | None = None
    person_id: UUID | None = None
    # What kinds have looked up for this form already, so that two fields of a kind ask the database once.
    shelf: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    # What is kept now in the field that is asked for: an answer no longer offered, or an amount in the currency of
    # former days, may stay as it is.
    stored: JsonValue = None
    # The portal of today, where the form is one of an earlier version (see `rules`).
    today: CompiledPortal | None = None

    @property
    def rules(self) -> CompiledPortal:
        """The portal that decides what is shown of what is kept for the customer: always the one of today.

        SECURITY: which version a form was opened under is said by whoever sends it; what has been hidden since is
        hidden, whatever the form was.
        """
        return self.today or self.portal

    def under(self, earlier: CompiledPortal) -> Asked:
        """The same form as an earlier version asked it; what is kept is shown by the rules of today."""
        return replace(self, portal=earlier, today=self.rules, shelf={})


@dataclass(frozen=True)
class Saving:
    """Answers on their way into a request: who stores them, whose request it is.

    `key` belongs to the form that was sent: what is made under it is made once, however often it comes in.
    """

    actor: Actor
    portal: CompiledPortal
    customer_id: UUID
    key: UUID
    now: datetime = field(default_factory=timezone.now)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field's options in a document: below which key, what, how to mend it, and of which kind."""

    key: str
    problem: str
    mend: str
    kind: ProblemKind


class NotAnInput(TypeError):
    """A heading or a text was asked for a form field."""


class FieldKind(ABC, Generic[Options]):
    """One kind of field. Stateless: one instance serves every field of the kind."""

    key: ClassVar[str]
    options: ClassVar[type[FieldBase]]
    is_input: ClassVar[bool] = True
    # The operators that conditions may use.
    operators: ClassVar[frozenset[str]] = COMPARE_EQUAL
    # The operators by which lists are narrowed, the most useful first; each but `filled` and `empty` takes one operand
    # from `filter_input`.
    filters: ClassVar[tuple[str, ...]] = ()
    # Whether its lines are parts of one answer: where there is one line for it, commas stand between them.
    has_parts: ClassVar[bool] = False
    # Whether a column of rows may be of this kind.
    fits_column: ClassVar[bool] = True

    def config(self, field: CompiledField) -> Options:
        """The field's options, of this kind's own model."""
        if not isinstance(field.config, self.options):
            raise TypeError(f"{field.key} is no {self.key}")
        return field.config  # type: ignore[return-value]  # checked against `options` just above

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        """The Django form field that asks for it. Raises `NotAnInput` for headings and texts."""
        raise NotAnInput(self.key)

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        """What the form field cleaned, as the JSON value that is kept; None for no answer."""
        return str(cleaned) if cleaned not in (None, "") else None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        """A stored value as the form shows it: as its reader would type it, so that `clean` reads the same back."""
        return value

    def column_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        """The form field in the cells of a table, where there is room for one control; as outside by itself."""
        return self.form_field(field, asked)

    def clean(self, raw: object, field: CompiledField, asked: Asked) -> JsonValue:
        """Checks raw input from wherever it comes and gives what is kept. Raises Django's `ValidationError`."""
        return self.store(self.form_field(field, asked).clean(raw), field)

    def settle(self, value: JsonValue, field: CompiledField, saving: Saving) -> JsonValue:
        """Makes real what an answer stands for, inside the transaction that stores it, and gives what is kept.

        SECURITY: a kind that points at something else checks here once more that it is the customer's own.
        """
        return value

    def is_same(self, given: JsonValue, kept: JsonValue) -> bool:
        """Whether an answer that comes in again (not settled) is the one that was kept."""
        return given == kept

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        """The value in the reader's words; "" for no answer."""
        return "" if value is None else str(value)

    def shown(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> Shown:
        """The value with what a page can make of it (links, a table, stars) beside its words."""
        text = self.display(value, field, portal, language, time_zone)
        return Shown(text, one_line=", ".join(text.splitlines()) if self.has_parts else "")

    def difference(self, before: JsonValue, after: JsonValue) -> tuple[JsonValue, JsonValue]:
        """What of two values history tells: all of both, unless a kind can leave out what is the same."""
        return before, after

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        """What keeps a field with these options from being published. `config` is of this kind's own model."""
        yield from ()

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        """How to mend what a condition compares the field with; "" when it can be right."""
        return "" if isinstance(operand, str) else "Compare with text, in quotes."

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        """The form field for the operand of one of `filters`; what it cleans, `operand` turns into the operand."""
        return forms.CharField(required=False, max_length=200, label=asked.portal.text(field.label, asked.language))

    def operand(self, cleaned: object) -> object:
        """What a condition compares with, from what `filter_input` cleaned; None when nothing was asked for."""
        return cleaned or None

    def is_operand(self, operand: object, field: CompiledField, operator: str) -> bool:
        """Whether a list can be narrowed by it: an operand comes from an address that anybody may write."""
        return self.operand_mend(field.config, operator, operand) == ""

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        """An operand in the reader's words; what was typed stands in quotes."""
        return f"“{operand}”"

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        """What one of `filters` asks of the answers in the database (see `narrowing`): what a condition would."""
        if operator in ("filled", "empty"):
            filled = narrowing.is_filled(field.key)
            return filled if operator == "filled" else ~filled
        if operator == "contains":
            return narrowing.has_words(field.key, str(operand))
        if operator == "is":
            return narrowing.equals(field.key, plain(operand))
        return narrowing.compares(field.key, operator, operand)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        """The value for a cell of a spreadsheet, the same whoever reads it: in the portal's language and time zone.

        What is chosen stands there by its label (`import_requests` reads that back), a number without its unit.
        """
        return "" if value is None else str(value)

    def export_unit(self, field: CompiledField, portal: CompiledPortal) -> str:
        """What the numbers of a column are counted in, for its head; "" for none."""
        return ""

    def default(self, field: CompiledField) -> JsonValue:
        """What stands in a new form."""
        value: JsonValue = getattr(field.config, "default", None)
        return value


def noun_of(field: CompiledField, portal: CompiledPortal, language: str) -> _StrOrPromise:
    """What an error calls the field: its noun, or "this"."""
    return portal.text(field.config.noun, language) or _("this")
