"""The list of updates: what one person was told, in the words that hold when it is read.

SECURITY: nothing of a notice is shown but what `visible.py` and `entries.py` let through now: a field or a request that
was hidden since is not in the list, whatever the mail said then.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from portal_core.documents.visible import VisibleDocument, visible_document
from portal_core.notifications.compose_documents import document_of, icon_of, is_paper
from portal_core.notifications.handed_over import handed_over_line
from portal_core.notifications.models import Notice
from portal_core.service_requests.document_line import document_title
from portal_core.service_requests.entries import line_for
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

PAGE_SIZE: Final = 25
EXCERPT: Final = 160
# What is told when somebody wrote.
_MESSAGES: Final = frozenset({"replied", "answered"})
_RELATED: Final = ("request__customer", "request__assignee", "entry__actor", "entry__document__request")


@dataclass(frozen=True)
class Update:
    """One line: what happened, to which request, and where to read on. `glyph` is the status that was reached."""

    id: uuid.UUID
    headline: str
    excerpt: str
    title: str
    reference: str
    path: str
    at: datetime
    is_new: bool
    icon: str


@dataclass(frozen=True)
class UpdatePage:
    """One page, newest first. `newest` is up to where "all read" reaches; `older` asks for the page after it."""

    updates: tuple[Update, ...]
    new_count: int
    newest: uuid.UUID | None
    older: uuid.UUID | None
    is_first: bool


def page_of(actor: Actor, *, before: uuid.UUID | None = None) -> UpdatePage:
    """The updates of `actor`, in two queries (live portal apart)."""
    seen = _seen_by(actor)
    found = seen if before is None else seen.filter(pk__lt=before)
    rows = list(found.select_related(*_RELATED).order_by("-id")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    return UpdatePage(
        updates=_in_words(shown, actor, live_portal()),
        new_count=seen.filter(read_at=None)[:1000].count(),
        newest=shown[0].pk if shown else None,
        older=shown[-1].pk if len(rows) > PAGE_SIZE else None,
        is_first=before is None,
    )


def one_of(actor: Actor, notice_id: uuid.UUID) -> Update | None:
    """One of the actor's own updates; None for others' and for what they may not see any more."""
    rows = _seen_by(actor).select_related(*_RELATED).filter(pk=notice_id)
    return next(iter(_in_words(rows, actor, live_portal())), None)


def _seen_by(actor: Actor) -> QuerySet[Notice]:
    if actor.user_id is None:
        return Notice.objects.none()
    mine = Notice.objects.filter(user_id=actor.user_id)
    return mine.filter(Q(request=None) | Q(request__in=visible_to(actor)))


def news_of(actor: Actor, requests: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Which of `requests` have something new to the actor: "message" where somebody wrote, else "other"; one query."""
    if not requests:
        return {}
    rows = _seen_by(actor).filter(read_at=None, request_id__in=requests).values_list("request__id", "what")
    news: dict[uuid.UUID, str] = {}
    for request_id, what in rows:
        if news.get(request_id) != "message":
            news[request_id] = "message" if what in _MESSAGES else "other"
    return news


def _in_words(rows: Iterable[Notice], actor: Actor, portal: CompiledPortal) -> tuple[Update, ...]:
    viewer = Viewer.of(actor, portal)
    with override(viewer.speech):
        lines = (_update(row, viewer, portal) for row in rows)
        return tuple(line for line in lines if line is not None)


def _update(row: Notice, viewer: Viewer, portal: CompiledPortal) -> Update | None:
    if is_paper(row.what):
        return _of_paper(row, viewer, portal)
    request = row.request
    if request is None:
        headline, told = handed_over_line(row.data)
        return Update(row.pk, headline, told, "", "", "/desk/?view=mine", row.at, row.read_at is None, "user")
    entry = line_for(row.entry, request, viewer, portal=portal) if row.entry is not None else None
    if row.entry is not None and entry is None:
        return None
    view = visible(request, viewer, portal=portal, brief=True)
    headline, icon = _headline(row.what, view, entry)
    return Update(
        id=row.pk,
        headline=headline,
        excerpt=_excerpt(entry),
        title=view.title,
        reference=view.reference,
        path=_path(view, viewer, request, entry),
        at=row.at,
        is_new=row.read_at is None,
        icon=icon,
    )


def _of_paper(row: Notice, viewer: Viewer, portal: CompiledPortal) -> Update | None:
    """About a document: what happened to it then, and where it is found now."""
    paper = document_of(row)
    shown = visible_document(paper, viewer, portal) if paper is not None else None
    # SECURITY: whose documents one may know is not asked here; those who see all may.
    if paper is None or row.entry is None or shown is None or (viewer.is_staff and not viewer.role.reaches_all):
        return None
    return Update(
        id=row.pk,
        headline=document_title(row.entry, viewer, portal),
        excerpt=_shortened(row.entry.body),
        title="" if shown.name == shown.kind_name else shown.kind_name,
        reference=shown.reference,
        path=_path_of_paper(shown, paper, viewer),
        at=row.at,
        is_new=row.read_at is None,
        icon=icon_of(row.what),
    )


def _path_of_paper(shown: VisibleDocument, paper: Document, viewer: Viewer) -> str:
    """Where it is found now; one that is no longer listed, with its request, or else where the others are."""
    if viewer.is_staff:
        return f"/desk/customers/{paper.customer_id}/documents/#d-{shown.id}"
    if shown.is_wanted:
        return shown.answer_path
    return f"/documents/?all=1#d-{shown.id}" if shown.is_listed else shown.request_path or "/documents/"


def _headline(what: str, view: VisibleRequest, entry: VisibleEntry | None) -> tuple[str, str]:
    """What happened, and its icon."""
    name = entry.who.name if entry is not None and entry.who is not None else view.business
    if what in ("planned", "planned_yours"):
        return (entry.title if entry is not None else view.status.expected), "calendar"
    if what in ("reached", "moved", "closed", "merged"):
        return (entry.title if entry is not None else view.status.name), "flow"
    sayings = {
        "created": (_("Request from %(name)s") % {"name": view.customer.name or view.customer.first_name}, "inbox"),
        "assigned": (_("%(name)s gave you a request") % {"name": name}, "user"),
        "replied": (_("%(name)s answered") % {"name": name}, "message"),
        "answered": (_("%(name)s answered you") % {"name": name}, "message"),
        "noted": (_("%(name)s left a note for staff") % {"name": name}, "lock"),
        "infected": (entry.title if entry is not None else view.status.name, "alert"),
        "lapsed": (_("%(name)s has not answered in time") % {"name": view.customer.first_name}, "clock"),
        "reminded": (_("We wait for you"), "bell"),
        "late": (_("%(status)s takes longer than promised") % {"status": view.status.name}, "clock"),
    }
    changed = (entry.title if entry is not None else view.status.name, "pen")
    return sayings.get(what, changed)


def _excerpt(entry: VisibleEntry | None) -> str:
    if entry is None:
        return ""
    return _shortened(entry.body) or _shortened(", ".join(change.label for change in entry.changes))


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1].rstrip()}…"


def _path(view: VisibleRequest, viewer: Viewer, request: ServiceRequest, entry: VisibleEntry | None) -> str:
    page = view.desk_path if viewer.is_staff else view.path
    return f"{page}#e-{entry.id}" if entry is not None else page
