"""`/desk/setup/`: the request types, their order, their words; each with its fields at `/desk/setup/types/KEY/`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.document.base import MAX_TEXT
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Operation, Order, Remove
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.values import in_use, items_of
from portal_core.config.queries import ever_published
from portal_core.desk.setup.controls import Control, Pick, Switch, label_text, letter_text, long_text, sign
from portal_core.desk.setup.flows.beginnings import two_statuses
from portal_core.desk.setup.frame import name_of, offered_of, order_of, setup_page, words
from portal_core.desk.setup.keys import new_key, typed_name
from portal_core.desk.setup.live_form import live_form_of
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.namesakes import alike_heads, alike_words
from portal_core.desk.setup.placing import words_of_title
from portal_core.desk.setup.retiring import split, take_out_or_back
from portal_core.desk.setup.saving import answer_sheet, do_edit, posted
from portal_core.desk.setup.sheet import Sheet
from tenants.framing import with_frame
from tenants.shell import NavItem

# Instead of a flow: statuses of its own. No key begins with a dash.
OWN: Final = "-own"


@dataclass(frozen=True)
class TypeLine:
    """One line of the list of types."""

    key: str
    name: str
    icon: str
    group: str
    is_retired: bool
    is_changed: bool
    # In the draft alone: taken out, it is gone.
    is_new: bool = False
    is_alike: bool = False


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """All request types, in the order in which customers see them."""
    draft = current()
    alike = alike_heads(draft, "types")
    lines = [_line(draft, head, is_alike=head["key"] in alike) for head in draft.heads("types")]
    bound = [str(flow["key"]) for flow in draft.items("flows") if _names_questions(flow)]
    flows = offered_of(draft, "flows")
    context = {
        **split(lines),
        "flows": [(key, name, key in bound) for key, name in flows],
        "begins_with": next((key for key, _name in flows if key not in bound), OWN),
    }
    return setup_page(request, "setup/types.html", draft, context, parts=order_of(draft, "types"))


def _names_questions(flow: Mapping[str, JsonValue]) -> bool:
    """Whether its ways or asks need questions that a blank form does not have."""
    asks = [ask for status in in_use(flow.get("statuses")) for ask in items_of(status.get("asks"))]
    return any(move.get("must_fill") for move in items_of(flow.get("transitions"))) or any(map(_fields, asks))


def _fields(ask: Mapping[str, JsonValue]) -> JsonValue:
    return ask.get("fields")


def _line(draft: Draft, head: Mapping[str, JsonValue], *, is_alike: bool) -> TypeLine:
    key, icon = str(head["key"]), head.get("icon")
    return TypeLine(
        key,
        name_of(head, draft),
        icon if isinstance(icon, str) else "list",
        words(head.get("group"), draft),
        bool(head.get("retired")),
        f"types.{key}" in draft.changed,
        is_new=draft.live.head(f"types.{key}") is None,
        is_alike=is_alike,
    )


@require_POST
@staff_page("manage_setup")
def add(request: PersonRequest) -> HttpResponse:
    """A new type: blank with a flow or statuses of its own, or a copy of another one."""
    draft = current()
    name = typed_name(request.POST)
    source = draft.item("types", request.POST.get("copy", ""))
    flow = draft.item("flows", request.POST.get("flow", ""))
    operations: list[Operation] = []
    if source is None and request.POST.get("flow") == OWN:
        own = new_key(name, taken_keys(draft, "flows"), fallback="flow")
        flow = {**two_statuses(draft), "key": own, "name": name}
        operations.append(Insert(("flows",), flow))
    if not name or (source is None and flow is None):
        return HttpResponseRedirect(f"{reverse('desk:setup')}?missing=1#add")
    key = new_key(name, taken_keys(draft, "types"), fallback="type")
    item = _copy(source, key, name) if source is not None else _blank(flow or {}, key, name)
    operations.append(Insert(("types",), item))
    return do_edit(
        request,
        reverse("desk:setup_type", args=[key]),
        lambda: edit(actor=request.actor, operations=operations, title=f"New request type “{name}”"),
    )


def _copy(source: dict[str, JsonValue], key: str, name: str) -> dict[str, JsonValue]:
    return {**source, "key": key, "name": name, "fields": [*in_use(source.get("fields"))], "retired": False}


def _blank(flow: Mapping[str, JsonValue], key: str, name: str) -> dict[str, JsonValue]:
    first = next((status["key"] for status in in_use(flow.get("statuses")) if not status.get("outcome")), "")
    return {"key": key, "name": name, "flow": flow.get("key"), "start": first}


def taken_keys(draft: Draft, collection: str) -> set[str]:
    """Every key that a list at the top has, or had in any version."""
    return {*draft.keys(collection), *ever_published(collection)}


@require_POST
@staff_page("manage_setup")
def order(request: PersonRequest) -> HttpResponse:
    """Another place in the list for one type."""
    keys = moved(current().keys("types"), request.POST.get("key", ""), request.POST.get("to", ""))
    return do_edit(
        request,
        reverse("desk:setup"),
        lambda: edit(actor=request.actor, operations=[Order(("types",), keys)], title="Order of the request types"),
    )


@require_POST
@staff_page("manage_setup")
def retire(request: PersonRequest, type_key: str) -> HttpResponse:
    """Retires a type or brings it back; one that was never live goes altogether."""
    draft = current()
    item = _item(draft, type_key)
    name, is_back = name_of(item, draft), bool(item.get("retired"))
    operation = take_out_or_back(draft, ("types", type_key))
    title = f"“{name}” is offered again" if is_back else f"“{name}” is not offered any more"
    title = f"“{name}” is deleted" if isinstance(operation, Remove) else title
    return do_edit(
        request,
        reverse("desk:setup"),
        lambda: edit(actor=request.actor, operations=[operation], title=title),
        f"{title}.",
    )


def _item(draft: Draft, type_key: str) -> dict[str, JsonValue]:
    item = draft.item("types", type_key)
    if item is None:
        raise Http404
    return item


def opening_controls(draft: Draft, item: dict[str, JsonValue]) -> tuple[Control, ...]:
    """What customers read of a type before and after they fill it in."""
    title = label_text("title", ("title",), "What a request is called", "In lists and mails: put an answer in.")
    return (
        label_text("name", ("name",), "Name", required=True),
        long_text(
            "description",
            ("description",),
            "Description",
            "One line under the name, where customers choose.",
            rows=2,
        ),
        label_text("group", ("group",), "Group", "Types of one group stand together."),
        sign("icon", ("icon",)),
        replace(title, max_length=MAX_TEXT, offers=words_of_title(draft, item)),
        letter_text("before", ("before",), "Before the form", "What customers should know or have at hand.", rows=5),
        letter_text("after", ("after",), "After sending", "What happens next.", rows=5),
        Pick(
            name="who",
            path=("for", "who"),
            label="Who may use it",
            choices=(("everybody", "Everybody"), ("signed_in", "Those who have an account")),
            default="everybody",
        ),
        Switch(
            name="again", path=("again",), label="Can be asked for again in one click", help="With the same answers."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def opening(request: PersonRequest, type_key: str) -> HttpResponse:
    """`words/`: name, description, texts before and after, who may use it."""
    draft = current()
    item = _item(draft, type_key)
    name = name_of(item, draft)
    sheet = Sheet(opening_controls(draft, item), draft, ("types", type_key), name, posted(request))
    back = reverse("desk:setup_type_words", args=[type_key])
    return answer_sheet(request, sheet, back, lambda again, status: _opening_page(request, again, type_key, status))


def _opening_page(request: PersonRequest, sheet: Sheet, type_key: str, status: int) -> HttpResponse:
    context = {"sheet": sheet, "form": sheet, **type_head(sheet.draft, type_key, "words"), **live_form_of(type_key)}
    parts = (f"types.{type_key}",)
    return with_frame(setup_page(request, "setup/type_words.html", sheet.draft, context, parts=parts, status=status))


def type_head(draft: Draft, type_key: str, here: str) -> dict[str, object]:
    """The head that all pages of one type have: its name, and its parts as tabs."""
    item = _item(draft, type_key)
    flow_key = str(item.get("flow"))
    flow = draft.item("flows", flow_key) or {}
    count = len(in_use(item.get("fields")))
    told = f"{reverse('desk:setup_notifications')}?{urlencode({'flow': flow_key})}"
    handling = reverse("desk:setup_type_handling", args=[type_key])
    # Where its statuses are gone, others are chosen.
    statuses = reverse("desk:setup_flow", args=[flow_key]) if flow else f"{handling}#other-flow"
    tabs = (
        NavItem("Fields", reverse("desk:setup_type", args=[type_key]), current=here == "fields", count=count),
        NavItem("Statuses", statuses, count=len(in_use(flow.get("statuses")))),
        NavItem("Wording", reverse("desk:setup_type_words", args=[type_key]), current=here == "words"),
        NavItem("Who handles", handling, current=here == "handling"),
        NavItem("Notifications", told),
    )
    return {
        "type_key": type_key,
        "type_name": name_of(item, draft),
        "is_retired": bool(item.get("retired")),
        "alike": alike_words("request type") if type_key in alike_heads(draft, "types") else "",
        "tabs": tabs,
        "flow_key": flow_key,
        "flow_name": name_of(flow, draft),
    }
