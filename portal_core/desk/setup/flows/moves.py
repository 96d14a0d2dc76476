"""The ways that people can choose: from a status to another, by whom, what must be filled in first.

Ways have no keys of their own: an address names one by its number, and every form carries a mark of what the way was,
so that nobody changes another one than they saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.draft.values import strings_of
from portal_core.desk.setup.controls import Control, Several, Switch, label_text
from portal_core.desk.setup.flows.controls import OneOf
from portal_core.desk.setup.flows.reading import FlowView, Item
from portal_core.desk.setup.flows.wording import by_itself, mark_of, move_words
from portal_core.desk.setup.frame import setup_page, words
from portal_core.desk.setup.saving import Keyless, answer_keyless, do_edit, mark_to_show, part_answer, posted
from portal_core.desk.setup.sheet import Sheet


@dataclass(frozen=True)
class MoveLine:
    """One way, as it reads at the status where it starts."""

    position: int
    mark: str
    to: str
    to_name: str
    label: str
    rule: str
    is_changed: bool


def move_lines(flow: FlowView, status_key: str) -> list[MoveLine]:
    """The ways from one status, in their order."""
    live = flow.draft.live_value((*flow.path, "transitions"))
    before = live if isinstance(live, list) else []
    return [
        _line(flow, position, move, is_changed=move not in before)
        for position, move in enumerate(flow.transitions)
        if status_key in strings_of(move.get("from"))
    ]


def _line(flow: FlowView, position: int, move: Item, *, is_changed: bool) -> MoveLine:
    to = str(move.get("to"))
    return MoveLine(
        position,
        mark_of(move),
        to,
        flow.status_name(to),
        words(move.get("label"), flow.draft),
        move_words(flow, move),
        is_changed,
    )


@require_POST
@staff_page("manage_setup")
def add(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """A new way from a status `to` another, for staff, the customer or both (`by`)."""
    flow = FlowView.of(current(), flow_key)
    flow.status(status_key)
    to = request.POST.get("to", "")
    known = dict(flow.status_choices(but=status_key))
    by: list[JsonValue] = [key for key, _name in flow.roles if key in request.POST.getlist("by")]
    back = f"{reverse('desk:setup_status', args=[flow_key, status_key])}#ways"
    if to not in known or not by:
        messages.error(request, "Choose where the way leads, and who may go it.")
        return _part(request, flow_key, status_key) if request.htmx else HttpResponseRedirect(back)
    move: dict[str, JsonValue] = {"from": [status_key], "to": to, "by": by}
    title = f"{flow.name}: way from {flow.status_name(status_key)} to {known[to]}"
    answer = _save(request, flow, [*flow.transitions, move], title, back)
    return _part(request, flow_key, status_key) if request.htmx else answer


def _part(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """The ways from a status as they are now, for the page's script; with why nothing was done, where nothing was."""
    flow = FlowView.of(current(), flow_key)
    context = {
        "flow_key": flow_key,
        "status_key": status_key,
        "status_name": flow.status_name(status_key),
        "moves": move_lines(flow, status_key),
        "leads": [(flow.status_name(key), when) for key, when in by_itself(flow, flow.status(status_key))],
        "targets": flow.status_choices(but=status_key),
    }
    return part_answer(request, "setup/_status_ways.html", context)


@require_POST
@staff_page("manage_setup")
def remove(request: PersonRequest, flow_key: str, position: int) -> HttpResponse:
    """Takes a way out; from one status (`status`) alone where it starts in several."""
    flow = FlowView.of(current(), flow_key)
    status_key = request.POST.get("status", "")
    back = _back(flow, status_key)
    is_part = bool(request.htmx) and any(status["key"] == status_key for status in flow.statuses)
    move = _marked(request, flow, position)
    if move is None:
        return _part(request, flow_key, status_key) if is_part else HttpResponseRedirect(back)
    left: list[JsonValue] = [key for key in strings_of(move.get("from")) if status_key and key != status_key]
    moves: list[dict[str, JsonValue]] = []
    for place, other in enumerate(flow.transitions):
        if place != position:
            moves.append(other)
        elif left:
            moves.append({**other, "from": left})
    title = f"{flow.name}: no way to {flow.status_name(move.get('to'))}"
    answer = _save(request, flow, moves, title, back)
    return _part(request, flow_key, status_key) if is_part else answer


def _save(request: PersonRequest, flow: FlowView, moves: Sequence[Item], title: str, back: str) -> HttpResponse:
    listed: list[JsonValue] = [dict(move) for move in moves]
    path = (*flow.path, "transitions")
    return do_edit(
        request,
        back,
        lambda: edit(
            actor=request.actor,
            operations=[Set(path, listed or None)],
            title=title,
            expected_revision=flow.draft.revision,
        ),
    )


def _marked(request: PersonRequest, flow: FlowView, position: int) -> Item | None:
    """The way that a form means; None, with a word about it, where it is not what it was."""
    move = flow.transitions[position] if position < len(flow.transitions) else None
    way = Keyless("" if move is None else mark_of(move), "ways", "")
    return move if way.is_meant(request) else None


def _back(flow: FlowView, status_key: str) -> str:
    if any(status["key"] == status_key for status in flow.statuses):
        return f"{reverse('desk:setup_status', args=[flow.key, status_key])}#ways"
    return reverse("desk:setup_flow", args=[flow.key])


def _controls(flow: FlowView, move: Item) -> list[Control]:
    picked = [*strings_of(move.get("from")), str(move.get("to"))]
    statuses = dict(flow.status_choices())
    statuses |= {key: "a status that is gone" for key in picked if key not in statuses}
    roles = dict(flow.roles)
    roles |= {key: "a role that is gone" for key in strings_of(move.get("by")) if key not in roles}
    return [
        Several(name="from", path=("from",), label="From", choices=list(statuses.items()), required=True),
        OneOf(name="to", path=("to",), label="To", choices=list(statuses.items()), required=True),
        label_text("label", ("label",), "What the button says", "Without words of its own, the name of the status."),
        Several(name="by", path=("by",), label="Who may go it", choices=list(roles.items()), required=True),
        Several(
            name="must_fill",
            path=("must_fill",),
            label="What must be filled in first",
            choices=flow.field_choices(strings_of(move.get("must_fill"))),
            help="Questions that every request type of these statuses asks.",
        ),
        Switch(
            name="ask_reason",
            path=("ask_reason",),
            label="A few words are asked for",
            help="A reason, the question or the answer itself: customers read it.",
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest, flow_key: str, position: int) -> HttpResponse:
    """One way: `/desk/setup/flows/FLOW/ways/NUMBER/`; `?status=` is where one came from."""
    flow = FlowView.of(current(), flow_key)
    if position >= len(flow.transitions):
        raise Http404
    sheet = _sheet(flow, position, posted(request))
    back = _back(flow, request.POST.get("status", ""))
    way = Keyless(mark_of(flow.transitions[position]), "ways", back)
    return answer_keyless(request, sheet, way, lambda code: _page(request, flow, position, sheet, code))


def _sheet(flow: FlowView, position: int, data: QueryDict | None) -> Sheet:
    move = flow.transitions[position]
    title = f"{flow.name}, way to {flow.status_name(move.get('to'))}"
    return Sheet(_controls(flow, move), flow.draft, (*flow.path, "transitions", str(position)), title, data)


def _page(request: PersonRequest, flow: FlowView, position: int, sheet: Sheet, status: int) -> HttpResponse:
    move = flow.transitions[position]
    status_key = (request.GET if request.method != "POST" else request.POST).get("status", "")
    context = {
        "flow": flow,
        "line": _line(flow, position, move, is_changed=False),
        "mark": mark_to_show(request, mark_of(move)),
        "status_key": status_key,
        "sheet": sheet,
        "form": sheet,
        "back_href": _back(flow, status_key),
    }
    return setup_page(request, "setup/flow_way.html", flow.draft, context, parts=(flow.part,), status=status)
