"""One request of the customer's with its status, history and what the customer can do."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, PortalRequest, customer_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.documents.field import Sender, with_files
from portal_core.messaging.actions import message_of, reply
from portal_core.notifications.seen import note_opened
from portal_core.portal.earlier_forms import count_earlier
from portal_core.portal.limits import writes_full_until
from portal_core.portal.list_left import keep_list_left, list_left
from portal_core.reporting.views import count_view
from portal_core.service_requests.access import get_for
from portal_core.service_requests.actions import Move, change_fields, move
from portal_core.service_requests.again import again_href
from portal_core.service_requests.checked import while_publishing
from portal_core.service_requests.editing import Editing, open_editing
from portal_core.service_requests.errors import Forbidden, MissingFields, MoveRefused, NotSeen, Stale
from portal_core.service_requests.forms import AnswersForm, MessageForm
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.moving import OfferedMove, offered_moves
from portal_core.service_requests.offered_asks import offered_asks
from portal_core.service_requests.pages import request_page
from portal_core.service_requests.since_shown import SentForm
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.identifiers import parse_uuid
from tenants.limits import TooMany
from tenants.uploads import UploadLimits, takes_files

_REASON_LENGTH = 2000


@require_safe
@customer_page
def detail(request: PersonRequest, number: int) -> HttpResponse:
    """`/requests/NUMBER/`: where it stands, what happened, what can be done."""
    opened = open_request(request, number)
    editing = opened.editing(request.GET.get("edit", ""))
    note_opened(request.user, opened.row.pk)
    count_view(opened.row.pk, request.user.pk)
    return render_request(request, opened, editing=editing)


@require_POST
@customer_page
@takes_files(UploadLimits())
def write(request: PersonRequest, number: int) -> HttpResponse:
    """`/requests/NUMBER/reply/`: a message to the business, with files where the status lets customers send them."""
    opened = open_request(request, number)
    form = opened.message_form(with_files(request, opened.message_form))
    if not form.is_valid():
        return render_request(request, opened, message_form=form, status=400)
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return render_request(request, opened, message_form=form, full_until=full_until, status=429)
    message = message_of(form)
    try:
        entry = reply(actor=request.actor, request_id=opened.row.pk, message=message)
    except Forbidden:
        return render_request(request, opened, message_form=form, problem="message", status=403)
    # A request that goes on in another one takes its messages there.
    there = number if entry.request_id == opened.row.pk or entry.request is None else entry.request.number
    return redirect(f"/requests/{there}/#e-{entry.pk}")


@require_POST
@customer_page
@takes_files(UploadLimits())
def move_on(request: PersonRequest, number: int) -> HttpResponse:
    """`/requests/NUMBER/move/`: a move that is the customer's to make, such as taking a request back."""
    opened = open_request(request, number)
    to = request.POST.get("to", "")
    sent = {to: with_files(request, lambda: opened.form_of_move(to))}
    try:
        return while_publishing(
            opened, lambda page: _move(request, page, to, sent), lambda: open_request(request, number)
        )
    except TooMany as full:
        return render_request(request, opened, full_until=full.again_at, sent=sent, status=429)


def _move(request: PersonRequest, opened: "OpenedRequest", to: str, sent: Mapping[str, QueryDict]) -> HttpResponse:
    offered = next((item for item in opened.offered(sent) if item.move.to == to), None)
    if offered is not None:
        changed = opened.sent_form(request, sent[to]).changed(offered.form)
        if changed or not offered.form.is_valid():
            return render_request(request, opened, changed=changed, sent=sent, status=409 if changed else 400)
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return render_request(request, opened, full_until=full_until, sent=sent, status=429)
    wanted = Move(
        to=to,
        seen_status=request.POST.get("status", ""),
        reason=request.POST.get("reason", "").replace("\x00", "")[:_REASON_LENGTH],
        answers=offered.form.cleaned_data if offered is not None else {},
        checked_under=opened.portal.number,
    )
    try:
        move(actor=request.actor, request_id=opened.row.pk, move=wanted)
    except Stale as stale:
        return _not_moved(request, opened, sent, stale=stale, status=409)
    except (MoveRefused, MissingFields) as refused:
        return _not_moved(request, opened, sent, problem=str(refused), status=400)
    return redirect("portal:request", number=opened.row.number)


def _not_moved(
    request: PersonRequest,
    opened: "OpenedRequest",
    sent: Mapping[str, QueryDict],
    *,
    status: int,
    stale: Stale | None = None,
    problem: str = "",
) -> HttpResponse:
    """The page as it is now; what was typed stands in the form, or beside it where there is no such move any more."""
    now, to = open_request(request, opened.row.number), next(iter(sent))
    is_there = any(item.move.to == to for item in now.offered())
    kept = () if is_there else now.sent_form(request, sent[to]).kept()
    return render_request(request, now, kept=kept, sent=sent, status=status, stale=stale, problem=problem)


@require_POST
@customer_page
@takes_files(UploadLimits())
def change(request: PersonRequest, number: int) -> HttpResponse:
    """`/requests/NUMBER/change/`: other answers to the questions that the customer may still change."""
    opened = open_request(request, number)
    data = with_files(request, lambda: opened.form_of(request.POST.get("edit", "")))
    try:
        return while_publishing(
            opened, lambda page: _change(request, page, data), lambda: open_request(request, number)
        )
    except TooMany as full:
        editing = opened.editing(request.POST.get("edit", ""), data)
        return render_request(request, opened, editing=editing, full_until=full.again_at, status=429)


def _change(request: PersonRequest, opened: "OpenedRequest", data: QueryDict) -> HttpResponse:
    key, number, sent = request.POST.get("edit", ""), opened.row.number, opened.sent_form(request, data)
    editing = opened.editing(key, data)
    if editing is None:
        if not sent.was_asked(key):
            raise Http404
        return render_request(request, opened, problem="change", kept=sent.kept(), status=409)
    changed = sent.changed(editing.form)
    if changed or not editing.form.is_valid():
        return render_request(request, opened, editing=editing, changed=changed, status=409 if changed else 400)
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return render_request(request, opened, editing=editing, full_until=full_until, status=429)
    try:
        change_fields(
            actor=request.actor,
            request_id=opened.row.pk,
            answers=editing.answers,
            seen=editing.seen,
            checked_under=opened.portal.number,
        )
    except Stale as stale:
        return render_request(request, open_request(request, number), editing=editing, stale=stale, status=409)
    except Forbidden:
        return render_request(request, open_request(request, number), problem="change", kept=sent.kept(), status=403)
    return redirect(f"/requests/{number}/#details")


@dataclass(frozen=True)
class OpenedRequest:
    """One request, opened by its customer."""

    row: ServiceRequest
    portal: CompiledPortal
    viewer: Viewer
    actor: Actor

    def editing(self, key: str, data: QueryDict | None = None) -> Editing | None:
        """The form for one field, if the customer may edit it here."""
        if not key:
            return None
        return open_editing(self.row, key, self.viewer, portal=self.portal, data=data)

    def form_of(self, key: str) -> AnswersForm | None:
        """The form for one field as it stood in the page."""
        editing = self.editing(key)
        return None if editing is None else editing.form

    def form_of_move(self, to: str) -> AnswersForm | None:
        """The form of one move as it stood in the page."""
        return next((item.form for item in self.offered() if item.move.to == to), None)

    def sent_form(self, request: PortalRequest, data: QueryDict) -> SentForm:
        """A small form of its page as it came in; `data` is what was sent, files taken. Raises TooMany."""
        count_earlier(request, data, self.portal)
        return SentForm(data, request.FILES, self.row, self.viewer, self.portal)

    def message_form(self, data: QueryDict | None = None) -> MessageForm:
        """The form for a message; with files where this status takes them."""
        may_upload = visible(self.row, self.viewer, portal=self.portal, brief=True).may_upload
        sender = Sender(self.actor.user_id, self.row.customer_id) if may_upload else None
        return MessageForm(data, sender=sender)

    def offered(self, sent: Mapping[str, QueryDict] | None = None) -> list[OfferedMove]:
        """The moves that are the customer's to make, each with its form."""
        shown = visible(self.row, self.viewer, portal=self.portal)
        return offered_moves(self.row, shown, self.viewer, portal=self.portal, sent=sent)


def open_request(request: PersonRequest, number: int) -> OpenedRequest:
    """Loads a request for its customer; 404 for everybody else's."""
    portal = live_portal()
    try:
        row = get_for(request.actor, number)
    except NotSeen:
        raise Http404 from None
    return OpenedRequest(row, portal, Viewer.of(request.actor, portal), request.actor)


def render_request(
    request: PersonRequest,
    opened: OpenedRequest,
    *,
    status: int = 200,
    sent: Mapping[str, QueryDict] | None = None,
    sent_asks: Mapping[str, QueryDict] | None = None,
    **extra: object,
) -> HttpResponse:
    """The page; `extra` carries forms with errors, a stale save, or a problem in words."""
    page = request_page(
        opened.row,
        opened.viewer,
        portal=opened.portal,
        before=parse_uuid(request.GET.get("before", "")),
        documents_before=parse_uuid(request.GET.get("documents", "")),
    )
    list_href = list_left(request, opened.row.number)
    context = {
        "portal": opened.portal,
        "list_href": list_href,
        "page": page,
        "again_href": again_href(page.request, opened.portal.type_or_unknown(opened.row.type_key)),
        "asks": offered_asks(opened.row, page.request, opened.viewer, portal=opened.portal, sent=sent_asks),
        "message_form": opened.message_form(),
        "was_sent": request.GET.get("sent") == "1",
        "moves": opened.offered(sent),
        "read_only": False,
        **extra,
    }
    answer = render(request, "portal/request.html", context, status=status)
    keep_list_left(request, answer, opened.row.number, list_href)
    return answer
