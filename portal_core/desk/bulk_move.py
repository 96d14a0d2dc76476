"""Moving several requests at once: where to, what mails go, then each by the action for one."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.bulk_assign import Report, render_outcomes
from portal_core.desk.delivery import goes_at_once, untold_words
from portal_core.desk.moving import Words
from portal_core.desk.selection import Outcome, Picked, Selection, outcome_of, read_selection
from portal_core.desk.way import back_of
from portal_core.notifications.compose import ComposedMail, status_mail
from portal_core.notifications.markdown import to_text
from portal_core.notifications.models import Way
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.actions.move import check_as_it_stands
from portal_core.service_requests.errors import Forbidden, NoSuchMove, NotSeen, RequestError, Stale
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_parts import VisibleMove
from tenants.identifiers import parse_uuid, uuid7

_REASON_LENGTH = 2_000
_NAMED = 5


@dataclass(frozen=True)
class Target:
    """A status that some of the chosen requests can go to; `value` names the flow too, whose keys are its own."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Plan:
    """What a move of all of them would do: who goes, who stays and why, which mails go: now, or as `later` and `kept`
    count, with the daily mail and not at all (customers find it in the portal)."""

    target: str
    going: tuple[Picked, ...]
    staying: tuple[Outcome, ...]
    mails: tuple[ComposedMail, ...]
    later: tuple[ComposedMail, ...]
    kept: int
    turn_after: str
    asks_reason: bool
    reason: str
    tells: bool
    # Whom no mail can be sent, the reason in words; each customer once.
    untold: tuple[str, ...] = ()

    @property
    def tells_anybody(self) -> bool:
        """Whether customers would hear of it, by mail or in the portal."""
        return bool(self.mails or self.later or self.kept)

    @property
    def sample(self) -> ComposedMail | None:
        """The first of the mails, to be read before they go."""
        return next(iter((*self.mails, *self.later)), None)

    @property
    def sample_words(self) -> Words:
        """Its subject and text."""
        mail = self.sample
        return Words(mail.subject, to_text(mail.body_markdown)) if mail else Words("", "")

    @property
    def told(self) -> str:
        """Who gets a mail, the first few by name."""
        names = list(dict.fromkeys(mail.to_name or mail.to for mail in self.mails))
        more = len(names) - _NAMED
        return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


@require_POST
@staff_page("move")
def move_many(request: PersonRequest) -> HttpResponse:
    """`/desk/bulk/move/`: first where to, then the mails, then (`do=move`) the moves themselves."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    selection = read_selection(request.POST, request.actor, viewer, portal)
    if not selection.picked and not selection.unseen:
        return redirect(back_of(request))
    targets = _targets(selection, portal, viewer)
    plan = _plan(request, selection, targets, portal)
    if request.POST.get("do") != "move" or plan is None:
        return _ask(request, selection, targets, plan)
    if plan.asks_reason and not plan.reason:
        problem = "Write a few words: they go into the history and into the mail."
        return _ask(request, selection, targets, plan, problem=problem)
    if not _was_shown(request, plan, portal):
        problem = "These are the mails that belong to what you chose. Nothing was moved yet: read and press once more."
        return _ask(request, selection, targets, plan, problem=problem)
    outcomes = [*_move_each(request, selection, plan), *selection.unseen]
    return render_outcomes(request, selection, outcomes, Report("moved", "not moved", "Nothing was moved"))


def _was_shown(request: PersonRequest, plan: Plan, portal: CompiledPortal) -> bool:
    """Whether the page that was sent had shown this target, this reason, and the words that are in force."""
    shown = (request.POST.get("version"), request.POST.get("shown_to"))
    if shown != (str(portal.number), plan.target):
        return False
    return (
        not plan.tells or plan.sample is None or " ".join(plan.reason.split()) == request.POST.get("shown_reason", "")
    )


def _ask(
    request: PersonRequest, selection: Selection, targets: list[Target], plan: Plan | None, *, problem: str = ""
) -> HttpResponse:
    portal = live_portal()
    context = {
        "portal": portal,
        "selection": selection,
        "targets": targets,
        "plan": plan,
        "version": portal.number,
        "key": parse_uuid(request.POST.get("key", "")) or uuid7(),
        "shown_reason": " ".join(plan.reason.split()) if plan else "",
        "problem": problem,
        "back": back_of(request),
    }
    return render(request, "desk/bulk_move.html", context, status=409 if problem else 200)


def _targets(selection: Selection, portal: CompiledPortal, viewer: Viewer) -> list[Target]:
    """Where some of them can go, the most of them first."""
    found: dict[str, list[VisibleMove]] = {}
    flows = set()
    for picked in selection.picked:
        flow = portal.type_or_unknown(picked.row.type_key).flow
        flows.add(flow.key)
        for step in picked.shown.moves:
            found.setdefault(f"{flow.key}.{step.to}", []).append(step)
    names = {key: portal.text(flow.name, viewer.language) for key, flow in portal.flows.items()}
    targets = []
    for value, steps in found.items():
        flow_name = f" · {names.get(value.split('.')[0], '')}" if len(flows) > 1 else ""
        targets.append(Target(value, steps[0].to_name + flow_name, len(steps)))
    return sorted(targets, key=lambda target: -target.count)


def _plan(request: PersonRequest, selection: Selection, targets: list[Target], portal: CompiledPortal) -> Plan | None:
    """What the chosen target means; None until one is chosen (or when none of them can go there any more)."""
    target = request.POST.get("to", "")
    is_again = request.POST.get("do") == "move"
    if target not in {item.value for item in targets} and not (is_again and target):
        return None
    viewer = Viewer.of(request.actor, portal)
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:_REASON_LENGTH]
    going, staying, steps = [], [], []
    for picked in selection.picked:
        step = _step(picked, target, portal)
        why_not = _why_not(picked, target, request.actor, portal)
        if step is None or why_not:
            staying.append(outcome_of(picked, why_not))
        else:
            going.append(picked)
            steps.append(step)
    composed = list(_mails(going, target, reason, viewer, portal))
    later = [mail for customer, mail in composed if not goes_at_once(customer, mail.way) and mail.way == Way.DAILY]
    return Plan(
        target=target,
        going=tuple(going),
        staying=tuple(staying),
        mails=tuple(mail for customer, mail in composed if goes_at_once(customer, mail.way)),
        later=tuple(later),
        kept=sum(mail.way == Way.NEVER for _customer, mail in composed),
        turn_after=steps[0].turn_after if steps else "",
        asks_reason=any(step.asks_reason for step in steps),
        reason=reason,
        tells=request.POST.get("tell", "yes") == "yes",
        untold=tuple(dict.fromkeys(words for picked in going if (words := untold_words(picked.row)))),
    )


def _step(picked: Picked, target: str, portal: CompiledPortal) -> VisibleMove | None:
    flow_key, _, to = target.partition(".")
    if portal.type_or_unknown(picked.row.type_key).flow.key != flow_key:
        return None
    return next((step for step in picked.shown.moves if step.to == to), None)


def _why_not(picked: Picked, target: str, actor: Actor, portal: CompiledPortal) -> str:
    """Why the move itself would refuse it, said before; nothing where it would not."""
    try:
        check_as_it_stands(actor, picked.row, to=_to_in(picked, target, portal), seen_status=picked.chosen.seen_status)
    except RequestError as refused:
        return _refusal(refused, picked)
    return ""


def _to_in(picked: Picked, target: str, portal: CompiledPortal) -> str:
    """The status in this request's own flow; nothing where it has another one."""
    flow_key, _, to = target.partition(".")
    return to if portal.type_or_unknown(picked.row.type_key).flow.key == flow_key else ""


def _refusal(refused: RequestError, picked: Picked) -> str:
    """What is said of one that stays, before and afterwards alike."""
    if isinstance(refused, Stale):
        return f"It has gone on meanwhile: {', '.join(item.theirs for item in refused.differences)}."
    if isinstance(refused, NotSeen):
        return "It is gone."
    if isinstance(refused, Forbidden):
        return "This form was used before. Choose it again."
    if isinstance(refused, NoSuchMove):
        return f"It cannot go there from {picked.shown.status.name}."
    return str(refused)


def _mails(
    going: list[Picked], target: str, reason: str, viewer: Viewer, portal: CompiledPortal
) -> Iterator[tuple[User, ComposedMail]]:
    to = target.partition(".")[2]
    for picked in going:
        mail = status_mail(picked.row, status_key=to, portal=portal, reason=reason, shown_to=viewer.role)
        if mail is not None:
            yield picked.row.customer, mail


def _move_each(request: PersonRequest, selection: Selection, plan: Plan) -> Iterator[Outcome]:
    """One after the other, each in its own transaction: what is refused stops nothing else."""
    form_key = parse_uuid(request.POST.get("key", ""))
    for picked in selection.picked:
        yield _move_one(request, picked, plan, form_key)


def _move_one(request: PersonRequest, picked: Picked, plan: Plan, form_key: uuid.UUID | None) -> Outcome:
    step = Move(
        to=_to_in(picked, plan.target, live_portal()),
        seen_status=picked.chosen.seen_status,
        tell_customer=plan.tells,
        reason=plan.reason,
        # The same form never moves the same request twice.
        key=uuid.uuid5(form_key, str(picked.row.pk)) if form_key else None,
    )
    try:
        move(actor=request.actor, request_id=picked.row.pk, move=step)
    except RequestError as refused:
        return outcome_of(picked, _refusal(refused, picked))
    return outcome_of(picked)
