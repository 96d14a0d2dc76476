"""What staff do about asks and time: write down an answer for the customer, plan a request for a day, open it again."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.kinds.date import parse_day
from portal_core.desk.planning import PlanPanel, plan_panel
from portal_core.desk.request import DeskRequest, open_request, render_request
from portal_core.desk.way import back_to
from portal_core.documents.field import with_files
from portal_core.history.record import written_before
from portal_core.service_requests.actions import answer_ask, plan_for, reopen
from portal_core.service_requests.actions.plan import check_plan
from portal_core.service_requests.checked import while_publishing
from portal_core.service_requests.errors import (
    ApprovalChanged,
    AskGone,
    AskLapsed,
    Forbidden,
    MissingFields,
    MoveRefused,
    NotReopened,
    ReasonMissing,
    Stale,
)
from portal_core.service_requests.offered_asks import OfferedAsk, answer_sent, note_sent, offered_ask
from portal_core.service_requests.since_opened import NOTHING_CHANGED
from tenants.identifiers import parse_uuid
from tenants.ui.rows import FormWithButtons
from tenants.uploads import UploadLimits, takes_files


@dataclass(frozen=True)
class TriedAsk:
    """An answer that could not be written down: what was typed, and why not."""

    key: str
    note: str
    problem: str


@require_POST
@staff_page("move")
@takes_files(UploadLimits())
def answer(request: PersonRequest, number: int, ask_key: str) -> HttpResponse:
    """`/desk/requests/NUMBER/asks/KEY/`: writes down what the customer said elsewhere; the note says how it came."""
    opened = open_request(request, number)
    if written_before(request.actor, opened.row.pk, parse_uuid(request.POST.get("key", ""))):
        return back_to(request, number, "asked")
    data = with_files(request, lambda: _form(opened, ask_key))
    return while_publishing(
        opened, lambda page: _answer(request, page, ask_key, data), lambda: open_request(request, number)
    )


def _answer(request: PersonRequest, opened: DeskRequest, ask_key: str, data: QueryDict) -> HttpResponse:
    offered, number = _offered(opened, ask_key, data), opened.row.number
    if offered is None:
        return _refused(request, number, ask_key, data, _GONE, status=409)
    refusal = _not_yet(request, opened, offered, data)
    if refusal is not None:
        return refusal
    try:
        answer_ask(actor=request.actor, request_id=opened.row.pk, answer=answer_sent(offered, data))
    except Forbidden:
        return render_request(request, opened, problem=_NOT_YOURS, status=403)
    except Stale as stale:
        now = open_request(request, number)
        return render_request(request, now, sent_asks={ask_key: data}, stale=stale, status=409)
    except (AskGone, AskLapsed, ApprovalChanged, MissingFields, ReasonMissing) as error:
        is_input = isinstance(error, MissingFields | ReasonMissing)
        return _refused(request, number, ask_key, data, _words(error), status=400 if is_input else 409)
    return back_to(request, number, "end")


def _not_yet(request: PersonRequest, opened: DeskRequest, offered: OfferedAsk, data: QueryDict) -> HttpResponse | None:
    """What must be looked at or mended first."""
    sent, number, key = opened.sent_form(request, data), opened.row.number, offered.ask.key
    if sent.asks_otherwise(key):
        return _refused(request, number, key, data, _ASKED_OTHERWISE, status=409)
    changed = sent.changed(offered.filling.form) if offered.filling is not None else NOTHING_CHANGED
    if changed:
        tried = TriedAsk(key, note_sent(data), "")
        return render_request(request, opened, sent_asks={key: data}, tried_ask=tried, changed=changed, status=409)
    if offered.form is not None and not offered.form.is_valid():
        if offered.form.is_reshaped:
            tried = TriedAsk(key, note_sent(data), "")
            return render_request(request, opened, sent_asks={key: data}, tried_ask=tried)
        return _refused(request, number, key, data, "One answer needs another look.")
    return None if note_sent(data) else _refused(request, number, key, data, _NOTE_MISSING)


_GONE = "This was done already, or the request has gone on. Nothing was written."
_ASKED_OTHERWISE = "What is asked here has changed since this page was shown. Nothing was written."
_NOT_YOURS = "Your role may not fill this in. Nothing was written."
_NOTE_MISSING = "Say how the answer came, such as “on the phone at ten”: it goes into the history."


def _words(error: Exception) -> str:
    if isinstance(error, ApprovalChanged):
        return "What is to be approved has changed since this page was shown. Nothing was written."
    if isinstance(error, AskLapsed):
        return "The time to approve this is over. Move the request here once more if it still holds."
    if isinstance(error, ReasonMissing):
        return _NOTE_MISSING
    return str(error) if isinstance(error, MissingFields) else _GONE


def _offered(opened: DeskRequest, ask_key: str, data: QueryDict | None) -> OfferedAsk | None:
    return offered_ask(opened.row, ask_key, opened.viewer, portal=opened.portal, data=data)


def _form(opened: DeskRequest, ask_key: str) -> FormWithButtons | None:
    offered = _offered(opened, ask_key, None)
    return offered.form if offered is not None else None


def _refused(
    request: PersonRequest, number: int, ask_key: str, data: QueryDict, problem: str, *, status: int = 400
) -> HttpResponse:
    opened = open_request(request, number)
    if _offered(opened, ask_key, None) is None:
        kept = opened.sent_form(request, data).kept()
        return render_request(request, opened, problem=problem, kept=kept, status=status)
    tried = TriedAsk(ask_key, note_sent(data), problem)
    return render_request(request, opened, sent_asks={ask_key: data}, tried_ask=tried, status=status)


@require_POST
@staff_page("move")
def plan(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/plan/`: the day for which it is planned; an empty one (or `clear`) takes it back.

    The mail that the customer gets of it goes with the words that the page showed; others are shown first.
    """
    opened = open_request(request, number)
    panel = plan_panel(opened.row, request.POST, portal=opened.portal, viewer=opened.viewer)
    seen, tells = _day(request.POST.get("seen", "")), panel.tells and panel.mail is not None
    if not panel.is_understood:
        return _unplanned(request, opened, panel, "Write the day as in 27/11/2026.")
    try:
        check_plan(opened.row, panel.day, seen, portal=opened.portal)
        if not panel.was_shown(request.POST):
            return render_request(request, opened, plan=panel, plan_must_look=True, status=409)
        plan_for(actor=request.actor, request_id=opened.row.pk, day=panel.day, seen=seen, tell_customer=tells)
    except Stale as stale:
        return render_request(request, open_request(request, number), stale=stale, status=409)
    except MoveRefused as refused:
        return _unplanned(request, opened, panel, str(refused))
    return back_to(request, number, "when")


def _unplanned(request: PersonRequest, opened: DeskRequest, panel: PlanPanel, problem: str) -> HttpResponse:
    return render_request(request, opened, plan=panel, plan_problem=problem, status=400)


def _day(text: str) -> date | None:
    return parse_day(text) if text else None


@require_POST
@staff_page("move")
def open_again(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/reopen/`: takes up again what the clock has closed."""
    opened = open_request(request, number)
    try:
        reopen(actor=request.actor, request_id=opened.row.pk)
    except NotReopened:
        problem = "This was not closed for want of an answer. Move it instead."
        return render_request(request, opened, problem=problem, status=409)
    return back_to(request, number, "end")
