"""The title of a request, from its answers."""

from collections.abc import Mapping

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.history.record import JsonValue

TITLE_LENGTH = 200


def title_of(
    request_type: CompiledType, data: Mapping[str, JsonValue], portal: CompiledPortal, language: str = ""
) -> str:
    """The request's title, cut to fit; the type's name when its fields are empty.

    In `language`, else in the portal's: in that one it is stored.
    """
    language = language or portal.language
    in_title = request_type.title_fields
    texts = {
        field.key: field.kind.shown(data[field.key], field, portal, language, portal.time_zone).in_a_sentence
        for field in request_type.fields
        if field.key in in_title and data.get(field.key) is not None
    }
    title = request_type.title_for(texts, language).strip() or portal.text(request_type.name, language)
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"
