"""What is wrong with a document, said so that somebody can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, TypeAlias

from portal_core.config.draft.paths import Path
from portal_core.config.problem_kinds import ProblemKind

Level: TypeAlias = Literal["stop", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding: where (`types.repair.fields.gauge.kind`), what, and how to mend it.

    List items stand in the path by their key, or by their number where they have none.
    `stop` keeps the document from being published, `warning` does not. Whoever has to tell problems apart does so by
    `kind`, by `names` (the things of the document that the sentence speaks of, in its order: `("roles", "engineer")`,
    there or not) and by `words` (what else it speaks of): the sentence is for readers alone.
    """

    path: str
    problem: str
    mend: str
    level: Level = "stop"
    kind: ProblemKind = ProblemKind.OTHER
    names: tuple[Path, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def missing(self) -> Path:
        """The thing that is named and is not there; () for every other kind of problem."""
        return self.names[0] if self.kind is ProblemKind.MISSING and self.names else ()

    def __str__(self) -> str:
        return f"{self.path}: {self.problem} {self.mend}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each finding once, by its place. There may be one for every text: compared as tuples, not by `__lt__`."""
    return tuple(sorted(set(problems), key=attrgetter("path", "problem", "mend", "level", "names")))


def stops(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those problems that keep a document from being published."""
    return tuple(problem for problem in problems if problem.level == "stop")


def warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that may stay."""
    return tuple(problem for problem in problems if problem.level == "warning")
