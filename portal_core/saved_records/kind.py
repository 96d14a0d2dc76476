"""`record`: one of the customer's saved records, or a new one that is described right there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.document.fields import RecordField
from portal_core.config.kinds.base import Asked, FieldKind, Saving
from portal_core.config.kinds.common import common_options
from portal_core.config.looking import looker_role
from portal_core.config.viewer import Viewer
from portal_core.saved_records.errors import RecordForbidden
from portal_core.saved_records.forms import asked_fields, can_fill_in, record_form
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.queries import of_customer
from portal_core.saved_records.titles import named, shown_title, title_of
from portal_core.saved_records.visible import VisibleRecord, visible_all
from portal_core.saved_records.writing import NewRecord, create
from tenants.ui.fields import FieldProblem, as_lead, problems_of
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from django.forms.forms import BaseForm
    from django.forms.utils import _DataT, _FilesT

    from portal_core.config.answers_form import AnswersForm, Question
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

NEW = "new"
# Stands between the name of the field and those of the new record's own answers; no key of a field has it.
INNER = "_new"
_SHELF = "saved_records"
_ERRORS_SHOWN = 3


@dataclass(frozen=True)
class Picked:
    """What a page sent for the field: which record, and all that was typed, for the answers of a new one."""

    chosen: str
    typed: QueryDict
    name: str


@dataclass(frozen=True)
class Offer:
    """One record to choose, as the form shows it."""

    value: str
    title: str
    summary: str
    element_id: str
    chosen: bool


class RecordWidget(forms.Widget):
    """Reads the choice and keeps what was typed beside it; drawn by its component."""

    component = "components/record_choice.html"

    def value_from_datadict(self, data: _DataT, files: _FilesT, name: str) -> Picked | None:
        """The choice; None where the page had no such field."""
        typed = data if isinstance(data, QueryDict) else _as_query(data)
        return Picked(str(typed.get(name, "")), typed, name)

    def value_omitted_from_data(self, data: _DataT, files: _FilesT, name: str) -> bool:
        """Whether the page had no such field."""
        return name not in data


def _as_query(data: Mapping[str, Any]) -> QueryDict:  # whatever an importer or a test hands in
    query = QueryDict(mutable=True)
    for key, value in data.items():
        query[key] = value
    return query


class RecordChoice(forms.Field):
    """The form field: offers the customer's records of one kind, and a new one."""

    widget = RecordWidget
    default_error_messages = {
        "required": _("Choose one, or tell us about a new one."),
        "not_offered": _("Choose one of those below."),
    }

    def __init__(self, kind: CompiledRecordKind, asked: Asked, **options: Any) -> None:  # Django's own options
        self.kind = kind
        self.asked = asked
        self.records = records_for(asked, kind.key)
        self.can_add = can_fill_in(kind, asked.role)
        super().__init__(**options)

    def get_bound_field(self, form: BaseForm, field_name: str) -> RecordBound:
        """The field in its form, with what the component shows."""
        return RecordBound(form, self, field_name)

    def clean(self, value: object) -> JsonValue:
        """A record as it is kept, or a new one that waits for being settled. Raises `ValidationError`."""
        picked = value if isinstance(value, Picked) else Picked(_id_in(value), QueryDict(), "")
        if picked.chosen == NEW and self.can_add:
            return self._new(picked)
        if not picked.chosen:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        found = next((item for item in self.records if str(item.id) == picked.chosen), None)
        if found is None:
            raise forms.ValidationError(self.error_messages["not_offered"], code="not_offered")
        return named(found.id, found.title, self.kind)

    def inner_form(self, picked: Picked | None, name: str) -> AnswersForm:
        """The questions about a new record; filled in with what was typed, where it was chosen."""
        typed = picked.typed if picked is not None and _was_typed(picked.typed, f"{name}{INNER}-") else None
        return record_form(self.kind, self.asked, typed, prefix=f"{name}{INNER}")

    def _new(self, picked: Picked) -> JsonValue:
        form = record_form(self.kind, self.asked, picked.typed, prefix=f"{picked.name}{INNER}")
        if not form.is_valid():
            wrong = [_inside(form[name], problem) for name in form.errors for problem in problems_of(form[name])]
            raise forms.ValidationError(wrong[:_ERRORS_SHOWN])
        answers = {key: answer for key, answer in form.cleaned_data.items() if answer is not None}
        if not answers:
            raise forms.ValidationError(_("Say something about it, so that we know it again."), code=NEW)
        portal = self.asked.portal
        return {NEW: answers, "title": title_of(self.kind, answers, portal)}


def new_answers(value: JsonValue) -> Mapping[str, JsonValue]:
    """What is said of a new record that waits for being settled; nothing of one that is on file."""
    said = value.get(NEW) if isinstance(value, dict) else None
    return said if isinstance(said, dict) else {}


def _inside(bound: forms.BoundField, problem: FieldProblem) -> forms.ValidationError:
    """What is wrong with one of the questions about a new one, and where it stands."""
    words = f"{as_lead(bound.label)} {problem.words}".replace("%", "%%")
    return forms.ValidationError(words, code=NEW, params={"target": problem.target})


def _was_typed(typed: QueryDict, prefix: str) -> bool:
    return any(name.startswith(prefix) for name in typed)


def _id_in(value: object) -> str:
    """A record as an interface may give it: its id, or the answer as it is kept."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return "" if value is None else str(value)


class RecordBound(forms.BoundField):
    """The field in its form."""

    @property
    def choice(self) -> RecordChoice:
        """The form field, by its own type."""
        return cast(RecordChoice, self.field)

    @property
    def id_for_label(self) -> str:
        """Where an error's link leads: to the group."""
        return f"{self.auto_id}-group"

    @cached_property
    def offers(self) -> list[Offer]:
        """The records to choose from; an archived one only where it is chosen already."""
        chosen = self.chosen
        offered = [item for item in self.choice.records if not item.is_archived or str(item.id) == chosen]
        return [
            Offer(str(item.id), item.title, item.summary, f"{self.auto_id}_{number}", str(item.id) == chosen)
            for number, item in enumerate(offered)
        ]

    @cached_property
    def chosen(self) -> str:
        """The value that is chosen now: an id, "new" or "".

        In a form just opened that has no answer yet, the only record of the kind stands chosen; without any, a
        required field starts with the new one.
        """
        value = self.value()
        picked = value.chosen if isinstance(value, Picked) else self._known(_id_in(value))
        if picked or self.form.is_bound or self.choice.asked.status_key is not None:
            return picked if picked != NEW or self.choice.can_add else ""
        active = [item for item in self.choice.records if not item.is_archived]
        if len(active) == 1:
            return str(active[0].id)
        return NEW if not active and self.adds_only else ""

    def _known(self, record_id: str) -> str:
        return record_id if any(str(item.id) == record_id for item in self.choice.records) else ""

    @property
    def adds_only(self) -> bool:
        """Whether nothing is on file, so that the questions about a new one stand there at once."""
        return self.field.required and self.choice.can_add and all(item.is_archived for item in self.choice.records)

    @property
    def can_add(self) -> bool:
        """Whether a new one can be described."""
        return self.choice.can_add

    @property
    def chooses_new(self) -> bool:
        """Whether a new one is being described."""
        return self.chosen == NEW

    @cached_property
    def inner(self) -> list[Question]:
        """The questions about a new one, with what was typed."""
        value = self.value()
        picked = value if isinstance(value, Picked) else None
        is_hushed = bool(getattr(self.form, "is_hushed", False))  # an AnswersForm, or a form of few fields
        return self.choice.inner_form(picked, self.html_name).shown(is_sent=not is_hushed)

    def asks_inside(self, key: str, question: CompiledField) -> bool:
        """Whether the questions about a new one always ask what `question` asks: then it need not stand there, too."""
        inner = next((item for item in asked_fields(self.choice.kind, self.choice.asked.role) if item.key == key), None)
        if inner is None or inner.when is not None or inner.kind.key != question.kind.key:
            return False
        return inner.required or not question.required

    @property
    def says_inside(self) -> bool:
        """Whether all that is wrong stands beside the questions about a new one."""
        return self.chooses_new and any(question.bound and question.bound.errors for question in self.inner)

    @property
    def kind_name(self) -> str:
        """What such a thing is called."""
        return self.choice.asked.portal.text(self.choice.kind.name, self.choice.asked.language)


class RecordSelect(forms.Select):
    """The records of a cell as a list to choose from; what is kept is found by its id."""

    def format_value(self, value: object) -> list[str]:
        """The option that stands chosen."""
        return [_id_in(value)]


class RecordInCell(RecordChoice):
    """One of the records in a cell of a table, where a new one cannot be described."""

    def __init__(self, kind: CompiledRecordKind, asked: Asked, **options: Any) -> None:  # Django's own options
        there = asked.stored if isinstance(asked.stored, list) else []
        kept = {_id_in(value) for value in there}
        offered = [item for item in records_for(asked, kind.key) if not item.is_archived or str(item.id) in kept]
        words = [(str(item.id), " · ".join(filter(None, (item.title, item.summary)))) for item in offered]
        super().__init__(kind, asked, widget=RecordSelect(choices=[("", "–"), *words]), **options)
        self.can_add = False


def records_for(asked: Asked, kind_key: str) -> list[VisibleRecord]:
    """The customer's records of a kind as this reader sees them; one statement a form, however many fields ask.

    SECURITY: whose records they are is decided by the page (`asked.customer_id`), never by what was sent.
    """
    if asked.customer_id is None:
        return []
    shelf = asked.shelf
    if _SHELF not in shelf:
        portal = asked.rules
        viewer = Viewer(asked.role, asked.person_id, asked.language, portal.time_zone, shown_to=looker_role(asked.role))
        shelf[_SHELF] = visible_all(of_customer(asked.customer_id), viewer, portal=portal)
    return [item for item in cast("list[VisibleRecord]", shelf[_SHELF]) if item.kind_key == kind_key]


class RecordFieldKind(FieldKind[RecordField]):
    """One of the customer's records; kept as its id with the title that it had."""

    key = "record"
    options = RecordField
    operators = frozenset({"filled", "empty"})
    filters = ("filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        kind = self._kind(field, asked.portal) or CompiledRecordKind.unknown("")
        return RecordChoice(kind, asked, **common_options(field, asked.portal, asked.language))

    def column_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        kind = self._kind(field, asked.portal) or CompiledRecordKind.unknown("")
        return RecordInCell(kind, asked, **common_options(field, asked.portal, asked.language))

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return cast(JsonValue, cleaned)

    def settle(self, value: JsonValue, field: CompiledField, saving: Saving) -> JsonValue:
        """The record as it is kept; a new one is written now.

        Raises:
            RecordForbidden: it is not the customer's own, or not of this kind.
        """
        kind = self._kind(field, saving.portal)
        if not isinstance(value, dict) or kind is None:
            raise RecordForbidden
        answers = value.get(NEW)
        if isinstance(answers, dict):
            key = uuid.uuid5(saving.key, field.key)
            record = create(saving.actor, NewRecord(key, kind.key, saving.customer_id, answers), saving.portal)
        else:
            record = _own(value.get("id"), kind, saving)
        return named(record.pk, title_of(kind, record.data, saving.portal), kind)

    def is_same(self, given: JsonValue, kept: JsonValue) -> bool:
        """A new record that comes in again is known by its title: it got its id when it was kept."""
        if not isinstance(given, dict) or not isinstance(kept, dict):
            return given == kept
        return given.get("title") == kept.get("title") if NEW in given else given.get("id") == kept.get("id")

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        return shown_title(value, self._kind(field, portal), portal, language)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        return shown_title(value, self._kind(field, portal), portal, portal.language)

    def _kind(self, field: CompiledField, portal: CompiledPortal) -> CompiledRecordKind | None:
        return portal.record_kinds.get(self.config(field).record_kind or "")


def _own(record_id: JsonValue, kind: CompiledRecordKind, saving: Saving) -> SavedRecord:
    try:
        key = uuid.UUID(str(record_id))
    except ValueError:
        raise RecordForbidden from None
    found = SavedRecord.objects.filter(pk=key, customer_id=saving.customer_id, kind_key=kind.key).first()
    if found is None:
        raise RecordForbidden
    return found
