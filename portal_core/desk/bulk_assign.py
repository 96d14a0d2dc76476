"""Taking or giving several requests at once: each by the action for one, in a transaction of its own."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.queries import active_colleagues
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.selection import Outcome, Picked, Selection, outcome_of, read_selection
from portal_core.desk.way import back_of
from portal_core.service_requests.actions import assign
from portal_core.service_requests.errors import MoveRefused, NotSeen, Stale
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid

_STAYS = "stays"


@require_POST
@staff_page("assign")
def give(request: PersonRequest) -> HttpResponse:
    """`/desk/bulk/assign/`: `who` is me, a person or nobody (empty); without it, `team` alone changes."""
    portal = live_portal()
    selection = read_selection(request.POST, request.actor, Viewer.of(request.actor, portal), portal)
    if not selection.picked and not selection.unseen:
        return redirect(back_of(request))
    outcomes = [*(_give(request, picked) for picked in selection.picked), *selection.unseen]
    report = Report(f"given to {_to_whom(request, portal)}", "not given", "Nothing was given")
    return render_outcomes(request, selection, outcomes, report)


def _to_whom(request: PersonRequest, portal: CompiledPortal) -> str:
    """Who has them now, as it is said to whoever gave them."""
    who = request.POST.get("who", _STAYS)
    if who == _STAYS:
        return portal.team_name(request.POST.get("team", "")) or "a team"
    key = request.actor.user_id if who == "me" else parse_uuid(who)
    if key is None:
        return "nobody"
    if key == request.actor.user_id:
        return "you"
    person = active_colleagues().filter(pk=key).first()
    return person.name or person.email if person is not None else "a colleague"


def _give(request: PersonRequest, picked: Picked) -> Outcome:
    who = request.POST.get("who", _STAYS)
    team = request.POST.get("team", _STAYS)
    row, chosen = picked.row, picked.chosen
    person = request.actor.user_id if who == "me" else parse_uuid(who)
    if who not in ("me", "", _STAYS) and person is None:
        return outcome_of(picked, "There is no such person.")
    try:
        assign(
            actor=request.actor,
            request_id=row.pk,
            assignee_id=row.assignee_id if who == _STAYS else person,
            team_key=None if team == _STAYS else team,
            seen_assignee_id=chosen.seen_assignee_id,
            seen_team_key=chosen.seen_team,
        )
    except Stale as stale:
        theirs = ", ".join(difference.theirs or "nobody" for difference in stale.differences)
        return outcome_of(picked, f"It was given away meanwhile: {theirs} has it now.")
    except MoveRefused as refused:
        return outcome_of(picked, str(refused))
    except NotSeen:
        return outcome_of(picked, "It is gone.")
    return outcome_of(picked)


@dataclass(frozen=True)
class Report:
    """What became of requests: "NW-1001 is `done`", "2 `done`, 1 `undone`"; `nothing` where not one went through."""

    done: str
    undone: str
    nothing: str


def render_outcomes(
    request: PersonRequest, selection: Selection, outcomes: list[Outcome], report: Report
) -> HttpResponse:
    """The list of what became of each; those that were refused come first, with the reason.

    A single one that went through is said above the list it came from, so that the next line is one key away.
    """
    if len(outcomes) == 1 and selection.picked and not outcomes[0].reason and not selection.is_too_many:
        messages.success(request, f"{outcomes[0].reference} is {report.done}.")
        return redirect(f"{back_of(request)}#row-{selection.picked[0].row.number}")
    refused = [outcome for outcome in outcomes if outcome.reason]
    made = [outcome for outcome in outcomes if not outcome.reason]
    context = {
        "portal": live_portal(),
        "headline": _headline(len(made), len(refused), report),
        "refused": refused,
        "made": made,
        "is_too_many": selection.is_too_many,
        "back": back_of(request),
    }
    return render(request, "desk/bulk_outcomes.html", context)


def _headline(made: int, refused: int, report: Report) -> str:
    if not refused:
        return f"{made} {report.done}"
    return f"{made} {report.done}, {refused} {report.undone}" if made else report.nothing
