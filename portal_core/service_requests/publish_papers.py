"""What the review page before publishing tells of documents that customers would newly see.

Everything shown of a document passes through its one door (`documents/visible.py`), under the version that is meant.
"""

import uuid
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.access import within_reach
from portal_core.documents.models import Document
from portal_core.documents.vault import WANTED, listed_documents
from portal_core.documents.visible import visible_document
from portal_core.service_requests.publish_facts import PAGE_SIZE, SeenCount, SeenRow


@dataclass(frozen=True)
class PaperStretch:
    """A page of rows; `after` is the document to go on from, None at the end."""

    rows: tuple[SeenRow, ...]
    after: uuid.UUID | None


def papers_count(actor: Actor, kind_key: str, live: CompiledPortal) -> SeenCount:
    """How many customers would newly see documents of a kind, and how many documents; in one query.

    SECURITY: of a kind that the reader's role does not see, and of documents beyond its reach, nothing is counted.
    """
    if kind_visibility(live.document_kinds.get(kind_key), actor.role) < Visibility.SEE:
        return SeenCount(0, 0, is_whole=False)
    rows = _there(kind_key).filter(within_reach(actor))
    found = rows.aggregate(customers=Count("customer", distinct=True), papers=Count("pk"))
    return SeenCount(found["customers"], found["papers"], actor.role.reaches_all)


def paper_rows(
    actor: Actor, kind_key: str, portals: tuple[CompiledPortal, CompiledPortal], *, after: uuid.UUID | None = None
) -> PaperStretch:
    """The documents that customers would newly see, the oldest first: by what name, and which files.

    SECURITY: on the screen of a colleague, who reads of it what their own role may read in the live version.
    """
    before, wanted = portals
    found = _there(kind_key).filter(within_reach(actor)).select_related("customer", "request").order_by("pk")
    rows = list((found if after is None else found.filter(pk__gt=after))[: PAGE_SIZE + 1])
    may_read = kind_visibility(before.document_kinds.get(kind_key), actor.role) >= Visibility.SEE
    shown = (_row(row, wanted, may_read=may_read) for row in rows[:PAGE_SIZE])
    following = rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None
    return PaperStretch(tuple(row for row in shown if row is not None), following)


def _there(kind_key: str) -> QuerySet[Document]:
    """What publishing would bring to light, and what it would keep hidden instead (`withholding_papers.py`)."""
    return listed_documents(kind_key).filter(is_shared=True).exclude(state__in=WANTED)


def _row(row: Document, portal: CompiledPortal, *, may_read: bool) -> SeenRow | None:
    viewer = Viewer(resolve_role(CUSTOMER), row.customer_id, portal.language, portal.time_zone)
    seen = visible_document(row, viewer, portal)
    if seen is None:
        return None
    names = ", ".join(file.name for file in seen.files)
    text = f"{seen.name}: {names}" if names else seen.name
    number = 0 if row.request is None else row.request.number
    reference = portal.reference(number) if number else ""
    return SeenRow(row.customer.name or row.customer.email, number, reference, text if may_read else "", row.customer)
