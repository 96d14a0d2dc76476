"""Keys that a file brings and that belong, or belonged, to something else: a key is never used again.

In the editor no new thing gets such a key. A file may bring back what was there, an export of an earlier version above
all; so a key may return as the same thing: with a name, or for a question or column the kind, or for what is asked of
customers something of what it asked, that it had in any version. What is live is renamed freely, but does not take the
name of a neighbour: two answers that change places would turn every answer given so far into the other one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.db import connection
from pydantic import JsonValue

from portal_core.config.canonical import canonical
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.draft.paths import Path
from portal_core.config.live import live_portal
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

# The lists whose keys old data refer to, by the way to them.
_LISTS: Final[tuple[Path, ...]] = (
    ("types",),
    ("types", "fields"),
    ("types", "fields", "choices"),
    ("types", "fields", "columns"),
    ("types", "fields", "columns", "choices"),
    ("flows",),
    ("flows", "steps"),
    ("flows", "statuses"),
    ("flows", "statuses", "asks"),
    ("teams",),
    ("roles",),
    ("document_kinds",),
    ("record_kinds",),
    ("record_kinds", "fields"),
    ("record_kinds", "fields", "choices"),
)
# By what a thing of a list is known again; what is not named here, by its name.
_KNOWN_BY: Final[Mapping[str, str]] = {"fields": "kind", "columns": "kind", "choices": "label", "asks": ""}
# What an ask asks for.
_ASKED: Final = ("fields", "documents", "document_kind", "amount", "slots")

_OWN_KEY: Final = "Give it another key in the file: a key is never used again."
# A file cannot tell whether names moved along the keys or keys along the names; who renames in the editor can.
_RENAMED: Final = "If it is the same thing under that name now, publish the new names in the editor first."


@dataclass(frozen=True)
class _Thing:
    """One thing with a key: by what it is known again, and whether it, or what it is a part of, is out of use."""

    what: frozenset[str]
    is_retired: bool


_Things: TypeAlias = Mapping[Path, _Thing]


def require_own_keys(document: PortalDocument) -> None:
    """Refuses a document from a file that gives a key of another version to something else.

    Raises `DocumentRefused`, naming each. One statement where the file brings keys that are not in use, else none.
    """
    live, brought = (dict(_things(canonical(each))) for each in (live_portal().document, document))
    in_use = {path: thing for path, thing in live.items() if not thing.is_retired}
    problems = [*_taken_over(in_use, brought), *_come_back(in_use, brought)]
    if problems:
        raise DocumentRefused(problems)


def _come_back(in_use: _Things, brought: _Things) -> Iterator[Problem]:
    """Keys that are new to what is in use, and were something else once."""
    new = {path: thing.what for path, thing in brought.items() if path not in in_use}
    for path, was in _earlier(new).items() if new else ():
        if not new[path] & was:
            text = f"In an earlier version the key “{path[-1]}” belonged to something else: “{min(was)}”."
            yield _problem(path, text)


def _taken_over(in_use: _Things, brought: _Things) -> Iterator[Problem]:
    """Keys in use that become what another key of their list is, or ask for something of another sort."""
    owners: dict[Path, dict[str, str]] = {}
    for path, thing in in_use.items():
        if _KNOWN_BY.get(path[-2], "name") in ("name", "label"):
            owners.setdefault(path[:-1], {}).update(dict.fromkeys(thing.what, path[-1]))
    for path, was in in_use.items():
        now = brought.get(path)
        if now is None or now.what & was.what:
            continue
        other = next((owners[path[:-1]][name] for name in now.what if name in owners.get(path[:-1], {})), None)
        if other is not None:
            text = f"The key “{path[-1]}” is in use for something else, and this is what “{other}” is."
            yield _problem(path, text, f"{_OWN_KEY} {_RENAMED}")
        elif path[-2] == "asks" and not _sorts(now.what) & _sorts(was.what):
            text = f"The key “{path[-1]}” is in use for something else that is asked: “{min(was.what)}”."
            yield _problem(path, text)


def _problem(path: Path, text: str, mend: str = _OWN_KEY) -> Problem:
    return Problem(".".join(path), text, mend, kind=ProblemKind.REUSED_KEY, names=(path,))


def _sorts(asked: Iterable[str]) -> set[str]:
    return {words.partition(" ")[0] for words in asked}


def _things(document: Mapping[str, JsonValue]) -> Iterator[tuple[Path, _Thing]]:
    """Everything whose key old data refer to, with its place."""
    for names in _LISTS:
        for path, item, is_retired in _walk(document, names):
            yield path, _Thing(_known_as(names[-1], item), is_retired)


def _walk(holder: Mapping[str, JsonValue], names: Path) -> Iterator[tuple[Path, Mapping[str, JsonValue], bool]]:
    items = holder.get(names[0])
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        here, is_retired = (names[0], str(item["key"])), bool(item.get("retired"))
        if len(names) == 1:
            yield here, item, is_retired
            continue
        for path, part, is_out in _walk(item, names[1:]):
            yield (*here, *path), part, is_out or is_retired


def _known_as(collection: str, item: Mapping[str, JsonValue]) -> frozenset[str]:
    by = _KNOWN_BY.get(collection, "name")
    return _asked(item) if by == "" else _words(item.get(by))


def _words(value: JsonValue) -> frozenset[str]:
    words = value.values() if isinstance(value, dict) else [value]
    return frozenset(str(each).casefold() for each in words)


def _asked(ask: Mapping[str, JsonValue]) -> frozenset[str]:
    """What it asks for, each with what is to be done; that alone where nothing is named."""
    named = [each for part in _ASKED for each in _as_list(ask.get(part))]
    return frozenset(f"{ask['do']} {key}" for key in named) or frozenset({str(ask["do"])})


def _as_list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _earlier(asked: Iterable[Path]) -> dict[Path, frozenset[str]]:
    """What stood at these places in any version."""
    by_words = {".".join(path): path for path in asked}
    lists = {path[::2] for path in by_words.values()}
    found: dict[Path, frozenset[str]] = {}
    with connection.cursor() as cursor:
        statement = " UNION ALL ".join(_statement(names) for names in _LISTS if names in lists)
        cursor.execute(statement, {"places": list(by_words)})
        for place, kept in cursor.fetchall():
            path = by_words[place]
            item = json.loads(kept)
            found[path] = found.get(path, frozenset()) | _known_as(path[-2], item)
    return found


def _statement(names: Path) -> str:
    """All versions of what stands in one of the lists, at the places that are asked for."""
    rows, place = "portal_core_portalversion", []
    holder = "document"
    for number, name in enumerate(names):
        rows += f", jsonb_array_elements({holder} -> '{name}') AS item{number}"
        place.append(f"'{name}.' || (item{number} ->> 'key')")
        holder = f"item{number}"
    by = _KNOWN_BY.get(names[-1], "name")
    kept = f"jsonb_build_object('{by}', {holder} -> '{by}')" if by else holder
    where = " || '.' || ".join(place)
    # Every name in it is a constant of this module.
    return f"SELECT DISTINCT {where}, {kept} FROM {rows} WHERE {where} = ANY(%(places)s)"  # noqa: S608
