"""What stands on home besides requests: the documents on file and asked for, and what can be asked for again."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.documents.scanned import as_scanned
from portal_core.documents.shown import ShownFile
from portal_core.documents.vault import newest_of
from portal_core.documents.visible import VisibleDocument, kinds_seen, visible_documents
from portal_core.service_requests.again import again_href
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

PAPERS_SHOWN: Final = 3
# So far back one that went well is looked for; others were stopped, and nobody wants them again.
_LOOKED_AT: Final = 10


@dataclass(frozen=True)
class RecentPaper:
    """One document: its file where it has only one, else where its files stand. `verdict`: until when it is valid."""

    name: str
    verdict: str
    added_at: datetime
    path: str
    file: ShownFile | None


@dataclass(frozen=True)
class RecentPapers:
    """The newest documents, and how many there are in all."""

    shown: tuple[RecentPaper, ...]
    all: int


@dataclass(frozen=True)
class HomePapers:
    """A customer's documents as home shows them; `recent` is None where nothing is on file. `all_asked` counts also
    what `asked` has no room for."""

    recent: RecentPapers | None = None
    asked: tuple[VisibleDocument, ...] = ()
    all_asked: int = 0

    @property
    def more_asked(self) -> int:
        """How many others are asked for."""
        return self.all_asked - len(self.asked)


@dataclass(frozen=True)
class LastTime:
    """A request that went well and can be made again with one press."""

    title: str
    reference: str
    done_at: datetime
    href: str


def home_papers(customer_id: uuid.UUID, viewer: Viewer, portal: CompiledPortal) -> HomePapers:
    """The newest documents on file and asked for; one query, none where the portal keeps no documents."""
    kinds = kinds_seen(viewer, portal)
    if not kinds:
        return HomePapers()
    newest = newest_of(customer_id, kinds, portal, size=PAPERS_SHOWN)
    seen = as_scanned(visible_documents((*newest.rows, *newest.wanted), viewer, portal))
    current = tuple(_paper(document) for document in seen if document.is_current)
    asked = tuple(document for document in seen if document.is_wanted)
    return HomePapers(RecentPapers(current, newest.all) if current else None, asked, newest.all_wanted)


def _paper(document: VisibleDocument) -> RecentPaper:
    file = replace(document.files[0], name=document.name) if len(document.files) == 1 else None
    verdict = document.verdict if document.valid_until is not None else ""
    return RecentPaper(document.name, verdict, document.added_at, f"/documents/#d-{document.id}", file)


def last_time(actor: Actor, viewer: Viewer, portal: CompiledPortal) -> LastTime | None:
    """The latest request that went well, of a type that is offered again; one query, none where no type is."""
    offered = [kind.key for kind in portal.types if kind.again]
    if not offered:
        return None
    done = visible_to(actor).filter(closed_at__isnull=False, merged_into_number=None, type_key__in=offered)
    latest = done.select_related("customer", "assignee").order_by("-last_entry_at", "-id")
    rows: Iterable[ServiceRequest] = latest[:_LOOKED_AT]
    for row in rows:
        shown = visible(row, viewer, portal=portal, brief=True)
        if shown.status.outcome == "done":
            return _offered(row, shown, portal)
    return None


def _offered(row: ServiceRequest, shown: VisibleRequest, portal: CompiledPortal) -> LastTime:
    href = again_href(shown, portal.type_or_unknown(row.type_key))
    return LastTime(shown.title, shown.reference, row.closed_at or row.last_entry_at, href)
