"""What stops publishing, in the owner's words, with the mend in place: a small form that edits the draft.

What one choice or a few words can mend is mended here (`mends_*.py` say how, by the place of the finding); beside it,
and where that takes more, a link leads to the very place in the editor.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from portal_core.config.changes import Change
from portal_core.config.changes.names import Names
from portal_core.config.draft.operations import Operation, Set
from portal_core.config.draft.paths import Path
from portal_core.config.planning import Plan
from portal_core.config.problems import Problem
from portal_core.desk.setup.places import place_of
from portal_core.desk.setup.review.finding import Control, Finding, Menders, mender_for, told_apart
from portal_core.desk.setup.review.mends_flows import FLOWS
from portal_core.desk.setup.review.mends_portal import PORTAL
from portal_core.desk.setup.review.mends_texts import TEXTS
from portal_core.desk.setup.review.mends_types import TYPES

_MENDERS: Final[Menders] = (*FLOWS, *TYPES, *PORTAL, *TEXTS)
_UNKNOWN = re.compile(r"There is no placeholder \{(.*)\}\.$", re.DOTALL)
_ANY_QUOTED = re.compile("“[^”]*”")
_QUOTED = re.compile(r"“([a-z][a-z0-9-]{0,39})”")
# Where a key that a finding names may stand, the likeliest first.
_NAMED_LISTS = ("types", "flows", "messages", "document_kinds", "record_kinds", "teams", "roles")


@dataclass(frozen=True)
class Mend:
    """One finding. `control` asks for what mends it, None where that takes more than one answer.

    `path` is where the finding lies, `href` the place of the editor that shapes it; `back` are the changes that lead
    there, each of which may be taken back.
    """

    title: str
    problem: str
    advice: str
    path: str
    control: Control | None
    back: tuple[str, ...]
    href: str
    key: str

    @property
    def is_text(self) -> bool:
        """Whether words are written, and nothing is chosen."""
        return self.control is not None and bool(self.control.text_path)

    def operations(self, answer: str) -> tuple[Operation, ...]:
        """The edits of the draft that this answer is; none for what was not offered."""
        if self.control is None or not answer:
            return ()
        if self.is_text:
            return (Set(self.control.text_path, answer),)
        return next((option.operations for option in self.control.options if option.label == answer), ())


def mends(planned: Plan) -> tuple[Mend, ...]:
    """Everything that stops it but what is decided elsewhere: where requests go."""
    previous = planned.previous or planned.wanted
    names = Names(
        previous.model_dump(mode="json", by_alias=True), planned.wanted.model_dump(mode="json", by_alias=True)
    )
    found = [problem for problem in planned.stops if not is_about_requests(problem)]
    return tuple(_mend(problem, names, planned, str(number)) for number, problem in enumerate(found))


def is_about_requests(problem: Problem) -> bool:
    """Whether it is mended by saying where requests go."""
    return problem.problem.endswith("which disappears.") or problem.path.startswith("mapping.")


def _mend(problem: Problem, names: Names, planned: Plan, key: str) -> Mend:
    path = tuple(problem.path.split("."))
    mail = _mail_of(names, path)
    title, back = _place(names, mail or path), _led_here(path, planned.changes)
    finding = Finding(names, planned.wanted, path, problem.problem)
    control = _control(finding)
    said, advice = _words(names, path, mail, problem)
    if control is not None:
        advice = ""
    return Mend(title, said, advice, problem.path, control, back, _href(finding, mail or path), key)


def _words(names: Names, path: Path, mail: Path, problem: Problem) -> tuple[str, str]:
    """What is wrong and what to do, without a key or a word of the file."""
    advice = "" if _speaks_of_keys(problem.mend) else problem.mend
    said = _in_names(names, path, problem.problem)
    unknown = _UNKNOWN.match(said)
    if unknown:
        said = f"Nothing stands for ‹{unknown[1]}›: customers would read it as it is."
        advice = "Take it out, or put in one of the words that are offered."
    elif said.startswith("There is no "):
        # The finding names what is missing by its key, and the mend all other keys.
        gone, named = (_ANY_QUOTED.search(words) for words in (problem.problem, said))
        what = "something that" if gone is None or named is None or gone[0] == named[0] else f"{named[0]}, which"
        said, advice = f"It leads to {what} is not there any more.", "Point it somewhere else, or take it out."
    elif mail and "{expected}" in said:
        said = f"It says how long it takes, and {_status_words(names, path)}, where it is sent, has no expected time."
        advice = "Take that word out of the mail, or say how long the status usually takes."
    elif mail:
        said = said.replace("The text names", "It names") + f" It is sent in {_status_words(names, path)}."
    elif _speaks_of_keys(said):
        said = "Something here does not fit together."
    return said, advice


def _href(finding: Finding, path: Path) -> str:
    """Where it is shaped; the list, where it was deleted."""
    is_gone = len(path) == 2 and path[0] in _NAMED_LISTS and finding.read(*path) is None
    return place_of(path[:1] if is_gone else path)


def _control(finding: Finding) -> Control | None:
    mender = mender_for(finding.path, _MENDERS)
    control = None if mender is None else mender(finding)
    if control is None or not (control.options or control.text_path):
        return None
    return replace(control, options=told_apart(control.options))


def _mail_of(names: Names, path: Path) -> Path:
    """The mail that a status sends, where what does not fit is in its words; () for everything else."""
    match path:
        case ("flows", _, "statuses", _, "notify" | "remind", number, "message"):
            rules = names.read(*path[:5])
            rule = rules[int(number)] if isinstance(rules, list) and int(number) < len(rules) else None
            key = str(rule.get("message", "")) if isinstance(rule, dict) else ""
            return ("messages", key) if names.read("messages", key) is not None else ()
    return ()


def _status_words(names: Names, path: Path) -> str:
    return f"“{names.status(path[1], path[3])}”"


def _in_names(names: Names, path: Path, words: str) -> str:
    """Keys between quotation marks become names; what is no key of the document stays."""

    def name(found: re.Match[str]) -> str:
        key = found[1]
        owners = [path[1]] if path[0] in ("types", "record_kinds") and len(path) > 1 else []
        owners += names.types_of(path[1]) if path[0] == "flows" and len(path) > 1 else []
        places: list[Path] = [("types", owner, "fields", key) for owner in owners]
        places += [("flows", path[1], "statuses", key)] if path[0] == "flows" and len(path) > 1 else []
        places += [(each, key) for each in _NAMED_LISTS]
        place = next((place for place in places if names.read(*place) is not None), None)
        return f"“{names.named(*place)}”" if place else found[0]

    return _QUOTED.sub(name, words)


def _place(names: Names, path: Path) -> str:
    """The nearest thing with a name, as a title."""
    for length in range(len(path), 1, -1):
        item = names.read(*path[:length])
        if isinstance(item, dict) and ("name" in item or "label" in item or "subject" in item):
            return names.named(*path[:length])
    return {"hours": "Working hours", "notifications": "Notifications", "assertions": "What you promise"}.get(
        path[0], "The portal"
    )


def _led_here(path: Path, changes: Iterable[Change]) -> tuple[str, ...]:
    """Which changes lie at the place, in it or around it."""
    found = []
    for change in changes:
        for place in change.places:
            shorter = min(len(place), len(path))
            if place[:shorter] == path[:shorter]:
                found.append(".".join(place))
    return tuple(found[:20])


def _speaks_of_keys(words: str) -> bool:
    return any(sign in words for sign in ('"', "{", "[", "_"))
