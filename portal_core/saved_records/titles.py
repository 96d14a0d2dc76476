"""What a record is called: made of its fields, and shown only while every role may see those."""

from collections.abc import Mapping

from pydantic import JsonValue

from portal_core.accounts.roles import AGENT, CUSTOMER, MANAGER, OWNER, Role, resolve_role
from portal_core.config import placeholders
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.placeholders import field_keys_in
from portal_core.config.visibility import Visibility

TITLE_LENGTH = 200


def title_of(kind: CompiledRecordKind, data: Mapping[str, JsonValue], portal: CompiledPortal) -> str:
    """The record's title in the portal's language, cut to fit; the kind's name when its fields are empty."""
    name = portal.text(kind.name)
    texts: dict[str, str] = {}
    for key in field_keys_in(kind.title):
        field, value = kind.field_or_none(key), data.get(key)
        if field is not None and value is not None:
            words = field.kind.shown(value, field, portal, portal.language, portal.time_zone).in_a_sentence
            texts[f"field:{key}"] = " ".join(words.split())
    if not any(texts.values()):
        return name
    title = " ".join(placeholders.render(kind.title or "", texts, neutral="").split()).strip(" ,·-–:;/") or name
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


def named(record_id: object, title: str, kind: CompiledRecordKind) -> dict[str, JsonValue]:
    """A record as an answer of a request holds it: readable without looking the record up.

    `of` names the fields that the title was made of, so that it can be held back should one of them be hidden later.
    """
    return {"id": str(record_id), "title": title, "of": list(field_keys_in(kind.title))}


def shown_title(value: JsonValue, kind: CompiledRecordKind | None, portal: CompiledPortal, language: str) -> str:
    """The title in an answer; the kind's name where it holds a field that some role may not see (any more).

    SECURITY: an answer is shown to all who see its field, so the strictest role decides.
    """
    if not isinstance(value, dict):
        return ""
    title = str(value.get("title") or "")
    made_of = value.get("of")
    keys = [str(key) for key in made_of] if isinstance(made_of, list) else []
    if kind is None:
        return "" if keys else title
    if all(seen_by_everybody(kind, key, portal) for key in keys):
        return title
    return portal.text(kind.name, language)


def seen_by_everybody(kind: CompiledRecordKind, key: str, portal: CompiledPortal) -> bool:
    """Whether customers and every role of staff see a field of this kind of record."""
    field = kind.field_or_none(key)
    return field is not None and all(field.visibility(role, None) >= Visibility.SEE for role in _readers(portal))


def _readers(portal: CompiledPortal) -> list[Role]:
    own = [role for key in portal.role_keys if (role := portal.role(key)) is not None]
    return [*(resolve_role(key) for key in (OWNER, MANAGER, AGENT, CUSTOMER)), *own]
