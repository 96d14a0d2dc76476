"""What was said last in each of several requests, and how often a customer has asked: for lists, as one reader may see.

The lines themselves are made by `entries.py`, like those of any history.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q
from django.db.models.expressions import RawSQL

from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.service_requests.entries import line_for
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer

# Who has it, how pressing it is and that it was sent stand beside it.
_TELLING: Final = [
    kind.value for kind in Kind if kind not in (Kind.SUBMITTED, Kind.ASSIGNED, Kind.PRIORITISED, Kind.UNMERGED)
]
# A reader may see nothing of the last line: then the one before is told.
_LOOKED_AT: Final = 3
_LATEST: Final = """
SELECT entry.id FROM unnest(%s::uuid[]) AS wanted(request_id) CROSS JOIN LATERAL (
    SELECT id FROM portal_core_historyentry
    WHERE request_id = wanted.request_id AND kind = ANY(%s) AND (kind <> 'moved' OR body <> '')
    ORDER BY id DESC LIMIT %s
) entry
"""
_TEXT_LENGTH: Final = 140


@dataclass(frozen=True)
class LastNews:
    """Who said what last. `who` is empty where the sentence names the person, or where nobody did it."""

    who: str
    text: str
    is_note: bool
    is_quote: bool
    at: datetime


def last_news(
    requests: Sequence[ServiceRequest], viewer: Viewer, *, portal: CompiledPortal
) -> dict[uuid.UUID, LastNews]:
    """The last thing that `viewer` may read in each of `requests` (which they may see), in one query."""
    if not requests:
        return {}
    by_id = {request.pk: request for request in requests}
    latest = RawSQL(_LATEST, (list(by_id), _TELLING, _LOOKED_AT))  # noqa: S611 - constant, values apart
    found: dict[uuid.UUID, LastNews] = {}
    for row in HistoryEntry.objects.filter(pk__in=latest).select_related("actor").order_by("-id"):
        request = by_id.get(row.request_id) if row.request_id else None
        if request is None or request.pk in found:
            continue
        line = line_for(row, request, viewer, portal=portal)
        if line is not None:
            found[request.pk] = _news(line)
    return found


def times_asked(requests: Sequence[ServiceRequest]) -> dict[uuid.UUID, int]:
    """How often the customer has written since anybody answered, of those who wait for an answer; one query."""
    waiting = [request for request in requests if request.unanswered_since is not None]
    if not waiting:
        return {}
    since = Q()
    for request in waiting:
        since |= Q(request_id=request.pk, at__gte=request.unanswered_since)
    rows = HistoryEntry.objects.filter(since, kind=Kind.REPLIED, side=Side.CUSTOMER)
    return dict(rows.order_by().values_list("request_id").annotate(Count("pk")))


def _news(line: VisibleEntry) -> LastNews:
    words = " ".join(line.body.split()) or ", ".join(file.name for file in line.files)
    who = line.who.first_name if line.who else ""
    if not line.is_message:
        words = f"{line.title}: {words}" if words else line.title
    cut = words if len(words) <= _TEXT_LENGTH else words[:_TEXT_LENGTH].rstrip() + "…"
    return LastNews(
        who=who if line.is_message else "", text=cut, is_note=line.is_note, is_quote=bool(line.body), at=line.at
    )
