"""A starter, or some request types of one, brought into the draft: `/desk/setup/starters/`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.merging import Merged, merged
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.references import ORDER
from portal_core.config.draft.values import items_of
from portal_core.config.errors import DraftChanged
from portal_core.config.queries import ever_published_items
from portal_core.config.starters import StarterSummary, describe, starter
from portal_core.desk.setup.flows.wording import listed
from portal_core.desk.setup.frame import order_of, setup_page, words

_NOUNS: Final = {
    "types": ("request type", "request types"),
    "flows": ("set of statuses", "sets of statuses"),
    "document_kinds": ("kind of document", "kinds of document"),
    "record_kinds": ("kind of saved record", "kinds of saved records"),
    "teams": ("team", "teams"),
    "roles": ("role", "roles"),
    "messages": ("mail", "mails"),
    "ready_answers": ("ready answer", "ready answers"),
}


@dataclass(frozen=True)
class Offered:
    """One request type of the starter."""

    key: str
    name: str
    description: str
    icon: str
    is_chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The nine starters; of the one that is looked at (`starter`) its request types, to be brought in (`types`)."""
    typed = request.POST if request.method == "POST" else request.GET
    summary = next((one for one in describe() if one.key == typed.get("starter")), None)
    if summary is None or request.method != "POST":
        return _page(request, current(), summary, None)
    known = {str(kind["key"]) for kind in items_of(starter(summary.key).get("types"))}
    chosen = [key for key in typed.getlist("types") if key in known]
    if not chosen:
        return _page(request, current(), summary, chosen)
    return _bring(request, summary, () if known <= set(chosen) else chosen)


def _page(
    request: PersonRequest, draft: Draft, summary: StarterSummary | None, chosen: Collection[str] | None
) -> HttpResponse:
    source = {} if summary is None else starter(summary.key)
    made = Merged() if summary is None else _merged(draft, source, ())
    context = {
        "starters": describe(),
        "looked_at": summary,
        "types": _offered(draft, source, chosen),
        "counts": counts(made, but="types"),
        "is_there": summary is not None and not made.operations,
        "page_error": chosen is not None,
    }
    status = 200 if chosen is None else 400
    parts = order_of(draft, "types")
    return setup_page(request, "setup/starters.html", draft, context, parts=parts, status=status)


def _offered(draft: Draft, source: Mapping[str, JsonValue], chosen: Collection[str] | None) -> list[Offered]:
    return [
        Offered(
            str(kind["key"]),
            words(kind.get("name"), draft),
            words(kind.get("description"), draft),
            str(kind.get("icon") or "list"),
            chosen is None or kind["key"] in chosen,
        )
        for kind in items_of(source.get("types"))
    ]


def _merged(draft: Draft, source: Mapping[str, JsonValue], types: Collection[str]) -> Merged:
    """What is brought in. What was ever published under a key keeps it to itself."""
    draft.preload(*draft.changed)
    return merged(draft, source, types=types, gone=ever_published_items(ORDER))


def _bring(request: PersonRequest, summary: StarterSummary, types: Collection[str]) -> HttpResponse:
    """Writes it; without `types` the whole starter."""
    draft = current()
    made = _merged(draft, starter(summary.key), types)
    here = f"{reverse('desk:setup_starters')}?starter={summary.key}"
    if not made.operations:
        messages.info(request, "All of it is in the draft already. Nothing was added.")
        return HttpResponseRedirect(here)
    new = made.added.get("types", [])
    back = reverse("desk:setup_type", args=new) if len(new) == 1 else reverse("desk:setup_publish")
    told = f"From the starter “{summary.label}”: {counts(made)}"
    try:
        edit(actor=request.actor, operations=made.operations, title=told, expected_revision=draft.revision)
    except DraftChanged:
        messages.error(request, "Somebody changed the draft at the same moment. Nothing was added: try again.")
        return HttpResponseRedirect(here)
    messages.success(request, f"{told}. It is in the draft; customers see nothing of it before you publish.")
    for name in made.same_names:
        messages.warning(request, f"“{name}” is the name of two request types now. Give one of them another.")
    return HttpResponseRedirect(back)


def counts(made: Merged, *, but: str = "") -> str:
    """How much of what comes along: "3 request types, 1 team and 6 mails"."""
    numbers = [(len(made.added.get(name, [])), nouns) for name, nouns in _NOUNS.items() if name != but]
    return listed([f"{number} {one if number == 1 else many}" for number, (one, many) in numbers if number])
