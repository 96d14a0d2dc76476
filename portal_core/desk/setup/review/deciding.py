"""What is decided on the review page: where requests go, all at once or one by one, and what stays hidden."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.decisions import Decisions, decide
from portal_core.config.draft.editing import restore
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.mapping import MAX_SINGLE
from portal_core.config.newly_seen import NewlySeenPapers
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.review.page import Review, review_or_faults
from portal_core.desk.setup.review.seeing import anchor_of, come_to_light, lines_of
from portal_core.desk.setup.review.standing import Mapto, maptos
from portal_core.desk.setup.saving import do_edit
from portal_core.service_requests.publish_facts import SeenRow, StandingRow, seen_rows, standing_rows
from portal_core.service_requests.publish_papers import paper_rows
from tenants.identifiers import parse_uuid

HERE = "desk:setup_publish"
# Instead of a type to go to: the one that goes away stays for its requests, and is not offered.
STOP_OFFERING = "stop-offering"


def _review(actor: Actor) -> Review:
    found = review_or_faults(actor, current())
    if not isinstance(found, Review):
        raise Http404
    return found


def _mapto(actor: Actor, review: Review, source: str) -> Mapto | None:
    return next((item for item in maptos(actor, review.planned, review.decided) if item.source == source), None)


@require_POST
@staff_page("manage_setup")
def map_all(request: PersonRequest) -> HttpResponse:
    """Where all requests of a status or type go, and whether their customers are told."""
    review, source, to = _review(request.actor), request.POST.get("source", ""), request.POST.get("to", "")
    item = _mapto(request.actor, review, source)
    if item is None:
        messages.error(request, "No request stands there any more.")
    elif to == "one-by-one":
        return HttpResponseRedirect(f"{reverse('desk:setup_publish_requests')}?{urlencode({'source': source})}")
    elif to == STOP_OFFERING and item.kind == "type":
        return _stop_offering(request, item)
    elif to not in [target.key for target in item.targets]:
        messages.error(request, "Choose where they go.")
    else:
        _keep(request, item, to)
        messages.success(request, "Decided.")
    return HttpResponseRedirect(f"{reverse(HERE)}#{source.replace('.', '-')}")


def _stop_offering(request: PersonRequest, item: Mapto) -> HttpResponse:
    """Brings a type back for the requests that exist, with its statuses where these went too; nobody can ask for it."""
    place, draft = ("types", item.type_key), current()
    flow = next(kind.flow for kind in live_portal().document.types if kind.key == item.type_key)
    lost = [] if draft.head("flows", flow) else [("flows", flow)]
    return do_edit(
        request,
        reverse(HERE),
        lambda: restore(
            actor=request.actor,
            paths=[*lost, place],
            title=f"Kept for the requests that exist: {item.name}",
            then=[Set((*place, "retired"), value=True)],
        ),
        f"“{item.name}” is kept for the requests that exist, and not offered any more.",
    )


def _keep(request: PersonRequest, item: Mapto, to: str) -> None:
    told = {item.source} if request.POST.get("tell") == "yes" else set()

    def mapped(before: Decisions) -> Decisions:
        was = (before.types if item.kind == "type" else before.statuses).get(item.source)
        decided = before if was in (None, to) else before.remapped()
        tell = tuple(sorted({key for key in decided.tell if key != item.source} | told))
        if item.kind == "type":
            return replace(decided, types={**decided.types, item.source: to}, tell=tell)
        return replace(decided, statuses={**decided.statuses, item.source: to}, tell=tell)

    decide(actor=request.actor, how=mapped)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def one_by_one(request: PersonRequest) -> HttpResponse:
    """The requests of a status, each with where it goes; a page at a time, saved page by page."""
    source = request.POST.get("source") or request.GET.get("source", "")
    review = _review(request.actor)
    item = _mapto(request.actor, review, source)
    if item is None or item.kind != "status":
        messages.error(request, "No request stands there any more.")
        return HttpResponseRedirect(reverse(HERE))
    after = _number(request.POST.get("after") or request.GET.get("after", ""))
    if request.method == "POST":
        return _saved(request, review, item)
    kinds = [
        each.type_key for each in review.planned.standing if each.status_key == item.status_key and each.open_count
    ]
    type_key = next((kind for kind in kinds if kind == request.GET.get("type")), item.type_key)
    stretch = standing_rows(request.actor, type_key, item.status_key, live_portal(), after=after)
    rows = [
        (row, review.decided.requests.get(str(row.number), "")) for row in stretch.rows if isinstance(row, StandingRow)
    ]
    context = {"item": item, "rows": rows, "after": stretch.after, "from": after, "review": review}
    return setup_page(request, "setup/publish_requests.html", current(), context)


def _saved(request: PersonRequest, review: Review, item: Mapto) -> HttpResponse:
    keys = {target.key for target in item.targets}
    typed = {name.removeprefix("to-"): request.POST[name] for name in list(request.POST)[:200] if name[:3] == "to-"}
    sent = {number: to for number, to in typed.items() if _number(number)}

    def chosen(decided: Decisions) -> Decisions:
        others = {number: to for number, to in decided.requests.items() if number not in sent}
        now = others | {number: to for number, to in sent.items() if to in keys}
        is_other = any(now.get(number) != to for number, to in decided.requests.items())
        return replace(decided.remapped() if is_other else decided, requests=now)

    if len(chosen(review.decided).requests) > MAX_SINGLE:
        messages.error(request, f"At most {MAX_SINGLE:,} requests are moved one by one. Move the rest together.")
    else:
        decide(actor=request.actor, how=chosen)
        messages.success(request, "Decided.")
    following = _number(request.POST.get("next", ""))
    if following:
        query = urlencode({"source": item.source, "after": str(following)})
        return HttpResponseRedirect(f"{reverse('desk:setup_publish_requests')}?{query}")
    return HttpResponseRedirect(reverse(HERE))


@require_POST
@staff_page("manage_setup")
def keep_or_show(request: PersonRequest) -> HttpResponse:
    """Whether what stands in a field now stays hidden although customers see the field from now on."""
    key, old = request.POST.get("field", "")[:100], request.POST.get("old", "")
    asked = {item.key for items in come_to_light(_review(request.actor).planned) for item in items}

    def decided(before: Decisions) -> Decisions:
        # What is not asked any more is not decided any more: it would hold when it is asked again.
        return replace(before, seen={k: kept for k, kept in before.seen.items() if k in asked} | {key: old == "keep"})

    if old in ("keep", "show") and key in asked:
        decide(actor=request.actor, how=decided)
        messages.success(request, "Decided.")
    else:
        messages.error(request, "Choose what becomes of what stands there now.")
    return HttpResponseRedirect(f"{reverse(HERE)}#{anchor_of(key)}")


@require_safe
@staff_page("manage_setup")
def seen(request: PersonRequest) -> HttpResponse:
    """All that customers would newly see of one field or kind of documents, page by page."""
    review, key = _review(request.actor), request.GET.get("field", "")
    fields, kinds = come_to_light(review.planned)
    papers = next((each for each in kinds if each.key == key), None)
    if papers is not None:
        return _seen_papers(request, review, papers)
    item = next((each for each in fields if each.key == key), None)
    if item is None:
        raise Http404
    portals = review.planned.portals
    stretch = seen_rows(request.actor, item, portals, review.planned.moves, after=_number(request.GET.get("after", "")))
    label = portals[0].text(portals[0].type(item.type_key).field(item.field_key).label)
    rows = (row for row in stretch.rows if isinstance(row, SeenRow))
    context = {"item": item, "label": label, "rows": lines_of(request.actor, rows), "after": stretch.after}
    return setup_page(request, "setup/publish_seen.html", current(), context)


def _seen_papers(request: PersonRequest, review: Review, item: NewlySeenPapers) -> HttpResponse:
    portals = review.planned.portals
    after = parse_uuid(request.GET.get("after", ""))
    stretch = paper_rows(request.actor, item.kind_key, portals, after=after)
    label = portals[0].text(portals[0].document_kinds[item.kind_key].name)
    context = {"item": item, "label": label, "rows": lines_of(request.actor, stretch.rows)}
    context |= {"after": stretch.after or "", "is_papers": True}
    return setup_page(request, "setup/publish_seen.html", current(), context)


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0
