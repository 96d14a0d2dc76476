"""Placeholders name what exists, where it has a value."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, active_statuses, inputs
from portal_core.config.document.base import TextValue
from portal_core.config.document.flows import Ask, Flow, Status
from portal_core.config.document.portal_document import RequestType
from portal_core.config.placeholders import FIELD_PREFIX, NAMES, field_keys_in, is_known, names_in_text
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.visibility import Visibility, visibility

_CLOSED = f"Use one of: {', '.join(sorted(NAMES))}, {FIELD_PREFIX}KEY."


def check_placeholders(index: Index) -> Iterator[Problem]:
    """Messages, ready answers, statuses and titles."""
    for message in index.document.messages:
        for part in ("subject", "body", "button"):
            yield from _known(getattr(message, part), f"messages.{message.key}.{part}")
    for answer in index.document.ready_answers:
        yield from _known(answer.body, f"ready_answers.{answer.key}.body")
    for kind in index.types:
        yield from _title(kind)
    for flow in index.active_flows():
        for status in active_statuses(flow):
            path = f"flows.{flow.key}.statuses.{status.key}"
            for part in ("customer_name", "meaning", "next_step"):
                value = getattr(status, part)
                yield from _known(value, f"{path}.{part}")
                yield from _fields(index, flow, status, value, f"{path}.{part}")
            yield from _message(index, flow, status, path)
            for ask in status.asks:
                yield from _ask(index, flow, status, ask, f"{path}.asks.{ask.key}")


def _known(value: TextValue | None, path: str) -> Iterator[Problem]:
    for name in names_in_text(value):
        if not is_known(name):
            text = f"There is no placeholder {{{name[:60]}}}."
            yield Problem(path, text, _CLOSED, kind=ProblemKind.UNKNOWN_PLACEHOLDER, words=(name,))


def _title(kind: RequestType) -> Iterator[Problem]:
    for name in names_in_text(kind.title):
        if not name.startswith(FIELD_PREFIX):
            mend = f"Use only {{{FIELD_PREFIX}KEY}}."
            text = f"A title cannot hold {{{name[:60]}}}."
            yield Problem(f"types.{kind.key}.title", text, mend, kind=ProblemKind.NOT_ALLOWED_HERE, words=(name,))


def _ask(index: Index, flow: Flow, status: Status, ask: Ask, path: str) -> Iterator[Problem]:
    for part in ("label", "help", "text", "consent"):
        value = getattr(ask, part, None)
        yield from _known(value, f"{path}.{part}")
        yield from _fields(index, flow, status, value, f"{path}.{part}")
        if part in ("label", "consent") and field_keys_in(value):
            # They stand in the history for ever, and a field may be hidden one day.
            text = "This stays in the history as it is, so it names no fields."
            mend = "Name the field in help; what is approved is kept by itself."
            words = tuple(f"{FIELD_PREFIX}{key}" for key in field_keys_in(value))
            yield Problem(f"{path}.{part}", text, mend, kind=ProblemKind.KEPT_FOR_EVER, words=words)


def _message(index: Index, flow: Flow, status: Status, path: str) -> Iterator[Problem]:
    named = [(f"notify.{position}", rule.message) for position, rule in enumerate(status.notify)]
    named += [(f"remind.{position}", reminder.message) for position, reminder in enumerate(status.remind)]
    for place, key in named:
        message = index.messages.get(key or "")
        if message is None:
            continue
        for part in (message.subject, message.body, message.button):
            yield from _fields(index, flow, status, part, f"{path}.{place}.message")
            if "expected" in names_in_text(part) and (status.expected is None or status.expected.no_limit):
                text = f"The message “{message.key}” says {{expected}}, and this status has no expected time."
                mend = "Take {expected} out of the message, or give the status a duration."
                here = f"{path}.{place}.message"
                yield Problem(here, text, mend, kind=ProblemKind.NO_EXPECTED_TIME, words=("expected",))


def _fields(index: Index, flow: Flow, status: Status, value: TextValue | None, path: str) -> Iterator[Problem]:
    """A text of a status is read for every type that goes this way."""
    for key in field_keys_in(value):
        for kind in index.types_of(flow.key):
            field = next((field for field in inputs(kind) if field.key == key), None)
            names = (("types", kind.key, "fields", key), ("types", kind.key))
            if field is None:
                text = f"The text names the field “{key}”, and the request type “{kind.key}” has no such field."
                mend = "Add the field to that type, or take the placeholder out."
                yield Problem(path, text, mend, kind=ProblemKind.MISSING, names=names)
            elif visibility(field, index.customer, status.key) is Visibility.HIDDEN:
                text = f"The text names “{key}”, which customers do not see here: they read “not given”."
                mend = "Show the field in this status, or take the placeholder out."
                yield Problem(path, text, mend, "warning", kind=ProblemKind.NOT_SEEN, names=names)
