"""`/desk/setup/publish/`: all that publishing would do, read, mended and decided in one place; then published."""

import uuid
from contextlib import suppress
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.actions import Decided, publish
from portal_core.config.document import DocumentRefused
from portal_core.config.document.clean import clean_text
from portal_core.config.draft.decisions import call_off, mark, plan_publishing
from portal_core.config.draft.editing import edit, restore
from portal_core.config.draft.reading import Draft, current
from portal_core.config.errors import DraftChanged, PortalChanged, PublishRefused
from portal_core.config.live import live_portal
from portal_core.config.moments import is_missing
from portal_core.config.queries import published_by, version_by, versions_page
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.portal_controls import place_of
from portal_core.desk.setup.review.page import Review, review_or_faults
from portal_core.desk.setup.saving import do_edit
from portal_core.history.audit import moved_by
from tenants.identifiers import parse_uuid, uuid7

HERE = "desk:setup_publish"
MAX_NOTE = 500
_TRIES = 3


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The review; POST publishes, now or at a time."""
    if request.method != "POST":
        return _page(request, current())
    if not request.actor.may("publish"):
        raise PermissionDenied("publish")
    note = typed_note(request)
    if request.POST.get("when") == "later":
        return _at_a_time(request, note)
    return _now(request, note)


def _now(request: PersonRequest, note: str) -> HttpResponse:
    key, draft = parse_uuid(request.POST.get("key", "")), current()
    found = review_or_faults(request.actor, draft)
    if not isinstance(found, Review):
        return _page(request, draft, status=409)
    if not _is_as_read(request) and not _is_done(key):
        return _again(request, _CHANGED)
    if found.undecided:
        return _again(request, "Something is still to be decided.")
    decided, expected = found.decided, _number(request.POST.get("live", ""))
    if expected is None:
        return _again(request, "The page was not whole when it was sent. Here is what publishing would do now.")
    try:
        version = publish(
            actor=request.actor,
            document=found.planned.wanted,
            note=note,
            mapping=decided.mapping,
            decided=Decided(
                withhold=decided.withhold,
                restores=decided.restores,
                expected_live=expected,
                key=key,
                uses_draft=True,
                as_read=request.POST.get("mark", ""),
            ),
        )
    except PortalChanged as changed:
        return _again(request, _who_was_quicker(changed.actual))
    except DraftChanged:
        return _again(request, _CHANGED)
    except (PublishRefused, DocumentRefused):
        return _again(request, "It could not go live: something changed since you read this. Nothing was published.")
    return HttpResponseRedirect(reverse("desk:setup_published", args=[version.number]))


_CHANGED = "The draft, or what was decided about it, was changed since you read this. Here is what it would do now."


def typed_note(request: PersonRequest) -> str:
    """The note for a version, as the database can keep it."""
    return clean_text(request.POST.get("note", "")).strip()[:MAX_NOTE]


def _is_as_read(request: PersonRequest) -> bool:
    return request.POST.get("mark", "") == mark()


def _is_done(key: uuid.UUID | None) -> bool:
    """Whether this very form was sent before: then the answer is the page that says so."""
    return key is not None and published_by(key) is not None


def _again(request: PersonRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return _page(request, current(), status=409)


def _who_was_quicker(number: int) -> str:
    version = version_by(number)
    name = str(version.author) if version is not None and version.author is not None else "Somebody"
    return f"{name} published version {number} meanwhile. Nothing of yours was published; here is what it would do now."


def _at_a_time(request: PersonRequest, note: str) -> HttpResponse:
    zone = live_portal().time_zone
    try:
        typed = datetime.fromisoformat(request.POST.get("at", ""))
        if typed.tzinfo is not None:
            raise ValueError("a time of another zone")
        is_skipped = is_missing(typed, zone)
        at = typed.replace(tzinfo=zone, fold=0)
    except (ValueError, OverflowError):
        return _again(request, "Choose the day and the time at which it is to go live.")
    if is_skipped:
        return _again(request, f"There is no {typed:%H:%M} on that day: the clocks go forward. Choose another time.")
    now = timezone.now()
    if at <= now or (at - now).days > 366:
        return _again(request, "Choose a time that lies ahead, within a year.")
    try:
        plan_publishing(actor=request.actor, at=at, note=note, as_read=request.POST.get("mark", ""))
    except DraftChanged:
        return _again(request, _CHANGED)
    twice = at.utcoffset() != at.replace(fold=1).utcoffset()
    which = f" {at:%H:%M} comes twice that day, since the clocks go back: it is the first one." if twice else ""
    messages.success(request, f"The time is set. It is checked again then; you can call it off until then.{which}")
    return HttpResponseRedirect(reverse(HERE))


@require_POST
@staff_page("publish")
def cancel(request: PersonRequest) -> HttpResponse:
    """Calls a set time off."""
    if call_off(actor=request.actor):
        messages.success(request, "Called off. The draft stays as it is.")
    return HttpResponseRedirect(reverse(HERE))


@require_POST
@staff_page("manage_setup")
def take_back(request: PersonRequest) -> HttpResponse:
    """Takes one change back: its places, a line each, become as they are live."""
    # A language has a place for each of its texts: lines of one box, since the boxes of a form are counted.
    places = [line.strip() for box in request.POST.getlist("path") for line in box.split("\n")]
    paths = [tuple(place.split(".")) for place in dict.fromkeys(places) if place]
    if not paths:
        return HttpResponseRedirect(reverse(HERE))
    title = f"Took back: {clean_text(request.POST.get('what', ''))[:200]}".rstrip(": ")
    return do_edit(
        request, reverse(HERE), lambda: restore(actor=request.actor, paths=paths, title=title), "Taken back."
    )


@require_POST
@staff_page("manage_setup")
def mend(request: PersonRequest) -> HttpResponse:
    """Writes what was mended into the draft, if what it mends is still as it was read."""
    meant, answer = request.POST.get("finding", ""), clean_text(request.POST.get("value", "")).strip()[:2_000]
    if not answer:
        messages.error(request, "Nothing was changed: write or choose something first.")
        return HttpResponseRedirect(reverse(HERE))

    def act() -> None:
        for _ in range(_TRIES - 1):
            # What somebody else changed in this moment need not be what is mended: it is looked at again.
            with suppress(DraftChanged):
                _mend(request.actor, meant, answer)
                return
        _mend(request.actor, meant, answer)

    try:
        return do_edit(request, reverse(HERE), act, "Mended.", typed=answer)
    except _OtherThanRead:
        # Words that were typed can be copied from there.
        messages.error(request, f"{_CHANGED} You had answered: “{answer}”.")
        return HttpResponseRedirect(reverse(HERE))


class _OtherThanRead(Exception):
    """What was to be mended is not there any more, or not as it was read."""


def _mend(actor: Actor, meant: str, answer: str) -> None:
    draft = current()
    found = review_or_faults(actor, draft)
    mends = found.mends if isinstance(found, Review) else ()
    item = next((each for each in mends if each.mark == meant), None)
    operations = () if item is None else item.operations(answer)
    if item is None or not operations:
        raise _OtherThanRead
    edit(actor=actor, operations=operations, title=f"Mended: {item.title}", expected_revision=draft.revision)


@require_safe
@staff_page("manage_setup")
def published(request: PersonRequest, number: int) -> HttpResponse:
    """What was published, and what can be done now."""
    version = version_by(number)
    if version is None:
        raise Http404
    before = versions_page(number, 1)
    context = {
        "version": version,
        "before": before[0].number if before else 0,
        "is_live": live_portal().number == number,
        "moved": moved_by(number),
    }
    return setup_page(request, "setup/published.html", current(), context)


def _page(request: PersonRequest, draft: Draft, status: int = 200) -> HttpResponse:
    found = review_or_faults(request.actor, draft)
    context = {
        "review": found,
        "is_readable": isinstance(found, Review),
        "key": uuid7(),
        "mark": mark(),
        "counted_at": timezone.now(),
        "zone": place_of(live_portal().time_zone.key),
        "may_publish": request.actor.may("publish"),
        "note": request.POST.get("note", found.decided.note if isinstance(found, Review) else ""),
        "at": request.POST.get("at", ""),
        "later": request.POST.get("when") == "later",
    }
    return setup_page(request, "setup/publish.html", draft, context, parts=tuple(draft.changed), status=status)


def _number(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else None
