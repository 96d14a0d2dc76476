"""The forms of requests: filing one, changing an answer, what a move needs, a message."""

import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal_core.accounts.models import User
from portal_core.config.answers_form import PREFIX, AnswersForm, Known, Question, SaidInside, with_lines
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.conditions import tests_in
from portal_core.config.document.fields import RecordField
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.typed import SHOWN_IN
from portal_core.config.remembering import Remembered, parse
from portal_core.config.visibility import Visibility
from portal_core.documents.field import FilesField, Sender
from portal_core.documents.uploads import Rules
from portal_core.history.record import JsonValue
from portal_core.saved_records.kind import RecordBound, new_answers
from portal_core.saved_records.remembered import known_answers, still_fits
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer

# Added to the name of a record's field: which one stood chosen when the page came.
SHOWN = "_shown"

__all__ = [
    "PREFIX",
    "AnswersForm",
    "MessageForm",
    "Question",
    "asked_about",
    "edit_form",
    "move_form",
    "new_request_form",
]


def asked_about(row: ServiceRequest, viewer: Viewer, portal: CompiledPortal, *, auto_id: str = "id_%s") -> Asked:
    """For whom questions about a request that is filed already are made, and in which words."""
    return Asked(
        portal,
        viewer.role,
        viewer.language,
        row.status_key,
        auto_id=auto_id,
        customer_id=row.customer_id,
        person_id=viewer.user_id,
    )


def new_request_form(
    request_type: CompiledType,
    asked: Asked,
    data: QueryDict | None = None,
    *,
    start: Mapping[str, JsonValue] | None = None,
    customer: User | None = None,
) -> AnswersForm:
    """The form that files a request: what this role may fill in when there is no request yet.

    `start` are answers that stand in it when it opens; of fields that are not asked none is taken. With the row of the
    `customer` whose request it will be, what is remembered of them stands there, too.
    """
    fields = [field for field in request_type.fields if not field.retired and _is_asked(field, asked)]
    keys = {field.key for field in fields if field.is_input}
    values = {key: value for key, value in (start or {}).items() if key in keys}
    known = known_answers(fields, asked, customer, _chosen_records(fields, data, values))
    form = AnswersForm(fields, asked, data, values=values, known=known)
    swapped = _swapped(form, data, _changed_records(fields, data))
    if swapped is not data:
        form = AnswersForm(fields, asked, swapped, values=values, known=known)
    form.said_inside = _said_inside(form)
    if data is not None and swapped is not None and data.get("do", "send") == "send":
        form.to_look_over = _other_words(data, swapped, known)
    return form


def _said_inside(form: AnswersForm) -> dict[str, SaidInside]:
    """Questions that remember a part of a record (how we get in) are not asked while a new one is described that asks
    the same: what is said there is their answer."""
    found: dict[str, SaidInside] = {}
    earlier: set[str] = set()
    for field in form.compiled.values():
        place = parse(field.remember)
        if place is not None and place.record_field in earlier:
            choice = form[place.record_field]
            if isinstance(choice, RecordBound) and choice.chooses_new and choice.asks_inside(place.key, field):
                answer = partial(_said_of_new, place=place)
                does = partial(still_fits, field, asked=form.asked)
                found[field.key] = SaidInside(place.record_field, answer, does)
        earlier.add(field.key)
    return found


def _said_of_new(answers: Mapping[str, JsonValue], *, place: Remembered) -> JsonValue:
    return new_answers(answers.get(place.record_field)).get(place.key)


def _chosen_records(
    fields: Iterable[CompiledField], data: QueryDict | None, values: Mapping[str, JsonValue]
) -> dict[str, str]:
    """The records chosen so far, by field: as sent, else as the form starts; none where nothing is said yet."""
    chosen: dict[str, str] = {}
    for field in fields:
        if not isinstance(field.config, RecordField):
            continue
        start = values.get(field.key)
        if data is not None:
            chosen[field.key] = data.get(f"{PREFIX}-{field.key}", "")
        elif isinstance(start, dict):
            chosen[field.key] = str(start.get("id", ""))
    return chosen


def _changed_records(fields: Iterable[CompiledField], data: QueryDict | None) -> frozenset[str]:
    """The fields of records that were chosen otherwise than the page showed when it came."""
    names = [field.key for field in fields if isinstance(field.config, RecordField)]
    if data is None:
        return frozenset()
    shown = {key: data.get(f"{PREFIX}-{key}{SHOWN}") for key in names}
    return frozenset(key for key, was in shown.items() if was is not None and was != data.get(f"{PREFIX}-{key}", ""))


def _other_words(data: QueryDict, swapped: QueryDict, known: Mapping[str, Known]) -> dict[str, str]:
    """The answers of another record that were sent with this one, and have given way: to be looked over first.

    Without script the page could not change them when the record was chosen.
    """
    names = {key: f"{PREFIX}-{key}" for key in known}
    return {key: known[key].source for key, name in names.items() if data.get(name) and data[name] != swapped[name]}


def _swapped(form: AnswersForm, data: QueryDict | None, changed: frozenset[str]) -> QueryDict | None:
    """When another record was chosen: what came from the first one gives way to what is known of the second.

    Only where what stands there is what a record had put there, as the form shows it; what was typed stays.
    """
    if data is None or not (changed or data.get("do") == "update"):
        return data
    swapped = with_lines(data, {})
    for key, item in form.known.items():
        name = f"{PREFIX}-{key}"
        is_anew = data.get("do") == "update" or item.record_field in changed
        if not (is_anew and item.others):
            continue
        typed = form[key].data if isinstance(form[key].data, str) else data.get(name, "")
        others = [form.as_line(key, other) for other in item.others]
        if (not typed or typed in others) and typed != (shown := form.as_line(key, item.value)):
            swapped[name] = shown
            swapped[f"{name}{SHOWN_IN}"] = form.asked.language
    return swapped


def _is_asked(field: CompiledField, asked: Asked) -> bool:
    level = field.visibility(asked.role, None)
    return level == Visibility.EDIT or (not field.kind.is_input and level >= Visibility.SEE)


def edit_form(
    fields: Iterable[CompiledField], asked: Asked, values: Mapping[str, JsonValue], data: QueryDict | None = None
) -> AnswersForm:
    """The form that changes answers of a request. `values` are all answers that the role sees, for conditions."""
    return AnswersForm(_deciding_first(fields), asked, data, values=values)


def _deciding_first(fields: Iterable[CompiledField]) -> list[CompiledField]:
    """`fields` in their order, but each after those of them on which its condition depends.

    An ask or a move names its fields in any order, and a form asks each under the answers before it: one that came
    before what decides about it could never be filled in.
    """
    waiting = {field.key: field for field in fields}
    found: list[CompiledField] = []

    def place(field: CompiledField) -> None:
        for test in tests_in(field.when):
            decides = waiting.pop(test.field or "", None)
            if decides is not None:
                place(decides)
        found.append(field)

    while waiting:
        place(waiting.pop(next(iter(waiting))))
    return found


def move_form(
    fields: Iterable[CompiledField], asked: Asked, values: Mapping[str, JsonValue], data: QueryDict | None = None
) -> AnswersForm:
    """The form of the fields that a move needs: each of them must be filled in, whatever the field says."""
    form = edit_form(fields, asked, values, data)
    for field in form.fields.values():
        field.required = True
    return form


class MessageForm(forms.Form):
    """A message or, at the desk, a note. `key` makes sending twice harmless."""

    body = forms.CharField(max_length=20_000, strip=True, widget=forms.Textarea)
    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=[("reply", "reply"), ("note", "note")], required=False)

    def __init__(self, *args: Any, sender: Sender | None = None, **kwargs: Any) -> None:
        """`sender`: who may send files along; None where messages take none. `Any`: Django's own arguments."""
        super().__init__(*args, **kwargs)
        if sender is not None:
            self.fields["files"] = FilesField(rules=Rules(), sender=sender, required=False, label=_("Files"))
        self.fields["body"].error_messages["required"] = _("Write a message first.")
        self.fields["key"].initial = uuid.uuid4

    def clean(self) -> None:
        """Files alone are a message, too."""
        if self.cleaned_data.get("files") and "body" in self.errors and not self["body"].data:
            del self.errors["body"]
            self.cleaned_data["body"] = ""
