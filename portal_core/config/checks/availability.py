"""What the document can say already and the portal cannot do yet. The words are always "not available yet"."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, active_statuses
from portal_core.config.conditions import tests_in
from portal_core.config.document.conditions import Condition
from portal_core.config.document.fields import FieldBase
from portal_core.config.document.flows import Ask, ChooseAsk, PayAsk, Status
from portal_core.config.document.portal_document import RequestType
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_availability(index: Index) -> Iterator[Problem]:
    """Kinds, asks, conditions and whole parts of the document."""
    document = index.document
    for name in ("rules", "webhooks", "schedules"):
        if getattr(document, name):
            yield _later(name, f"{name.replace('_', ' ').capitalize()} are")
    for kind in document.types:
        if not kind.retired:
            yield from _type(kind, f"types.{kind.key}")
    for flow in index.active_flows():
        for status in active_statuses(flow):
            yield from _status(status, f"flows.{flow.key}.statuses.{status.key}")
    for position, rule in enumerate(document.notifications):
        yield from _condition(rule.if_, f"notifications.{position}.if")


def _type(kind: RequestType, path: str) -> Iterator[Problem]:
    if kind.for_.who not in ("everybody", "signed_in") or kind.for_.keys:
        yield _later(f"{path}.for", f"Request types for {kind.for_.who} are")
    for field in kind.fields:
        if not field.retired:
            yield from _field(field, f"{path}.fields.{field.key}")
    for position, rule in enumerate(kind.assign):
        if rule.person is not None:
            yield _later(f"{path}.assign.{position}.person", "Assigning to a person by rule is")
        yield from _condition(rule.when, f"{path}.assign.{position}.when")


def _field(field: FieldBase, path: str) -> Iterator[Problem]:
    if field.calculated is not None:
        yield _later(f"{path}.calculated", "Calculated fields are")
    yield from _condition(field.when, f"{path}.when")


def _status(status: Status, path: str) -> Iterator[Problem]:
    for ask in status.asks:
        yield from _ask(ask, f"{path}.asks.{ask.key}")
    for position, late in enumerate(status.if_late):
        yield from _condition(late.when, f"{path}.if_late.{position}.when")
    for position, reminder in enumerate(status.remind):
        yield from _condition(reminder.when, f"{path}.remind.{position}.when")
    for position, handler in enumerate(status.handler):
        if handler.person is not None:
            yield _later(f"{path}.handler.{position}.person", "Handing over to a person by rule is")
        yield from _condition(handler.when, f"{path}.handler.{position}.when")
    for position, rule in enumerate(status.notify):
        yield from _condition(rule.if_, f"{path}.notify.{position}.if")


def _ask(ask: Ask, path: str) -> Iterator[Problem]:
    if isinstance(ask, PayAsk | ChooseAsk):
        yield _later(f"{path}.do", f"Asks that {ask.do} are")
    yield from _condition(ask.when, f"{path}.when")


def _condition(condition: Condition | None, path: str) -> Iterator[Problem]:
    for test in tests_in(condition):
        if test.about in ("organisation", "membership"):
            yield _later(path, f"Conditions on the {test.about} are")


def _later(path: str, what: str) -> Problem:
    return Problem(path, f"{what} not available yet.", "Take it out for now.", kind=ProblemKind.UNAVAILABLE)
