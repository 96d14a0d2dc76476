"""Doing what is asked, from the home page or the page of the request, and taking up again what was closed."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, PortalRequest, customer_page
from portal_core.documents.field import with_files
from portal_core.history.record import written_before
from portal_core.portal.limits import writes_full_until
from portal_core.portal.requests import OpenedRequest, open_request, render_request
from portal_core.service_requests.actions import answer_ask, reopen
from portal_core.service_requests.checked import while_publishing
from portal_core.service_requests.errors import (
    ApprovalChanged,
    AskGone,
    AskLapsed,
    Forbidden,
    MissingFields,
    NotReopened,
    ReasonMissing,
    Stale,
)
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.offered_asks import OfferedAsk, Place, answer_sent, offered_ask
from portal_core.service_requests.since_opened import NOTHING_CHANGED
from tenants.identifiers import parse_uuid
from tenants.limits import TooMany
from tenants.ui.rows import FormWithButtons
from tenants.uploads import UploadLimits, takes_files


@dataclass(frozen=True)
class AskDoor:
    """From where an ask is answered: the portal, or a guest's link. `open` loads the request anew for who acts here."""

    open: Callable[[], OpenedRequest]
    render: Callable[..., HttpResponse]
    onward: Callable[[ServiceRequest], HttpResponse]
    # A guest's browser, whose files they are; and what gives them to the customer once they are known to be good.
    sender_id: uuid.UUID | None = None
    settle: Callable[[], object] = bool


@require_POST
@customer_page
@takes_files(UploadLimits())
def answer(request: PersonRequest, number: int, ask_key: str) -> HttpResponse:
    """`/requests/NUMBER/asks/KEY/`: fills in, confirms, approves or (`answer=no`) declines one thing that is asked."""
    door = AskDoor(
        open=lambda: open_request(request, number),
        render=partial(render_request, request),
        onward=lambda row: _onward(request, row),
    )
    return answer_by(door, request, ask_key)


def answer_by(door: AskDoor, request: PortalRequest, ask_key: str) -> HttpResponse:
    """The same by any door."""
    opened = door.open()
    if written_before(opened.actor, opened.row.pk, parse_uuid(request.POST.get("key", ""))):
        return door.onward(opened.row)
    data = with_files(request, lambda: _form(door, opened, ask_key))
    try:
        return while_publishing(opened, lambda page: _answer(door, request, page, ask_key, data), door.open)
    except TooMany as full:
        return door.render(opened, sent_asks={ask_key: data}, full_until=full.again_at, status=429)


def _answer(
    door: AskDoor, request: PortalRequest, opened: OpenedRequest, ask_key: str, data: QueryDict
) -> HttpResponse:
    offered = _offered(door, opened, ask_key, data)
    if offered is None:
        return _refused(door, request, ask_key, data, AskGone())
    refusal = _since_shown(door, request, opened, offered, data) or _not_yet(door, request, opened, offered, data)
    if refusal is not None:
        return refusal
    door.settle()
    answer = answer_sent(offered, data)
    try:
        row = answer_ask(actor=opened.actor, request_id=opened.row.pk, answer=answer)
    except Forbidden:
        return door.render(door.open(), problem="change", status=403)
    except (AskGone, AskLapsed, ApprovalChanged, MissingFields, ReasonMissing, Stale) as error:
        return _refused(door, request, ask_key, data, error)
    title = offered.ask.title.rstrip(".")
    declined = offered.ask.do == "approve" and not answer.is_yes
    said = _("You declined: %(asked)s") % {"asked": title} if declined else _("Done: %(what)s.") % {"what": title}
    messages.success(request, said)
    return door.onward(row)


def _since_shown(
    door: AskDoor, request: PortalRequest, opened: OpenedRequest, offered: OfferedAsk, data: QueryDict
) -> HttpResponse | None:
    """The page once more, where another version asks otherwise than the page did: nobody says yes to other words."""
    sent, sent_asks = opened.sent_form(request, data), {offered.ask.key: data}
    if sent.asks_otherwise(offered.ask.key):
        return door.render(opened, sent_asks=sent_asks, ask_problem=_asked_otherwise(), status=409)
    changed = sent.changed(offered.filling.form) if offered.filling is not None else NOTHING_CHANGED
    return door.render(opened, sent_asks=sent_asks, changed=changed, status=409) if changed else None


def _not_yet(
    door: AskDoor, request: PortalRequest, opened: OpenedRequest, offered: OfferedAsk, data: QueryDict
) -> HttpResponse | None:
    """What must be mended or waited for first."""
    sent_asks = {offered.ask.key: data}
    if offered.form is not None and not offered.form.is_valid():
        return door.render(opened, sent_asks=sent_asks, status=200 if offered.form.is_reshaped else 400)
    if offered.ask.consent and not offered.ticked and request.POST.get("answer") != "no":
        problem = _("Tick the box first: it says what you agree to.")
        return door.render(opened, sent_asks=sent_asks, ask_problem=problem, status=400)
    full_until = writes_full_until(opened.actor)
    if full_until is not None:
        return door.render(opened, sent_asks=sent_asks, full_until=full_until, status=429)
    return None


def _form(door: AskDoor, opened: OpenedRequest, ask_key: str) -> FormWithButtons | None:
    offered = _offered(door, opened, ask_key, None)
    return offered.form if offered is not None else None


def _offered(door: AskDoor, opened: OpenedRequest, ask_key: str, data: QueryDict | None) -> OfferedAsk | None:
    place = Place(sender_id=door.sender_id)
    return offered_ask(opened.row, ask_key, opened.viewer, portal=opened.portal, data=data, place=place)


def _refused(door: AskDoor, request: PortalRequest, ask_key: str, data: QueryDict, error: Exception) -> HttpResponse:
    """The page as it is now, with what stood against it; what was typed stands in the form, or beside it where it is
    not asked any more."""
    opened = door.open()
    if isinstance(error, Stale):
        return door.render(opened, sent_asks={ask_key: data}, stale=error, status=409)
    if _offered(door, opened, ask_key, None) is None:
        kept = opened.sent_form(request, data).kept()
        return door.render(opened, problem=_words(error), kept=kept, status=409)
    is_input = isinstance(error, MissingFields | ReasonMissing)
    return door.render(
        opened,
        sent_asks={ask_key: data},
        ask_problem=_words(error),
        status=400 if is_input else 409,
    )


def _asked_otherwise() -> str:
    return _("What is asked here has changed since you opened the page. Nothing was sent: look at it once more.")


def _words(error: Exception) -> str:
    if isinstance(error, ApprovalChanged):
        return _("This has changed since you opened the page. Nothing was approved: look at it once more.")
    if isinstance(error, AskLapsed):
        return _("The time to approve this is over. Write to us if you would still like it.")
    if isinstance(error, ReasonMissing):
        return _("Say why, in a few words: then we know what to change.")
    if isinstance(error, MissingFields):
        return str(error)
    return _("This was done already, or the request has gone on. Here is how it stands now.")


def _onward(request: PersonRequest, row: ServiceRequest) -> HttpResponse:
    return redirect("portal:home") if request.POST.get("from") == "home" else redirect("portal:request", row.number)


@require_POST
@customer_page
def open_again(request: PersonRequest, number: int) -> HttpResponse:
    """`/requests/NUMBER/reopen/`: takes up again what was closed because nobody answered."""
    opened = open_request(request, number)
    try:
        reopen(actor=request.actor, request_id=opened.row.pk)
    except NotReopened:
        problem = _("This request can no longer be opened again here. Start a new one, and name its number.")
        return render_request(request, open_request(request, number), problem=problem, status=409)
    return redirect("portal:request", number)
