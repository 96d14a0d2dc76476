"""`/desk/setup/flows/FLOW/`: the flow as a picture, the table of its statuses, and the contract of the picked one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import current
from portal_core.config.draft.values import items_of, strings_of
from portal_core.config.live import usual_hours
from portal_core.desk.setup.flows.asks import AskLine, ask_lines
from portal_core.desk.setup.flows.card import card
from portal_core.desk.setup.flows.conditions import LISTS
from portal_core.desk.setup.flows.controls import rearranged
from portal_core.desk.setup.flows.drawing import Node, Way, draw
from portal_core.desk.setup.flows.moves import MoveLine, move_lines
from portal_core.desk.setup.flows.problems import Finding, Findings, findings
from portal_core.desk.setup.flows.reading import FlowView, Item
from portal_core.desk.setup.flows.slim import slim_document
from portal_core.desk.setup.flows.status_sheet import StatusSheet, placeholders
from portal_core.desk.setup.flows.wording import ASK_KINDS, by_itself, listed, usually
from portal_core.desk.setup.frame import name_of, setup_page, words
from portal_core.desk.setup.retiring import split
from portal_core.desk.setup.saving import answer_sheet
from portal_core.service_requests.impact import open_in

_WAITING = {"us": "Us", "customer": "Customer", "nobody": "Nobody"}


@dataclass(frozen=True)
class StatusLine:
    """One line of the table. It can be drawn by `glyph`, as any status."""

    key: str
    name: str
    customer_name: str
    team: str
    turn: str
    waiting: str
    usually: str
    mail: str
    outcome: str
    progress: int
    count: int
    starts: str
    findings: int
    is_retired: bool
    is_changed: bool
    is_picked: bool


@dataclass(frozen=True)
class InWords:
    """Where one can go from a status, for those who do not see the picture."""

    name: str
    ways: list[str]


@dataclass(frozen=True)
class Picked:
    """All about the picked status."""

    key: str
    line: StatusLine
    sheet: StatusSheet
    asks: list[AskLine]
    moves: list[MoveLine]
    leads: list[tuple[str, str]]
    findings: list[Finding]
    usual_days: str


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest, flow_key: str) -> HttpResponse:
    """The page with its first status picked."""
    flow = FlowView.of(current(), flow_key)
    first = flow.in_use[0] if flow.in_use else None
    return page(request, flow, str(first["key"]) if first else "", None, is_chosen=False)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def status(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """The same with one status picked; POST saves its contract."""
    flow = FlowView.of(current(), flow_key)
    flow.status(status_key)
    if request.method != "POST":
        return page(request, flow, status_key, None)
    sheet = StatusSheet(flow, status_key, rearranged(request.POST))
    back = f"{status_href(flow, status_key)}#{_anchor(request.POST)}"
    return answer_sheet(request, sheet, back, lambda again, code: page(request, flow, status_key, sheet, code))


def _anchor(sent: QueryDict) -> str:
    """Where one goes on: at the list in which a rule was moved, else at the top of the panel."""
    name = sent.get("move", "").partition("-")[0]
    return name.replace("_", "-") if name in LISTS else "panel"


@gzip_page
@require_safe
@staff_page("manage_setup")
def drawing(request: PersonRequest, flow_key: str) -> HttpResponse:
    """The picture and all else that follows from the draft, for a page that stands open; `status` is the picked one.

    Packed: a tenth is sent, again after each edit. Nothing in it is secret but the token of its forms, which Django
    writes anew each time, so that its length tells nothing (BREACH).
    """
    flow = FlowView.of(current(), flow_key)
    followed, found = _followed(flow, request.GET.get("status", ""))
    picked = next((line for line in followed["lines"] if line.is_picked), None)
    context = {"flow": flow, **followed, "picked_findings": found.of(picked.key) if picked else []}
    return render(request, "setup/_flow_again.html", context)


def status_href(flow: FlowView, status_key: str) -> str:
    """The address of one status."""
    return reverse("desk:setup_status", args=[flow.key, status_key])


def page(
    request: PersonRequest,
    flow: FlowView,
    status_key: str,
    sheet: StatusSheet | None,
    code: int = 200,
    *,
    is_chosen: bool = True,
) -> HttpResponse:
    """The whole page. `is_chosen`: somebody has picked the status; else it is the first, shown for a start."""
    followed, found = _followed(flow, status_key)
    picked = next((line for line in (*followed["lines"], *followed["retired"]) if line.is_picked), None)
    shown = None if picked is None else _picked(flow, picked, sheet, found)
    context = {
        "flow": flow,
        "used_by": listed(flow.type_names),
        **followed,
        "picked": shown,
        "placeholders": placeholders(flow),
        "targets": flow.status_choices(but=status_key),
        "befores": _befores(flow, status_key if is_chosen else ""),
        "ask_kinds": ASK_KINDS,
        "document_kinds": flow.named("document_kinds"),
        "beginners": _beginners(flow, status_key),
        "sheet": shown and shown.sheet,
        "form": sheet,
    }
    return setup_page(request, "setup/flow.html", flow.draft, context, parts=(flow.part,), status=code)


def _befores(flow: FlowView, chosen: str) -> list[tuple[str, str, bool]]:
    """After which statuses a new one can come, and whether it is proposed: the one that was picked, or the last."""
    keys = [str(status["key"]) for status in flow.may_go_on]
    proposed = chosen if chosen in keys else "".join(keys[-1:])
    return [(key, flow.status_name(key), key == proposed) for key in keys]


def _followed(flow: FlowView, status_key: str) -> tuple[dict[str, Any], Findings]:
    """What a page says of the draft, and says anew after each edit. Any: the context of a template."""
    counts = open_in([str(item["key"]) for item in flow.types])
    document = slim_document(flow)
    found = findings(flow, document)
    lines = [_line(flow, item, counts, found, status_key) for item in flow.statuses]
    is_known = any(line.is_picked for line in lines)
    return {
        "standing": sum(counts.values()),
        **split(lines),
        "gone": _gone(flow, counts),
        "drawing": draw(_nodes(lines), _ways(flow)),
        "in_words": _in_words(flow),
        "general": found.of(""),
        "findings": [one for one in found.all if one.status not in ("", status_key)],
        "card": card(document, status_key) if is_known else None,
    }, found


def _beginners(flow: FlowView, status_key: str) -> list[tuple[str, str]]:
    """The types that could begin in a status and do not."""
    item = next((item for item in flow.in_use if item["key"] == status_key), None)
    if item is None or item.get("outcome"):
        return []
    return [(str(kind["key"]), name_of(kind, flow.draft)) for kind in flow.types if kind.get("start") != status_key]


def _picked(flow: FlowView, line: StatusLine, sheet: StatusSheet | None, found: Findings) -> Picked:
    item = flow.status(line.key)
    return Picked(
        line.key,
        line,
        sheet or StatusSheet(flow, line.key),
        ask_lines(flow, item),
        move_lines(flow, line.key),
        [(flow.status_name(key), when) for key, when in by_itself(flow, item)],
        found.of(line.key),
        _usual(flow, line.key),
    )


def _usual(flow: FlowView, status_key: str) -> str:
    """How long requests really stood here lately; "" while there are too few cases."""
    hours = [usual_hours(str(item["key"]), status_key) for item in flow.types]
    longest = max((number for number in hours if number is not None), default=None)
    if longest is None:
        return ""
    if longest < 48:
        return "1 hour" if longest == 1 else f"{longest} hours"
    return f"{round(longest / 24, 1):g} days"


def _line(flow: FlowView, item: Item, counts: Mapping[str, int], found: Findings, picked: str) -> StatusLine:
    key, turn = str(item["key"]), str(item.get("turn") or "us")
    if item.get("outcome"):
        turn = "nobody"
    rules = items_of(item.get("handler"))
    teams = dict(flow.named("teams"))
    names = [teams.get(str(rule.get("team")), "") for rule in rules]
    starts = flow.starts(key)
    return StatusLine(
        key=key,
        name=name_of(item, flow.draft),
        customer_name=words(item.get("customer_name"), flow.draft),
        team=" or ".join(dict.fromkeys(name for name in names if name)),
        turn=turn,
        waiting=_WAITING[turn] if item.get("turn") else "",
        usually=usually(item),
        mail=_mail(item),
        outcome=str(item.get("outcome") or ""),
        progress=_progress(flow, item),
        count=counts.get(key, 0),
        starts=listed(starts),
        findings=found.by_status.get(key, 0),
        is_retired=bool(item.get("retired")),
        is_changed=flow.draft.live_value(flow.status_path(key)) != item,
        is_picked=key == picked,
    )


def _mail(item: Item) -> str:
    """When the customer gets a mail on arriving here: now, daily, or not at all."""
    for rule in items_of(item.get("notify")):
        if rule.get("who") == "customer" and rule.get("when", "now") != "never":
            return str(rule.get("when", "now"))
    return ""


def _progress(flow: FlowView, item: Item) -> int:
    """As the portal counts it: by the bars of the course."""
    if item.get("outcome"):
        return 100
    keys = [step["key"] for step in flow.steps]
    step: JsonValue = item.get("step")
    return max(10, min(90, round((keys.index(step) + 0.5) / len(keys) * 100))) if step in keys else 10


def _nodes(lines: list[StatusLine]) -> list[Node]:
    return [
        Node(line.key, line.name, line.turn, line.outcome, line.count, line.progress, line.is_picked)
        for line in lines
        if not line.is_retired
    ]


def _ways(flow: FlowView) -> list[Way]:
    chosen = [Way(origin, str(move.get("to"))) for move in flow.transitions for origin in strings_of(move.get("from"))]
    automatic = [
        Way(str(item["key"]), target, is_automatic=True)
        for item in flow.in_use
        for target, _when in by_itself(flow, item)
    ]
    both = {(way.origin, way.target) for way in chosen}
    return [*chosen, *(way for way in automatic if (way.origin, way.target) not in both)]


def _in_words(flow: FlowView) -> list[InWords]:
    found = []
    for item in flow.in_use:
        key = str(item["key"])
        ways = [f"to {line.to_name} {line.rule}" for line in move_lines(flow, key)]
        ways += [f"to {flow.status_name(target)} {when}" for target, when in by_itself(flow, item)]
        found.append(InWords(name_of(item, flow.draft), ways))
    return found


def _gone(flow: FlowView, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Statuses out of use in which requests stand: publishing asks where they go."""
    live = items_of(flow.draft.live_value((*flow.path, "statuses")))
    names = {str(item["key"]): name_of(item, flow.draft) for item in live}
    in_use = {str(item["key"]) for item in flow.in_use}
    return [(names.get(key, flow.status_name(key)), count) for key, count in counts.items() if key not in in_use]
