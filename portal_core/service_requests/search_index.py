"""Keeps the words by which requests are found, in the transaction of each write.

SECURITY: in the index stands only what every colleague sees. Fields come from `texts_for_all_staff`, which leaves out
what is hidden from any staff role in any status, and what the history tells of documents (names of files, titles, why
one was sent back) only of kinds that all see; they lie apart from the rest (`plain`), under the signature of the
configuration that allowed them. A search matches them only while that signature is in force.

What a document was called stays in the history when it was replaced, sent back or withdrawn, and is found all the same.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from django.db import connection

from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import WRITTEN, HistoryEntry, Kind
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_words import indexed_words
from portal_core.service_requests.visible_values import texts_for_all_staff

# What the history tells of a document: of which kind it is, and the words.
_Told: TypeAlias = tuple[str, str]
# What of a line of the history `_told_of_document` reads.
_COLUMNS: Final = ("kind", "body", "data__kind", "data__title", "data__files")
# A vector holds a megabyte at most: 12,000 words of 40 bytes, one more message, and the fields.
_PLAIN_LIMIT: Final = 12_000
_MESSAGE_LIMIT: Final = 7_000
_SIGNED_LIMIT: Final = 5_000
_WRITE: Final = """
INSERT INTO portal_core_requestsearch AS kept (request_id, plain, words, signature)
VALUES (%(id)s, array_to_tsvector(%(plain)s::text[]), array_to_tsvector(%(all)s::text[]), %(signature)s)
ON CONFLICT (request_id) DO UPDATE SET plain = excluded.plain, words = excluded.words, signature = excluded.signature
"""
_FIELDS: Final = """
UPDATE portal_core_requestsearch SET words = plain || array_to_tsvector(%(fields)s::text[]), signature = %(signature)s
WHERE request_id = %(id)s
"""
_ADD: Final = """
UPDATE portal_core_requestsearch
SET plain = plain || array_to_tsvector(%(words)s::text[]), words = words || array_to_tsvector(%(words)s::text[])
WHERE request_id = %(id)s AND length(plain) < %(limit)s
"""
# Only where the words beside them are of the same configuration; else they are written with all the others.
_ADD_SIGNED: Final = """
UPDATE portal_core_requestsearch SET words = words || array_to_tsvector(%(words)s::text[])
WHERE request_id = %(id)s AND signature = %(signature)s AND length(words) < %(limit)s
"""


def index_new(request: ServiceRequest, portal: CompiledPortal) -> None:
    """Writes the words of a request that was just filed; its customer should be loaded."""
    _write(request, portal, bodies=(), papers=())


def index_answers(request: ServiceRequest, portal: CompiledPortal) -> None:
    """Writes the words of its answers anew."""
    lines = HistoryEntry.objects.filter(
        request_id=request.pk, kind__in=(Kind.ANSWERED, Kind.DOCUMENT), data__has_key="files"
    )
    papers = [told for line in lines.order_by("-id").values_list(*_COLUMNS) for told in _told_of_document(*line)]
    fields = _signed(request, portal, _seen_of(request.type_key, papers, portal))
    signature = portal.searchable(request.type_key).signature
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS, {"id": request.pk, "fields": fields, "signature": signature})
        is_there = cursor.rowcount > 0
    if not is_there:
        index_whole([request], portal)


def index_text(request_id: uuid.UUID, *texts: str) -> None:
    """Adds what was written to a request: a message, a note, a reason, the names of files.

    A request whose words are not there yet gets them, all of them, from the outbox (`search_rebuild.py`).
    """
    words = indexed_words(texts, _MESSAGE_LIMIT)
    if words:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, {"id": request_id, "words": words, "limit": _PLAIN_LIMIT})


def index_papers(request: ServiceRequest, kind_key: str, texts: Iterable[str], portal: CompiledPortal) -> None:
    """Adds what the history tells of a document of a kind (names of files above all), where all colleagues see it."""
    searchable = portal.searchable(request.type_key)
    words = indexed_words(_seen_of(request.type_key, ((kind_key, text) for text in texts), portal), _MESSAGE_LIMIT)
    if words:
        limit = _PLAIN_LIMIT + _SIGNED_LIMIT
        with connection.cursor() as cursor:
            cursor.execute(
                _ADD_SIGNED,
                {"id": request.pk, "words": words, "signature": searchable.signature, "limit": limit},
            )


def index_whole(requests: Sequence[ServiceRequest], portal: CompiledPortal) -> None:
    """Writes all words of locked requests anew, with one query for their messages; customers should be loaded."""
    bodies: dict[uuid.UUID, list[str]] = {request.pk: [] for request in requests}
    papers: dict[uuid.UUID, list[_Told]] = {request.pk: [] for request in requests}
    written = (
        HistoryEntry.objects.filter(request_id__in=bodies, kind__in=WRITTEN)
        .exclude(body="", data={})
        .order_by("-id")
        .values_list("request_id", *_COLUMNS)
    )
    for request_id, kind, body, kind_key, title, files in written.iterator(chunk_size=500):
        if kind != Kind.DOCUMENT:
            bodies[request_id].append(body)
        if kind in (Kind.REPLIED, Kind.NOTED):
            bodies[request_id] += _names(files)
        papers[request_id] += _told_of_document(kind, body, kind_key, title, files)
    for request in requests:
        _write(request, portal, bodies=bodies[request.pk], papers=papers[request.pk])


def _names(files: list[dict[str, JsonValue]] | None) -> list[str]:
    return [str(file.get("name", "")) for file in files or ()]


def _told_of_document(
    kind: str, body: str, kind_key: str | None, title: str | None, files: list[dict[str, JsonValue]] | None
) -> list[_Told]:
    """What a line of the history tells of a document; nothing where it tells of none.

    Only lines that say of which kind it is: what is said of a file in an answer is for those who see the answer.
    """
    if kind_key is None or kind not in (Kind.ANSWERED, Kind.DOCUMENT):
        return []
    said = [title or "", body] if kind == Kind.DOCUMENT else []
    return [(kind_key, text) for text in (*said, *_names(files)) if text]


def _seen_of(type_key: str, told: Iterable[_Told], portal: CompiledPortal) -> list[str]:
    """SECURITY: a document can be of a kind that some roles do not see."""
    searchable = portal.searchable(type_key)
    return [text for kind_key, text in told if searchable.names_documents_of(kind_key)]


def _write(request: ServiceRequest, portal: CompiledPortal, *, bodies: Iterable[str], papers: Iterable[_Told]) -> None:
    plain = indexed_words((*_known_of(request, portal), *bodies), _PLAIN_LIMIT)
    everything = [*plain, *_signed(request, portal, _seen_of(request.type_key, papers, portal))]
    signature = portal.searchable(request.type_key).signature
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"id": request.pk, "plain": plain, "all": everything, "signature": signature})


def _known_of(request: ServiceRequest, portal: CompiledPortal) -> tuple[str, ...]:
    customer = request.customer
    return (str(request.number), portal.reference(request.number), customer.name, customer.email, customer.phone)


def _signed(request: ServiceRequest, portal: CompiledPortal, names: Iterable[str]) -> list[str]:
    return indexed_words((*texts_for_all_staff(request, portal), *names), _SIGNED_LIMIT)
