"""One customer: what is open, what happened, what they were told, and how to reach them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts import customers as customer_actions
from portal_core.accounts.actions import change_email
from portal_core.accounts.actor import Actor
from portal_core.accounts.customers import PHONE_LENGTH, invitation_path, invite_customer
from portal_core.accounts.errors import AccountError
from portal_core.accounts.forms import EmailForm
from portal_core.accounts.models import NAME_LENGTH, User
from portal_core.accounts.overtaken import ChangedMeanwhile, SeenForm, seen_in
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.signin_limits import limit_person
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.customer_list import Papers, papers_of
from portal_core.desk.customers import INVITED_AN_HOUR, WORDS
from portal_core.desk.records import records_pane
from portal_core.desk.request import due_of, waiting_on
from portal_core.documents.standing import Standing, dated_documents, standings
from portal_core.documents.visible import VisibleDocument, visible_documents
from portal_core.history.looks import looks_at
from portal_core.notifications.told import told
from portal_core.service_requests.customer_list import requests_of
from portal_core.service_requests.entries import latest_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import customers_of, visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.context import current
from tenants.identifiers import parse_uuid
from tenants.limits import TooMany
from tenants.shell import NavItem
from tenants.ui.paging import page_number, pager_by_number

OPEN_SHOWN = 20
DATED_SHOWN = 5
PAGE_SIZE = 25
LOOKS_SHOWN = 10
LOOKS_A_PAGE = 50
_PARTS = ("happened", "requests", "told")
_WORDS = {
    **WORDS,
    "yourself": "This is your own account.",
    "not_allowed": "Your role does not carry this.",
    "not_there": "This customer is not here any more.",
}


class ReachForm(SeenForm):
    """Name and phone as the business knows them."""

    name = forms.CharField(label="Name", max_length=NAME_LENGTH, error_messages={"required": "Write their name."})
    phone = forms.CharField(label="Phone", max_length=PHONE_LENGTH, required=False)


def _reach(user: User) -> dict[str, str]:
    return {"name": user.name, "phone": user.phone}


@dataclass(frozen=True)
class Line:
    """One request of the customer."""

    request: VisibleRequest
    due_at: datetime | None
    waiting_on: str


@require_safe
@staff_page()
def detail(request: PersonRequest, key: UUID) -> HttpResponse:
    """`/desk/customers/KEY/`: `show` says which part: happened, requests or told."""
    return _render(request, _customer(request, key))


def _customer(request: PersonRequest, key: UUID) -> User:
    user = customers_of(request.actor, also_closed=True).filter(pk=key).first()
    if user is None:
        raise Http404
    return user


def _render(request: PersonRequest, user: User, *, status: int = 200, **extra: object) -> HttpResponse:
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    part = request.GET.get("show", "")
    part = part if part in _PARTS else "happened"
    all_requests = visible_to(request.actor).filter(customer_id=user.pk).count()
    may_change = request.actor.may("create_for_customer") or request.actor.may("manage_customers")
    context = {
        "customer": user,
        "part": part,
        "tabs": _tabs(user, part, all_requests),
        **_open_ones(request.actor, user, viewer),
        "may_create": request.actor.may("create_for_customer") and user.is_active,
        "may_change": may_change,
        "may_manage": request.actor.may("manage_customers"),
        "may_set_up": request.actor.may("manage_setup"),
        "has_documents": bool(portal.document_kinds),
        "papers": _papers(request.actor, user, portal),
        "dated": _dated(request.actor, user, viewer, portal),
        "records": records_pane(
            request.actor, user, viewer, portal=portal, everything=request.GET.get("records") == "all"
        ),
        "reach": ReachForm(initial=_reach(user)),
        "new_email": EmailForm(),
        "is_editing": request.GET.get("edit") == "1" and may_change,
        **_looks(request, user),
        "may_see_as": request.actor.may("manage_setup") and user.is_active,
        **_part(request, user, part, viewer),
        **extra,
    }
    return render(request, "desk/customer.html", context, status=status)


def _looks(request: PersonRequest, user: User) -> dict[str, object]:
    """Who has looked at the portal as this customer, for owners.

    `?looks=all` leads through every look, a page at a time: `?looks=ID` are those before that one.
    """
    if request.actor.role.base != "owner":
        return {"looks": ()}
    asked = request.GET.get("looks", "")
    before = parse_uuid(asked)
    looks, has_more = looks_at(user.pk, number=LOOKS_A_PAGE if asked else LOOKS_SHOWN, before=before)
    following = f"?looks={looks[-1].pk}#lk" if asked and looks else "?looks=all#lk"
    pager = {"newer_href": "?looks=all#lk" if before else "", "newer_label": "The latest"}
    return {
        "looks": looks,
        "are_looks_paged": bool(asked),
        "all_looks_href": following if has_more and not asked else "",
        "looks_pager": pager | {"older_href": following if has_more and asked else "", "older_label": "Earlier looks"},
    }


def _open_ones(actor: Actor, user: User, viewer: Viewer) -> dict[str, object]:
    """The first open requests, and whether the customer has others."""
    rows = list(requests_of(actor, user).filter(closed_at=None)[: OPEN_SHOWN + 1])
    return {"open": [_line(row, viewer) for row in rows[:OPEN_SHOWN]], "has_more_open": len(rows) > OPEN_SHOWN}


def _papers(actor: Actor, user: User, portal: CompiledPortal) -> Papers | None:
    """How their documents stand, in a few words; None where the portal keeps none."""
    if not portal.document_kinds:
        return None
    return papers_of(standings(actor, [user.pk], portal=portal).get(user.pk, Standing()), portal)


def _dated(actor: Actor, user: User, viewer: Viewer, portal: CompiledPortal) -> tuple[VisibleDocument, ...]:
    """Those of their documents that run out first."""
    if not portal.document_kinds:
        return ()
    rows = dated_documents(actor, user.pk, portal=portal).select_related("request")[:DATED_SHOWN]
    return visible_documents(rows, viewer, portal)


def _tabs(user: User, part: str, all_requests: int) -> list[NavItem]:
    base = f"/desk/customers/{user.pk}/"
    return [
        NavItem("What happened", base, current=part == "happened"),
        NavItem("Requests", f"{base}?show=requests", current=part == "requests", count=all_requests),
        NavItem(f"What {user.first_name} was told", f"{base}?show=told", current=part == "told"),
    ]


def _line(row: ServiceRequest, viewer: Viewer) -> Line:
    return Line(visible(row, viewer, portal=live_portal(), brief=True), due_of(row), waiting_on(row))


def _part(request: PersonRequest, user: User, part: str, viewer: Viewer) -> dict[str, object]:
    portal = live_portal()
    if part == "told":
        page = page_number(request.GET)
        mails, has_more = told(request.actor, user, portal, page=page)
        return {"told": mails, "pager": pager_by_number(request.GET, page, has_more=has_more)}
    found = requests_of(request.actor, user)
    if part == "requests":
        page = page_number(request.GET)
        rows = list(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
        lines = [_line(row, viewer) for row in rows[:PAGE_SIZE]]
        return {"lines": lines, "pager": pager_by_number(request.GET, page, has_more=len(rows) > PAGE_SIZE)}
    before = parse_uuid(request.GET.get("before", ""))
    entries, earlier = latest_of(found, viewer, portal=portal, before=before)
    happened = [(item.entry, visible(item.request, viewer, portal=portal, brief=True)) for item in entries]
    return {"happened": happened, "earlier": earlier}


@require_POST
@staff_page("create_for_customer")
def change(request: PersonRequest, key: UUID) -> HttpResponse:
    """`/desk/customers/KEY/change/`: name and phone."""
    user = _customer(request, key)
    form = ReachForm(request.POST, initial=_reach(user))
    if not form.is_valid():
        return _render(request, user, reach=form, is_editing=True, status=400)
    typed, seen = form.cleaned_data, seen_in(request.POST, form.fields)
    try:
        customer_actions.change_customer(
            actor=request.actor, user_id=key, name=typed["name"], phone=typed["phone"], seen=seen
        )
    except ChangedMeanwhile as overtaken:
        form.tell(overtaken)
        return _render(request, user, reach=form, is_editing=True, status=400)
    messages.success(request, "Kept.")
    return redirect("desk:customer", key=key)


@require_POST
@staff_page("manage_customers")
def move(request: PersonRequest, key: UUID) -> HttpResponse:
    """`/desk/customers/KEY/email/`: another address, for whoever lost the old one; both addresses are told."""
    user = _customer(request, key)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _render(request, user, new_email=form, is_editing=True, status=400)
    try:
        change_email(actor=request.actor, user_id=key, email=form.cleaned_data["email"])
    except AccountError as error:
        form.add_error("email", _WORDS.get(error.code, error.code))
        return _render(request, user, new_email=form, is_editing=True, status=400)
    messages.success(request, "The address is changed. Both addresses are told; sign-ins and links have ended.")
    return redirect("desk:customer", key=key)


@require_POST
@staff_page("create_for_customer")
def invite(request: PersonRequest, key: UUID) -> HttpResponse:
    """`/desk/customers/KEY/invite/`: `by` is mail, or link (to be handed over another way, shown once)."""
    user = _customer(request, key)
    try:
        limit_person(request, "invite-customer", INVITED_AN_HOUR)
        if request.POST.get("by") == "link":
            path = invitation_path(actor=request.actor, user_id=key)
            snapshot = current()
            return _render(request, user, link=snapshot.url(path) if snapshot else path)
        invite_customer(actor=request.actor, email=user.email)
    except (AccountError, TooMany) as error:
        messages.error(request, _WORDS.get(error.code, error.code))
        return redirect("desk:customer", key=key)
    messages.success(request, f"An invitation is on its way to {user.email}. Earlier ones do not work any more.")
    return redirect("desk:customer", key=key)


@require_POST
@staff_page("manage_customers")
def access(request: PersonRequest, key: UUID) -> HttpResponse:
    """`/desk/customers/KEY/access/`: `do` is close or open."""
    user = _customer(request, key)
    if request.POST.get("do") == "open":
        customer_actions.open_account_again(actor=request.actor, user_id=key)
        messages.success(request, f"{user.first_name} can sign in again.")
    else:
        customer_actions.close_account(actor=request.actor, user_id=key)
        messages.success(request, f"{user.first_name} is signed out everywhere and gets no mail any more.")
    return redirect("desk:customer", key=key)
