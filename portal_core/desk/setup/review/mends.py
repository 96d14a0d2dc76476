"""What stops publishing, in the owner's words, with the mend in place: a small form that edits the draft.

What one choice or a few words can mend is mended here (`mends_*.py` say how, by the place and the kind of the finding);
beside it, and where that takes more, a link leads to the very place in the editor. What is named in many places and is
not there any more is one thing to mend (`everywhere.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes import Change
from portal_core.config.changes.names import Names
from portal_core.config.draft.operations import Operation, Set
from portal_core.config.draft.parts import KEYED
from portal_core.config.draft.paths import Path, path_from
from portal_core.config.planning import Plan
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.desk.setup.flows.wording import mark_of
from portal_core.desk.setup.places import place_of
from portal_core.desk.setup.review.everywhere import Everywhere, named_in_several_places
from portal_core.desk.setup.review.finding import Control, Finding, Menders, mender_for, told_apart
from portal_core.desk.setup.review.finding_words import advice_of, missing_title, place_words, said_of, title_of
from portal_core.desk.setup.review.mends_asks import ASKS
from portal_core.desk.setup.review.mends_moves import MOVES
from portal_core.desk.setup.review.mends_portal import PORTAL
from portal_core.desk.setup.review.mends_statuses import STATUSES
from portal_core.desk.setup.review.mends_texts import TEXTS
from portal_core.desk.setup.review.mends_types import TYPES

_MENDERS: Final[Menders] = (*STATUSES, *ASKS, *MOVES, *TYPES, *PORTAL, *TEXTS)
# More costly answers than this are not said in full.
_COSTS_SHOWN: Final = 5
# More places than this are not listed, only counted.
_PLACES_SHOWN: Final = 12


@dataclass(frozen=True)
class Place:
    """One place that names what is not there, in words, and where in the editor it is shaped."""

    words: str
    href: str


@dataclass(frozen=True)
class Mend:
    """What is wrong, and the mend. `control` asks for what mends it, None where that takes more than one answer.

    `path` is where the finding lies, `href` the place of the editor that shapes it; `back` are the changes that lead
    there, each of which may be taken back. `problems` are the findings that it mends: one, or all that name the same
    missing thing, whose `places` are listed then. `there` is what stands in these places, in a few letters.
    """

    title: str
    problem: str
    advice: str
    path: str
    control: Control | None
    back: tuple[str, ...]
    href: str
    key: str
    problems: tuple[Problem, ...]
    there: str
    everywhere: Everywhere | None = None
    places: tuple[Place, ...] = ()

    @property
    def mark(self) -> str:
        """What is wrong with what, in a few letters: its place alone may be another's by now, or that of several.

        An edit elsewhere leaves it as it is; one of the very places, or of the list in which they lie, does not.
        """
        first = self.problems[0]
        names = [".".join(path) for path in first.names]
        about: dict[str, JsonValue] = {"path": first.path, "kind": first.kind, "names": [*names]}
        return mark_of({**about, "words": [*first.words], "there": self.there})

    @property
    def is_text(self) -> bool:
        """Whether words are written, and nothing is chosen."""
        return self.control is not None and bool(self.control.text_path)

    @property
    def costs(self) -> tuple[str, ...]:
        """The answers that take more than a name with them, nothing at all first: a narrow box cuts their words."""
        options = () if self.control is None else self.control.options
        return tuple(option.label for option in reversed(options) if option.is_costly)[:_COSTS_SHOWN]

    @property
    def more_places(self) -> int:
        """How many places are not listed."""
        return len(self.problems) - len(self.places) if self.places else 0

    def operations(self, answer: str) -> tuple[Operation, ...]:
        """The edits of the draft that this answer is; none for what was not offered."""
        if self.control is None or not answer:
            return ()
        if self.is_text:
            return (Set(self.control.text_path, answer),)
        option = next((option for option in self.control.options if option.label == answer), None)
        if option is None:
            return ()
        return option.operations if self.everywhere is None else self.everywhere.operations(option)


def mends(planned: Plan) -> tuple[Mend, ...]:
    """Everything that stops it but what is decided elsewhere: where requests go."""
    names = names_in(planned)
    stops = [problem for problem in planned.stops if not is_about_requests(problem)]
    several = named_in_several_places(stops, names, planned.wanted, control_of)
    there = _There(names)
    made: list[Mend] = []
    for problem in stops:
        everywhere = several.get(problem)
        if everywhere is None:
            made.append(_one(problem, names, planned, there.of([problem]), str(len(made))))
        elif everywhere.problems[0] == problem:
            made.append(_all(everywhere, names, planned, there.of(everywhere.problems), str(len(made))))
    return tuple(made)


def names_in(planned: Plan) -> Names:
    """What everything is called, in the draft and in what is live."""
    previous = planned.previous or planned.wanted
    return Names(previous.model_dump(mode="json", by_alias=True), planned.wanted.model_dump(mode="json", by_alias=True))


class _There:
    """What stands where findings lie: in a list without keys the whole of it, in which others move up."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._marks: dict[Path, str] = {}

    def of(self, problems: Iterable[Problem]) -> str:
        """In a few letters; each list is looked at once, however many findings lie in it."""
        places = (path_from(problem.path) for problem in problems)
        wholes = dict.fromkeys(tuple(takewhile(lambda name: not name.isdecimal(), place)) for place in places)
        return mark_of({".".join(path): self._mark(path) for path in wholes})

    def _mark(self, path: Path) -> str:
        if path not in self._marks:
            self._marks[path] = mark_of({"there": self._names.read(*path) if path else None})
        return self._marks[path]


def is_about_requests(problem: Problem) -> bool:
    """Whether it is mended by saying where requests go."""
    return problem.kind is ProblemKind.UNMAPPED_REQUESTS or problem.path.startswith("mapping.")


def control_of(finding: Finding) -> Control | None:
    """What mends a finding by one answer; None where that takes more."""
    mender = mender_for(finding.path, _MENDERS)
    control = None if mender is None else mender(finding)
    if control is None or not (control.options or control.text_path):
        return None
    return replace(control, options=told_apart(control.options))


def _one(problem: Problem, names: Names, planned: Plan, there: str, key: str) -> Mend:
    finding = Finding.of(problem, names, planned.wanted)
    control = control_of(finding)
    return Mend(
        title=title_of(finding),
        problem=said_of(finding, problem.problem),
        advice=advice_of(finding, problem.mend) if control is None else "",
        path=problem.path,
        control=control,
        back=_led_here(finding.path, planned.changes),
        href=_href(finding),
        key=key,
        problems=(problem,),
        there=there,
    )


def _all(everywhere: Everywhere, names: Names, planned: Plan, there: str, key: str) -> Mend:
    findings = [Finding.of(problem, names, planned.wanted) for problem in everywhere.problems]
    missing = everywhere.missing
    places = tuple(Place(place_words(finding), _href(finding)) for finding in findings[:_PLACES_SHOWN])
    return Mend(
        title=missing_title(findings[0]),
        problem=f"It is not there any more, and {len(findings)} places name it.",
        advice="",
        path=".".join(missing),
        control=everywhere.control,
        back=_led_here(missing, planned.changes),
        href=places[0].href,
        key=key,
        problems=everywhere.problems,
        there=there,
        everywhere=everywhere,
        places=places,
    )


def _href(finding: Finding) -> str:
    """Where it is shaped; the list, where it was deleted."""
    path = finding.mail or finding.path
    is_gone = len(path) == 2 and path[0] in KEYED and finding.read(*path) is None
    return place_of(path[:1] if is_gone else path)


def _led_here(path: Path, changes: Iterable[Change]) -> tuple[str, ...]:
    """Which changes lie at the place, in it or around it."""
    found = []
    for change in changes:
        for place in change.places:
            shorter = min(len(place), len(path))
            if place[:shorter] == path[:shorter]:
                found.append(".".join(place))
    return tuple(found[:20])
