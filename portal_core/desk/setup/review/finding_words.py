"""A finding in the owner's words: what it is about, what is wrong, where it lies. No key, no word of the file."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from portal_core.config.draft.paths import Path
from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import Finding

_QUOTED: Final = re.compile("“([^”]*)”")
_WHOLE: Final = {"hours": "Working hours", "notifications": "Notifications", "assertions": "What you promise"}
_NOUNS: Final = {
    "statuses": "status",
    "steps": "step",
    "teams": "team",
    "messages": "mail",
    "roles": "role",
    "document_kinds": "kind of document",
    "record_kinds": "kind of record",
    "flows": "set of statuses",
    "types": "request type",
    "fields": "question",
}
# What a part of a status, a request type or a field is about.
_PARTS: Final = {
    "when_done": "where it goes when all is done",
    "close": "closing without an answer",
    "notify": "who is told",
    "handler": "who has it",
    "asks": "what is asked",
    "remind": "reminders",
    "if_late": "what happens when it is late",
    "step": "its step",
    "assign": "who gets it",
    "start": "where it begins",
    "flow": "what it goes through",
    "title": "what it is called",
    "show": "who sees it",
    "at": "who sees it in which status",
    "when": "when it is asked",
    "document_kind": "its kind of document",
    "record_kind": "its kind of record",
    "remember": "what it remembers",
    "types": "which requests it is for",
    "based_on": "what it is based on",
}


def title_of(finding: Finding) -> str:
    """The nearest thing with a name; a way without one by where it leads."""
    path = finding.mail or finding.path
    if _is_way(path) and not _named_in(finding.read(*path[:4])):
        return _way_words(finding)
    return next(
        (finding.names.named(*path[:length]) for length in _named_at(finding, path)), _WHOLE.get(path[0], "The portal")
    )


def missing_title(finding: Finding) -> str:
    """What is missing: by its name, where it ever had one."""
    path = finding.missing
    if finding.names.read(*path) is not None:
        return finding.names.named(*path)
    return f"A {_NOUNS[path[-2]]} that is not there"


def place_words(finding: Finding) -> str:
    """One place among several: the nearest thing, and what of it."""
    path, names = finding.path, finding.names
    if path[0] in _WHOLE:
        return _WHOLE[path[0]]
    if _is_way(path):
        return _way_words(finding)
    lengths = list(_named_at(finding, path))
    if not lengths:
        return "The portal"
    part = next((_PARTS[name] for name in path[lengths[0] :] if name in _PARTS), "")
    outer = [names.named(*path[:length]) for length in reversed(lengths)][-2:]
    said = ", ".join(f"“{name}”" for name in outer)
    return f"{said}: {part}" if part else said


def _is_way(path: Path) -> bool:
    return path[:1] == ("flows",) and path[2:3] == ("transitions",) and len(path) > 3


def _way_words(finding: Finding) -> str:
    move = finding.read(*finding.path[:4])
    move = move if isinstance(move, dict) else {}
    origins = move.get("from")
    froms = [_status(finding, str(key)) for key in (origins if isinstance(origins, list) else [])[:3]]
    return f"The way from {', '.join(froms)} to {_status(finding, str(move.get('to')))}"


def _status(finding: Finding, key: str) -> str:
    place = (*finding.path[:2], "statuses", key)
    is_known = finding.names.read(*place) is not None
    return f"“{finding.names.named(*place)}”" if is_known else "a status that is gone"


def _named_at(finding: Finding, path: Path) -> Iterator[int]:
    """How long the beginnings of a path are that lead to things with a name, the longest first."""
    for length in range(len(path), 1, -1):
        # What people see has no name yet where it has none; a part of it is named by what it belongs to.
        if _named_in(finding.names.read(*path[:length])) or path[length - 2] in _NOUNS:
            yield length


def _named_in(item: JsonValue) -> bool:
    return isinstance(item, dict) and any(item.get(part) for part in ("name", "label", "subject", "text"))


def said_of(finding: Finding, sentence: str) -> str:
    """What is wrong."""
    said = _in_names(finding, sentence)
    if finding.kind is ProblemKind.UNKNOWN_PLACEHOLDER:
        return f"Nothing stands for ‹{finding.words[0][:60]}›: customers would read it as it is."
    if finding.kind is ProblemKind.CHANGED_KEY:
        return f"The answer “{finding.words[0]}” is another one than the published one of this name, which is gone."
    if finding.mail:
        return _of_a_mail(finding)
    if finding.kind is ProblemKind.MISSING and len(finding.about) == 1:
        return f"It names {_missing_words(finding)} that is not there any more."
    return "Something here does not fit together." if _speaks_of_keys(said) else said


def _missing_words(finding: Finding) -> str:
    """What is missing, by its name where it ever had one; else by the name in the file, which its author knows."""
    path = finding.missing
    noun = _NOUNS.get(path[-2], "thing")
    is_known = finding.names.read(*path) is not None
    return f"the {noun} “{finding.names.named(*path)}”" if is_known else f"a {noun} (‹{path[-1][:60]}›)"


def advice_of(finding: Finding, mend: str) -> str:
    """What to do."""
    if finding.kind is ProblemKind.UNKNOWN_PLACEHOLDER:
        return "Take it out, or put in one of the words that are offered."
    if finding.kind is ProblemKind.CHANGED_KEY:
        return (
            "Bring the published one back, or word the new one differently: what was answered stays with the old one."
        )
    if finding.kind is ProblemKind.MISSING and len(finding.about) == 1:
        return "Point it somewhere else, or take it out."
    return "" if _speaks_of_keys(mend) else mend


def _of_a_mail(finding: Finding) -> str:
    status = f"“{finding.names.status(finding.path[1], finding.path[3])}”"
    if finding.kind is ProblemKind.NO_EXPECTED_TIME:
        return f"It says how long it takes, and {status}, where it is sent, has no expected time."
    field, kind = finding.about[0], finding.about[1]
    what = f"“{finding.names.named(*field)}”, which" if finding.names.read(*field) is not None else "something that"
    return f"It names {what} “{finding.names.named(*kind)}” does not ask for. It is sent in {status}."


def _in_names(finding: Finding, sentence: str) -> str:
    """Keys between quotation marks become the names of what the finding is about, in its order."""
    left = list(finding.about)

    def name(found: re.Match[str]) -> str:
        path = next((path for path in left if path[-1] == found[1]), None)
        if path is None:
            return found[0]
        left.remove(path)
        if path[0] == "roles":
            return finding.role(path[1])
        # What never had a name is called as in the file, which its author knows.
        return f"“{finding.names.named(*path)}”" if finding.names.read(*path) is not None else f"‹{found[1]}›"

    return _QUOTED.sub(name, sentence)


def _speaks_of_keys(words: str) -> bool:
    return any(sign in words for sign in ('"', "{", "[", "_"))
