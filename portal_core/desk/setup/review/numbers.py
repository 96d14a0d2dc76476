"""The figures above the review, and what live data says to single changes; counted whenever the page is made."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal_core.accounts.actor import Actor
from portal_core.config.changes import Change
from portal_core.config.impact import Standing
from portal_core.config.planning import Plan
from portal_core.desk.setup.review.mails import from_then_on, mail_facts
from portal_core.desk.setup.review.seeing import Seeing
from portal_core.desk.setup.review.standing import Mapto
from portal_core.notifications.mail_changes import MailChanges
from portal_core.service_requests.publish_facts import half_filled, lacking, standing_seen

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
    """What live data says to a change, by its place; of requests, what the reader of the review sees."""
    is_whole = actor.role.reaches_all
    counts = _Open.of(planned, planned.standing if is_whole else standing_seen(actor), is_whole=is_whole)
    about_mails = mail_facts(mails, changes)
    found: dict[tuple[str, ...], str] = {}
    for change in changes:
        lacks = _lacking(actor, planned, change, counts)
        words = (lacks, _fact(change, counts, forms), about_mails.get(change.path, ""))
        if any(words):
            found[change.path] = " ".join(filter(None, words))
    return found


@dataclass(frozen=True)
class _Open:
    """How many open requests stand in each status of a flow, and are of each type; at least so many, if not whole."""

    in_status: Counter[tuple[str, str]]
    of_type: Counter[str]
    is_whole: bool

    @classmethod
    def of(cls, planned: Plan, standing: Iterable[Standing], *, is_whole: bool) -> "_Open":
        flow_of = {kind.key: kind.flow for kind in (planned.previous or planned.wanted).types}
        in_status: Counter[tuple[str, str]] = Counter()
        of_type: Counter[str] = Counter()
        for item in standing:
            in_status[flow_of.get(item.type_key, ""), item.status_key] += item.open_count
            of_type[item.type_key] += item.open_count
        return cls(in_status, of_type, is_whole)

    def said(self, count: int) -> str:
        requests = _requests(count)
        return requests if self.is_whole else f"At least {requests}"


def _fact(change: Change, counts: _Open, forms: dict[str, int]) -> str:
    path = change.path
    if path[0] == "types" and len(path) > 3 and path[2] == "fields" and change.kind in _FORM:
        return _half(forms.get(path[1], 0))
    if path[0] == "flows" and len(path) > 3 and path[2] == "statuses":
        count = counts.in_status[path[1], path[3]]
        return "" if not count else f"{counts.said(count)} {'stands' if count == 1 else 'stand'} there."
    if path[0] == "types" and len(path) == 2:
        count = counts.of_type[path[1]]
        return "" if not count else f"{counts.said(count)} of it."
    return ""


def _lacking(actor: Actor, planned: Plan, change: Change, counts: _Open) -> str:
    is_asked = change.kind in ("field.new", "field.required") and change.path[0] == "types" and len(change.path) > 3
    if not is_asked or planned.before is None or not counts.of_type[change.path[1]]:
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
