"""The chain itself: which steps a document takes."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pydantic import JsonValue

Document: TypeAlias = dict[str, JsonValue]
# From the schema it is listed under to the next one; it gets a copy and need not set `schema`.
Step: TypeAlias = Callable[[Document], Document]


def lift(document: Document, steps: Mapping[int, Step], present: int) -> Document:
    """The document in the present schema; as it is where its schema is the present one, later, or none at all."""
    schema = document.get("schema")
    while isinstance(schema, int) and not isinstance(schema, bool) and schema < present and schema in steps:
        document = {**steps[schema]({**document}), "schema": schema + 1}
        schema += 1
    return document
