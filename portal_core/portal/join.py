"""Links from e-mails and shells: `/join/TOKEN/` (invitation) and `/signin/link/TOKEN/`. Only a POST uses one up."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal_core.accounts.actions import join_team
from portal_core.accounts.actor import actor_for
from portal_core.accounts.customers import accept_as_customer
from portal_core.accounts.forms import JoinForm, role_name
from portal_core.accounts.guests import keep_account
from portal_core.accounts.landing import landing_path
from portal_core.accounts.models import SigninLink, User
from portal_core.accounts.pages import PortalRequest, open_page
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.accounts.signin import finish_response, start_session
from portal_core.accounts.signin_limits import limit_source
from portal_core.accounts.signin_links import INVITATION, SIGN_IN, find_link, use_link
from portal_core.portal.signin import too_many
from tenants.limits import TooMany

_TRIES_PER_HOUR = 120


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def join(request: PortalRequest, token: str) -> HttpResponse:
    """An invited colleague or customer says their name and is in."""
    try:
        limit_source(request, "link", _TRIES_PER_HOUR)
    except TooMany as error:
        return too_many(request, error)
    link = find_link(token, INVITATION)
    if link is None:
        return _gone(request)
    form = JoinForm(request.POST or None, initial={"name": link.user.name})
    if request.method == "POST" and form.is_valid():
        accept = accept_as_customer if link.user.role == CUSTOMER else join_team
        user = accept(token=token, name=form.cleaned_data["name"])
        return _gone(request) if user is None else _enter(request, user, "")
    return _invitation(request, form, link)


def _invitation(request: PortalRequest, form: JoinForm, link: SigninLink) -> HttpResponse:
    role = resolve_role(link.user.role)
    context = {
        "form": form,
        "email": link.user.email,
        "is_customer": link.user.role == CUSTOMER,
        "role": role_name(role),
        "team": portal_facts().teams.get(link.user.team_key, ""),
        "expires_at": link.expires_at,
    }
    return render(request, "portal/join.html", context, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def signin_link(request: PortalRequest, token: str) -> HttpResponse:
    """A one-time sign-in address."""
    try:
        limit_source(request, "link", _TRIES_PER_HOUR)
    except TooMany as error:
        return too_many(request, error)
    if request.method == "POST":
        link = use_link(token, SIGN_IN)
        if link is None:
            return _gone(request)
        # The link came to the mailbox: it proves as much as a code, so a guest keeps an account by it.
        user = keep_account(link.user) if link.user.is_guest else link.user
        return _enter(request, user, link.next_path)
    link = find_link(token, SIGN_IN)
    if link is None:
        return _gone(request)
    return render(request, "portal/signin_link.html", {"email": link.user.email})


def _enter(request: PortalRequest, user: User, next_path: str) -> HttpResponse:
    start_session(request, user, keep=False)
    target = landing_path(actor_for(user), next_path)
    return finish_response(request, HttpResponseRedirect(target))


def _gone(request: PortalRequest) -> HttpResponse:
    """Used, expired, taken back, of another portal, or never made: all look alike."""
    return render(request, "portal/signin_gone.html", status=410)
