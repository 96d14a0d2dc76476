"""Every type of every starter is filed and driven through every status and every transition."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.config.starters import starter, starter_keys
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.actions.answer_ask import AskAnswer, answer_ask
from portal_core.service_requests.approvals import approval_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.pages import request_page
from portal_core.service_requests.taking import Given
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import uuid7
from tests.factories import make_user
from tests.service_requests.filing import file_request, paper, photo, typed_for

EVERY_STARTER = [*starter_keys(), "nordwarm", "ledger", "chicago"]


@dataclass(frozen=True)
class Asks:
    """A way on that no transition names: what is asked is done, or what is to be approved is declined."""

    to: str
    is_yes: bool = True


def _answers(portal, request, keys, user):
    """A value for each of these fields, as their forms would give it."""
    request_type = portal.type(request.type_key)
    fields = [request_type.field(key) for key in keys]
    asked = Asked(portal, resolve_role("customer"), "en")
    return {
        field.key: [paper(user.pk)] if field.kind.key == "file" else field.kind.clean(_typed(field), field, asked)
        for field in fields
    }


def _typed(field):
    """What is typed, its parts by their own names."""
    typed = typed_for(field)
    return {part.removeprefix("_"): words for part, words in typed.items()} if isinstance(typed, dict) else typed


def _do_asks(portal, request, step, carol):
    """Carol does what is asked until the request has moved on."""
    actor, begun = actor_for(carol), request.status_key
    viewer = Viewer.of(actor, portal)
    for ask in [ask for ask in portal.type(request.type_key).flow.status(begun).asks if ask.required]:
        keys = ask.fields if ask.do == "fill" else ()
        answer = AskAnswer(
            ask.key,
            uuid7(),
            seen_since=request.status_since,
            answers=_answers(portal, request, keys, carol),
            seen={key: request.data.get(key) for key in keys},
            is_yes=step.is_yes,
            token=approval_of(request, ask, viewer, portal).token if ask.do == "approve" else "",
            note="" if step.is_yes else "because",
            given=_given(portal, ask, carol),
        )
        answer_ask(actor=actor, request_id=request.pk, answer=answer)
        request = ServiceRequest.objects.select_related("customer").get(pk=request.pk)
        if request.status_key != begun:
            return


def _given(portal, ask, carol):
    """A file of Carol's for what asks for one, of a format that its kind takes."""
    if ask.do != "upload":
        return Given()
    accept = portal.document_kinds[ask.document_kind].accept
    file = paper(carol.pk) if not accept or "pdf" in accept else photo(carol.pk)
    return Given([uuid.UUID(file["id"])])


def _mover(portal, transition, people):
    flow_roles = {role: people[name] for role, name in (("customer", "carol"), ("agent", "bob"), ("owner", "alice"))}
    for role, user in flow_roles.items():
        if role in transition.by:
            return user
    key = sorted(transition.by)[0]
    return make_user(f"{key}-{portal.number}@example.com", key.title(), key)


@pytest.mark.parametrize("key", EVERY_STARTER)
def test_every_type_goes_through_every_status_and_transition(key, people):
    publish(actor=actor_for(people["alice"]), document=starter(key))
    portal = live_portal()
    visited: dict[str, set[str]] = {}
    for request_type in portal.types:
        flow = request_type.flow
        seen = visited.setdefault(flow.key, set())
        # On the way to a step that is new, what was gone before is gone again, and looks as it did.
        gone = []
        for path in _paths(flow, request_type.start):
            request = file_request(people["carol"], request_type.key)
            if not gone:
                _look(request, people)
            seen.add(request.status_key)
            for start, transition in path:
                assert request.status_key == start
                if isinstance(transition, Asks):
                    _do_asks(portal, request, transition, people["carol"])
                else:
                    _make_move(portal, request, transition, people)
                request = ServiceRequest.objects.select_related("customer", "assignee").get(pk=request.pk)
                assert request.status_key == transition.to
                seen.add(request.status_key)
                if (start, transition) not in gone:
                    _look(request, people)
                gone.append((start, transition))
    for request_type in portal.types:
        living = {status.key for status in request_type.flow.statuses if not status.retired}
        assert visited[request_type.flow.key] == living


def _make_move(portal, request, transition, people):
    user = _mover(portal, transition, people)
    wanted = Move(
        to=transition.to,
        seen_status=request.status_key,
        reason="because",
        answers=_answers(portal, request, transition.must_fill, user),
    )
    # A colleague of a team role may only see its own team's requests.
    move(actor=actor_for(user), request_id=request.pk, move=wanted)


def _ways_on(flow):
    """Every transition, and every way on through what is asked, each with the status where it begins."""
    yield from flow.transitions
    for status in flow.statuses:
        approvals = [ask for ask in status.asks if ask.do == "approve"]
        onward = [status.when_done, *(ask.approved for ask in approvals)]
        yield from ((status.key, Asks(to)) for to in onward if to)
        yield from ((status.key, Asks(ask.declined, is_yes=False)) for ask in approvals if ask.declined)


def _paths(flow, start):
    """Walks that together use every way on that can be reached from `start`."""
    used, walks, stack = set(), [], [(start, [])]
    ways = list(_ways_on(flow))
    while stack:
        status, walk = stack.pop()
        onward = [(key, move) for key, move in ways if key == status and (key, move.to) not in used]
        if not onward:
            walks.append(walk)
            continue
        for key, step in onward:
            used.add((key, step.to))
            stack.append((step.to, [*walk, (key, step)]))
    return walks


def _look(request, people):
    """The customer's and the owner's page can be built, and the four answers are there."""
    portal = live_portal()
    for name in ("carol", "alice"):
        page = request_page(request, Viewer.of(actor_for(people[name]), portal), portal=portal)
        status = page.request.status
        assert status.name and status.meaning and status.expected
        assert status.turn == "nobody" or status.next_step
        assert "{" not in status.meaning + status.next_step + status.name
