"""One request at the desk: everything that happened, who has it, what the customer sees, what can be done."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Window, prefetch_related_objects
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.guests import can_enter
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.delivery import delivery_words, untold_words
from portal_core.desk.filters import list_at
from portal_core.desk.moving import AskedMove, MovePanel, move_panel
from portal_core.desk.people import Colleagues, colleagues
from portal_core.desk.planning import plan_panel
from portal_core.desk.ready_answers import Ready, ready_answers
from portal_core.desk.records import records_pane
from portal_core.desk.selection import tick_value
from portal_core.desk.way import SEARCH, Way, way_of
from portal_core.documents.field import Sender
from portal_core.documents.kinds import kinds_to_ask_for
from portal_core.notifications.choices import way_for
from portal_core.notifications.rules import ways_of
from portal_core.notifications.seen import note_opened
from portal_core.notifications.undelivered import refused_address
from portal_core.portal.brand import live_brand
from portal_core.service_requests import queue
from portal_core.service_requests.access import get_for
from portal_core.service_requests.editing import Editing, open_editing
from portal_core.service_requests.errors import NotSeen
from portal_core.service_requests.forms import AnswersForm, MessageForm
from portal_core.service_requests.guest_links import current_link, expires_at, is_stopped
from portal_core.service_requests.models import Priority, ServiceRequest, Turn
from portal_core.service_requests.moving import offered_moves
from portal_core.service_requests.offered_asks import offered_asks
from portal_core.service_requests.pages import request_page
from portal_core.service_requests.promises import has_limit
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.since_shown import SentForm
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.identifiers import parse_uuid
from tenants.ui.addresses import packed

OTHERS_SHOWN = 4
_REASON_LENGTH = 20_000


@dataclass(frozen=True)
class DeskRequest:
    """One request, opened by one of the staff."""

    row: ServiceRequest
    portal: CompiledPortal
    viewer: Viewer
    actor: Actor

    def editing(self, key: str, data: QueryDict | None = None) -> Editing | None:
        """The form for one field, if this role may edit it here."""
        if not key or not self.actor.may("edit_fields"):
            return None
        return open_editing(self.row, key, self.viewer, portal=self.portal, data=data)

    def form_of(self, key: str) -> AnswersForm | None:
        """The form for one field as it stood in the page."""
        editing = self.editing(key)
        return None if editing is None else editing.form

    def sent_form(self, request: PersonRequest, data: QueryDict) -> SentForm:
        """A small form of its page as it came in; `data` is what was sent, files taken."""
        return SentForm(data, request.FILES, self.row, self.viewer, self.portal)

    def message_form(self, data: QueryDict | None = None) -> MessageForm:
        """The form for a reply or a note, with files."""
        return MessageForm(data, sender=Sender(self.actor.user_id, self.row.customer_id))

    @property
    def customer_viewer(self) -> Viewer:
        """The customer of this request as a reader, on the screen of this colleague."""
        return replace(Viewer.of(actor_for(self.row.customer), self.portal), shown_to=self.actor.role)


def open_request(request: PersonRequest, number: int) -> DeskRequest:
    """Loads a request for the person at the desk; 404 when they may not know of it."""
    portal = live_portal()
    try:
        row = get_for(request.actor, number)
    except NotSeen:
        raise Http404 from None
    if row.customer.is_guest:
        # Asked for in several places of the page: how the guest is reached.
        prefetch_related_objects([row], "guest_links")
    return DeskRequest(row, portal, Viewer.of(request.actor, portal), request.actor)


@require_safe
@staff_page()
def detail(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/`; `?as=customer` shows the customer's own page."""
    opened = open_request(request, number)
    note_opened(request.user, opened.row.pk)
    if request.GET.get("as") == "customer":
        return _as_customer(request, opened)
    return render_request(request, opened)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("move")
def preview(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/preview/`: the move panel for another target, or (POST) its mail with what is typed; with
    `day` the mail of a plan for that day.

    Writes nothing: it takes a POST only because the form may be long.
    """
    opened = open_request(request, number)
    shown = visible(opened.row, opened.viewer, portal=opened.portal, brief=True)
    if "day" in request.GET:
        plan = plan_panel(opened.row, request.GET, portal=opened.portal, viewer=opened.viewer)
        return render(request, "desk/_plan_mail.html", {"plan": plan, "customer": shown.customer, "is_part": True})
    data = request.POST if request.method == "POST" else None
    context = {
        "panel": panel_of(request, opened, data),
        "number": number,
        "customer": shown.customer,
        "business": shown.business,
        "back": way_of(request).address,
        "is_part": True,
    }
    return render(request, "desk/_move.html" if data is None else "desk/_move_mail.html", context)


def render_request(
    request: PersonRequest,
    opened: DeskRequest,
    *,
    status: int = 200,
    sent_asks: Mapping[str, QueryDict] | None = None,
    **extra: object,
) -> HttpResponse:
    """The page; `extra` carries forms with errors, a stale save, or a problem in words; `sent_asks` what came in for
    something that is asked, by its key."""
    row = opened.row
    older = parse_uuid(request.GET.get("documents", ""))
    page = request_page(row, opened.viewer, portal=opened.portal, before=before_of(request), documents_before=older)
    may_reply = page.request.may_message
    answers = ready_answers(row, opened.customer_viewer, opened.viewer, opened.portal) if may_reply else []
    neighbours = neighbours_of(request, opened)
    context: dict[str, object] = {
        "portal": opened.portal,
        "page": page,
        "opened": opened,
        "number": row.number,
        "due_at": due_of(row),
        "customer_reads": visible(row, opened.customer_viewer, portal=opened.portal, brief=True).status.expected,
        "is_late": row.closed_at is None and row.due_at < timezone.now(),
        "waiting_on": waiting_on(row),
        "asks": offered_asks(row, page.request, opened.viewer, portal=opened.portal, sent=sent_asks),
        "people": _people(opened),
        "teams": _teams(opened),
        "give_href": f"/desk/bulk/give/?{urlencode({'row': tick_value(row), 'back': packed(neighbours.way.back)})}",
        "others": _others(opened),
        "records": records_pane(opened.actor, row.customer, opened.viewer, portal=opened.portal),
        "panel": panel_of(request, opened) if page.request.moves else None,
        "plan": plan_panel(row, request.GET, portal=opened.portal, viewer=opened.viewer),
        "editing": opened.editing(request.GET.get("edit", "")),
        "message_form": _message_form(request, opened, answers),
        "ready_answers": answers,
        "priorities": Priority.choices,
        "priority": row.priority,
        "priority_name": str(Priority(row.priority).label),
        "neighbours": neighbours,
        "back": neighbours.way.address,
        "queue_href": neighbours.way.back,
        "here": f"{page.request.desk_path}{neighbours.way.query}",
        "list_query": Way(neighbours.way.back).query,
        "edit_base": page.request.desk_path if opened.actor.may("edit_fields") else "",
        "told": _told(opened),
        "refused_address": refused_address(row.customer),
        "customer_phone": row.customer.phone,
        "is_sample": row.customer.is_sample,
        "guest_link": _guest_link(row) if row.customer.is_guest else None,
        "team_key": row.team_key,
        "has_documents": bool(opened.portal.document_kinds),
        "may_reply": may_reply,
        "is_mine": row.assignee_id == opened.actor.user_id,
        **_permitted(opened, is_merged=page.request.goes_on_in is not None),
        **extra,
    }
    return render(request, "desk/request.html", context, status=status)


def _permitted(opened: DeskRequest, *, is_merged: bool) -> dict[str, bool]:
    """What the reader may do besides replying; for a merged one that is done in the one in which it goes on."""
    may = opened.actor.may
    return {
        "may_ask_for_papers": _may_ask_for_papers(opened),
        "may_assign": may("assign") and not is_merged,
        "may_create": may("create_for_customer"),
        "may_move": may("move"),
        "may_note": may("note") and not is_merged,
        "may_see_mails": may("manage_team"),
    }


def _may_ask_for_papers(opened: DeskRequest) -> bool:
    """Whether the customer's documents are where this colleague can ask for one."""
    actor = opened.actor
    is_to_ask = actor.may("edit_fields") and kinds_to_ask_for(opened.portal, actor.role)
    return bool(is_to_ask) and can_enter(opened.row.customer)


def _message_form(request: PersonRequest, opened: DeskRequest, answers: list[Ready]) -> MessageForm:
    """The empty box, or one with the ready answer that the address asks for."""
    form = opened.message_form()
    chosen = next((answer for answer in answers if answer.key == request.GET.get("ready")), None)
    if chosen is not None:
        form.initial = {"body": chosen.text, "kind": "reply"}
    return form


@dataclass(frozen=True)
class Neighbours:
    """The addresses of the requests before and after in the queue from which one came; empty where there is none.

    `way` is what the forms of the page carry: it knows the next one, which is not to be found any more once this one
    was moved on.
    """

    previous_href: str
    next_href: str
    way: Way


def neighbours_of(request: PersonRequest, opened: DeskRequest) -> Neighbours:
    """Where to go on from here without going back to the queue; its filters are kept."""
    way = way_of(request)
    if way.back.startswith(SEARCH):
        return Neighbours("", "", way)
    _, filters = list_at(way.back)
    actor, row, zone = request.actor, opened.row, opened.viewer.time_zone
    before, after = queue.neighbours(actor, filters, row, zone=zone)
    # What was next when this one still stood there counts where that is so no more: else what is next now.
    if way.then is not None and queue.has_passed(actor, filters, row, way.then, zone=zone):
        after = way.then
    query = Way(way.back).query
    previous_href, next_href = (f"/desk/requests/{number}/{query}" if number else "" for number in (before, after))
    return Neighbours(previous_href, next_href, Way(way.back, after))


def before_of(request: PersonRequest) -> uuid.UUID | None:
    """The entry before which to start the history, when the address names one."""
    return parse_uuid(request.GET.get("before", ""))


def _as_customer(request: PersonRequest, opened: DeskRequest) -> HttpResponse:
    """The customer's page by its own builder and its own template part; the desk only puts a frame around it."""
    page = request_page(opened.row, opened.customer_viewer, portal=opened.portal, before=before_of(request))
    context = {
        "portal": opened.portal,
        "page": page,
        "opened": opened,
        "number": opened.row.number,
        "first_name": opened.row.customer.first_name,
        "brand": live_brand(opened.portal),
        "moves": offered_moves(opened.row, page.request, opened.customer_viewer, portal=opened.portal),
        "asks": offered_asks(opened.row, page.request, opened.customer_viewer, portal=opened.portal),
        "read_only": True,
        "message_form": MessageForm(),
        "back": way_of(request).address,
    }
    # In the customer's language and time zone, as the customer reads it.
    reader = opened.customer_viewer
    with translation.override(reader.language), timezone.override(reader.time_zone):
        return render(request, "desk/request_as_customer.html", context)


def panel_of(request: PersonRequest, opened: DeskRequest, data: QueryDict | None = None) -> MovePanel | None:
    """The move panel as the address (or the form that came in) asks for it."""
    asked = AskedMove(to=request.GET.get("to", ""), tell=request.GET.get("tell", "yes") != "no")
    if data is not None:
        reason = data.get("reason", "").replace("\x00", "").strip()[:_REASON_LENGTH]
        asked = AskedMove(data.get("to", ""), data.get("tell", "yes") == "yes", reason, data)
    return move_panel(opened.row, asked, portal=opened.portal, viewer=opened.viewer)


def due_of(row: ServiceRequest) -> datetime | None:
    """The time that was promised, while the request is open."""
    return row.due_at if row.closed_at is None and has_limit(row.due_at) else None


def waiting_on(row: ServiceRequest) -> str:
    """Whose move it is and for how long, for the small baton of the desk."""
    days = (timezone.now() - row.status_since).days
    since = f", {days} d" if days else ""
    return f"{'Customer' if row.turn == Turn.CUSTOMER else 'Us'}{since}"


@dataclass(frozen=True)
class GuestLinkState:
    """How a customer without an account follows the request; `until` is None when the link opens nothing (any more),
    because it was stopped, or its time is over and the next mail carries it anew."""

    until: datetime | None
    is_stopped: bool = False


def _guest_link(row: ServiceRequest) -> GuestLinkState:
    link = current_link(row)
    return GuestLinkState(None if link is None else expires_at(link, row), is_stopped(row))


def _told(opened: DeskRequest) -> str:
    """What the customer gets when somebody answers, said above Send."""
    customer, row = opened.row.customer, opened.row
    asked = ways_of("replied", opened.portal, row).get("customer")
    if customer.is_sample:
        return f"{customer.first_name} is made up: the mail goes to the owner"
    untold = untold_words(row)
    if untold:
        return untold
    if asked is None:
        return f"{customer.first_name} is not told by e-mail; it stands in the portal"
    way = way_for(customer, "replies", asked)
    return delivery_words(customer, "replies", way) or f"{customer.first_name} gets an e-mail at {customer.email}"


def _people(opened: DeskRequest) -> Colleagues:
    return colleagues(also=opened.row.assignee) if opened.actor.may("assign") else Colleagues()


def _teams(opened: DeskRequest) -> list[tuple[str, str]]:
    portal = opened.portal
    return [(key, portal.text(name, opened.viewer.language)) for key, name in portal.teams.items()]


@dataclass(frozen=True)
class Others:
    """The latest of a customer's other requests that this person may see, and how many there are."""

    shown: list[VisibleRequest]
    all: int


def _others(opened: DeskRequest) -> Others:
    rows = (
        visible_to(opened.actor)
        .filter(customer_id=opened.row.customer_id)
        .exclude(pk=opened.row.pk)
        .select_related("customer", "assignee")
        .annotate(all=Window(Count("pk")))
        .order_by("-last_entry_at")[:OTHERS_SHOWN]
    )
    shown = [visible(row, opened.viewer, portal=opened.portal, brief=True) for row in rows]
    return Others(shown, rows[0].all if shown else 0)
