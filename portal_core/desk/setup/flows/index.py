"""`/desk/setup/flows/`: the flows, and which request types go through each."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Remove, Set
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.values import items_of
from portal_core.desk.setup.flows.beginnings import two_statuses
from portal_core.desk.setup.flows.reading import FlowView
from portal_core.desk.setup.frame import language_of, name_of, order_of, setup_page
from portal_core.desk.setup.keys import new_key, typed_name
from portal_core.desk.setup.namesakes import alike_heads
from portal_core.desk.setup.retiring import split, take_out_or_back
from portal_core.desk.setup.saving import do_edit
from portal_core.desk.setup.types import taken_keys


@dataclass(frozen=True)
class FlowLine:
    """One line of the list."""

    key: str
    name: str
    types: list[str]
    is_retired: bool
    is_changed: bool
    # In the draft alone: taken out, it is gone.
    is_new: bool = False
    is_alike: bool = False


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The list; no flow is read whole."""
    draft = current()
    alike = alike_heads(draft, "flows")
    lines = [_line(draft, head, is_alike=head["key"] in alike) for head in draft.heads("flows")]
    context = {
        **split(lines),
        "is_missing": "missing" in request.GET,
    }
    return setup_page(request, "setup/flows.html", draft, context, parts=order_of(draft, "flows"))


def _line(draft: Draft, head: Mapping[str, JsonValue], *, is_alike: bool) -> FlowLine:
    key = str(head["key"])
    users = [kind for kind in draft.heads("types") if kind.get("flow") == key and not kind.get("retired")]
    names = [name_of(kind, draft) for kind in users]
    is_new, is_changed = draft.live.head(f"flows.{key}") is None, f"flows.{key}" in draft.changed
    return FlowLine(key, name_of(head, draft), names, bool(head.get("retired")), is_changed, is_new, is_alike)


@require_POST
@staff_page("manage_setup")
def add(request: PersonRequest) -> HttpResponse:
    """A new flow: a copy of another one, or the two statuses that every flow needs."""
    draft = current()
    name = typed_name(request.POST)
    if not name:
        return HttpResponseRedirect(f"{reverse('desk:setup_flows')}?missing=1#add")
    key = new_key(name, taken_keys(draft, "flows"), fallback="flow")
    source = draft.item("flows", request.POST.get("copy", ""))
    item = two_statuses(draft) if source is None else _copy(source)
    return do_edit(
        request,
        reverse("desk:setup_flow", args=[key]),
        lambda: edit(
            actor=request.actor,
            operations=[Insert(("flows",), {**item, "key": key, "name": name})],
            title=f"New statuses “{name}”",
        ),
    )


def _copy(source: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Everything but what is retired."""
    statuses: list[JsonValue] = [s for s in items_of(source.get("statuses")) if not s.get("retired")]
    return {**source, "statuses": statuses, "retired": False}


@require_POST
@staff_page("manage_setup")
def rename(request: PersonRequest, flow_key: str) -> HttpResponse:
    """Another name, in the portal's own language; staff alone read it."""
    draft = current()
    flow = FlowView.of(draft, flow_key)
    name = typed_name(request.POST)
    back = reverse("desk:setup_flow", args=[flow_key])
    if not name:
        messages.error(request, "A name is needed. The old one stays.")
        return HttpResponseRedirect(back)
    before = flow.item.get("name")
    texts: JsonValue = {**before, language_of(draft): name} if isinstance(before, dict) else name
    return do_edit(
        request,
        back,
        lambda: edit(
            actor=request.actor,
            operations=[Set((*flow.path, "name"), texts)],
            title=f"“{flow.name}” is called “{name}”",
        ),
        "Saved in the draft.",
    )


@require_POST
@staff_page("manage_setup")
def retire(request: PersonRequest, flow_key: str) -> HttpResponse:
    """Retires a flow that no type uses, or brings it back; one that was never live goes altogether."""
    draft = current()
    flow = FlowView.of(draft, flow_key)
    back, is_back = reverse("desk:setup_flows"), bool(flow.item.get("retired"))
    if flow.types and not is_back:
        messages.error(
            request, f"“{flow.name}” is used by {', '.join(flow.type_names)}. Give them other statuses first."
        )
        return HttpResponseRedirect(back)
    operation = take_out_or_back(draft, flow.path)
    title = f"“{flow.name}” is used again" if is_back else f"“{flow.name}” is taken out"
    title = f"“{flow.name}” is deleted" if isinstance(operation, Remove) else title
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=[operation], title=title), f"{title}.")
