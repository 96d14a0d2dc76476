"""A form that was opened under one version of the portal and sent under another.

What still fits is taken as it is. Where something was typed that is no longer asked, the form comes back once, with all
that was typed, and says what has changed: nothing that somebody wrote vanishes without a word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from pydantic import JsonValue

from portal_core.config.compiled import CompiledField, CompiledType
from portal_core.config.document.fields import ChoiceField, ChoicesField
from portal_core.config.errors import UnknownKey
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.typed import is_typed
from portal_core.config.live import portal_version
from portal_core.config.visibility import Visibility
from portal_core.service_requests.forms import PREFIX

OPENED = "opened"


@dataclass(frozen=True)
class Lost:
    """A question that is no longer asked, and what was typed there."""

    label: str
    words: str


@dataclass(frozen=True)
class Changed:
    """What differs between the form that was opened and the one that is asked for now."""

    lost: tuple[Lost, ...] = ()
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lost or self.added)


NOTHING_CHANGED: Final = Changed()


def changed_since(
    data: QueryDict, request_type: CompiledType, asked: Asked, answers: Mapping[str, JsonValue]
) -> Changed:
    """What has changed in the form since it was opened. One query when a version lies between, none otherwise.

    `answers` are those that the form takes now: by them a question is asked, or is not any more.
    """
    opened = data.get(OPENED, "")
    live = asked.portal
    if not (opened.isascii() and opened.isdecimal() and len(opened) < 10) or int(opened) in (0, live.number):
        return Changed()
    try:
        before = portal_version(int(opened)).type(request_type.key)
    except UnknownKey:
        return Changed()
    then, now = (_asked_of(kind, asked) for kind in (before, request_type))
    lost = (
        Lost(live.text(field.label, asked.language), _words(data, field, asked))
        for key, field in then.items()
        if key not in now
        or now[key].kind.key != field.kind.key
        or (field.applies(answers) and not now[key].applies(answers))
    )
    added = (live.text(field.label, asked.language) for key, field in now.items() if key not in then)
    return Changed(tuple(item for item in lost if item.words), tuple(added))


def _asked_of(kind: CompiledType, asked: Asked) -> dict[str, CompiledField]:
    """SECURITY: of an earlier version too, only what this person was asked."""
    return {
        field.key: field
        for field in kind.fields
        if field.is_input and not field.retired and field.visibility(asked.role, None) == Visibility.EDIT
    }


def _words(data: QueryDict, field: CompiledField, asked: Asked) -> str:
    """What was typed, as the person read it: an answer that was picked by its label."""
    config = field.config
    if not isinstance(config, ChoiceField | ChoicesField):
        return _typed(data, field.key)
    labels = {choice.key: asked.portal.text(choice.label, asked.language) for choice in config.choices}
    return ", ".join(labels[key] for key in data.getlist(f"{PREFIX}-{field.key}") if key in labels)


def _typed(data: QueryDict, key: str) -> str:
    """What was typed into a question, all its inputs together."""
    name = f"{PREFIX}-{key}"
    names = [item for item in data if (item == name or item.startswith(f"{name}_")) and is_typed(item)]
    values = [value for item in names for value in data.getlist(item)]
    return ", ".join(value.strip() for value in values if value.strip())[:2_000]
