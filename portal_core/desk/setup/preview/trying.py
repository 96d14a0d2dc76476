"""One page of the portal, or one form sent, by the portal's own views, for a reader who is not there.

The views are the customer's, decorators and all; they get the draft as the live portal and the chosen customer as the
reader. A page is made in a transaction that PostgreSQL lets only read; a form is tried in one that is undone, and the
page after it is made before that.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation

from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.languages import choose_language, choose_time_zone
from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.looking import Look, look_at
from portal_core.desk.setup.preview.allowed import may_look, may_try
from portal_core.desk.setup.preview.examples import (
    examples,
    make_link,
    make_person,
    make_records,
    make_request,
    on_lists,
)
from portal_core.desk.setup.preview.seen import EXAMPLE, GUEST, VISITOR, Seen
from portal_core.desk.setup.preview.stand_in import Browser
from portal_core.refusals import as_http_error
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.access import get_for
from portal_core.service_requests.errors import NotSeen
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from tenants.outbox.models import Mail
from tenants.outbox.subscribers import handlers_of
from tenants.rehearsal import Rehearsal, only_read, rehearsal

# A form that leads to a page that leads on: more is a circle.
_MOST_STEPS: Final = 4
_SAYS: Final = "setup/preview_says.html"
_MAIL: Final = re.compile(r"mail/(?P<type>[a-z0-9-]+)/(?P<status>[a-z0-9-]+)/")


@dataclass(frozen=True)
class Address:
    """A page of the portal: its path without the first slash, and its query."""

    path: str
    query: str = ""


@dataclass
class Stage:
    """What is set up for one look: who reads, what, and what it set going."""

    seen: Seen
    portal: CompiledPortal
    looker: Actor
    rehearsal: Rehearsal
    user: User | None = None
    # A guest's token, and the number of the request that stands for it in addresses.
    token: str = ""
    number: int = 0
    # The request that a mail is about, and those that are made up, by number.
    row: ServiceRequest | None = None
    made_up: dict[int, ServiceRequest] = field(default_factory=dict)
    # What somebody made up keeps.
    records: list[SavedRecord] = field(default_factory=list)

    @property
    def viewer_actor(self) -> Actor | None:
        """The reader as an actor; None for somebody signed out."""
        return None if self.user is None else actor_for(self.user)


@contextmanager
def stage(
    seen: Seen, portal: CompiledPortal, looker: Actor, address: Address, *, writes: bool = False
) -> Iterator[Stage]:
    """The portal as `seen` meets it, for as long as the block lasts; nothing done inside is kept."""
    look = Look(portal, looker if seen.is_real else None)
    with rehearsal() as trying, look_at(look):
        made = Stage(seen, portal, looker, trying)
        _arrange(made, address)
        # What was made up for the look is no part of what is tried.
        trying.events.clear()
        trying.mails.clear()
        if not writes:
            only_read()
        yield made


def _arrange(made: Stage, address: Address) -> None:
    """Writes who and what is made up; finds the link of a guest."""
    seen = made.seen
    number = _guest_number(address) if seen.is_guest else None
    if seen.user is not None:
        made.user = seen.user
        if number is not None:
            _open_for_guest(made, get_for(made.looker, number))
        _find_row_of_mail(made, address)
        return
    if seen.part == VISITOR:
        return
    made.user = make_person(made.portal, is_guest=seen.is_guest, language=seen.language)
    if seen.part == EXAMPLE:
        made.records = make_records(made.user, made.portal)
    for row in _made_up_requests(made, address, number):
        made.made_up[row.number] = row
        if number is not None:
            _open_for_guest(made, row)
    _find_row_of_mail(made, address)


def mail_of(address: Address) -> tuple[str, str] | None:
    """The type and the status of which a path names the mail."""
    found = _MAIL.fullmatch(address.path)
    return None if found is None else (found["type"], found["status"])


def _find_row_of_mail(made: Stage, address: Address) -> None:
    """A request of the type to which the mail belongs: the reader's latest, else one that is made up."""
    wanted = mail_of(address)
    if wanted is None or made.user is None:
        return
    item = next((item for item in examples(made.portal) if (item.type.key, item.status.key) == wanted), None)
    actor = made.viewer_actor
    if item is None or actor is None:
        return
    rows = visible_to(actor).filter(type_key=item.type.key).select_related("customer", "assignee")
    made.row = rows.order_by("-last_entry_at", "-id").first() or make_request(
        item, made.user, made.portal, made.records
    )
    if made.seen.is_guest:
        _open_for_guest(made, made.row)


def _open_for_guest(made: Stage, row: ServiceRequest) -> None:
    if made.user is None or row.customer_id != made.user.pk:
        raise NotSeen
    made.number, made.token = row.number, make_link(row, made.user.pk)


def _made_up_requests(made: Stage, address: Address, number: int | None) -> list[ServiceRequest]:
    assert made.user is not None
    if made.seen.part == GUEST:
        wanted = [item for item in examples(made.portal) if item.number == number]
    elif made.seen.part == EXAMPLE:
        asked, mail = number_in(address.path), mail_of(address)
        named = (
            item for item in examples(made.portal) if item.number == asked or (item.type.key, item.status.key) == mail
        )
        wanted = list(named) or on_lists(made.portal)
    else:
        wanted = []
    return [make_request(item, made.user, made.portal, made.records) for item in wanted]


def number_in(path: str) -> int | None:
    """The number of the request that a path is about."""
    parts = path.split("/")
    digits = parts[1] if len(parts) > 1 and parts[0] in ("requests", "g") else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None


def _guest_number(address: Address) -> int | None:
    return number_in(address.path) if address.path.startswith("g/") else None


def play(made: Stage, outer: HttpRequest, address: Address, data: QueryDict | None) -> HttpResponseBase:
    """The answer of the portal's own view; a form's answer is followed to the page on which it ends."""
    signed_in = made.user if made.seen.is_signed_in else None
    browser = Browser(outer, signed_in)
    with _as_reader(outer, signed_in, made.seen.language):
        answer: HttpResponseBase = HttpResponse(status=204)
        for _step in range(_MOST_STEPS):
            answer = _one(made, browser, address, data)
            onward = _onward(made, answer)
            if onward is None:
                return answer
            address, data = onward, None
        return answer


@contextmanager
def _as_reader(outer: HttpRequest, user: User | None, language: str) -> Iterator[None]:
    """The reader's language and time zone, as the middleware would choose them; afterwards those of before."""
    facts = portal_facts()
    with (
        translation.override(language or choose_language(outer, facts, user)),
        timezone.override(choose_time_zone(facts, user)),
    ):
        yield


def _one(made: Stage, browser: Browser, address: Address, data: QueryDict | None) -> HttpResponseBase:
    path = f"/{made_real(made, address.path)}"
    try:
        match = resolve(path)
    except Resolver404:
        return _says(browser, made, path, None, "missing")
    role = made.looker.role if made.seen.is_real else None
    request = browser.request(path, match, address.query, data)
    refusal = _refusal(match.view_name, data, role)
    try:
        if refusal:
            return _says(browser, made, path, match, refusal)
        return _answered(match, request)
    finally:
        browser.hand_back(request)


def _refusal(name: str, data: QueryDict | None, looker: Role | None) -> str:
    """Why a page is not shown or a form not tried; nothing where it is."""
    if data is not None:
        return "" if may_try(name, looker) else "not-tried"
    if may_look(name, looker):
        return ""
    return "limited" if may_look(name, None) else "outside"


def made_real(made: Stage, path: str) -> str:
    """A path of the frame as one of the portal: the token in place of what stands for it."""
    if not made.token:
        return path
    return path.replace(f"g/{made.number}/", f"g/{made.token}/", 1)


def _answered(match: ResolverMatch, request: HttpRequest) -> HttpResponseBase:
    try:
        try:
            answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except Exception as error:
            as_http_error(error)
            raise
        return answer
    except Http404:
        return render(request, "errors/404.html", status=404)
    except PermissionDenied:
        return render(request, "errors/403.html", status=403)


def _onward(made: Stage, answer: HttpResponseBase) -> Address | None:
    """Where a redirect leads inside the portal; None for an answer that is a page."""
    if answer.status_code not in (301, 302, 303):
        return None
    parts = urlsplit(answer.headers["Location"])
    if parts.netloc:
        return None
    path = parts.path.removeprefix("/")
    if made.token:
        path = path.replace(made.token, str(made.number))
    return Address(path, parts.query)


def _says(browser: Browser, made: Stage, path: str, match: ResolverMatch | None, what: str) -> HttpResponse:
    """A page of our own in the portal's frame: this is not shown, or not tried, and why."""
    request = browser.request(path, match or resolve("/"), "", None)
    actor = made.viewer_actor
    if actor is not None and made.seen.is_signed_in:
        request.actor = actor  # type: ignore[attr-defined]  # as pages.py sets it
    context = {"what": what, "name": made.seen.short_name}
    answer = render(request, _SAYS, context, status=404 if what in ("missing", "outside") else 200)
    browser.hand_back(request)
    return answer


def says(made: Stage, outer: HttpRequest, what: str) -> HttpResponse:
    """A page of our own in the frame of the portal."""
    signed_in = made.user if made.seen.is_signed_in else None
    with _as_reader(outer, signed_in, made.seen.language):
        return _says(Browser(outer, signed_in), made, "/", None, what)


def mails_of(made: Stage) -> list[Mail]:
    """The mails that would be on their way after what was tried: the events' own handlers write them, to be undone."""
    now = timezone.now()
    for event in list(made.rehearsal.events):
        # What is due later (reminders) tells nobody yet; what is no request's (files) has other work to do.
        if event.kind.startswith("request.") and event.due_at <= now:
            for handler in handlers_of(event.kind):
                handler(event)
    return list(made.rehearsal.mails)
