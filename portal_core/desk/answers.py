"""What narrows a list at the desk by its answers, as it stands in the line of filters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, cast
from urllib.parse import urlencode

from django import forms

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.narrowing import Operand
from portal_core.desk.columns import answers_of
from portal_core.desk.filters import QUEUE, Address, FilterMenu, Option
from portal_core.desk.setup.sentences import OPERATORS
from portal_core.service_requests.answer_filters import (
    AT_MOST,
    AnswerFilter,
    answers_text,
    field_asked,
    read_answers,
    statuses_that_show,
)
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.viewer import Viewer
from tenants.ui.addresses import packed

# How many a menu names; the page has all.
_IN_MENU: Final = 12
_PAGE: Final = "/desk/narrow/"


@dataclass(frozen=True)
class AnswerSetting:
    """A list whose answer filters are set: the others of them, and where the list stands."""

    filters: Filters
    others: tuple[AnswerFilter, ...]
    address: Address

    @classmethod
    def without(cls, item: AnswerFilter, filters: Filters, address: Address) -> "AnswerSetting":
        """The list with its answers but the one that asks the same of the same field."""
        asked = read_answers(filters.answers)
        same = (item.field_key, item.operator)
        return cls(filters, tuple(o for o in asked if (o.field_key, o.operator) != same), address)

    def href(self, *items: AnswerFilter) -> str:
        """The address of the list, narrowed by these, too."""
        return self.address.of(replace(self.filters, answers=answers_text([*self.others, *items])))

    @property
    def is_full(self) -> bool:
        """Whether it cannot be narrowed by one more."""
        return len(self.others) >= AT_MOST


def answer_menus(
    filters: Filters, portal: CompiledPortal, viewer: Viewer, address: Address = QUEUE
) -> Iterator[FilterMenu]:
    """A menu for each answer that the list is narrowed by, and one that leads to others."""
    asked = read_answers(filters.answers)
    request_type = portal.type_or_unknown(filters.type_key)
    for item in asked:
        field = field_asked(item, request_type, viewer.role)
        setting = AnswerSetting.without(item, filters, address)
        if field is None:
            yield FilterMenu(*_not_asked(item, request_type, portal, viewer), [], setting.href())
        else:
            yield _menu(item, field, setting, portal, viewer)
    if len(asked) < AT_MOST:
        yield _adding(filters, portal, viewer, address)


def _not_asked(
    item: AnswerFilter, request_type: CompiledType, portal: CompiledPortal, viewer: Viewer
) -> tuple[str, str]:
    """Name and words of a condition that cannot be asked.

    SECURITY: a view of a colleague may name what this reader does not see, and what was taken out may have been hidden
    from them before; neither is told, nor which of the two it is, but to those who read every version of the portal.
    """
    field = request_type.field_or_none(item.field_key)
    if field is not None and statuses_that_show(field, request_type, viewer.role):
        return _question(field, portal, viewer), "an answer that is no longer there"
    is_gone = field is None and viewer.role.may("manage_setup")
    return "An answer", "that is no longer there" if is_gone else "that you do not see here"


def operand_input(field: CompiledField, operator: str, portal: CompiledPortal, viewer: Viewer) -> forms.Field:
    """The form field that asks what an answer is compared with."""
    return field.kind.filter_input(field, operator, Asked(portal, viewer.role, viewer.language))


def narrow_href(back: str, **more: str) -> str:
    """The page where an answer is chosen and set, for a list."""
    return f"{_PAGE}?{urlencode({**more, 'back': packed(back)})}"


def _menu(
    item: AnswerFilter, field: CompiledField, setting: AnswerSetting, portal: CompiledPortal, viewer: Viewer
) -> FilterMenu:
    """One condition in words; where it asks for one of several, the others stand below it."""
    words, has_operand = OPERATORS[item.operator]
    options = []
    if has_operand:
        operand = field.kind.operand_words(item.operand, field, portal, viewer.language)
        words = operand if item.operator == "is" else f"{words} {operand}"
        for value, label in choices_of(operand_input(field, item.operator, portal, viewer)):
            other = replace(item, operand=cast("Operand", field.kind.operand(value)))
            options.append(Option(str(label), setting.href(other), other == item))
    return FilterMenu(_question(field, portal, viewer), words, options, setting.href())


def _question(field: CompiledField, portal: CompiledPortal, viewer: Viewer) -> str:
    """A question as it stands before a colon."""
    return portal.text(field.label, viewer.language).rstrip("?？: ") or field.key


def choices_of(form_field: forms.Field) -> list[tuple[str, object]]:
    """What a form field lets choose from, as values and labels; nothing where something is written."""
    return cast("list[tuple[str, object]]", getattr(form_field, "choices", []))


def _adding(filters: Filters, portal: CompiledPortal, viewer: Viewer, address: Address) -> FilterMenu:
    """The answers of the type that is shown; of all types, where none is."""
    back = address.of(filters)
    answers = answers_of(filters.type_key, viewer, portal)
    options = [
        Option(answer.label, narrow_href(back, field=answer.key), current=False) for answer in answers[:_IN_MENU]
    ]
    note = f"All {len(answers)} answers" if answers else "choose one"
    more = len(answers) > _IN_MENU or not answers
    return FilterMenu("Answer", "", options, "", note=note if more else "", note_href=narrow_href(back) if more else "")
