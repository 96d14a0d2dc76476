"""`/desk/setup/versions/`: every version there was, compared and brought back; the portal as a file, out and in."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.actions import Decided, publish
from portal_core.config.canonical import canonical_json
from portal_core.config.changes import compare
from portal_core.config.document import DocumentRefused, PortalDocument, load
from portal_core.config.draft.editing import replace
from portal_core.config.draft.reading import Draft, current
from portal_core.config.earlier_keys import require_own_keys
from portal_core.config.errors import PortalChanged, PublishRefused
from portal_core.config.models import PortalVersion
from portal_core.config.planning import Plan, plan
from portal_core.config.problems import Problem
from portal_core.config.queries import live_version, version_by, versions_page
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.review.page import Shown
from portal_core.desk.setup.review.views import typed_note
from portal_core.documents.bundle import MOST_BYTES, bundle_of, take_portal
from tenants.ui.addresses import understands
from tenants.uploads import FILE_BYTES, MEGABYTE, UploadLimits, takes_files

HERE = "desk:setup_versions"
PAGE_SIZE = 20
SHOWN_CHANGES = 100
PROBLEMS_SHOWN = 20
DRAFT = "draft"


@dataclass(frozen=True)
class Line:
    """One version in the list. `until` is when it was replaced; `taken_back` says why it did not stay."""

    version: PortalVersion
    until: datetime | None
    is_live: bool
    taken_back: str
    is_rolled_back: bool

    @property
    def days(self) -> int:
        """How long it was live, in whole days."""
        return ((self.until or timezone.now()) - self.version.created_at).days

    @property
    def lived(self) -> str:
        """How long it was live, in words."""
        seconds = int(((self.until or timezone.now()) - self.version.created_at).total_seconds())
        for unit, length in (("day", 86_400), ("hour", 3_600)):
            if seconds >= length:
                count = seconds // length
                return f"{count} {unit}{'' if count == 1 else 's'}"
        return f"{max(1, seconds // 60)} min"


@require_safe
@staff_page("manage_setup")
@understands("before", "from", "to", "file", "back")
def index(request: PersonRequest) -> HttpResponse:
    """The list, with two versions compared and the way back to one, if the address asks for it."""
    return _page(request, current())


def _page(
    request: PersonRequest, draft: Draft, *, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    live = live_version()
    if live is None:
        raise Http404
    before = _number(request.GET.get("before", ""))
    lines, older = _lines(live, before)
    context: dict[str, object] = {
        "lines": lines,
        "older": older,
        "live": live,
        "has_draft": draft.is_changed,
        "may_publish": request.actor.may("publish"),
        "problems": problems[:PROBLEMS_SHOWN],
        "more_problems": max(0, len(problems) - PROBLEMS_SHOWN),
        **_compared(request, draft, live),
        **_way_back(request, live),
        **_lost(request, draft),
    }
    return setup_page(request, "setup/versions.html", draft, context, status=status)


def _lines(live: PortalVersion, before: int | None) -> tuple[list[Line], int]:
    """A page of versions, each with the one that came after it, and where the next page begins."""
    found = versions_page(before, PAGE_SIZE + 1)
    newer = version_by(found[0].number + 1) if found and found[0].number < live.number else None
    pairs = list(pairwise([newer, *found]))[:PAGE_SIZE]
    lines = [_line(version, after, live) for after, version in pairs if version is not None]
    return lines, found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else 0


def _line(version: PortalVersion, after: PortalVersion | None, live: PortalVersion) -> Line:
    is_rolled_back = after is not None and after.restores is not None and after.restores < version.number
    why = after.note if is_rolled_back and after is not None else ""
    until = None if after is None else after.created_at
    return Line(version, until, version.pk == live.pk, why, is_rolled_back)


def _compared(request: PersonRequest, draft: Draft, live: PortalVersion) -> dict[str, object]:
    first, second = request.GET.get("from", ""), request.GET.get("to", "")
    if not (first and second):
        return {"picked_from": first, "picked_to": second}
    try:
        old, new = _document(first, draft), _document(second, draft)
    except DocumentRefused:
        return {"picked_from": first, "picked_to": second}
    if old is None or new is None:
        return {"picked_from": first, "picked_to": second}
    changes = compare(old, new)
    return {
        "picked_from": first,
        "picked_to": second,
        "is_compared": True,
        "changes": [Shown(change, "") for change in changes[:SHOWN_CHANGES]],
        "change_count": len(changes),
    }


def _document(name: str, draft: Draft) -> PortalDocument | None:
    if name == DRAFT:
        return draft.document
    version = version_by(number) if (number := _number(name)) is not None else None
    return None if version is None else load(version.document)


def _lost(request: PersonRequest, draft: Draft) -> dict[str, object]:
    """What a bundle that was asked for (`file`) would lack, and where it is to be had all the same."""
    which = request.GET.get("file", "")
    try:
        document = _document(which, draft) if which else None
    except DocumentRefused:
        document = None
    bundle = None if document is None else bundle_of(document)
    if bundle is None or not bundle.lost:
        return {}
    asked = urlencode({"version": which, "as": "bundle", "without": "yes"})
    return {"lost": bundle.lost_words, "lost_href": f"{reverse('desk:setup_versions_file')}?{asked}"}


def _way_back(request: PersonRequest, live: PortalVersion) -> dict[str, object]:
    number = _number(request.GET.get("back", ""))
    version = None if number is None or number == live.number else version_by(number)
    if version is None:
        return {}
    planned = plan(load(version.document), live)
    return {"back": version, "back_plan": planned, "back_is_plain": _is_plain(planned), "next_number": live.number + 1}


def _is_plain(planned: Plan) -> bool:
    """Whether nothing has to be decided or mended on the way back."""
    return not planned.stops and not planned.moves and not planned.to_light


@require_POST
@staff_page("publish")
def go_back(request: PersonRequest, number: int) -> HttpResponse:
    """Brings a version back at once where nothing has to be decided; otherwise by way of the draft and its review."""
    version, live = version_by(number), live_version()
    if version is None or live is None:
        raise Http404
    document = load(version.document)
    note = typed_note(request)
    if not _is_plain(plan(document, live)):
        return _loaded(request, version)
    expected = _number(request.POST.get("live", ""))
    if expected is None:
        messages.error(request, "The page was not whole when it was sent. Nothing was changed.")
        return HttpResponseRedirect(f"{reverse(HERE)}?back={number}")
    try:
        done = publish(
            actor=request.actor,
            document=document,
            note=note,
            decided=Decided(restores=number, expected_live=expected),
        )
    except PortalChanged as changed:
        messages.error(request, f"Version {changed.actual} was published meanwhile. Nothing was changed.")
        return HttpResponseRedirect(f"{reverse(HERE)}?back={number}")
    except PublishRefused:
        return _loaded(request, version)
    if done.pk == live.pk:
        messages.success(request, f"Version {number} and what is live are the same. Nothing was changed.")
        return HttpResponseRedirect(reverse(HERE))
    return HttpResponseRedirect(reverse("desk:setup_published", args=[done.number]))


@require_POST
@staff_page("manage_setup")
def load_version(request: PersonRequest, number: int) -> HttpResponse:
    """Makes a version the draft."""
    version = version_by(number)
    if version is None:
        raise Http404
    return _loaded(request, version)


def _loaded(request: PersonRequest, version: PortalVersion) -> HttpResponse:
    if not request.actor.may("manage_setup"):
        raise PermissionDenied("manage_setup")
    title = f"Loaded version {version.number}"
    replace(actor=request.actor, document=load(version.document), title=title, restores=version.number)
    messages.success(request, f"Version {version.number} is in the draft. Nothing is live yet.")
    return HttpResponseRedirect(reverse("desk:setup_publish"))


@require_safe
@staff_page("manage_setup")
def as_file(request: PersonRequest) -> HttpResponse:
    """The portal as a file: what is live, the draft, or a version; `?as=bundle` with its pictures.

    One that would lack a picture is told of first; with `without=yes` it is handed out as it is.
    """
    live = live_version()
    which = request.GET.get("version", "") or str(live.number if live else 0)
    try:
        document = _document(which, current())
    except DocumentRefused as refused:
        raise Http404 from refused
    if document is None:
        raise Http404
    name = DRAFT if which == DRAFT else f"version-{_number(which)}"
    if request.GET.get("as") == "bundle":
        bundle = bundle_of(document)
        if bundle.lost and "without" not in request.GET:
            return HttpResponseRedirect(f"{reverse(HERE)}?{urlencode({'file': which})}#lost")
        response, end = HttpResponse(bundle.content, content_type="application/zip"), "zip"
    else:
        response, end = HttpResponse(canonical_json(document), content_type="application/json; charset=utf-8"), "json"
    response["Content-Disposition"] = f'attachment; filename="portal-{name}.{end}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@staff_page("manage_setup")
@takes_files(UploadLimits(file_bytes=MOST_BYTES, total_bytes=FILE_BYTES, files=1))
def read_file(request: PersonRequest) -> HttpResponse:
    """Reads a file into the draft; what cannot be read is said with its place, and nothing is changed."""
    sent = request.FILES.get("file")
    if sent is None or sent.file is None:
        messages.error(request, "Choose a file first.")
        return HttpResponseRedirect(reverse(HERE))
    if getattr(sent, "is_too_large", False):
        messages.error(request, f"The file is larger than {MOST_BYTES // MEGABYTE} MB. Nothing was changed.")
        return HttpResponseRedirect(reverse(HERE))
    try:
        document = take_portal(sent.file)
        require_own_keys(document)
        replace(actor=request.actor, document=document, title="Read from a file")
    except DocumentRefused as refused:
        return _page(request, current(), problems=refused.problems, status=400)
    messages.success(request, "The file is in the draft. Nothing is live yet: read what it would do.")
    return HttpResponseRedirect(reverse("desk:setup_publish"))


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else None
