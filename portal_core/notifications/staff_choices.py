"""How the colleagues behind a rule about mails have chosen for themselves, for counting without loading requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from django.db.models import Q

from portal_core.accounts.roles import resolve_role
from portal_core.notifications.choices import STAFF_KIND_OF, chosen_way
from portal_core.notifications.models import Way
from portal_core.notifications.rules import active_staff
from portal_core.service_requests.open_groups import OpenGroup
from portal_core.service_requests.queries import seen_by_reader

# The names under which groups of requests are told apart: by who has them, and by their team.
HOLDER = "holder"
TEAM = "team"
_SIGHT = "sight"


@dataclass(frozen=True)
class _Colleague:
    """One of them: the choices, and the request types that the role reaches (None: every one).

    `sight` names the part that tells which requests somebody reaches who does not reach all that a rule is about: who
    runs the place for a team alone, who works in a team on what is theirs or nobody's. "": all.
    """

    choices: Mapping[str, object]
    type_keys: frozenset[str] | None
    sight: str = ""


@dataclass(frozen=True)
class StaffChoices:
    """Who is told as whom, as `rules.staff_for` finds them.

    `holders` are sets of colleagues who have chosen alike, `teams` the sets of people of one team; both in the order of
    `parts`. `sights` are the requests that those reach who do not reach all.
    """

    holders: tuple[tuple[_Colleague, frozenset[str]], ...]
    teams: tuple[tuple[tuple[_Colleague, ...], str], ...]
    managers: tuple[_Colleague, ...]
    owners: tuple[_Colleague, ...]
    sights: Mapping[str, Q]

    @classmethod
    def read(cls) -> Self:
        """Everybody who works here now. One query."""
        alike: dict[str, tuple[_Colleague, set[str]]] = {}
        teams: dict[str, list[_Colleague]] = {}
        running: list[tuple[str, _Colleague]] = []
        sights: dict[Q, str] = {}
        own: dict[tuple[str, str], tuple[_Colleague, set[str]]] = {}
        for user in active_staff():
            role = resolve_role(user.role)
            # Whoever may see no request is told of none.
            one = _Colleague(user.notice_choices, role.type_keys if role.may("see") else frozenset())
            alike.setdefault(repr(one), (one, set()))[1].add(str(user.pk))
            if user.team_key and role.scope == "own":
                own.setdefault((user.team_key, repr(one)), (one, set()))[1].add(str(user.pk))
            elif user.team_key:
                teams.setdefault(user.team_key, []).append(one)
            if role.base in ("manager", "owner"):
                reached = seen_by_reader(user.pk, role, user.team_key)
                sight = "" if role.scope == "all" else sights.setdefault(reached, f"{_SIGHT}{len(sights)}")
                running.append((role.base, replace(one, sight=sight)))
        for (team_key, _), (one, keys) in own.items():
            # Who have chosen alike count together: one of them is told of what is theirs, all of what is nobody’s.
            reached = Q(assignee_id__in=sorted(keys)) | Q(assignee_id=None)
            sight = sights.setdefault(reached, f"{_SIGHT}{len(sights)}")
            teams.setdefault(team_key, []).append(replace(one, sight=sight))
        return cls(
            tuple((one, frozenset(keys)) for one, keys in alike.values()),
            tuple((tuple(people), key) for key, people in teams.items()),
            tuple(one for _, one in running),
            tuple(one for base, one in running if base == "owner"),
            {name: reached for reached, name in sights.items()},
        )

    @property
    def parts(self) -> Mapping[str, list[Q]]:
        """The conditions by which requests are told apart."""
        return {
            HOLDER: [Q(assignee_id__in=sorted(keys)) for _, keys in self.holders],
            TEAM: [Q(team_key=key) for _, key in self.teams],
            **{name: [reached] for name, reached in self.sights.items()},
        }

    def ways(self, who: str, what: str, group: OpenGroup, asked: Way) -> list[Way]:
        """How each of the colleagues gets a mail of whom a rule says `asked`, in the order of `_people`."""
        kind = STAFF_KIND_OF[what]
        if asked == Way.NEVER:
            return [Way.NEVER for _ in self._people(who, group)]
        return [chosen_way(one.choices, kind, asked) for one in self._people(who, group)]

    def _people(self, who: str, group: OpenGroup) -> list[_Colleague]:
        reached = [*self._own(who, group)]
        if reached:
            return [one for one in reached if _reaches(one, group)]
        running = self.owners if who == "owner" else self.managers
        return [one for one in running if _reaches(one, group)]

    def _own(self, who: str, group: OpenGroup) -> Iterable[_Colleague]:
        """Whoever has it, else its team; nobody where neither is there: then those who run the place are told."""
        holder, team = group.parts[HOLDER], group.parts[TEAM]
        if who == "handler" and holder is not None:
            return (self.holders[holder][0],)
        return self.teams[team][0] if who in ("handler", "team") and team is not None else ()


def _reaches(one: _Colleague, group: OpenGroup) -> bool:
    is_in_sight = not one.sight or group.parts[one.sight] is not None
    return is_in_sight and (one.type_keys is None or group.type_key in one.type_keys)
