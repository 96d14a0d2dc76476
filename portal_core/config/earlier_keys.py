"""Keys that a file brings and that belonged to something else in an earlier version: a key is never used again.

In the editor no new thing gets such a key. A file may bring back what was there, an export of an earlier version above
all; so a key may return with the name, or for a question the kind, that it had in any version.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from django.db import connection
from pydantic import JsonValue

from portal_core.config.canonical import canonical
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.draft.paths import Path
from portal_core.config.live import live_portal
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

# Where a thing stands, and what makes it the same thing: its name in any language, or the kind of a question.
Things: TypeAlias = Mapping[Path, frozenset[str]]

_NAMED: Final = ("types", "flows", "teams", "roles", "document_kinds", "record_kinds")
_INSIDE: Final = (("types", "fields"), ("record_kinds", "fields"), ("flows", "statuses"))
# One statement over all versions, that gives back only what has one of these keys.
_EARLIER: Final = """
SELECT DISTINCT list.name, item ->> 'key', NULL::text, NULL::text, item -> 'name'
  FROM portal_core_portalversion, unnest(%(named)s::text[]) AS list(name),
       jsonb_array_elements(document -> list.name) AS item
 WHERE item ->> 'key' = ANY(%(keys)s)
UNION ALL
SELECT DISTINCT list.name, item ->> 'key', list.inside, part ->> 'key', coalesce(part -> 'kind', part -> 'name')
  FROM portal_core_portalversion, unnest(%(outer)s::text[], %(inner)s::text[]) AS list(name, inside),
       jsonb_array_elements(document -> list.name) AS item, jsonb_array_elements(item -> list.inside) AS part
 WHERE part ->> 'key' = ANY(%(keys)s)
"""


def require_own_keys(document: PortalDocument) -> None:
    """Refuses a document from a file that gives a key of an earlier version to something else.

    Raises `DocumentRefused`, naming each. One statement where the file brings keys that are not live, else none.
    """
    live = dict(_things(canonical(live_portal().document)))
    new = {path: what for path, what in _things(canonical(document)) if path not in live}
    if not new:
        return
    earlier = _earlier({path[-1] for path in new})
    problems = [
        _problem(path, earlier[path]) for path, what in new.items() if path in earlier and not what & earlier[path]
    ]
    if problems:
        raise DocumentRefused(problems)


def _problem(path: Path, was: Iterable[str]) -> Problem:
    words = f"In an earlier version the key “{path[-1]}” belonged to something else: “{min(was)}”."
    return Problem(
        ".".join(path),
        words,
        "Give it another key in the file: a key is never used again.",
        kind=ProblemKind.REUSED_KEY,
    )


def _things(document: Mapping[str, JsonValue]) -> Iterator[tuple[Path, frozenset[str]]]:
    for name in _NAMED:
        for item in _items(document.get(name)):
            yield (name, str(item["key"])), _names(item.get("name"))
    for name, inside in _INSIDE:
        for item in _items(document.get(name)):
            for part in _items(item.get(inside)):
                path = (name, str(item["key"]), inside, str(part["key"]))
                yield path, _names(part.get("kind", part.get("name")))


def _items(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    yield from (item for item in (value if isinstance(value, list) else []) if isinstance(item, dict))


def _names(value: JsonValue) -> frozenset[str]:
    words = value.values() if isinstance(value, dict) else [value]
    return frozenset(str(each).casefold() for each in words)


def _earlier(keys: Iterable[str]) -> Things:
    found: dict[Path, frozenset[str]] = {}
    outer, inner = zip(*_INSIDE, strict=True)
    asked = {"named": list(_NAMED), "outer": list(outer), "inner": list(inner), "keys": sorted(keys)}
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, asked)
        for name, key, inside, part, what in cursor.fetchall():
            path = (name, key) if inside is None else (name, key, inside, part)
            found[path] = found.get(path, frozenset()) | _names(json.loads(what))
    return found
