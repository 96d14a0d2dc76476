"""Which mails about open requests would begin or end when one version follows another: counted, nothing is sent.

Asked of the very rules by which mails are sent: those of statuses, of the document, of the clock; and of what their
readers have chosen for themselves. Two queries, however many requests there are.

SECURITY: whoever drafts chooses the conditions, so that a count over answers would tell what stands in them. Counted is
what the reader of the review sees: their requests, and of these only where they read every answer that decides.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from django.db.models import Q

from portal_core.accounts.actor import Actor
from portal_core.config.checks.reach import reachable, ways_of
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledFlow, CompiledStatus
from portal_core.config.compiled_type import CompiledType
from portal_core.config.conditions import holds, tests_in
from portal_core.config.document.conditions import Condition
from portal_core.config.document.flows import LateRule, NotifyRule, Reminder
from portal_core.config.impact import Move
from portal_core.notifications.choices import ALWAYS, chosen_way
from portal_core.notifications.models import Way
from portal_core.notifications.rules import STAFF_READERS, ways_in
from portal_core.notifications.staff_choices import StaffChoices
from portal_core.service_requests.open_groups import OpenGroup, open_groups

# What a mail is about: a status is reached, waits for its customer, lasts too long, is closed; or an event.
What: TypeAlias = str
Effect: TypeAlias = Literal["starts", "stops", "sooner", "later"]
Ways: TypeAlias = Mapping[str, Way]

_Rule = TypeVar("_Rule", LateRule, Reminder)
_READERS: Final = ("customer", *STAFF_READERS)
# Nothing of an open request is "created" any more.
_EVENTS: Final = ("replied", "noted", "assigned", "changed", "planned", "late")
# A name under which requests are told apart: where they go one by one.
_SINGLE: Final = "single"
# The event under which staff choose how they hear of a status.
_EVENT_OF: Final = {"reached": "moved", "reminded": "moved", "closed": "moved"}
# Under which of their kinds customers choose how news of an event come.
_CHOSEN_AS: Final = {"replied": "replies", "changed": "status", "planned": "status"}


@dataclass(frozen=True)
class MailChange:
    """One mail to one kind of reader, and for how many open requests what becomes of it.

    `place` is where the document says so: a status, or the notifications as a whole.
    """

    place: tuple[str, ...]
    what: What
    who: str
    requests: Mapping[Effect, int]


@dataclass(frozen=True)
class MailChanges:
    """All of them; not `is_whole` where there may be more than was counted, or than the reader may know."""

    found: tuple[MailChange, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True)
class _Occasion:
    place: tuple[str, ...]
    what: What
    concerns: Callable[[str, str], bool]
    before: Callable[[OpenGroup], Ways]
    after: Callable[[OpenGroup], Ways]
    tests: tuple[Condition, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The answers that decide."""
        return frozenset(test.field for test in self.tests if test.field)


def mail_changes(
    actor: Actor, before: CompiledPortal, after: CompiledPortal, moves: Sequence[Move] = ()
) -> MailChanges:
    """Every mail of which something would change for open requests that `actor` sees.

    `moves` are made while publishing.
    """
    occasions = [*_of_statuses(before, after), *_of_events(before, after)]
    if not occasions:
        return MailChanges()
    staff, single = StaffChoices.read(), [move for move in moves if move.numbers is not None]
    parts = {**staff.parts, _SINGLE: [_moved_by(move) for move in single]}
    known = open_groups(actor, before, [test for each in occasions for test in each.tests], parts)
    targets = {(move.from_type, move.from_status): move for move in moves if move.numbers is None}
    stands = []
    for group in known.groups:
        number = group.parts[_SINGLE]
        move = targets.get((group.type_key, group.status_key)) if number is None else single[number]
        stands.append(_Stand.of(group, move))
    counts = [(each, _counted(each, stands, staff)) for each in occasions]
    return MailChanges(
        tuple(change for each, count in counts for change in _changes(each, count.effects)),
        known.is_whole and all(count.is_whole for _, count in counts),
    )


def _moved_by(move: Move) -> Q:
    return Q(type_key=move.from_type, status_key=move.from_status, number__in=move.numbers or ())


@dataclass(frozen=True)
class _Stand:
    """A group, and where it stands once the version is live."""

    group: OpenGroup
    place: tuple[str, str]

    @classmethod
    def of(cls, group: OpenGroup, move: Move | None) -> "_Stand":
        place = (group.type_key, group.status_key) if move is None else (move.to_type, move.to_status)
        return cls(group, place)


@dataclass(frozen=True)
class _Count:
    effects: Mapping[str, Counter[Effect]]
    is_whole: bool


def _counted(each: _Occasion, stands: Iterable[_Stand], staff: StaffChoices) -> _Count:
    effects: dict[str, Counter[Effect]] = {who: Counter() for who in _READERS}
    concerned = [stand.group for stand in stands if each.concerns(*stand.place)]
    readable = [group for group in concerned if each.fields.isdisjoint(group.unread)]
    for group in readable:
        before, after = each.before(group), each.after(group)
        for who, count in effects.items():
            ways = (before.get(who, Way.NEVER), after.get(who, Way.NEVER))
            pairs = [ways] if who == "customer" else _of_staff(each, who, group, ways, staff)
            if who != "customer" or group.is_told:
                # Of several who are told as the same: it is counted where any of them would notice.
                found = {effect for pair in pairs if (effect := _effect(*pair)) is not None}
                count.update(dict.fromkeys(found, group.count))
    return _Count(effects, len(readable) == len(concerned))


def _of_staff(
    each: _Occasion, who: str, group: OpenGroup, ways: tuple[Way, Way], staff: StaffChoices
) -> list[tuple[Way, Way]]:
    event = _EVENT_OF.get(each.what, each.what)
    before, after = (staff.ways(who, event, group, way) for way in ways)
    return list(zip(before, after, strict=True))


def _changes(each: _Occasion, effects: Mapping[str, Counter[Effect]]) -> Iterator[MailChange]:
    for who, count in effects.items():
        if count:
            yield MailChange(each.place, each.what, who, dict(count))


def _effect(before: Way, after: Way) -> Effect | None:
    if before == after:
        return None
    if Way.NEVER in (before, after):
        return "starts" if before == Way.NEVER else "stops"
    return "sooner" if after == Way.NOW else "later"


def _of_statuses(before: CompiledPortal, after: CompiledPortal) -> Iterator[_Occasion]:
    for written in after.document.flows:
        flow = after.flows[written.key]
        types = frozenset(kind.key for kind in after.every_type if kind.flow is flow)
        earlier, backward = before.flows.get(flow.key), ways_of(written)[1]
        for status in flow.statuses:
            was = _status(earlier, status.key)
            if status.retired or (was is not None and _mails(was) == _mails(status)):
                continue
            place = ("flows", flow.key, "statuses", status.key)
            coming = frozenset(reachable(backward.get(status.key, ()), backward))
            yield from _of_status(place, (was, status), _Room(types, coming), (before, after))


@dataclass(frozen=True)
class _Room:
    """The types that go through a status, and the statuses from which requests can come to it."""

    types: frozenset[str]
    coming: frozenset[str]

    def comes(self, type_key: str, status_key: str) -> bool:
        return type_key in self.types and status_key in self.coming


def _status(flow: CompiledFlow | None, key: str) -> CompiledStatus | None:
    return flow.status(key) if flow is not None and flow.has_status(key) else None


def _mails(status: CompiledStatus) -> tuple[object, ...]:
    return (status.notify, status.turn, status.remind, status.if_late, status.close, _has_limit(status))


def _has_limit(status: CompiledStatus) -> bool:
    return status.expected is not None and not status.expected.no_limit


def _of_status(
    place: tuple[str, ...],
    pair: tuple[CompiledStatus | None, CompiledStatus],
    room: _Room,
    portals: tuple[CompiledPortal, CompiledPortal],
) -> Iterator[_Occasion]:
    was, status = pair

    def stands(type_key: str, status_key: str) -> bool:
        return type_key in room.types and status_key == status.key

    def occasion(
        what: What,
        concerns: Callable[[str, str], bool],
        said: Callable[[CompiledStatus, OpenGroup, CompiledPortal], Ways],
        rules: Callable[[CompiledStatus], Iterable[Condition | None]],
    ) -> _Occasion:
        return _Occasion(
            place,
            what,
            concerns,
            lambda group: {} if was is None else said(was, group, portals[0]),
            lambda group: said(status, group, portals[1]),
            _tests(rule for each in pair if each is not None for rule in rules(each)),
        )

    yield occasion("reached", room.comes, _reached, lambda each: [rule.if_ for rule in each.notify])
    yield occasion("reminded", stands, _reminded, lambda each: [rule.when for rule in each.remind])
    yield occasion("closed", stands, _closed, lambda _each: [])
    # A status without rules of its own for being late follows the document's.
    usual = [rule.if_ for portal in portals for rule in portal.notifications if rule.event == "late"]
    yield occasion("late", stands, _late, lambda each: [*usual, *(rule.when for rule in each.if_late)])


def _tests(conditions: Iterable[Condition | None]) -> tuple[Condition, ...]:
    return tuple(test for condition in conditions for test in tests_in(condition))


def _reached(status: CompiledStatus, group: OpenGroup, _portal: CompiledPortal) -> Ways:
    rules: dict[str, NotifyRule | None] = {who: status.notice_for(who, group.values) for who in _READERS}
    ways = {who: Way(rule.when) for who, rule in rules.items() if rule is not None}
    kind = ALWAYS if status.turn == "customer" else "status"
    return _as_chosen(ways, group, kind)


def _reminded(status: CompiledStatus, group: OpenGroup, portal: CompiledPortal) -> Ways:
    is_any = status.turn == "customer" and any(_holding(status.remind, status, group, portal))
    return {"customer": Way.NOW} if is_any else {}


def _closed(status: CompiledStatus, group: OpenGroup, _portal: CompiledPortal) -> Ways:
    """Whoever's request is closed for want of an answer is told, whatever the status says."""
    closes = status.turn == "customer" and status.close is not None
    return _as_chosen({"customer": Way.NOW}, group, "status") if closes else {}


def _late(status: CompiledStatus, group: OpenGroup, portal: CompiledPortal) -> Ways:
    if not _has_limit(status):
        return {}
    usual = ways_in("late", portal, group.values, status.key)
    if not status.if_late:
        return usual
    if any(rule.event == "late" and rule.who == "nobody" for rule in portal.notifications):
        return {}
    tells = [rule.tell for rule in _holding(status.if_late, status, group, portal)]
    return {tell: usual.get(tell, Way.NOW) for tell in tells}


def _holding(rules: Iterable[_Rule], status: CompiledStatus, group: OpenGroup, portal: CompiledPortal) -> list[_Rule]:
    return [rule for rule in rules if holds(rule.when, group.values, status.key, portal.time_zone)]


def _of_events(before: CompiledPortal, after: CompiledPortal) -> Iterator[_Occasion]:
    for event in _EVENTS:
        pair = [[rule for rule in portal.notifications if rule.event == event] for portal in (before, after)]
        if pair[0] != pair[1]:
            yield _of_event(event, before, after, [rule.if_ for rules in pair for rule in rules])


def _of_event(
    event: str, before: CompiledPortal, after: CompiledPortal, conditions: Collection[Condition | None]
) -> _Occasion:
    def said(portal: CompiledPortal) -> Callable[[OpenGroup], Ways]:
        return lambda group: _as_chosen(
            ways_in(event, portal, group.values, group.status_key), group, _CHOSEN_AS.get(event, "")
        )

    def concerns(type_key: str, status_key: str) -> bool:
        """What has rules of its own for being late does not ask the document's."""
        kind: CompiledType = after.type_or_unknown(type_key)
        status = kind.flow.status_or_unknown(status_key)
        return event != "late" or (_has_limit(status) and not status.if_late)

    return _Occasion(("notifications",), event, concerns, said(before), said(after), _tests(conditions))


def _as_chosen(ways: Ways, group: OpenGroup, kind: str) -> Ways:
    """As the customers of the group get it, who may have chosen for themselves."""
    asked = ways.get("customer")
    if asked is None:
        return ways
    return {**ways, "customer": chosen_way(group.choices, kind, asked)}
