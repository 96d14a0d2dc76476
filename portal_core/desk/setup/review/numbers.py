"""The figures above the review, and what live data says to single changes; counted whenever the page is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal_core.accounts.actor import Actor
from portal_core.config.changes import Change
from portal_core.config.planning import Plan
from portal_core.desk.setup.review.mails import from_then_on, mail_facts
from portal_core.desk.setup.review.seeing import Seeing
from portal_core.desk.setup.review.standing import Mapto
from portal_core.notifications.mail_changes import MailChanges
from portal_core.service_requests.publish_facts import half_filled, lacking

# What a half-filled form notices.
_FORM = frozenset(
    [
        "field.new",
        "field.gone",
        "field.retired",
        "field.back",
        "field.required",
        "field.when",
        "field.kind",
        "choice.new",
        "choice.gone",
        "choice.retired",
        "column.new",
        "column.gone",
        "column.retired",
    ]
)


@dataclass(frozen=True)
class Figure:
    """One number with what it means."""

    label: str
    number: int
    sub: str


def figures(
    planned: Plan,
    maptos: Iterable[Mapto],
    seen: Iterable[Seeing],
    forms: dict[str, int],
    mails: MailChanges,
) -> tuple[Figure, ...]:
    """The four figures."""
    maptos, seen = list(maptos), list(seen)
    moved = sum(item.count for item in maptos)
    told = sum(item.count for item in maptos if item.tell)
    standing = sum(item.open_count for item in planned.standing)
    fields, half = len(seen), sum(forms.values())
    is_whole = all(item.is_whole for item in seen)
    return (
        Figure("Requests moved", moved, f"of {standing:,} open"),
        Figure(
            "Newly visible to",
            max((item.customers for item in seen), default=0),
            _customers(fields, is_whole=is_whole),
        ),
        Figure("Half-filled forms", half, "keep what was typed" if half else "nobody is in the middle of one"),
        Figure("Mails sent", told, from_then_on(mails) or _as_chosen(told)),
    )


def _as_chosen(told: int) -> str:
    return "as you chose below" if told else "unless you choose so below"


def _customers(things: int, *, is_whole: bool) -> str:
    if not things:
        return "customers: nothing comes to light"
    if things > 1:
        return f"customers or more, {things} things"
    return "customers, one thing" if is_whole else "customers or more, one thing"


def forms_in_use(changes: Iterable[Change]) -> dict[str, int]:
    """How many half-filled forms there are of the types whose questions change."""
    keys = {change.path[1] for change in changes if change.kind in _FORM and change.path[0] == "types"}
    return half_filled(keys) if keys else {}


def facts(
    actor: Actor, planned: Plan, changes: Sequence[Change], forms: dict[str, int], mails: MailChanges
) -> dict[tuple[str, ...], str]:
    """What live data says to a change, by its place."""
    open_in: dict[tuple[str, str], int] = {}
    flow_of = {kind.key: kind.flow for kind in (planned.previous or planned.wanted).types}
    for item in planned.standing:
        place = (flow_of.get(item.type_key, ""), item.status_key)
        open_in[place] = open_in.get(place, 0) + item.open_count
    open_of: dict[str, int] = {}
    for item in planned.standing:
        open_of[item.type_key] = open_of.get(item.type_key, 0) + item.open_count
    about_mails = mail_facts(mails, changes)
    found: dict[tuple[str, ...], str] = {}
    for change in changes:
        lacks = _lacking(actor, planned, change, open_of)
        words = (lacks, _fact(change, open_in, open_of, forms), about_mails.get(change.path, ""))
        if any(words):
            found[change.path] = " ".join(filter(None, words))
    return found


def _fact(change: Change, open_in: dict[tuple[str, str], int], open_of: dict[str, int], forms: dict[str, int]) -> str:
    path = change.path
    if path[0] == "types" and len(path) > 3 and path[2] == "fields" and change.kind in _FORM:
        return _half(forms.get(path[1], 0))
    if path[0] == "flows" and len(path) > 3 and path[2] == "statuses":
        count = open_in.get((path[1], path[3]), 0)
        if not count:
            return ""
        return "1 open request stands there." if count == 1 else f"{count:,} open requests stand there."
    if path[0] == "types" and len(path) == 2:
        count = open_of.get(path[1], 0)
        return "" if not count else f"{_requests(count)} of it."
    return ""


def _lacking(actor: Actor, planned: Plan, change: Change, open_of: dict[str, int]) -> str:
    is_asked = change.kind in ("field.new", "field.required") and change.path[0] == "types" and len(change.path) > 3
    if not is_asked or planned.before is None or not open_of.get(change.path[1]):
        return ""
    found = lacking(actor, planned.before, change.path[1], [change.path[3]])[change.path[3]]
    said = ""
    if found.count:
        them = "have nothing there and go on" if found.count > 1 else "has nothing there and goes on"
        said = f"{_requests(found.count)} {them} without it."
    more = "" if found.is_whole else "What your role does not see is not counted."
    return " ".join(filter(None, (said, more)))


def _half(count: int) -> str:
    if not count:
        return ""
    people = "1 person is" if count == 1 else f"{count:,} people are"
    return f"{people} in the middle of the form; what was typed stays."


def _requests(count: int) -> str:
    return "1 open request" if count == 1 else f"{count:,} open requests"
