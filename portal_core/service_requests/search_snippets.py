"""Where a found request says what was looked for: always taken from what this reader sees of it.

The index says that a request is found; the words shown around a hit come from `visible.py` and `entries.py` alone.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import Kind
from portal_core.service_requests.entries import written_in
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_query import Query
from portal_core.service_requests.search_words import words_in_all_ways
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

_BEFORE: Final = 40
_AFTER: Final = 110
_LOOKED_THROUGH: Final = 4_000
_SPAN: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Snippet:
    """Some words around a hit. `label` names the field or who wrote it; `is_note` marks what only staff read."""

    label: str
    before: str
    hit: str
    after: str
    is_note: bool = False


def snippets(
    rows: Sequence[ServiceRequest], query: Query, viewer: Viewer, *, portal: CompiledPortal
) -> dict[uuid.UUID, Snippet]:
    """For each found request the first place where the words stand, where that is not its head; one query."""
    found: dict[uuid.UUID, Snippet] = {}
    others = []
    for row in rows:
        shown = visible(row, viewer, portal=portal)
        if _is_in_head(shown, query):
            continue
        snippet = _in_fields(shown, query)
        if snippet is None:
            others.append(row)
        else:
            found[row.pk] = snippet
    found.update(_in_entries(written_in(others, viewer, portal=portal), query))
    return found


def answer_around(shown: VisibleRequest, query: Query) -> Snippet | None:
    """The first answer with the words, for a list whose rows show number, title, kind and status; else None."""
    head = words_in_all_ways(f"{shown.reference} {shown.number} {shown.title} {shown.type_name} {shown.status.name}")
    return None if query.is_met_by(head) else _in_fields(shown, query)


def _is_in_head(shown: VisibleRequest, query: Query) -> bool:
    """Whether number, title and customer, which every result shows, hold all that was asked for."""
    head = words_in_all_ways(
        f"{shown.reference} {shown.number} {shown.title} {shown.customer.name} {shown.customer.email}"
    )
    return query.is_met_by(head)


def _in_fields(shown: VisibleRequest, query: Query) -> Snippet | None:
    texts = ((field.label, field.text) for field in shown.fields)
    return next(_hits(texts, query), None)


def _in_entries(entries: Mapping[uuid.UUID, Iterable[VisibleEntry]], query: Query) -> dict[uuid.UUID, Snippet]:
    found = {}
    for request_id, lines in entries.items():
        for line in lines:
            who = line.who.name if line.who else ""
            # Of events only those of documents say in their sentence what was written: how the document is called.
            title = line.title if line.kind == Kind.DOCUMENT else ""
            texts = [(who, text) for text in (line.body, *(file.name for file in line.files), title)]
            hit = next(_hits(texts, query, is_note=line.is_note), None)
            if hit is not None:
                found[request_id] = hit
                break
    return found


def _hits(texts: Iterable[tuple[str, str]], query: Query, *, is_note: bool = False) -> Iterator[Snippet]:
    for label, text in texts:
        plain = " ".join(text.split())[:_LOOKED_THROUGH]
        for span in _SPAN.finditer(plain):
            if any(query.finds(word) for word in words_in_all_ways(span[0])):
                start, end = span.span()
                yield Snippet(label, _cut_start(plain[:start]), span[0], _cut_end(plain[end:]), is_note)
                break


def _cut_start(text: str) -> str:
    return text if len(text) <= _BEFORE else "…" + text[-_BEFORE:]


def _cut_end(text: str) -> str:
    return text if len(text) <= _AFTER else text[:_AFTER].rstrip() + "…"
