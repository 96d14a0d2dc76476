"""Statuses are added, copied, put in order, taken out and brought back; requests begin in one of them."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Operation, Order, Set
from portal_core.config.draft.reading import current
from portal_core.config.draft.values import strings_of
from portal_core.config.queries import ever_published
from portal_core.desk.setup.flows.reading import FlowView
from portal_core.desk.setup.frame import name_of
from portal_core.desk.setup.keys import new_key, typed_name
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.retiring import take_out_or_back
from portal_core.desk.setup.saving import do_edit


@require_POST
@staff_page("manage_setup")
def add(request: PersonRequest, flow_key: str) -> HttpResponse:
    """A new status: blank (`turn`), or a `copy` of another one with the ways that lead from it.

    It comes `after` another one: agents move on to it from there, and a blank one goes on where that one goes on, with
    the same people, since nobody should have to say what is the same as before.
    """
    flow = FlowView.of(current(), flow_key)
    name = typed_name(request.POST)
    if not name:
        messages.error(request, "A status needs a name: two words that staff use, such as “Part on order”.")
        return HttpResponseRedirect(f"{reverse('desk:setup_flow', args=[flow_key])}#add")
    key = new_key(name, _taken(flow), fallback="status")
    source = next((s for s in flow.statuses if s["key"] == request.POST.get("copy")), None)
    before = next((s for s in flow.may_go_on if s["key"] == request.POST.get("after")), None)
    item = _blank(request.POST.get("turn", ""), before) if source is None else _copied(source)
    place = _place(flow, None if item.get("outcome") else before)
    operations: list[Operation] = [Insert((*flow.path, "statuses"), {**item, "key": key, "name": name}, place)]
    like = source or (None if item.get("outcome") else before)
    ways: list[JsonValue] = [*flow.transitions] if like is None else _with_copy(flow, str(like["key"]), key)
    if before is not None:
        ways = [*ways, {"from": [before["key"]], "to": key, "by": ["agent"]}]
    operations += [Set((*flow.path, "transitions"), ways)] if ways != flow.transitions else []
    title = f"{flow.name}: new status “{name}”"
    return do_edit(
        request,
        f"{reverse('desk:setup_status', args=[flow_key, key])}#panel",
        lambda: edit(actor=request.actor, operations=operations, title=title),
    )


def _taken(flow: FlowView) -> set[str]:
    return {*ever_published(*flow.path, "statuses"), *(str(status["key"]) for status in flow.statuses)}


def _blank(turn: str, before: Mapping[str, JsonValue] | None) -> dict[str, JsonValue]:
    if turn in ("done", "stopped"):
        return {"turn": "nobody", "outcome": turn}
    handlers = {} if before is None else {name: before[name] for name in ("handler", "step") if before.get(name)}
    return {"turn": turn if turn in ("us", "customer") else "us", **handlers}


def _copied(source: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in source.items() if name not in ("key", "name", "retired")}


def _place(flow: FlowView, before: Mapping[str, JsonValue] | None) -> int:
    """Behind the one `before`, else before the first status in which requests end: there a new one belongs."""
    for number, status in enumerate(flow.statuses):
        if status.get("outcome") if before is None else status["key"] == before["key"]:
            return number if before is None else number + 1
    return len(flow.statuses)


def _with_copy(flow: FlowView, source: str, key: str) -> list[JsonValue]:
    ways: list[JsonValue] = []
    for way in flow.transitions:
        starts = strings_of(way.get("from"))
        ways.append({**way, "from": [*starts, key]} if source in starts else way)
    return ways


@require_POST
@staff_page("manage_setup")
def order(request: PersonRequest, flow_key: str) -> HttpResponse:
    """Another place for one status (`key`, `to`)."""
    flow = FlowView.of(current(), flow_key)
    in_use = [str(status["key"]) for status in flow.in_use]
    keys = moved(in_use, request.POST.get("key", ""), request.POST.get("to", ""))
    path = (*flow.path, "statuses")
    title = f"{flow.name}: order of the statuses"
    back = f"{reverse('desk:setup_flow', args=[flow_key])}#list"
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=[Order(path, keys)], title=title))


@require_POST
@staff_page("manage_setup")
def retire(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """Takes a status out with the ways to and from it, or brings it back; one that was never live goes altogether."""
    flow = FlowView.of(current(), flow_key)
    status = flow.status(status_key)
    name = name_of(status, flow.draft)
    path = flow.status_path(status_key)
    if status.get("retired"):
        operations = [take_out_or_back(flow.draft, path)]
        title, told = f"{flow.name}: “{name}” is back", f"“{name}” is back. Ways to and from it have to be added."
        back = f"{reverse('desk:setup_status', args=[flow_key, status_key])}#panel"
    else:
        begun = flow.starts(status_key)
        if begun:
            messages.error(request, f"{' and '.join(begun)} begin here. Let them begin in another status first.")
            return HttpResponseRedirect(f"{reverse('desk:setup_status', args=[flow_key, status_key])}#panel")
        operations = [take_out_or_back(flow.draft, path)]
        ways = _without(flow, status_key)
        operations += [Set((*flow.path, "transitions"), ways or None)] if ways != flow.transitions else []
        title, told = f"{flow.name}: “{name}” is taken out", f"“{name}” is taken out, with the ways to and from it."
        back = reverse("desk:setup_flow", args=[flow_key])
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=operations, title=title), told)


def _without(flow: FlowView, key: str) -> list[JsonValue]:
    ways: list[JsonValue] = []
    for way in flow.transitions:
        starts: list[JsonValue] = [start for start in strings_of(way.get("from")) if start != key]
        if way.get("to") != key and starts:
            ways.append({**way, "from": starts})
    return ways


@require_POST
@staff_page("manage_setup")
def begin(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """Lets the requests of a type (`type`) begin in this status."""
    flow = FlowView.of(current(), flow_key)
    flow.status(status_key)
    kind = next((item for item in flow.types if item["key"] == request.POST.get("type")), None)
    back = f"{reverse('desk:setup_status', args=[flow_key, status_key])}#panel"
    if kind is None:
        return HttpResponseRedirect(back)
    name = name_of(kind, flow.draft)
    operation = Set(("types", str(kind["key"]), "start"), status_key)
    title = f"{name} begins in “{flow.status_name(status_key)}”"
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=[operation], title=title), f"{title}.")
