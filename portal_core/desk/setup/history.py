"""`/desk/setup/history/`: the last edits of the draft, each of which can be taken back; and discarding all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import MAX_UNDO, discard, undo
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import current
from portal_core.config.models import DraftOperation
from portal_core.config.queries import draft_operations, draft_places
from portal_core.desk.setup.frame import bar_of, setup_page
from portal_core.desk.setup.placing import without_braces
from portal_core.desk.setup.saving import do_edit


@dataclass(frozen=True)
class Line:
    """One edit in the list."""

    revision: int
    title: str
    author: str
    created_at: datetime
    is_undone: bool
    is_undoing: bool
    # Whether a later edit went over the same place, which has to be taken back first.
    is_overtaken: bool


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The list."""
    draft = current()
    rows = draft_operations(MAX_UNDO)
    overtaken = _overtaken(rows, draft_places(MAX_UNDO))
    lines = [
        Line(
            row.revision,
            without_braces(row.title, draft),
            str(row.author) if row.author else "",
            row.created_at,
            row.is_undone,
            row.undoes is not None,
            is_overtaken=row.revision in overtaken,
        )
        for row in rows
    ]
    return setup_page(request, "setup/history.html", draft, {"lines": lines})


def _overtaken(rows: Sequence[DraftOperation], places: Mapping[int, Sequence[Path]]) -> set[int]:
    """The edits over whose place a later one went that still holds. `rows` are the newest first."""
    found: set[int] = set()
    later: set[Path] = set()
    for row in rows:
        # An edit that was taken back and the one that took it back leave nothing behind.
        if row.is_undone:
            continue
        own = places.get(row.revision, ())
        if any(_meet(path, other) for path in own for other in later):
            found.add(row.revision)
        if row.undoes is None:
            later.update(own)
    return found


def _meet(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


@require_POST
@staff_page("manage_setup")
def undo_one(request: PersonRequest, revision: int) -> HttpResponse:
    """Takes one edit back."""
    back = f"{reverse('desk:setup_history')}#edit-{revision}"
    title = next((row.title for row in draft_operations(MAX_UNDO) if row.revision == revision), "")
    done = f"Taken back: {title}." if title else "Taken back."
    return do_edit(request, back, lambda: undo(actor=request.actor, revision=revision), done)


@require_POST
@staff_page("manage_setup")
def discard_all(request: PersonRequest) -> HttpResponse:
    """Makes the draft what is live; can be taken back in the list."""
    if discard(actor=request.actor, title="Discarded all changes"):
        messages.success(request, "Everything is as it is live. It can be taken back here.")
    return HttpResponseRedirect(reverse("desk:setup_history"))


@require_safe
@staff_page("manage_setup")
def bar(request: PersonRequest) -> HttpResponse:
    """The bar alone, for a page that has just saved by itself; `?parts=` as the page has them."""
    parts = tuple(request.GET.get("parts", "")[:5_000].split(","))
    return render(request, "setup/_bar.html", {"bar": bar_of(current(), parts)})
