"""`/desk/narrow/`: by which answer a list is narrowed, and what the answer has to be."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.live import live_portal
from portal_core.desk.answers import AnswerSetting, choices_of, narrow_href, operand_input
from portal_core.desk.columns import answers_of
from portal_core.desk.filters import list_at
from portal_core.desk.setup.sentences import OPERATORS
from portal_core.desk.way import back_of
from portal_core.service_requests.answer_filters import (
    LONGEST_OPERAND,
    WITHOUT_OPERAND,
    AnswerFilter,
    statuses_that_show,
)
from portal_core.service_requests.viewer import Viewer
from tenants.ui.fields import FieldLook

_SEG: Final = FieldLook(layout="seg")


@dataclass(frozen=True)
class OfferedAnswer:
    """A question by which the list can be narrowed, or an answer to it, and where one press leads."""

    label: str
    href: str


class AnswerForm(forms.Form):
    """How an answer is compared, and with what."""

    how = forms.ChoiceField(label="Compared how", widget=forms.RadioSelect)

    def __init__(self, data: QueryDict, field: CompiledField, portal: CompiledPortal, viewer: Viewer) -> None:
        chosen = data.get("how", "")
        super().__init__(data if chosen and chosen not in WITHOUT_OPERAND else None)
        self._kind = field.kind
        operators = self.fits(field)
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        how.choices = [(name, OPERATORS[name][0]) for name in operators]
        how.initial = operators[0]
        how.look = _SEG  # type: ignore[attr-defined]  # read by tenants.ui.fields
        if len(operators) == 1:
            how.widget = forms.HiddenInput()
        self.fields["value"] = operand_input(field, chosen if chosen in operators else operators[0], portal, viewer)

    @staticmethod
    def fits(field: CompiledField) -> list[str]:
        """The ways in which an answer can be compared with something; none of kinds that are only there or not."""
        return [name for name in field.kind.filters if name not in WITHOUT_OPERAND]

    def pressed(self, href: Callable[..., str]) -> list[OfferedAnswer]:
        """Where there is one way to compare, and few answers to compare with: each as one press."""
        operators = [str(name) for name, _ in self.fields["how"].choices]  # type: ignore[attr-defined]  # a choice field
        if len(operators) > 1:
            return []
        answers = choices_of(self.fields["value"])
        return [OfferedAnswer(str(label), href(how=operators[0], value=value)) for value, label in answers]

    def clean_value(self) -> Any:  # `Any`: an operand of whatever kind
        """The operand."""
        operand = self._kind.operand(self.cleaned_data["value"])
        if operand is None:
            raise forms.ValidationError("Say what to look for.")
        if len(str(operand)) > LONGEST_OPERAND:
            raise forms.ValidationError(f"Look for {LONGEST_OPERAND} characters at most.")
        return operand


@require_safe
@staff_page()
def index(request: PersonRequest) -> HttpResponse:
    """Without `field` (TYPE.FIELD) all there are; with it the form, and with `how` and `value` back to the list."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    asked = request.GET.get("field", "")
    return _form(request, asked, portal, viewer) if asked else _all(request, portal, viewer)


def _all(request: PersonRequest, portal: CompiledPortal, viewer: Viewer) -> HttpResponse:
    back = back_of(request)
    _, filters = list_at(back)
    # A type that is gone narrows the list to nothing, and stands in the way of no other.
    types = [item for item in portal.types if item.key == filters.type_key] or portal.types
    offered = []
    for item in types:
        columns = answers_of(item.key, viewer, portal)
        answers = [OfferedAnswer(column.label, narrow_href(back, field=column.key)) for column in columns]
        if answers:
            offered.append((portal.text(item.name, viewer.language), answers))
    context = {"portal": portal, "back": back, "types": offered}
    return render(request, "desk/narrow.html", context)


def _form(request: PersonRequest, asked: str, portal: CompiledPortal, viewer: Viewer) -> HttpResponse:
    """SECURITY: a field that this reader never sees is as one that is not there."""
    type_key, _, field_key = asked.partition(".")
    request_type = portal.type_or_unknown(type_key)
    field = request_type.field_or_none(field_key)
    if field is None or not statuses_that_show(field, request_type, viewer.role):
        raise Http404
    back = back_of(request)
    form = AnswerForm(request.GET, field, portal, viewer) if AnswerForm.fits(field) else None
    item = _wanted(request.GET.get("how", ""), field, form)
    setting = _setting(item, type_key, back) if item else None
    if item and setting and not setting.is_full:
        return redirect(setting.href(item))
    context = {
        "portal": portal,
        "back": back,
        "label": portal.text(field.label, viewer.language),
        "type_name": portal.text(request_type.name, viewer.language),
        "field": asked,
        "form": form,
        "answers": [] if form is None else form.pressed(lambda **chosen: narrow_href(back, field=asked, **chosen)),
        "without": [
            (OPERATORS[name][0], narrow_href(back, field=asked, how=name))
            for name in field.kind.filters
            if name in WITHOUT_OPERAND
        ],
        "is_full": setting is not None,
    }
    is_refused = setting is not None or (form is not None and form.is_bound and not form.is_valid())
    return render(request, "desk/narrow_by.html", context, status=400 if is_refused else 200)


def _wanted(how: str, field: CompiledField, form: AnswerForm | None) -> AnswerFilter | None:
    """What the address asks for; None where it asks for nothing yet, or for nothing that can be."""
    if how in WITHOUT_OPERAND and how in field.kind.filters:
        return AnswerFilter(field.key, how)
    if form is None or not form.is_valid():
        return None
    return AnswerFilter(field.key, form.cleaned_data["how"], form.cleaned_data["value"])


def _setting(item: AnswerFilter, type_key: str, back: str) -> AnswerSetting:
    """The list from which one came, of this type alone."""
    address, filters = list_at(back)
    if filters.type_key != type_key:
        filters = replace(filters, type_key=type_key, answers="")
    return AnswerSetting.without(item, filters, address)
