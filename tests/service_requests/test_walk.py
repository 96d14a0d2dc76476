"""Every type of every starter is filed and driven through every status and every transition."""

from __future__ import annotations

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.config.starters import starter, starter_keys
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.pages import request_page
from portal_core.service_requests.viewer import Viewer
from tests.factories import make_user
from tests.service_requests.filing import file_request, typed_for

EVERY_STARTER = [*starter_keys(), "nordwarm"]


def _answers(portal, request, transition):
    request_type = portal.type(request.type_key)
    return {
        key: request_type.field(key).kind.clean(
            typed_for(request_type.field(key)),
            request_type.field(key),
            Asked(portal, resolve_role("customer"), "en"),
        )
        for key in transition.must_fill
    }


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
        for path in _paths(flow, request_type.start):
            request = file_request(people["carol"], request_type.key)
            _look(request, people)
            seen.add(request.status_key)
            for start, transition in path:
                assert request.status_key == start
                wanted = Move(
                    to=transition.to,
                    seen_status=start,
                    reason="because",
                    answers=_answers(portal, request, transition),
                )
                user = _mover(portal, transition, people)
                # A colleague of a team role may only see its own team's requests.
                move(actor=actor_for(user), request_id=request.pk, move=wanted)
                request = ServiceRequest.objects.select_related("customer", "assignee").get(pk=request.pk)
                seen.add(request.status_key)
                _look(request, people)
    for request_type in portal.types:
        living = {status.key for status in request_type.flow.statuses if not status.retired}
        assert visited[request_type.flow.key] == living


def _paths(flow, start):
    """Walks that together use every transition that can be reached from `start`."""
    used, walks, stack = set(), [], [(start, [])]
    while stack:
        status, walk = stack.pop()
        onward = [(key, move) for key, move in flow.transitions if key == status and (key, move.to) not in used]
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
