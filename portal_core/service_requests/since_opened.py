"""A form that was opened under one version of the portal and sent under another.

What still fits is taken as it is. Where something was typed that is no longer asked, the form comes back once, with all
that was typed, and says what has changed: nothing that somebody wrote vanishes without a word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from pydantic import JsonValue

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import ChoiceField, ChoicesField
from portal_core.config.errors import UnknownKey
from portal_core.config.kinds.base import Asked
from portal_core.config.live import portal_version
from portal_core.service_requests.forms import PREFIX
from portal_core.service_requests.typed_then import Files, Lost, TypedThen, asked_of

OPENED = "opened"


@dataclass(frozen=True)
class Changed:
    """What differs between the form that was opened and the one that is asked for now.

    `refused` are answers that were picked and that their question no longer has.
    """

    lost: tuple[Lost, ...] = ()
    added: tuple[str, ...] = ()
    refused: tuple[Lost, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lost or self.added or self.refused)


NOTHING_CHANGED: Final = Changed()


def changed_since(
    data: QueryDict, files: Files, request_type: CompiledType, asked: Asked, answers: Mapping[str, JsonValue]
) -> Changed:
    """What has changed in the form since it was opened. One query when a version lies between, none otherwise, and
    those of the kinds where something was typed that is not asked any more.

    `answers` are those that the form takes now: by them a question is asked, or is not any more.
    """
    before = opened_under(data, asked.portal)
    old = {} if before is None else asked_of(before.type_or_unknown(request_type.key), asked)
    if before is None or not old:
        return NOTHING_CHANGED
    then = TypedThen(data, files, asked.under(before))
    return difference(then, old, asked_of(request_type, asked), asked, answers)


def difference(
    then: TypedThen,
    old: Mapping[str, CompiledField],
    now: Mapping[str, CompiledField],
    asked: Asked,
    answers: Mapping[str, JsonValue],
) -> Changed:
    """What became of the questions that were asked then (`old`) among those that are asked now, under these answers."""
    lost: list[Lost] = []
    refused: list[Lost] = []
    for key, field in old.items():
        if key not in now or now[key].kind.key != field.kind.key or _left_out(field, now[key], answers):
            lost.append(Lost(then.label(field), then.words(field)))
        else:
            lost += _parts_lost(then, field, now[key], asked)
            refused += _refused(then.data, then, field, now[key])
    added = (asked.portal.text(field.label, asked.language) for key, field in now.items() if key not in old)
    return Changed(tuple(item for item in lost if item.words), tuple(added), tuple(refused))


def typed_into(data: QueryDict, files: Files, type_key: str, asked: Asked) -> tuple[Lost, ...]:
    """All that was typed into a form of a type of which nothing can be sent any more.

    SECURITY: somebody signed out learns the questions of a form only where guests were asked them.
    """
    portal = opened_under(data, asked.portal) or asked.portal
    kind = portal.type_or_unknown(type_key)
    is_signed_out = asked.customer_id is None and not asked.role.is_staff
    if is_signed_out and not (portal.settings.guests and kind.audience == "everybody"):
        return ()
    then = TypedThen(data, files, asked.under(portal))
    return then.everything(kind)


def opened_under(data: QueryDict, live: CompiledPortal) -> CompiledPortal | None:
    """The version under which the form was opened; None where it is the live one, or none at all."""
    opened = data.get(OPENED, "")
    if not (opened.isascii() and opened.isdecimal() and len(opened) < 10) or int(opened) in (0, live.number):
        return None
    try:
        return portal_version(int(opened))
    except UnknownKey:
        return None


def _left_out(then: CompiledField, now: CompiledField, answers: Mapping[str, JsonValue]) -> bool:
    return then.applies(answers) and not now.applies(answers)


def _parts_lost(then: TypedThen, old: CompiledField, now: CompiledField, asked: Asked) -> Iterator[Lost]:
    """Columns of a table, and questions about a new record, that are no longer asked."""
    label = then.label(old)
    columns = {column.key for column in now.columns if not column.retired}
    for column in old.columns:
        if not column.retired and column.key not in columns:
            yield Lost(f"{label}: {then.label(column)}", then.of_column(old, column))
    kind = asked.portal.record_kinds.get(getattr(now.config, "record_kind", None) or "")
    inner = {item.key for item in kind.fields if not item.retired} if kind is not None else set()
    for item, words in then.of_new_record(old):
        if item.key not in inner:
            yield Lost(f"{label}: {then.label(item)}", words)


def _refused(data: QueryDict, then: TypedThen, old: CompiledField, now: CompiledField) -> Iterator[Lost]:
    """Picked answers of a choice that are not offered any more: the question comes back unanswered."""
    if not isinstance(old.config, ChoiceField | ChoicesField) or not isinstance(now.config, ChoiceField | ChoicesField):
        return
    offered = {choice.key for choice in now.config.choices if not choice.retired}
    labels = {choice.key: choice.label for choice in old.config.choices}
    picked = [key for key in data.getlist(f"{PREFIX}-{old.key}") if key in labels and key not in offered]
    if picked:
        words = (then.asked.portal.text(labels[key], then.asked.language) for key in picked)
        yield Lost(then.label(old), ", ".join(words))
