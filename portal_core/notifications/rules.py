"""Who is told: the status's `notify` rules and the document's `notifications`, turned into people.

A pair of event and reader that the document does not mention follows the defaults below; `who: nobody` for an event
turns all of them off. One person is told once, and never of what they did themselves.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import STAFF_BASES, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.conditions import holds
from portal_core.config.visibility import Visibility
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import field_values

# What is told when the document says nothing about it.
DEFAULTS: Final[dict[str, tuple[str, ...]]] = {
    "created": ("team",),
    "assigned": ("handler",),
    "replied": ("customer", "handler"),
    "noted": (),
    "changed": (),
}
STAFF_READERS: Final = ("handler", "team", "manager")


def rule_values(request: ServiceRequest, portal: CompiledPortal) -> dict[str, JsonValue]:
    """The stored answers on which rules decide. They decide only; nothing of them is said to anybody."""
    everything = Viewer.of(SYSTEM, portal)
    return field_values(request, everything, portal=portal, at_least=Visibility.HIDDEN)


def readers_of(event: str, portal: CompiledPortal, request: ServiceRequest) -> frozenset[str]:
    """Which kinds of readers are told of `event`: customer, handler, team, manager."""
    return _readers(event, portal, rule_values(request, portal), request.status_key)


def tells_handler_of_many(portal: CompiledPortal) -> bool:
    """Whether the new person is told when many requests are given to them at once; no single request decides then."""
    return "handler" in _readers("assigned", portal, {}, "")


def _readers(event: str, portal: CompiledPortal, values: Mapping[str, JsonValue], status_key: str) -> frozenset[str]:
    rules = [rule for rule in portal.notifications if rule.event == event]
    holding = [rule for rule in rules if holds(rule.if_, values, status_key, portal.time_zone)]
    if any(rule.who == "nobody" for rule in holding):
        return frozenset()
    named: set[str] = {rule.who for rule in rules}
    wanted: set[str] = {rule.who for rule in holding if rule.when != "never"}
    # A document that names any staff for this event has decided for all of them.
    has_staff_rule = any(who in STAFF_READERS for who in named)
    for who in DEFAULTS.get(event, ()):
        if who not in named and not (has_staff_rule and who in STAFF_READERS):
            wanted.add(who)
    return frozenset(wanted)


def staff_for(readers: Iterable[str], request: ServiceRequest, *, except_id: uuid.UUID | None) -> tuple[User, ...]:
    """The colleagues behind `readers` who may see the request, without the one who acted; each once, by name."""
    found: dict[uuid.UUID, User] = {}
    everyone = _active_staff()
    for who in readers:
        for user in _people(who, request, everyone):
            found[user.pk] = user
    if except_id is not None:
        found.pop(except_id, None)
    return tuple(sorted((user for user in found.values() if may_see(user, request)), key=lambda user: user.name))


def may_see(user: User, request: ServiceRequest) -> bool:
    """Whether this colleague reaches the request at the desk. SECURITY: a mail must not say more than a page."""
    return visible_to(actor_for(user)).filter(pk=request.pk).exists()


def owner() -> User | None:
    """The owner who reads what made-up customers get: the first one."""
    return User.objects.filter(role="owner", is_active=True).order_by("created_at", "id").first()


def _active_staff() -> list[User]:
    users = User.objects.filter(is_active=True).exclude(role="customer").order_by("created_at", "id")
    return [user for user in users if resolve_role(user.role).base in STAFF_BASES]


def _people(who: str, request: ServiceRequest, everyone: list[User]) -> list[User]:
    managers = [user for user in everyone if resolve_role(user.role).base in ("manager", "owner")]
    if who == "manager":
        return managers
    if who == "handler" and request.assignee_id is not None:
        handlers = [user for user in everyone if user.pk == request.assignee_id]
        if handlers:
            return handlers
    team = [user for user in everyone if request.team_key and user.team_key == request.team_key]
    # A team without people must not swallow a request: those who run the place are told.
    return team or managers
