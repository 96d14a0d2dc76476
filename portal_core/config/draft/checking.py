"""Reading one part: the same models as for the whole document, without the whole document."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import JsonValue, TypeAdapter, ValidationError

from portal_core.config.canonical import canonical_part
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.document.clean import NotADocument, clean
from portal_core.config.document.loading import problems_in
from portal_core.config.draft.parts import KEYED, is_item
from portal_core.config.problems import Problem

# `Any`: each part has a type of its own.
_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    (field.alias or name): TypeAdapter(field.annotation)
    for name, field in PortalDocument.model_fields.items()
    if field.annotation is not None
}


def canonical_value(name: str, value: JsonValue, language: str) -> JsonValue:
    """A part as the document keeps it. Raises `DocumentRefused`, its paths those of the whole document."""
    if value is None:
        return None
    if name in KEYED:
        return value
    head = name.partition(".")[0]
    adapter = _ADAPTERS.get(head)
    if adapter is None:
        return _free(name, value)
    try:
        cleaned = clean([value] if is_item(name) else value)
        dumped = adapter.dump_python(
            adapter.validate_python(cleaned), mode="json", by_alias=True, exclude_defaults=True
        )
    except NotADocument as error:
        raise DocumentRefused([_under(name, error.problem)]) from error
    except ValidationError as error:
        found = problems_in(error, cleaned)
        raise DocumentRefused([_under(head, problem) for problem in found]) from error
    kept = dumped[0] if is_item(name) else dumped
    return canonical_part(kept, language)


def _free(name: str, value: JsonValue) -> JsonValue:
    """Keys that begin with x- are kept as they are."""
    if not name.startswith("x-"):
        raise DocumentRefused([Problem(name, "This key is unknown here.", "Take it out.")])
    try:
        return clean(value)
    except NotADocument as error:
        raise DocumentRefused([_under(name, error.problem)]) from error


def _under(head: str, problem: Problem) -> Problem:
    path = ".".join(part for part in (head, problem.path) if part)
    return replace(problem, path=path)


def language_of(portal: JsonValue) -> str:
    """The portal's own language, from the part that says it."""
    language = portal.get("language") if isinstance(portal, Mapping) else None
    return language if isinstance(language, str) else "en"
