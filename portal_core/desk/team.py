"""`/desk/team/`: who works here, with which role; inviting, changing, deactivating, bringing back."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts import actions
from portal_core.accounts.errors import AccountError, NotThere
from portal_core.accounts.forms import InviteForm, MemberForm, role_name
from portal_core.accounts.models import user_key
from portal_core.accounts.overtaken import ChangedMeanwhile, seen_in
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.portal_facts import can_hand_over, portal_facts
from portal_core.accounts.roles import Role, staff_roles
from portal_core.accounts.signin_limits import limit_person
from portal_core.accounts.team import Member, TeamPage, grantable_roles, member_at, receivers, team_page
from portal_core.desk.permission_words import PERMISSION_WORDS
from tenants.limits import TooMany
from tenants.ui.addresses import understands
from tenants.ui.paging import page_number, pager_by_number

TEAM = "desk:team"
INVITES_PER_HOUR = 60
_SCOPES = {"all": "all", "team": "own team’s", "own": "own"}


@dataclass(frozen=True)
class RoleLine:
    """One line of the table of roles: a question and each role's answer."""

    question: str
    answers: list[str]


@require_safe
@staff_page("manage_team")
@understands("page", "person")
def team(request: PersonRequest) -> HttpResponse:
    """The page."""
    return _page(request)


def _page(request: PersonRequest, *, person: UUID | None = None, **bound: Form) -> HttpResponse:
    number = page_number(request.GET)
    page = team_page(request.actor, page=number)
    wanted = person or user_key(request.GET.get("person", ""))
    picked = member_at(request.actor, wanted) if wanted is not None else None
    picked = picked if picked is not None and picked.may_change else None
    roles = grantable_roles(request.actor)
    teams = list(portal_facts().teams.items())
    forms: dict[str, Form] = {"invite": InviteForm(roles=roles, teams=teams)}
    if picked is not None:
        forms["change"] = MemberForm(member=picked.user, roles=roles, teams=teams)
    context = {
        **forms,
        **bound,
        "members": page.members,
        "all_members": page.all,
        "page_of_team": number,
        "pager": pager_by_number(request.GET, number, has_more=page.has_more),
        "summary": _summary(page, len(teams)),
        "picked": picked,
        "receivers": receivers(request.actor, picked.user.pk) if picked and can_hand_over() else None,
        "roles": [role_name(role) for role in staff_roles()],
        "role_lines": _role_lines(staff_roles()),
        "teams": len(teams),
        "may_set_up": request.actor.may("manage_setup"),
        "page_error": bool(bound),
    }
    return render(request, "desk/team.html", context, status=400 if bound else 200)


def _summary(page: TeamPage, teams: int) -> str:
    parts = [f"{page.active} {pluralize(page.active, 'person,people')}"]
    if page.invited:
        parts.append(f"{page.invited} invited")
    if teams:
        parts.append(f"{teams} team{pluralize(teams)}")
    return ", ".join(parts)


def _role_lines(roles: tuple[Role, ...]) -> list[RoleLine]:
    return [
        RoleLine(question, [_answer(role, permission) for role in roles])
        for permission, question in PERMISSION_WORDS.items()
    ]


def _answer(role: Role, permission: str) -> str:
    if not role.may(permission):
        return ""
    # Whose requests somebody sees is a matter of degree.
    return _SCOPES.get(role.scope, role.scope) if permission == "see" else "yes"


@require_POST
@staff_page("manage_team")
def invite(request: PersonRequest) -> HttpResponse:
    """Invites colleagues."""
    form = InviteForm(request.POST, roles=grantable_roles(request.actor), teams=portal_facts().teams.items())
    if not form.is_valid():
        return _page(request, invite=form)
    refused = _invite_each(request, form)
    sent = len(form.cleaned_data["emails"]) - len(refused)
    if sent:
        messages.success(request, f"{sent} invitation{pluralize(sent)} sent.")
    if not refused:
        return redirect(TEAM)
    for address, why in refused:
        form.add_error("emails", f"{address}: {why}")
    return _page(request, invite=form)


def _invite_each(request: PersonRequest, form: InviteForm) -> list[tuple[str, str]]:
    """Invites one by one; who could not be invited, and why."""
    typed, refused = form.cleaned_data, []
    for address in typed["emails"]:
        try:
            limit_person(request, "invite", INVITES_PER_HOUR)
            actions.invite_staff(actor=request.actor, email=address, role=typed["role"], team_key=typed["team"])
        except (AccountError, TooMany) as error:
            refused.append((address, _why(error)))
    return refused


@require_POST
@staff_page("manage_team")
def change(request: PersonRequest, key: UUID) -> HttpResponse:
    """Another role or team."""
    member = _member(request, key)
    roles = grantable_roles(request.actor)
    form = MemberForm(request.POST, member=member.user, roles=roles, teams=portal_facts().teams.items())
    if not form.is_valid():
        return _page(request, person=key, change=form)
    typed, seen = form.cleaned_data, seen_in(request.POST, form.fields)
    try:
        actions.change_role(actor=request.actor, user_id=key, role=typed["role"], team_key=typed["team"], seen=seen)
    except ChangedMeanwhile as overtaken:
        form.tell(overtaken)
        return _page(request, person=key, change=form)
    except AccountError as error:
        form.add_error(None, _why(error))
        return _page(request, person=key, change=form)
    messages.success(request, f"{member.label} is changed.")
    return redirect(TEAM)


@require_POST
@staff_page("manage_team")
def deactivate(request: PersonRequest, key: UUID) -> HttpResponse:
    """Ends access at once (for the invited: takes the invitation back)."""
    member = _member(request, key)
    receiver = request.POST.get("requests_to", "")
    if receiver and user_key(receiver) is None:
        raise Http404
    try:
        actions.deactivate(actor=request.actor, user_id=key, requests_to=user_key(receiver))
    except AccountError as error:
        messages.error(request, _why(error))
        return redirect(f"{reverse(TEAM)}?person={key}")
    messages.success(request, f"{member.label} has no access any more.")
    return redirect(TEAM)


@require_POST
@staff_page("manage_team")
def bring_back(request: PersonRequest, key: UUID) -> HttpResponse:
    """Gives access again, with the role held before."""
    member = _member(request, key)
    try:
        actions.reactivate(actor=request.actor, user_id=key)
    except AccountError as error:
        messages.error(request, _why(error))
        return redirect(TEAM)
    messages.success(request, f"{member.label} can sign in again.")
    return redirect(TEAM)


@require_POST
@staff_page("manage_team")
def invite_again(request: PersonRequest, key: UUID) -> HttpResponse:
    """A new link; the earlier one stops working."""
    user = _member(request, key).user
    try:
        limit_person(request, "invite", INVITES_PER_HOUR)
        actions.invite_staff(actor=request.actor, email=user.email, role=user.role, team_key=user.team_key)
    except (AccountError, TooMany) as error:
        messages.error(request, _why(error))
        return redirect(TEAM)
    messages.success(request, f"A new invitation is on its way to {user.email}.")
    return redirect(TEAM)


def _member(request: PersonRequest, key: UUID) -> Member:
    found = member_at(request.actor, key)
    if found is None:
        raise Http404
    return found


def _why(error: AccountError | TooMany) -> str:
    """An error's words for the person who did it."""
    if isinstance(error, NotThere):
        return "This person is not in the team any more. Load the page again."
    words = {
        "last_owner": "This is the last owner. Make somebody else owner first.",
        "not_allowed": "Your role does not carry this.",
        "yourself": "You cannot deactivate yourself.",
        "email_taken": "Somebody with this address is here already.",
        "bad_email": "This is not an e-mail address.",
        "role_gone": "This role is not there any more: choose another one.",
        "invite_again": "This person never joined. Invite them again.",
        "too_many": "Too many invitations within an hour.",
    }
    return words.get(error.code, error.code)
