"""Sentences about fields: of request types, of kinds of record, and columns of tables."""

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.telling import Rule, Told
from portal_core.config.changes.words import answer, count


def _number(_told: Told, value: JsonValue) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _condition(told: Told, value: JsonValue) -> str:
    return told.says.condition(value)


def _day(_told: Told, value: JsonValue) -> str:
    return "the same day" if value == "today" else str(value)


def _bound(told: Told, value: JsonValue) -> str:
    return _day(told, value) if isinstance(value, str) else _number(told, value)


def _default(told: Told, value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    field = told.names.read(*told.item)
    is_key = isinstance(field, dict) and field.get("kind") == "choice"
    return answer(told.names, told.item, str(value)) if is_key else _bound(told, value)


def _remember(told: Told, value: JsonValue) -> str:
    where = str(value).split(".")
    if where[0] == "record" and len(where) > 2:
        return f"“{told.names.named('record_kinds', where[1])}”"
    return f"the customer’s {where[-1].replace('-', ' ')}" if where[0] == "customer" else "earlier answers"


def _document_kind(told: Told, value: JsonValue) -> str:
    return told.names.named("document_kinds", str(value))


def _record_kind(told: Told, value: JsonValue) -> str:
    return told.names.named("record_kinds", str(value))


def _files(_told: Told, value: JsonValue) -> str:
    return count(value, "file")


FIELDS: Final[Mapping[tuple[str, str], Rule]] = {
    ("field", "when"): Rule(
        "{it} is asked when {change}.",
        None,
        cleared="{it} is always asked, no longer only when {old}.",
        value=_condition,
    ),
    ("field", "remember"): Rule(
        "{it} is filled in from {change} and kept there.",
        None,
        cleared="{it} is no longer filled in from {old}.",
        value=_remember,
    ),
    ("field", "calculated"): Rule(
        "{it} is calculated in another way.",
        None,
        cleared="{it} is no longer calculated.",
        value=lambda _told, _value: "calculated",
    ),
    ("field", "max_length"): Rule(
        "{it} takes up to {change} characters.",
        None,
        cleared="{it} takes as many characters as usual, no longer up to {old}.",
        value=_number,
    ),
    ("field", "pattern"): Rule(
        "{it} has to be written in another form.",
        None,
        cleared="{it} may be written in any form.",
        value=lambda _told, _value: "a form",
    ),
    ("field", "default"): Rule(
        "{it} begins with {change}.", None, cleared="{it} begins empty, no longer with {old}.", value=_default
    ),
    ("field", "min"): Rule(
        "{it} takes nothing below {change}.", None, cleared="{it} has no lowest value any more: {old}.", value=_bound
    ),
    ("field", "max"): Rule(
        "{it} takes nothing above {change}.",
        None,
        cleared="{it} has no highest value of its own any more: {old}.",
        value=_bound,
    ),
    ("field", "decimals"): Rule(
        "{it} takes {change} places after the point.",
        None,
        cleared="{it} takes any number of places after the point, no longer {old}.",
        value=_number,
    ),
    ("field", "max_chosen"): Rule(
        "At most {change} answers can be chosen for {it}.",
        None,
        cleared="Any number of answers can be chosen for {it}, no longer {old} at most.",
        value=_number,
    ),
    ("field", "country"): Rule(
        "{it} begins with the country {change}.",
        None,
        cleared="{it} begins with the portal’s country, no longer {old}.",
    ),
    ("field", "document_kind"): Rule(
        "{it} asks for the document {change}.",
        None,
        cleared="{it} no longer asks for the document {old}.",
        value=_document_kind,
    ),
    ("field", "max_files"): Rule(
        "{it} takes at most {change}.",
        None,
        cleared="{it} takes as many files as its kind of document, no longer {old}.",
        value=_files,
    ),
    ("field", "record_kind"): Rule(
        "{it} asks for {change}.", None, cleared="{it} no longer asks for {old}.", value=_record_kind
    ),
    ("field", "max_rows"): Rule(
        "{it} takes at most {change} lines.",
        None,
        cleared="{it} takes as many lines as usual, no longer {old}.",
        value=_number,
    ),
    ("record_kind", "icon"): Rule("{it} has another icon.", value=lambda _told, _value: "icon"),
    ("record_kind", "title"): Rule(
        "Each {it} is called by {change}.",
        cleared="Each {it} is called by its kind, no longer by {old}.",
        value=lambda told, value: told.names.without_braces(str(value), told.item),
    ),
}

# On, off.
FLAGS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("field", "required"): ("{it} must be filled in.", "{it} may be left empty."),
    ("document_kind", "reusable"): (
        "{it} can be used again for later requests.",
        "{it} is asked for anew each time, not used again.",
    ),
    ("type", "again"): (
        "{it} can be requested again with one click.",
        "{it} can no longer be requested again with one click.",
    ),
    ("portal", "guests"): (
        "Requests can be made without an account.",
        "Requests can no longer be made without an account.",
    ),
    ("brand", "logo_alone"): (
        "The logo stands without the portal’s name beside it.",
        "The portal’s name stands beside the logo.",
    ),
}
