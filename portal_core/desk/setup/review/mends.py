"""What stops publishing, in the owner's words, with the mend in place: a small form that edits the draft."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import JsonValue

from portal_core.config.changes import Change
from portal_core.config.changes.names import Names
from portal_core.config.draft.paths import Path
from portal_core.config.planning import Plan
from portal_core.config.problems import Problem
from portal_core.desk.setup.places import page_of

_TEXTS = {
    "customer_name": "Name customers read",
    "meaning": "What it means, in the customer’s words",
    "next_step": "Next step customers read",
}
_SUGGESTED = {
    "upload": "Send us the document we ask for",
    "choose": "Choose one of the times we offer",
    "approve": "Say yes or no to what we offer",
    "fill": "Answer our questions",
    "read": "Read it and confirm",
}
_TURNS = (("us", "Ours"), ("customer", "The customer’s"), ("nobody", "Nobody’s: it ends here"))
_EXPECTED: tuple[tuple[JsonValue, str], ...] = (
    ({"hours": 4}, "4 hours"),
    ({"days": 1}, "1 day"),
    ({"days": 2}, "2 days"),
    ({"days": 5}, "5 days"),
    ({"days": 14}, "14 days"),
    ({"no_limit": True}, "No limit"),
)

_UNKNOWN = re.compile(r"There is no placeholder \{(.*)\}\.$", re.DOTALL)
_QUOTED = re.compile(r"“([a-z][a-z0-9-]{0,39})”")
# Where a key that a finding names may stand, the likeliest first.
_NAMED_LISTS = ("types", "flows", "messages", "document_kinds", "record_kinds", "teams", "roles")


@dataclass(frozen=True)
class Mend:
    """One finding. With `options` one is chosen, with `is_text` words are written, else it is only said.

    `path` is where in the draft it is mended, `href` the page of the editor that shapes it; `back` are the changes that
    lead there, each of which may be taken back.
    """

    title: str
    problem: str
    advice: str
    path: str = ""
    label: str = ""
    suggested: str = ""
    is_text: bool = False
    options: tuple[tuple[str, str], ...] = ()
    back: tuple[str, ...] = ()
    href: str = ""
    key: str = field(default="")


def mends(planned: Plan) -> tuple[Mend, ...]:
    """Everything that stops it but what is decided elsewhere: where requests go."""
    previous = planned.previous or planned.wanted
    names = Names(
        previous.model_dump(mode="json", by_alias=True), planned.wanted.model_dump(mode="json", by_alias=True)
    )
    found = [problem for problem in planned.stops if not is_about_requests(problem)]
    return tuple(_mend(problem, names, planned.changes, str(n)) for n, problem in enumerate(found))


def is_about_requests(problem: Problem) -> bool:
    """Whether it is mended by saying where requests go."""
    return problem.problem.endswith("which disappears.") or problem.path.startswith("mapping.")


def mend_value(path: Path, raw: str) -> JsonValue:
    """What the form's answer is as a value of the document."""
    return raw.strip() if path[-1] in _TEXTS or path[-1] == "turn" else json.loads(raw)


def _mend(problem: Problem, names: Names, changes: Iterable[Change], key: str) -> Mend:
    path = tuple(problem.path.split("."))
    mail = _mail_of(names, path)
    title, back = _place(names, mail or path), _led_here(path, changes)
    control = _control(names, path)
    advice = "" if control or _speaks_of_keys(problem.mend) else problem.mend
    said = _in_names(names, path, problem.problem)
    unknown = _UNKNOWN.match(said)
    if unknown:
        said = f"Nothing stands for ‹{unknown[1]}›: customers would read it as it is."
        advice = "Take it out, or put in one of the words that are offered."
    elif said.startswith("There is no "):
        # The finding names what is missing by its key, and the mend all other keys.
        said, advice = "It leads to something that is not there any more.", "Point it somewhere else, or take it out."
    elif mail and "{expected}" in said:
        said = f"It says how long it takes, and {_status_words(names, path)}, where it is sent, has no expected time."
        advice = "Take that word out of the mail, or say how long the status usually takes."
    elif mail:
        said = said.replace("The text names", "It names") + f" It is sent in {_status_words(names, path)}."
    elif _speaks_of_keys(said):
        said = "Something here does not fit together."
    return Mend(title, said, advice, back=back, key=key, href=page_of(mail or path), **control)  # type: ignore[arg-type]  # by its fields' names


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


def _control(names: Names, path: Path) -> dict[str, object]:
    if len(path) < 5 or path[0] != "flows" or path[2] != "statuses":
        return {}
    where = {"path": ".".join(path)}
    match path[4:]:
        case ("customer_name" | "meaning" | "next_step",):
            label = _TEXTS[path[4]]
            return {**where, "label": label, "is_text": True, "suggested": _suggestion(names, path)}
        case ("turn",):
            return {**where, "label": "Whose turn it is", "options": _TURNS}
        case ("expected",):
            options = tuple((json.dumps(value), label) for value, label in _EXPECTED)
            return {**where, "label": "How long it usually lasts", "options": options}
        case ("handler",):
            return {**where, "label": "Who has it", "options": _teams(names)}
        case ("notify",):
            nobody = (json.dumps([{"who": "nobody"}]), "Nobody is told")
            return {**where, "label": "Who is told", "options": (nobody, *_mails(names))}
    return {}


def _suggestion(names: Names, path: Path) -> str:
    if path[4] != "next_step":
        return ""
    asks = names.read(*path[:4], "asks")
    first = asks[0] if isinstance(asks, list) and asks and isinstance(asks[0], dict) else {}
    return _SUGGESTED.get(str(first.get("do")), "")


def _teams(names: Names) -> tuple[tuple[str, str], ...]:
    teams = names.wanted.get("teams")
    return tuple(
        (json.dumps([{"team": team["key"]}]), names.named("teams", str(team["key"])))
        for team in (teams if isinstance(teams, list) else [])
        if isinstance(team, dict) and not team.get("retired")
    )


def _mails(names: Names) -> tuple[tuple[str, str], ...]:
    mails = names.wanted.get("messages")
    return tuple(
        (
            json.dumps([{"who": "customer", "message": mail["key"]}]),
            f"The customer, by the mail “{names.named('messages', str(mail['key']))}”",
        )
        for mail in (mails if isinstance(mails, list) else [])
        if isinstance(mail, dict)
    )


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
