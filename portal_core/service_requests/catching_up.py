"""What became of what a request asks for while it went on in another one: for taking the two apart.

What the customer has given there is not asked for once more: a document of the same kind, and having read the same
text. What was filled in or approved there is of the other request, and is asked here as before. A document of this one
that was sent back meanwhile is asked for again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import Ask, ReadAsk, UploadAsk
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.history.models import Audience, HistoryEntry, Kind, Side
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests import stays
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.asking import asks_of, onward
from portal_core.service_requests.attaching import attach_to_entry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_index import index_papers
from portal_core.service_requests.taking import open_changed_documents, settle_sent_back
from tenants.identifiers import parse_uuid


@dataclass(frozen=True)
class GivenThere:
    """One ask that was answered in the other request; `documents` are those that were given, still good."""

    ask_key: str
    line: HistoryEntry
    documents: tuple[Document, ...] = ()

    @property
    def document_ids(self) -> tuple[str, ...]:
        """Their keys."""
        return tuple(str(document.pk) for document in self.documents)


def catch_up(
    request: ServiceRequest, other: ServiceRequest, since: datetime, *, portal: CompiledPortal, now: datetime
) -> list[GivenThere]:
    """Notes in the stay of `request`, which stands by itself again, what was given in `other` and what was sent back.

    The caller has both locked, saves `stay` and then calls `tell`.
    """
    _ask_for_what_came_back(request)
    lines = list(HistoryEntry.objects.filter(request=other, kind=Kind.ANSWERED, at__gte=since).order_by("-id"))
    found = list(_given(request, other, lines, portal=portal, now=now))
    for given in found:
        settle_sent_back(request, given.ask_key, given.documents[0] if given.documents else None, now=now)
        by = "staff" if given.line.side == Side.STAFF else "customer"
        stays.mark_ask_done(request, given.ask_key, stays.DoneAsk(given.line.at, by, documents=given.document_ids))
        for kind_key in {document.kind_key for document in given.documents}:
            open_changed_documents(request, kind_key, portal=portal)
    return found


def tell(
    actor: Actor, request: ServiceRequest, found: Sequence[GivenThere], *, portal: CompiledPortal, now: datetime
) -> None:
    """Writes what was given into the history, and moves on where nothing is left to do."""
    for given in found:
        data: dict[str, JsonValue] = {"status": request.status_key, "ask": given.ask_key}
        if given.documents:
            files: list[JsonValue] = [dict(item) for document in given.documents for item in document.files]
            kind_key = given.documents[0].kind_key
            data |= {"kind": kind_key, "documents": list(given.document_ids), "files": files}
        line = Line(Kind.ANSWERED, Audience.CUSTOMER, now, data=data)
        entry = add_line(actor=actor, request_id=request.pk, line=line)
        if given.documents:
            rows = list(StoredFile.objects.filter(document__in=given.documents).order_by("pk"))
            attach_to_entry(entry, request, rows)
            index_papers(request, kind_key, [row.name for row in rows], portal)
    target = onward(request, portal=portal, now=now) if found else None
    if target is not None:
        arrive(SYSTEM, request, Arrival(target, by_itself="asks"), portal=portal, now=now)


def _ask_for_what_came_back(request: ServiceRequest) -> None:
    for key, done in stays.done_asks(request).items():
        keys = [found for text in done.documents if (found := parse_uuid(text)) is not None]
        bad = (
            Document.objects.filter(pk__in=keys, state=DocumentState.SENT_BACK).order_by("pk").first() if keys else None
        )
        if bad is not None:
            stays.open_ask_again(request, key)
            stays.note_sent_back(request, key, stays.SentBack(str(bad.pk), bad.note))


def _given(
    request: ServiceRequest,
    other: ServiceRequest,
    lines: Sequence[HistoryEntry],
    *,
    portal: CompiledPortal,
    now: datetime,
) -> Iterator[GivenThere]:
    shares_flow = portal.type_or_unknown(request.type_key).flow.key == portal.type_or_unknown(other.type_key).flow.key
    for state in asks_of(request, portal=portal, now=now) if lines else ():
        if state.is_done:
            continue
        for line in lines:
            if shares_flow and _reads_the_same(state.ask, line, request.status_key):
                yield GivenThere(state.ask.key, line)
                break
            documents = _documents(state.ask, line)
            if documents:
                yield GivenThere(state.ask.key, line, documents)
                break


def _reads_the_same(ask: Ask, line: HistoryEntry, status_key: str) -> bool:
    is_here = (line.data.get("status"), line.data.get("ask")) == (status_key, ask.key)
    return isinstance(ask, ReadAsk) and not ask.documents and is_here


def _documents(ask: Ask, line: HistoryEntry) -> tuple[Document, ...]:
    """What this line gave for the ask, if all of it is there and good."""
    if not isinstance(ask, UploadAsk) or line.data.get("kind") != ask.document_kind:
        return ()
    keys = [key for text in line.data.get("documents", ()) if (key := parse_uuid(str(text))) is not None]
    found = Document.objects.filter(pk__in=keys, state=DocumentState.ON_FILE, is_shared=True).order_by("pk")
    documents = tuple(found)
    return documents if len(documents) == len(keys) else ()
