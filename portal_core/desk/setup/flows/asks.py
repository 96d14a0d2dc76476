"""What is asked of the customer in a status: questions to fill in, documents, approvals, things to read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Operation, Order, Remove
from portal_core.config.draft.paths import keys_of
from portal_core.config.draft.reading import current
from portal_core.config.draft.values import items_of, strings_of
from portal_core.config.queries import ever_published
from portal_core.desk.setup.composing import When
from portal_core.desk.setup.controls import Control, Number, Several, Switch, label_text, long_text
from portal_core.desk.setup.flows.conditions import asked_in
from portal_core.desk.setup.flows.controls import OneOf
from portal_core.desk.setup.flows.reading import FlowView, Item
from portal_core.desk.setup.flows.wording import ASK_KINDS, ask_name
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.keys import new_key
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.saving import answer_sheet, do_edit, part_answer, posted
from portal_core.desk.setup.sentences import in_short
from portal_core.desk.setup.sheet import Sheet


@dataclass(frozen=True)
class AskLine:
    """One thing that is asked."""

    key: str
    name: str
    kind: str
    is_required: bool
    is_changed: bool


def ask_lines(flow: FlowView, status: Item) -> list[AskLine]:
    """All that is asked in a status, in order."""
    kinds = dict(ASK_KINDS)
    path = (*flow.status_path(str(status["key"])), "asks")
    return [
        AskLine(
            str(ask["key"]),
            ask_name(flow, ask),
            kinds.get(str(ask.get("do")), "Not available yet"),
            ask.get("required") is not False,
            flow.draft.live_value((*path, str(ask["key"]))) != ask,
        )
        for ask in items_of(status.get("asks"))
    ]


@require_POST
@staff_page("manage_setup")
def change(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """`do`: add (`kind`, `what`), remove (`key`); else `to` moves one."""
    flow = FlowView.of(current(), flow_key)
    status = flow.status(status_key)
    path = (*flow.status_path(status_key), "asks")
    back = f"{reverse('desk:setup_status', args=[flow_key, status_key])}#asks"
    typed, key = request.POST, request.POST.get("key", "")
    keys = keys_of(status.get("asks"))
    operation: Operation
    if typed.get("do") == "add":
        made = _made(flow, status, typed)
        if made is None:
            messages.error(request, "Say what is asked: a document needs its kind.")
            return HttpResponseRedirect(back)
        operation, back = Insert(path, made), reverse("desk:setup_ask", args=[flow_key, status_key, made["key"]])
    elif key not in keys:
        return _part(request, flow_key, status_key) if request.htmx else HttpResponseRedirect(back)
    elif typed.get("do") == "remove":
        operation = Remove((*path, key))
    else:
        operation = Order(path, moved(keys, key, typed.get("to", "")))
    title = f"{flow.name}, {flow.status_name(status_key)}: what is asked"
    answer = do_edit(request, back, lambda: edit(actor=request.actor, operations=[operation], title=title))
    return _part(request, flow_key, status_key) if request.htmx else answer


def _part(request: PersonRequest, flow_key: str, status_key: str) -> HttpResponse:
    """The list as it is now, for the page's script; with why nothing was done, where nothing was."""
    flow = FlowView.of(current(), flow_key)
    context = {
        "flow_key": flow_key,
        "status_key": status_key,
        "asks": ask_lines(flow, flow.status(status_key)),
        "ask_kinds": ASK_KINDS,
        "document_kinds": flow.named("document_kinds"),
    }
    return part_answer(request, "setup/_status_asks.html", context)


def _made(flow: FlowView, status: Item, typed: Mapping[str, str]) -> dict[str, JsonValue] | None:
    """A new ask of a kind, with what it cannot do without."""
    do, kind = typed.get("kind", ""), typed.get("document_kind", "")
    if do not in dict(ASK_KINDS) or (do == "upload" and kind not in dict(flow.named("document_kinds"))):
        return None
    before = ever_published(*flow.status_path(str(status["key"])), "asks")
    taken = {*keys_of(status.get("asks")), *before}
    return {"key": new_key(do, taken, fallback="ask"), "do": do, **({"document_kind": kind} if do == "upload" else {})}


def _controls(flow: FlowView, status: Item, ask: Item) -> list[Control]:
    made: list[Control] = [
        label_text("label", ("label",), "What is asked, in few words", "Without words of its own, what it asks for."),
        long_text("help", ("help",), "Why, or how", rows=2),
    ]
    made += _OF_KIND.get(str(ask.get("do")), _nothing)(flow, status, ask)
    made.append(
        Switch(
            name="required",
            path=("required",),
            label="It is needed to go on",
            help="What is not needed is offered, and nothing waits for it.",
            default=True,
        )
    )
    asked = asked_in(flow)
    if asked:
        made.append(When(name="when", path=("when",), label="Ask it", asked=asked))
    return made


def _nothing(flow: FlowView, status: Item, ask: Item) -> list[Control]:
    return []


def _fields(flow: FlowView, ask: Item, label: str) -> Control:
    choices = flow.field_choices(strings_of(ask.get("fields")))
    hint = "Questions that every request type of these statuses asks."
    return Several(name="fields", path=("fields",), label=label, choices=choices, help=hint)


def _documents(flow: FlowView, ask: Item, label: str) -> list[Control]:
    kinds = dict(flow.named("document_kinds"))
    kinds |= {key: "a kind that is gone" for key in strings_of(ask.get("documents")) if key not in kinds}
    if not kinds:
        return []
    return [Several(name="documents", path=("documents",), label=label, choices=list(kinds.items()))]


def _fill(flow: FlowView, status: Item, ask: Item) -> list[Control]:
    return [_fields(flow, ask, "What is filled in")]


def _upload(flow: FlowView, status: Item, ask: Item) -> list[Control]:
    kinds = dict(flow.named("document_kinds"))
    kinds.setdefault(str(ask.get("document_kind")), "a kind that is gone")
    choices = list(kinds.items())
    return [
        OneOf(name="document_kind", path=("document_kind",), label="Which document", choices=choices, required=True)
    ]


def _approve(flow: FlowView, status: Item, ask: Item) -> list[Control]:
    statuses = dict(flow.status_choices(but=str(status["key"])))
    for part in ("approved", "declined"):
        if ask.get(part):
            statuses.setdefault(str(ask[part]), "a status that is gone")
    choices = list(statuses.items())
    return [
        _fields(flow, ask, "What is approved"),
        *_documents(flow, ask, "Documents that are approved"),
        long_text(
            "consent", ("consent",), "Words of consent", "They stand in the history as the customer read them.", rows=2
        ),
        OneOf(
            name="approved", path=("approved",), label="Approved leads to", choices=choices, empty="when all is done"
        ),
        OneOf(
            name="declined", path=("declined",), label="Declined leads to", choices=choices, empty="cannot be declined"
        ),
        Number(
            name="expires_days",
            path=("expires_days",),
            label="Can be answered for so many days",
            help="Empty: as long as the request stands here.",
            min_value=1,
            max_value=3_650,
        ),
        Switch(name="ask_reason", path=("ask_reason",), label="Declining needs a reason"),
    ]


def _read(flow: FlowView, status: Item, ask: Item) -> list[Control]:
    return [
        long_text("text", ("text",), "What is read and confirmed", rows=4),
        *_documents(flow, ask, "Documents that are read"),
    ]


_OF_KIND: Final[Mapping[str, Callable[[FlowView, Item, Item], list[Control]]]] = {
    "fill": _fill,
    "upload": _upload,
    "approve": _approve,
    "read": _read,
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest, flow_key: str, status_key: str, ask_key: str) -> HttpResponse:
    """One thing that is asked: `statuses/STATUS/asks/ASK/`."""
    flow = FlowView.of(current(), flow_key)
    status = flow.status(status_key)
    ask = next((ask for ask in items_of(status.get("asks")) if ask["key"] == ask_key), None)
    if ask is None:
        raise Http404
    data = posted(request)
    title = f"{flow.name}, {flow.status_name(status_key)}, {ask_name(flow, ask)}"
    base = (*flow.status_path(status_key), "asks", ask_key)
    sheet = Sheet(_controls(flow, status, ask), flow.draft, base, title, data)
    href = reverse("desk:setup_ask", args=[flow_key, status_key, ask_key])

    def page(again: Sheet, code: int) -> HttpResponse:
        context = {
            "flow": flow,
            "name": ask_name(flow, ask),
            "kind": dict(ASK_KINDS).get(str(ask.get("do")), "Not available yet"),
            "status_name": flow.status_name(status_key),
            "when": in_short(ask.get("when"), asked_in(flow)),
            "sheet": again,
            "form": again,
            "action": href,
            "back_href": f"{reverse('desk:setup_status', args=[flow_key, status_key])}#asks",
        }
        return setup_page(request, "setup/flow_ask.html", flow.draft, context, parts=(flow.part,), status=code)

    return answer_sheet(request, sheet, href, page)
