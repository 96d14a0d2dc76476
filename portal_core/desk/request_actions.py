"""What staff do to a request: each view takes one form, calls one action, and comes back to the page."""

import uuid
from typing import TypedDict

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.desk.moving import mail_typed
from portal_core.desk.request import DeskRequest, open_request, panel_of, render_request
from portal_core.desk.way import back_of, back_to
from portal_core.documents.field import with_files
from portal_core.messaging.actions import message_of, note, reply
from portal_core.service_requests.actions import assign, change_fields, move, prioritise
from portal_core.service_requests.actions.move import check_move
from portal_core.service_requests.checked import while_publishing
from portal_core.service_requests.errors import Forbidden, MissingFields, MoveRefused, Stale
from portal_core.service_requests.forms import AnswersForm
from portal_core.service_requests.moving import form_of_move
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.visible import visible
from tenants.uploads import UploadLimits, takes_files


@require_POST
@staff_page()
@takes_files(UploadLimits())
def write(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/write/`: a reply to the customer or a note for staff.

    SECURITY: the form says which; one that does not say is refused, so that a note never goes out by accident.
    """
    opened = open_request(request, number)
    form = opened.message_form(with_files(request, opened.message_form))
    if not form.is_valid() or not form.cleaned_data["kind"]:
        return render_request(request, opened, message_form=form, status=400)
    action = note if form.cleaned_data["kind"] == "note" else reply
    try:
        entry = action(actor=request.actor, request_id=opened.row.pk, message=message_of(form))
    except Forbidden:
        return render_request(request, opened, message_form=form, problem=_MAY_NOT_WRITE, status=403)
    there = number if entry.request_id == opened.row.pk or entry.request is None else entry.request.number
    return back_to(request, there, f"e-{entry.pk}")


@require_POST
@staff_page("assign")
def give(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/assign/`: to a person, a team, nobody, or oneself (`who=me`)."""
    opened = open_request(request, number)
    who = request.POST.get("who", "")
    try:
        assign(
            actor=request.actor,
            request_id=opened.row.pk,
            assignee_id=request.actor.user_id if who == "me" else _uuid(who),
            team_key=request.POST.get("team") if "team" in request.POST else None,
            **_seen_holder(request),
        )
    except Stale as stale:
        return render_request(request, open_request(request, number), stale=stale, status=409)
    except (ValueError, MoveRefused) as refused:
        problem = str(refused) if isinstance(refused, MoveRefused) else "There is no such person."
        return render_request(request, opened, problem=problem, status=400)
    if not visible_to(request.actor).filter(pk=opened.row.pk).exists():
        messages.success(request, _GIVEN_AWAY)
        return redirect(back_of(request))
    return back_to(request, number, "who")


@require_POST
@staff_page("assign")
def press(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/priority/`: how pressing it is."""
    opened = open_request(request, number)
    level, seen = (_level(request.POST.get(name, "")) for name in ("priority", "seen"))
    try:
        prioritise(
            actor=request.actor, request_id=opened.row.pk, priority=-1 if level is None else level, seen_priority=seen
        )
    except Stale as stale:
        return render_request(request, open_request(request, number), stale=stale, status=409)
    except MoveRefused as refused:
        return render_request(request, opened, problem=str(refused), status=400)
    return back_to(request, number, "who")


def _level(text: str) -> int | None:
    return int(text) if len(text) == 1 and text in "0123" else None


def _uuid(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


class _SeenHolder(TypedDict, total=False):
    """Who had the request when the page was shown; empty for a page that does not say."""

    seen_assignee_id: uuid.UUID | None
    seen_team_key: str


def _seen_holder(request: PersonRequest) -> _SeenHolder:
    if "seen_who" not in request.POST:
        return {}
    return {"seen_assignee_id": _uuid(request.POST["seen_who"]), "seen_team_key": request.POST.get("seen_team", "")}


@require_POST
@staff_page("move")
@takes_files(UploadLimits())
def move_on(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/move/`: a move, with the words that the page showed; others are shown first."""
    opened = open_request(request, number)
    data = with_files(request, lambda: _form_of_move(request, opened))
    return while_publishing(opened, lambda page: _move(request, page, data), lambda: open_request(request, number))


def _move(request: PersonRequest, opened: DeskRequest, data: QueryDict) -> HttpResponse:
    panel, number = panel_of(request, opened, data), opened.row.number
    to, seen = request.POST.get("to", ""), request.POST.get("status", "")
    try:
        check_move(request.actor, opened.row, to=to, seen_status=seen)
    except Stale as stale:
        return _overtaken(request, opened, data, stale=stale)
    except MoveRefused:
        return _overtaken(request, opened, data, problem=_CANNOT_MOVE)
    if panel is None or request.POST.get("shown_to") != to:
        return render_request(request, opened, panel=panel, must_look=True, status=409)
    changed = opened.sent_form(request, data).changed(panel.form)
    if changed or not panel.form.is_valid():
        return render_request(request, opened, panel=panel, changed=changed, status=409 if changed else 400)
    if not panel.was_shown(request.POST):
        # The reason or an answer has changed the mail since it was shown: show it, send nothing unseen.
        return render_request(request, opened, panel=panel, must_look=True, status=409)
    try:
        move(actor=request.actor, request_id=opened.row.pk, move=panel.decided(seen))
    except Stale as stale:
        return _overtaken(request, open_request(request, number), data, stale=stale)
    except (MoveRefused, MissingFields) as refused:
        return render_request(request, opened, panel=panel, move_problem=str(refused), status=400)
    return back_to(request, number, "end")


def _form_of_move(request: PersonRequest, opened: DeskRequest) -> AnswersForm | None:
    """The form of the chosen move as it stood in the page."""
    to = request.POST.get("to", "")
    moves = visible(opened.row, opened.viewer, portal=opened.portal).moves
    chosen = next((move for move in moves if move.to == to), None)
    return None if chosen is None else form_of_move(opened.row, chosen, opened.viewer, portal=opened.portal)


def _overtaken(
    request: PersonRequest, opened: DeskRequest, data: QueryDict, *, stale: Stale | None = None, problem: str = ""
) -> HttpResponse:
    """Nothing was written; what was typed is shown, to be copied."""
    kept = (*opened.sent_form(request, data).kept(), *mail_typed(data))
    return render_request(request, opened, kept=kept, status=409, stale=stale, problem=problem)


@require_POST
@staff_page("edit_fields")
@takes_files(UploadLimits())
def change(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/change/`: another answer in one field."""
    opened = open_request(request, number)
    data = with_files(request, lambda: opened.form_of(request.POST.get("edit", "")))
    return while_publishing(opened, lambda page: _change(request, page, data), lambda: open_request(request, number))


def _change(request: PersonRequest, opened: DeskRequest, data: QueryDict) -> HttpResponse:
    key, number, sent = request.POST.get("edit", ""), opened.row.number, opened.sent_form(request, data)
    editing = opened.editing(key, data)
    if editing is None:
        if not sent.was_asked(key):
            raise Http404
        return render_request(request, opened, problem=_CLOSED_FIELD, kept=sent.kept(), status=409)
    changed = sent.changed(editing.form)
    if changed or not editing.form.is_valid():
        return render_request(request, opened, editing=editing, changed=changed, status=409 if changed else 400)
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
        return render_request(
            request, open_request(request, number), problem=_CLOSED_FIELD, kept=sent.kept(), status=403
        )
    return back_to(request, number, "fields")


_CANNOT_MOVE = "This move is not possible from here. Nothing was written."
_GIVEN_AWAY = "Given. It is no longer among the requests that you see."
_MAY_NOT_WRITE = "Your role may not write here. Nothing was sent."
_CLOSED_FIELD = "This field can no longer be changed in this status."
