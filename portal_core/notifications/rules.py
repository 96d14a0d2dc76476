"""Who is told: the status's `notify` rules and the document's `notifications`, turned into people.

A pair of event and reader that the document does not mention follows the defaults below; `who: nobody` for an event
turns all of them off. One person is told once, and never of what they did themselves. How it goes by mail is then the
reader's own choice (`choices.py`).
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import STAFF_BASES, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.conditions import holds
from portal_core.config.visibility import Visibility
from portal_core.notifications.models import Way
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_values import field_values

# How readers are told when the document says nothing about it; "never" is a line in their updates and no mail.
DEFAULTS: Final[Mapping[str, Mapping[str, Way]]] = {
    "created": {"team": Way.NOW},
    "assigned": {"handler": Way.NOW},
    "replied": {"customer": Way.NOW, "handler": Way.NOW},
    "noted": {"handler": Way.NEVER},
    "changed": {"handler": Way.NEVER},
    "planned": {"customer": Way.NOW, "handler": Way.NEVER},
    "late": {"handler": Way.NOW},
}
STAFF_READERS: Final = ("handler", "team", "manager", "owner")
# The sooner wins where one person is meant twice.
_SOONER: Final = {Way.NOW: 0, Way.DAILY: 1, Way.NEVER: 2}


def rule_values(request: ServiceRequest, portal: CompiledPortal) -> dict[str, JsonValue]:
    """The stored answers on which rules decide. They decide only; nothing of them is said to anybody."""
    everything = Viewer.of(SYSTEM, portal)
    return field_values(request, everything, portal=portal, at_least=Visibility.HIDDEN)


def ways_of(event: str, portal: CompiledPortal, request: ServiceRequest) -> Mapping[str, Way]:
    """Which kinds of readers are told of `event` (customer, handler, team, manager), and how by mail."""
    return ways_in(event, portal, rule_values(request, portal), request.status_key)


def way_of_many(portal: CompiledPortal) -> Way | None:
    """How the new person is told when many requests are given to them at once; no single request decides then."""
    return ways_in("assigned", portal, {}, "").get("handler")


def usual_way(portal: CompiledPortal, event: str, who: str) -> Way | None:
    """How the document (or the default) tells `who` of `event`, conditions aside; None when not at all."""
    for rule in portal.notifications:
        if rule.event == event and rule.who in (who, "nobody"):
            return None if rule.who == "nobody" else Way(rule.when)
    return DEFAULTS.get(event, {}).get(who)


def ways_in(event: str, portal: CompiledPortal, values: Mapping[str, JsonValue], status_key: str) -> Mapping[str, Way]:
    """`ways_of` by the stored answers and the status alone, for counting without loading requests."""
    rules = [rule for rule in portal.notifications if rule.event == event]
    holding = [rule for rule in rules if holds(rule.if_, values, status_key, portal.time_zone)]
    return ways_by(event, {rule.who for rule in rules}, [(rule.who, rule.when) for rule in holding])


def ways_by(event: str, named: Collection[str], holding: Sequence[tuple[str, str]]) -> Mapping[str, Way]:
    """How each kind of reader is told of `event`, by its rules that hold (who, when) and all whom its rules name."""
    if any(who == "nobody" for who, _ in holding):
        return {}
    wanted: dict[str, Way] = {}
    for who, when in holding:
        wanted.setdefault(who, Way(when))
    # A document that names any staff for this event has decided for all of them.
    has_staff_rule = any(who in STAFF_READERS for who in named)
    defaults = {
        who: way
        for who, way in DEFAULTS.get(event, {}).items()
        if who not in named and not (has_staff_rule and who in STAFF_READERS)
    }
    return {**wanted, **defaults}


def sooner_of(*several: Mapping[str, Way]) -> Mapping[str, Way]:
    """What several rules say together of each kind of reader: the soonest."""
    readers = {who: [ways[who] for ways in several if who in ways] for ways in several for who in ways}
    return {who: min(found, key=_SOONER.__getitem__) for who, found in readers.items()}


def staff_for(ways: Mapping[str, Way], request: ServiceRequest, *, except_id: uuid.UUID | None) -> dict[User, Way]:
    """The colleagues behind `ways` who may see the request, without the one who acted; each once, by name."""
    found: dict[User, Way] = {}
    everyone = active_staff()
    for who, way in ways.items():
        if who not in STAFF_READERS:
            continue
        for user in _people(who, request, everyone):
            found[user] = min(way, found.get(user, way), key=_SOONER.__getitem__)
    told = [user for user in found if user.pk != except_id and may_see(user, request)]
    return {user: found[user] for user in sorted(told, key=lambda user: user.name)}


def may_see(user: User, request: ServiceRequest) -> bool:
    """Whether this colleague reaches the request at the desk. SECURITY: a mail must not say more than a page."""
    return visible_to(actor_for(user)).filter(pk=request.pk).exists()


def owner() -> User | None:
    """The owner who reads what made-up customers get: the first one."""
    return User.objects.filter(role="owner", is_active=True).order_by("created_at", "id").first()


def managers() -> list[User]:
    """Those who run the place: they hear of what is nobody's in particular."""
    return [user for user in active_staff() if resolve_role(user.role).base in ("manager", "owner")]


def active_staff() -> list[User]:
    """Everybody who works at the desk, the first first."""
    users = User.objects.filter(is_active=True).exclude(role="customer").order_by("created_at", "id")
    return [user for user in users if resolve_role(user.role).base in STAFF_BASES]


def _people(who: str, request: ServiceRequest, everyone: list[User]) -> list[User]:
    running = [user for user in everyone if resolve_role(user.role).base in ("manager", "owner")]
    if who == "manager":
        return running
    if who == "owner":
        return [user for user in running if resolve_role(user.role).base == "owner"]
    if who == "handler" and request.assignee_id is not None:
        handlers = [user for user in everyone if user.pk == request.assignee_id]
        if handlers:
            return handlers
    team = [user for user in everyone if request.team_key and user.team_key == request.team_key]
    # A team without people must not swallow a request: those who run the place are told.
    return team or running
