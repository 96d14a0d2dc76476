"""What the review page shows, put together from the draft and from live data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from portal_core.accounts.actor import Actor
from portal_core.config.changes import Change
from portal_core.config.document import DocumentRefused
from portal_core.config.draft.decisions import Decisions, Schedule, decisions, schedule
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft
from portal_core.config.live import live_portal
from portal_core.config.localise import language_name
from portal_core.config.planning import Plan, plan
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.queries import live_version
from portal_core.desk.setup.namesakes import namesakes
from portal_core.desk.setup.places import place_of
from portal_core.desk.setup.review.finding import Finding
from portal_core.desk.setup.review.finding_words import said_of
from portal_core.desk.setup.review.mails import mails_that_change
from portal_core.desk.setup.review.mends import Mend, is_about_requests, mends, names_in
from portal_core.desk.setup.review.numbers import Figure, facts, figures, forms_in_use
from portal_core.desk.setup.review.seeing import Seeing, seeings
from portal_core.desk.setup.review.standing import Mapto, maptos
from tenants.templatetags.ui import number_word

SHOWN_CHANGES = 200
SHOWN_MENDS = 50
PROMISES_SHOWN = 10
_READERS = {"customer": "Customers", "guest": "Guests", "agent": "Agents", "manager": "Managers", "owner": "Owners"}

_SIGNS = {
    "new": ("good", "plus"),
    "gone": ("bad", "minus"),
    "changed": ("us", "pen"),
    "shown": ("warn", "eye"),
    "hidden": ("quiet", "eye-off"),
}
_TITLES = {
    "customers": ("Customers will notice", "user"),
    "staff": ("Staff will notice", "users"),
    "wording": ("Wording", "text"),
}


@dataclass(frozen=True)
class Shown:
    """One change with what belongs to it: what live data says, and what has to be decided."""

    change: Change
    fact: str
    maptos: tuple[Mapto, ...] = ()
    seen: tuple[Seeing, ...] = ()

    @property
    def tone(self) -> str:
        """The colour of its sign."""
        return _SIGNS[self.change.sign][0]

    @property
    def icon(self) -> str:
        """Its sign."""
        return _SIGNS[self.change.sign][1]

    @property
    def decides(self) -> bool:
        """Whether there is anything to decide."""
        return bool(self.maptos or self.seen)

    @property
    def is_decided(self) -> bool:
        """Whether all of it is decided."""
        return all(item.is_decided for item in self.maptos) and all(item.is_decided for item in self.seen)


@dataclass(frozen=True)
class ShownGroup:
    """Changes that the same people notice."""

    key: str
    title: str
    icon: str
    items: tuple[Shown, ...]


@dataclass(frozen=True)
class Review:
    """The whole page."""

    planned: Plan
    decided: Decisions
    schedule: Schedule | None
    mends: tuple[Mend, ...]
    groups: tuple[ShownGroup, ...]
    left_over: tuple[Seeing | Mapto, ...]
    figures: tuple[Figure, ...]
    hidden_changes: int
    undecided: int
    decisions: int
    other_stops: tuple[Problem, ...]

    @property
    def number(self) -> int:
        """The number that the version would get."""
        live = self.planned.live
        return 1 if live is None else live.number + 1

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.planned.changes)

    @property
    def shown_mends(self) -> tuple[Mend, ...]:
        """The first things to mend: an edit can break a thousand places at once."""
        return self.mends[:SHOWN_MENDS]

    @property
    def hidden_mends(self) -> int:
        """How many more there are."""
        return len(self.mends) - len(self.shown_mends)

    @property
    def is_ready(self) -> bool:
        """Whether it could go live now."""
        return bool(self.count) and not self.mends and not self.undecided and not self.other_stops

    @property
    def title(self) -> str:
        """Eight changes, one thing to mend."""
        if not self.count:
            return "Nothing to publish"
        changes = "One change" if self.count == 1 else f"{number_word(self.count)} changes"
        if not self.mends:
            return changes
        things = "one thing" if len(self.mends) == 1 else f"{number_word(len(self.mends)).lower()} things"
        return f"{changes}, {things} to mend"

    @property
    def why_not(self) -> str:
        """Why it cannot be published yet."""
        waits = []
        if self.mends:
            waits.append("the one thing to mend" if len(self.mends) == 1 else f"the {len(self.mends)} things to mend")
        if self.undecided:
            waits.append("one decision" if self.undecided == 1 else f"{self.undecided} decisions")
        return f"Waits for {' and '.join(waits)}." if waits else ""

    @property
    def notes(self) -> tuple[tuple[str, str, str], ...]:
        """What may stay as it is, the same findings together: what, how often or where, and the way to the first."""
        found: dict[str, list[Problem]] = {}
        names = names_in(self.planned) if any(problem.names for problem in self.planned.warnings) else None
        for problem in self.planned.warnings:
            words = problem.problem
            if names is not None and problem.names:
                words = said_of(Finding.of(problem, names, self.planned.wanted), words)
            found.setdefault(words, []).append(problem)
        return tuple(_note(words, problems) for words, problems in list(found.items())[:5])

    @property
    def promises(self) -> tuple[str, ...]:
        """The business's own rules about visibility, which hold."""
        portal, wanted = live_portal(), self.planned.wanted
        types = {kind.key: kind for kind in wanted.types}
        names = _READERS | {role.key: f"People as “{portal.text(role.name)}”" for role in wanted.roles}
        said: list[tuple[str, str]] = []
        for rule in wanted.assertions:
            kind, _, key = rule.field.partition(".")
            fields = types[kind].fields if kind in types else ()
            label = next((portal.text(field.label) for field in fields if field.key == key), "")
            if label:
                said.append((f"{names.get(rule.never, 'Some colleagues')} never see {label}", kind))
        alike = namesakes((str(place), words) for place, (words, _) in enumerate(said))
        found = [
            f"{words} ({portal.text(types[kind].name)})" if str(place) in alike else words
            for place, (words, kind) in enumerate(said)
        ]
        more = len(found) - PROMISES_SHOWN
        return (*found[:PROMISES_SHOWN], *([f"{more} more of your rules"] if more > 0 else []))


def _note(words: str, problems: list[Problem]) -> tuple[str, str, str]:
    if problems[0].kind is ProblemKind.MISSING_LANGUAGE:
        languages = " and ".join(language_name(code) for code in problems[0].words)
        count = f"{len(problems)} texts are" if len(problems) > 1 else "1 text is"
        said = "Readers of it see the portal’s own language until then"
        return f"{count} missing in {languages}", said, reverse("desk:setup_texts")
    where = "" if len(problems) == 1 else f"in {len(problems)} places"
    return words, where, place_of(problems[0].path.split("."))


def review_of(actor: Actor, draft: Draft) -> Review:
    """The review of the draft. Raises `DocumentRefused` for one that cannot be read."""
    decided = decisions()
    planned = plan(draft.document, live_version(), decided.mapping)
    return _review(actor, planned, decided, schedule())


def _review(actor: Actor, planned: Plan, decided: Decisions, when: Schedule | None) -> Review:
    places = maptos(actor, planned, decided)
    seen = seeings(actor, planned, decided)
    changes = planned.changes
    forms = forms_in_use(changes)
    mails = mails_that_change(actor, planned)
    said = facts(actor, planned, changes[:SHOWN_CHANGES], forms, mails)
    shown = [_shown(change, said.get(change.path, ""), places, seen) for change in changes[:SHOWN_CHANGES]]
    attached = {id(item) for each in shown for item in (*each.maptos, *each.seen)}
    to_decide: list[Seeing | Mapto] = [*places, *seen]
    undecided = len([item for item in to_decide if not item.is_decided])
    found = mends(planned)
    about = [problem for problem in planned.stops if is_about_requests(problem)]
    return Review(
        planned=planned,
        decided=decided,
        schedule=when,
        mends=found,
        groups=_groups(shown),
        left_over=tuple(item for item in to_decide if id(item) not in attached),
        figures=figures(planned, places, seen, forms, mails),
        hidden_changes=max(0, len(changes) - SHOWN_CHANGES),
        undecided=undecided,
        decisions=len(places) + len(seen),
        # A mapping that leads nowhere any more, although everything seems decided.
        other_stops=() if undecided else tuple(about),
    )


def _groups(shown: Sequence[Shown]) -> tuple[ShownGroup, ...]:
    groups = (
        ShownGroup(key, title, icon, tuple(item for item in shown if item.change.group == key))
        for key, (title, icon) in _TITLES.items()
    )
    return tuple(group for group in groups if group.items)


def _shown(change: Change, fact: str, places: Iterable[Mapto], seen: Iterable[Seeing]) -> Shown:
    return Shown(
        change,
        fact,
        tuple(item for item in places if _takes_away(change, item.place)),
        tuple(item for item in seen if _lights_up(change, item.place)),
    )


def _takes_away(change: Change, place: Path) -> bool:
    if not change.kind.endswith((".gone", ".retired")):
        return False
    lies = change.path[:-1] if change.path[-1] == "retired" else change.path
    return lies == place or (len(lies) == 2 and lies == place[:2])


def _lights_up(change: Change, place: Path) -> bool:
    return change.path[: len(place)] == place and change.sign in ("shown", "new") and change.group == "customers"


@dataclass(frozen=True)
class Unreadable:
    """A draft that cannot even be read as a document."""

    problems: tuple[Problem, ...]


def review_or_faults(actor: Actor, draft: Draft) -> Review | Unreadable:
    """The review, or what keeps the draft from being read."""
    try:
        return review_of(actor, draft)
    except DocumentRefused as refused:
        return Unreadable(refused.problems)
