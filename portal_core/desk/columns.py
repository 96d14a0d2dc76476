"""Which columns a list of requests shows: the usual ones, or those that a person or a view has chosen.

A column is named by a word (`customer`, `due`) or, for an answer of a request, by its type and field (`repair.boiler`).
What stands in such a column comes from `visible.py` alone, request by request; here is only which are offered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.service_requests.answer_filters import statuses_that_show
from portal_core.service_requests.viewer import Viewer

# In the order in which they stand. The request itself is always the first.
FIXED: Final = {
    "customer": "Customer",
    "status": "Status",
    "waiting": "Waiting on",
    "asked": "Asked",
    "due": "Due",
    "who": "Who",
    "team": "Team",
    "news": "Last news",
    "sent": "Sent",
}
NOTES: Final = {
    "asked": "How long and how often the customer has written without an answer",
    "waiting": "Whose move it is, and since when",
    "news": "When something last happened",
}
USUAL: Final = ("customer", "status", "waiting", "due", "who", "news")
FIELDS_AT_MOST: Final = 6
_LONGEST: Final = 600
# Stands for "the request alone", which is not the same as nothing chosen.
_NONE: Final = "request"


@dataclass(frozen=True)
class Column:
    """One column: its name in addresses and its head; `field_key` and `type_key` for an answer."""

    key: str
    label: str
    type_key: str = ""
    field_key: str = ""


@dataclass(frozen=True)
class Choice:
    """One column to choose, and whether it is shown now."""

    column: Column
    is_shown: bool
    note: str = ""


def read_columns(text: str) -> tuple[str, ...]:
    """The names in an address, a form or a view; what cannot be one is left out."""
    names = text.replace("\x00", "")[:_LONGEST].split(",")
    return tuple(dict.fromkeys(name for name in names if name in FIXED or name == _NONE or name.count(".") == 1))


def columns_text(names: Iterable[str]) -> str:
    """Names as they are kept; nothing for none."""
    kept = list(names)
    while len(text := ",".join(kept)) > _LONGEST:
        kept.pop()
    return text


def chosen_text(names: Iterable[str]) -> str:
    """What somebody has ticked, as it is kept: nothing for the usual columns, and never nothing for no column."""
    ticked = read_columns(",".join(names))
    fixed = [name for name in FIXED if name in ticked]
    fields = [name for name in ticked if "." in name][:FIELDS_AT_MOST]
    if not fields and tuple(fixed) == USUAL:
        return ""
    return columns_text([*fixed, *fields]) or _NONE


def shown_columns(asked: str, viewer: Viewer, portal: CompiledPortal) -> tuple[Column, ...]:
    """The columns that `asked` names, as far as there are such and this reader may see them; the usual for nothing."""
    names = read_columns(asked) or USUAL
    fixed = tuple(Column(name, label) for name, label in FIXED.items() if name in names)
    fields = (_field_column(name, viewer, portal) for name in names if "." in name)
    return (*fixed, *[column for column in fields if column is not None][:FIELDS_AT_MOST])


def told_columns(text: str, viewer: Viewer, portal: CompiledPortal) -> str:
    """The columns of a view that somebody else has kept, for an address of this reader (see `_is_seen`)."""
    names = read_columns(text)
    told = [name for name in names if "." not in name or _field_column(name, viewer, portal) is not None]
    return columns_text(told) or (_NONE if names else "")


def answers_of(type_key: str, viewer: Viewer, portal: CompiledPortal) -> tuple[Column, ...]:
    """Every answer of a type that this reader may see in some status, in the order in which it is asked for."""
    request_type = portal.type_or_unknown(type_key)
    seen = (field for field in request_type.fields if _is_seen(request_type, field, viewer))
    return tuple(_named(request_type, field, viewer, portal) for field in seen)


def fixed_choices(shown: Iterable[Column]) -> list[Choice]:
    """The columns that every request has."""
    keys = {column.key for column in shown}
    return [Choice(Column(name, label), name in keys, NOTES.get(name, "")) for name, label in FIXED.items()]


def field_choices(
    shown: Iterable[Column], viewer: Viewer, portal: CompiledPortal
) -> Iterator[tuple[str, list[Choice]]]:
    """The answers of each type that this reader may see in some status."""
    keys = {column.key for column in shown}
    for request_type in portal.types:
        offered = answers_of(request_type.key, viewer, portal)
        if offered:
            name = portal.text(request_type.name, viewer.language)
            yield name, [Choice(column, column.key in keys) for column in offered]


def _field_column(name: str, viewer: Viewer, portal: CompiledPortal) -> Column | None:
    type_key, _, field_key = name.partition(".")
    request_type = portal.type_or_unknown(type_key)
    field = request_type.field_or_none(field_key)
    if field is None or not _is_seen(request_type, field, viewer):
        return None
    return _named(request_type, field, viewer, portal)


def _named(request_type: CompiledType, field: CompiledField, viewer: Viewer, portal: CompiledPortal) -> Column:
    label = portal.text(field.label, viewer.language)
    return Column(f"{request_type.key}.{field.key}", label, request_type.key, field.key)


def _is_seen(request_type: CompiledType, field: CompiledField, viewer: Viewer) -> bool:
    """SECURITY: a field that this role never sees is not offered, nor is its name told by a view of a colleague."""
    return bool(statuses_that_show(field, request_type, viewer.role))
