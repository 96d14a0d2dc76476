"""The forms of requests: filing one, changing an answer, what a move needs, a message."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal_core.config.answers_form import PREFIX, AnswersForm, Question
from portal_core.config.compiled import CompiledField, CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.visibility import Visibility
from portal_core.documents.field import FilesField, Sender
from portal_core.documents.uploads import Rules
from portal_core.history.record import JsonValue

__all__ = ["PREFIX", "AnswersForm", "MessageForm", "Question", "edit_form", "move_form", "new_request_form"]


def new_request_form(request_type: CompiledType, asked: Asked, data: QueryDict | None = None) -> AnswersForm:
    """The form that files a request: what this role may fill in when there is no request yet."""
    fields = [field for field in request_type.fields if not field.retired and _is_asked(field, asked)]
    return AnswersForm(fields, asked, data, values={})


def _is_asked(field: CompiledField, asked: Asked) -> bool:
    level = field.visibility(asked.role, None)
    return level == Visibility.EDIT or (not field.kind.is_input and level >= Visibility.SEE)


def edit_form(
    fields: Iterable[CompiledField], asked: Asked, values: Mapping[str, JsonValue], data: QueryDict | None = None
) -> AnswersForm:
    """The form that changes answers of a request. `values` are all answers that the role sees, for conditions."""
    return AnswersForm(list(fields), asked, data, values=values)


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
