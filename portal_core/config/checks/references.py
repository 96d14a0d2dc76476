"""What is named somewhere exists."""

from collections.abc import Iterable, Iterator
from typing import Final

from portal_core.config.checks.index import Index, active_statuses, input_keys
from portal_core.config.document.flows import ApproveAsk, Ask, FillAsk, Flow, ReadAsk, Status, UploadAsk
from portal_core.config.document.portal_document import RequestType
from portal_core.config.draft.paths import Path
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

# What one thing of a list is called.
_NOUNS: Final = {
    "statuses": "status",
    "steps": "step",
    "teams": "team",
    "messages": "message",
    "roles": "role",
    "document_kinds": "document kind",
    "flows": "flow",
    "fields": "field",
}


def check_references(index: Index) -> Iterator[Problem]:
    """Flows, statuses, steps, teams, messages, roles and fields by key."""
    for kind in index.document.types:
        if kind.flow not in index.flows:
            # Retired types too: their requests are still shown.
            yield unknown(f"types.{kind.key}.flow", ("flows", kind.flow), index.flows)
    for kind in index.types:
        yield from _type(index, kind)
    for flow in index.active_flows():
        yield from _flow(index, flow)
    for position, rule in enumerate(index.document.notifications):
        yield from _known(rule.message, index.messages, f"notifications.{position}.message", ("messages",))
    for position, assertion in enumerate(index.document.assertions):
        path = f"assertions.{position}"
        yield from _known(assertion.never, index.roles, f"{path}.never", ("roles",))
        type_key, field_key = assertion.field.split(".")
        found = index.all_types.get(type_key)
        if found is None or field_key not in {field.key for field in found.fields}:
            yield unknown(f"{path}.field", ("types", type_key, "fields", field_key))


def _type(index: Index, kind: RequestType) -> Iterator[Problem]:
    path = f"types.{kind.key}"
    flow = index.flows.get(kind.flow)
    if flow is not None and flow.retired:
        text, mend = f"The flow “{kind.flow}” is retired.", "Retire the type too, or name another flow."
        yield Problem(f"{path}.flow", text, mend, kind=ProblemKind.RETIRED, names=(("flows", kind.flow),))
    elif flow is not None:
        keys = [status.key for status in active_statuses(flow)]
        yield from _known(kind.start, keys, f"{path}.start", ("flows", flow.key, "statuses"))
    for position, rule in enumerate(kind.assign):
        yield from _known(rule.team, index.teams, f"{path}.assign.{position}.team", ("teams",))
    statuses = {status.key for status in flow.statuses} if flow else set()
    for field in kind.fields:
        here = f"{path}.fields.{field.key}"
        for role in field.show:
            yield from _known(role, index.roles, f"{here}.show.{role}", ("roles",))
        for status, shown in field.at.items():
            yield from _known(status, statuses, f"{here}.at.{status}", ("flows", kind.flow, "statuses"))
            for role in shown:
                yield from _known(role, index.roles, f"{here}.at.{status}.{role}", ("roles",))


def _flow(index: Index, flow: Flow) -> Iterator[Problem]:
    path, place = f"flows.{flow.key}", ("flows", flow.key)
    statuses = [status.key for status in active_statuses(flow)]
    for status in active_statuses(flow):
        yield from _status(index, flow, status, f"{path}.statuses.{status.key}")
    for position, move in enumerate(flow.transitions):
        here = f"{path}.transitions.{position}"
        for origin in move.from_:
            yield from _known(origin, statuses, f"{here}.from", (*place, "statuses"))
        yield from _known(move.to, statuses, f"{here}.to", (*place, "statuses"))
        for role in move.by:
            yield from _known(role, index.roles, f"{here}.by", ("roles",))
        yield from _owned(index, flow, move.must_fill, f"{here}.must_fill")


def _status(index: Index, flow: Flow, status: Status, path: str) -> Iterator[Problem]:
    keys, ways = [other.key for other in active_statuses(flow)], ("flows", flow.key, "statuses")
    yield from _known(status.step, [step.key for step in flow.steps], f"{path}.step", ("flows", flow.key, "steps"))
    yield from _known(status.when_done, keys, f"{path}.when_done", ways)
    if status.close is not None:
        yield from _known(status.close.to, keys, f"{path}.close.to", ways)
    for position, handler in enumerate(status.handler):
        yield from _known(handler.team, index.teams, f"{path}.handler.{position}.team", ("teams",))
    for position, rule in enumerate(status.notify):
        yield from _known(rule.message, index.messages, f"{path}.notify.{position}.message", ("messages",))
    for position, reminder in enumerate(status.remind):
        yield from _known(reminder.message, index.messages, f"{path}.remind.{position}.message", ("messages",))
    for ask in status.asks:
        yield from _ask(index, flow, ask, f"{path}.asks.{ask.key}")


def _ask(index: Index, flow: Flow, ask: Ask, path: str) -> Iterator[Problem]:
    keys, ways = [status.key for status in active_statuses(flow)], ("flows", flow.key, "statuses")
    if isinstance(ask, FillAsk | ApproveAsk):
        yield from _owned(index, flow, ask.fields, f"{path}.fields")
    if isinstance(ask, ApproveAsk):
        yield from _known(ask.approved, keys, f"{path}.approved", ways)
        yield from _known(ask.declined, keys, f"{path}.declined", ways)
    if isinstance(ask, ApproveAsk | ReadAsk):
        for kind in ask.documents:
            yield from _known(kind, index.document_kinds, f"{path}.documents", ("document_kinds",))
    if isinstance(ask, UploadAsk):
        yield from _known(ask.document_kind, index.document_kinds, f"{path}.document_kind", ("document_kinds",))


def _owned(index: Index, flow: Flow, keys: Iterable[str], path: str) -> Iterator[Problem]:
    """In a flow shared by types, every type must own the fields that it names."""
    for key in keys:
        for kind in index.types_of(flow.key):
            if key not in input_keys(kind):
                text = f"“{key}” is to be filled in, and “{kind.key}”, which goes this way, has no such field."
                mend = "Add the field to that type, or give the type a flow of its own."
                names = (("types", kind.key, "fields", key), ("types", kind.key))
                yield Problem(path, text, mend, kind=ProblemKind.MISSING, names=names)


def _known(key: str | None, known: Iterable[str], path: str, place: Path) -> Iterator[Problem]:
    """What is wrong with a key that names one of the things of a list, which stands at `place`."""
    names = list(known)
    if key is not None and key not in names:
        yield unknown(path, (*place, key), names)


def unknown(path: str, name: Path, known: Iterable[str] = ()) -> Problem:
    """The finding at `path`, that names `name`; `known` are the keys of such things that are there."""
    what = noun_of(name)
    names = ", ".join(sorted(known)[:12])
    mend = f"Use one of: {names}." if names else f"Add the {what}, or name another."
    return Problem(path, f"There is no {what} “{name[-1]}”.", mend, kind=ProblemKind.MISSING, names=(name,))


def noun_of(name: Path) -> str:
    """What a thing of the document is called, whichever it is."""
    return _NOUNS[name[-2]]
