"""Home: what needs the customer, what is with us, and what can be started."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.live import live_portal
from portal_core.portal.home_beside import home_papers, last_time
from portal_core.portal.my_details import kinds_missing
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.offered_asks import OfferedAsk, Place, is_any_needed, offered_asks
from portal_core.service_requests.queries import drafts_of, open_requests, visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from portal_core.service_requests.visible_asks import VisibleAsk

STEPS_SHOWN = 5
WITH_US_SHOWN = 3


@dataclass(frozen=True)
class Choice:
    """One thing that can be started, in the customer's words."""

    key: str
    name: str
    promise: str
    icon: str
    group: str
    has_draft: bool


@dataclass(frozen=True)
class Counts:
    """How many requests a customer has, by whose turn it is."""

    needs_you: int
    with_us: int
    all: int
    # Documents that the customer is asked for, requests or not.
    documents: int = 0

    @property
    def closed(self) -> int:
        """Those that are done."""
        return self.all - self.needs_you - self.with_us


@customer_page
def home(request: PersonRequest) -> HttpResponse:
    """`/`: the first line says what needs the customer and that the rest is taken care of."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    papers = home_papers(request.user.pk, viewer, portal)
    counts = _counts(request.actor, papers.all_asked)
    waiting = _waiting(request.actor, viewer, portal) if counts.needs_you else []
    steps = [step for item in waiting for step in item]
    required = sum(1 for step in steps if step.ask is None or step.ask.is_required)
    with_us = _latest(request.actor, viewer, portal, Turn.US, WITH_US_SHOWN) if counts.with_us else []
    context = {
        "portal": portal,
        "counts": counts,
        # Things to do, not requests: one request may ask for several.
        "headline": replace(counts, needs_you=counts.needs_you - len(waiting) + required + counts.documents),
        "steps": steps,
        "steps_more": counts.needs_you - len(waiting),
        "with_us": with_us,
        "again": last_time(request.actor, viewer, portal) if counts.closed else None,
        "papers": papers.recent,
        "asked": papers.asked,
        "more_asked": papers.more_asked,
        "choices": choices(portal, viewer, drafts_of(request.actor)),
        "emergency": portal.text(portal.settings.emergency, viewer.language),
        "welcome": portal.text(portal.settings.welcome, viewer.language),
        "example": _example(portal, viewer),
        # Before the first request alone; afterwards forms ask for what they need.
        "to_add": kinds_missing(request.user.pk, portal, viewer) if not counts.all else [],
        "signed_in_as": request.user.email,
    }
    return render(request, "portal/home.html", context)


def _example(portal: CompiledPortal, viewer: Viewer) -> dict[str, str]:
    """A made-up request for an empty home, in the words of the portal's own first type."""
    for request_type in portal.types:
        ours = [status for status in request_type.flow.statuses if status.turn == "us"]
        if ours:
            middle = ours[len(ours) // 2]
            text = portal.text
            return {
                "title": text(request_type.name, viewer.language),
                "status_name": text(middle.customer_name, viewer.language),
            }
    return {}


def choices(portal: CompiledPortal, viewer: Viewer, drafts: Iterable[str]) -> list[Choice]:
    """The request types that can be started, in the order of the configuration."""
    started = set(drafts)
    return [_choice(portal, viewer, request_type, started) for request_type in portal.types]


def _choice(portal: CompiledPortal, viewer: Viewer, request_type: CompiledType, started: set[str]) -> Choice:
    return Choice(
        key=request_type.key,
        name=portal.text(request_type.name, viewer.language),
        promise=portal.text(request_type.description, viewer.language),
        icon=request_type.icon or "message",
        group=portal.text(request_type.group, viewer.language),
        has_draft=request_type.key in started,
    )


def _counts(actor: Actor, documents: int) -> Counts:
    open_now = Q(closed_at=None)
    row = visible_to(actor).aggregate(
        needs_you=Count("id", filter=open_now & Q(turn=Turn.CUSTOMER)),
        with_us=Count("id", filter=open_now & Q(turn=Turn.US)),
        all=Count("id"),
    )
    return Counts(**row, documents=documents)


@dataclass(frozen=True)
class Step:
    """One thing that needs the customer: something that is asked, or a request that waits for a word."""

    request: VisibleRequest
    offered: OfferedAsk | None = None

    @property
    def ask(self) -> VisibleAsk | None:
        """What is asked, where something is."""
        return self.offered.ask if self.offered is not None else None


def _waiting(actor: Actor, viewer: Viewer, portal: CompiledPortal) -> list[list[Step]]:
    """The next steps, by request; what has waited longest for the customer comes first."""
    rows = open_requests(actor).filter(turn=Turn.CUSTOMER).select_related("customer", "assignee")
    found = []
    for row in rows.order_by("status_since", "id")[:STEPS_SHOWN]:
        shown = visible(row, viewer, portal=portal, brief=True)
        asks = offered_asks(row, shown, viewer, portal=portal, place=Place(small_only=True))
        steps = [Step(shown, offered) for offered in asks]
        found.append(steps if is_any_needed(asks) else [Step(shown), *steps])
    return found


def _latest(actor: Actor, viewer: Viewer, portal: CompiledPortal, turn: Turn, limit: int) -> list[VisibleRequest]:
    found = open_requests(actor).filter(turn=turn).select_related("customer", "assignee")
    rows: Iterable[ServiceRequest] = found.order_by("-last_entry_at", "-id")[:limit]
    return [visible(row, viewer, portal=portal, brief=True) for row in rows]
