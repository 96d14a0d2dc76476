"""One thing that is not there any more and is named in several places: one answer mends all of them.

Putting nothing there never makes a rule hold that could not, and the answer says what goes with the name.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.names import Names
from portal_core.config.checks.reach import reachable, ways_of
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.document.flows import Status
from portal_core.config.draft.operations import Operation, Working
from portal_core.config.draft.parts import join, split
from portal_core.config.draft.paths import NoSuchPlace, Path, path_from
from portal_core.config.problems import Problem
from portal_core.desk.setup.review.finding import Control, Finding, Loss, Option, told_apart

_TAKE_OUT: Final = "take it out everywhere"


@dataclass(frozen=True)
class Everywhere:
    """The findings that name the same missing thing. `control` offers what could stand for it; "" puts nothing there.

    The edits are made of an answer only when it is given: a thing may be named hundreds of times.
    """

    problems: tuple[Problem, ...]
    control: Control
    parts: Mapping[str, JsonValue]
    names: Names
    document: PortalDocument
    control_of: Callable[[Finding], Control | None]

    @property
    def missing(self) -> Path:
        """The thing that is not there."""
        return self.problems[0].missing

    def operations(self, option: Option) -> tuple[Operation, ...]:
        """The edits that put what was chosen into every place, and take the name out where it cannot stand.

        Each is worked out over what the ones before have left: rules without keys are counted from the last one on.
        """
        working = Working(self.parts.get)
        made: list[Operation] = []
        for problem in sorted(self.problems, key=lambda each: _position(path_from(each.path)), reverse=True):
            for operation in self._at(problem, working, option):
                try:
                    working.apply(operation)
                except NoSuchPlace:  # it went with another place around it
                    break
                made.append(operation)
        return tuple(made)

    def _at(self, problem: Problem, working: Working, option: Option) -> tuple[Operation, ...]:
        now = join({**self.parts, **working.touched})
        finding = Finding.of(problem, replace(self.names, wanted=now), self.document)
        if finding.read(*finding.path[:-1]) is None:
            return ()
        control = self.control_of(finding)
        return _fitting(control, option.puts) if control is not None else ()


def named_in_several_places(
    problems: Sequence[Problem],
    names: Names,
    document: PortalDocument,
    control_of: Callable[[Finding], Control | None],
) -> dict[Problem, Everywhere]:
    """Those of the findings that name what others name, too, and that one answer mends; each with all of its kind."""
    found: dict[Path, list[tuple[Problem, Control]]] = {}
    for problem in problems:
        control = control_of(Finding.of(problem, names, document)) if problem.missing else None
        if control is not None and any(option.puts or option.drops for option in control.options):
            found.setdefault(problem.missing, []).append((problem, control))
    several = {missing: each for missing, each in found.items() if len({problem.path for problem, _ in each}) > 1}
    try:
        parts = split(names.wanted) if several else {}
    except DocumentRefused:  # a key stands twice: no edit could be said by it
        return {}
    made: dict[Problem, Everywhere] = {}
    for missing, each in several.items():
        is_bridge = missing[-2:-1] == ("statuses",) and _is_bridge(missing, document)
        options = told_apart(_options(missing, [control for _, control in each], names, may_go=not is_bridge))
        if options:
            listed = tuple(problem for problem, _ in each)
            control = Control("What takes its place", options)
            everywhere = Everywhere(listed, control, parts, names, document, control_of)
            made |= dict.fromkeys(listed, everywhere)
    return made


def _is_bridge(missing: Path, document: PortalDocument) -> bool:
    """Whether requests come to other statuses, or to an end, only through the one that is missing.

    Without it these would stop publishing in their turn: nothing is no mend then.
    """
    flow = next((flow for flow in document.flows if flow.key == missing[1]), None)
    if flow is None:
        return False
    in_use = [status for status in flow.statuses if not status.retired]
    starts = [kind.start for kind in document.types if kind.flow == flow.key and not kind.retired]
    ends = [status.key for status in in_use if status.outcome is not None]
    forward, backward = ways_of(flow)
    return _strands(missing[-1], starts, forward, in_use) or _strands(missing[-1], ends, backward, in_use)


def _strands(gone: str, starts: Iterable[str], ways: Mapping[str, set[str]], in_use: Iterable[Status]) -> bool:
    left = {key: targets - {gone} for key, targets in ways.items() if key != gone}
    lost = reachable(starts, ways) - reachable(starts, left)
    return any(status.key in lost for status in in_use)


def _options(missing: Path, controls: Sequence[Control], names: Names, *, may_go: bool) -> Iterator[Option]:
    """Whatever can stand in some of the places, where the others do without; then nothing, where all can."""
    drops = [next((option for option in control.options if option.drops), None) for control in controls]
    puts = [{option.puts for option in control.options if option.puts} for control in controls]
    for key in dict.fromkeys(option.puts for control in controls for option in control.options if option.puts):
        fits = [key in each for each in puts]
        left = [drop for fit, drop in zip(fits, drops, strict=True) if not fit]
        if all(left):
            name = names.role(key) if missing[-2] == "roles" else names.named(*missing[:-1], key)
            label = f"{name}; {_left_out(left)}" if left else name
            yield Option(label, (), puts=key, is_costly=bool(_what_goes(left)))
    if may_go and all(drops):
        goes = _what_goes(drops)
        yield Option(f"Nothing: {goes or _TAKE_OUT}", (), drops=True, is_costly=bool(goes))


def _left_out(left: Sequence[Option | None]) -> str:
    """In how many places it cannot stand, and what goes there with the name."""
    places = "one place" if len(left) == 1 else f"{len(left)} places"
    goes = _what_goes(left)
    return f"taken out in {places}: {goes}" if goes else f"taken out in {places}"


def _what_goes(drops: Iterable[Option | None]) -> str:
    """What goes with the name, and what is asked always then, each thing counted once; "" for the name alone."""
    losses = Counter(loss for loss, _ in {drop.loses for drop in drops if drop is not None and drop.loses is not None})
    gone = [loss.counted(losses[loss]) for loss in Loss if losses[loss] and not loss.stays]
    said = [loss.counted(losses[loss]) for loss in Loss if losses[loss] and loss.stays]
    if gone:
        *some, last = gone
        listed = f"{', '.join(some)} and {last}" if some else last
        verb = "goes" if sum(losses[loss] for loss in losses if not loss.stays) == 1 else "go"
        said.insert(0, f"{listed} {verb} with it")
    return ", ".join(said)


def _fitting(control: Control, key: str) -> tuple[Operation, ...]:
    """What a place can do with the answer: put it there, else leave the name out."""
    fitting = [option for option in control.options if key and option.puts == key]
    fitting += [option for option in control.options if option.drops]
    return fitting[0].operations if fitting else ()


def _position(path: Path) -> tuple[tuple[int, str], ...]:
    """In the order of the document: numbers by their worth."""
    return tuple((int(name), "") if name.isdecimal() else (-1, name) for name in path)
