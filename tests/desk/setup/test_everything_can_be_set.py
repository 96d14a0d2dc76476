"""For everything that the document can say there is a box or a button in the editor, or a reason why there is none."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from portal_core.accounts.actor import SYSTEM
from portal_core.config.document.base import Part
from portal_core.config.document.fields import AnyField, Choice, Column, DocumentKind, FieldBase, RecordKind
from portal_core.config.document.flows import (
    Ask,
    Close,
    Expected,
    Flow,
    HandlerRule,
    LateRule,
    NotifyRule,
    Reminder,
    Status,
    Step,
    Transition,
)
from portal_core.config.document.portal_document import (
    AssignRule,
    Audience,
    Brand,
    CustomRole,
    Hours,
    Message,
    Notification,
    Portal,
    PortalDocument,
    ReadyAnswer,
    RequestType,
    Team,
)
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert
from portal_core.config.draft.reading import Draft, current
from portal_core.config.kinds.rows import NOT_OF_COLUMNS
from portal_core.desk.setup import field, hours, portal_controls, told_rules
from portal_core.desk.setup.catalogues import CATALOGUES
from portal_core.desk.setup.column_controls import COLUMN_KINDS, column_controls
from portal_core.desk.setup.field_controls import controls_for
from portal_core.desk.setup.field_lists import FieldList
from portal_core.desk.setup.flows import asks, conditions, moves
from portal_core.desk.setup.flows.controls import RuleRows
from portal_core.desk.setup.flows.reading import FlowView
from portal_core.desk.setup.flows.status_sheet import StatusSheet
from portal_core.desk.setup.handling_controls import TypeRules, course_controls, rule_controls
from portal_core.desk.setup.types import opening_controls

KEY = {"key": "the editor makes it from the name; nobody sees it"}
OUT = {"retired": "by the button “Take out”"}
# A button or a page of its own, beside the sheet.
BY_BUTTONS: dict[str, dict[str, str]] = {
    "Portal": {"language": "Languages", "languages": "Languages"},
    # Pictures are sent by a form of their own beside the sheet.
    "Brand": dict.fromkeys(("logo", "logo_alone", "logo_dark", "logo_alt"), "Logo"),
    "Flow": {
        "name": "Rename",
        "steps": "a page of its own",
        "statuses": "a page each",
        "transitions": "a page each",
        **OUT,
    },
    "RequestType": {"flow": "Other statuses", "fields": "a page each", "assign": "a page each", **OUT},
    "RecordKind": {"fields": "a page each", **OUT},
    "DocumentKind": OUT,
    "CustomRole": OUT,
    "Team": OUT,
    "Choice": OUT,
    "Status": {"asks": "a page each", **OUT},
    "Ask": {"do": "chosen when it is added"},
    "Field": {"kind": "chosen when it is added", "show": "the signs in the table", "at": "the matrix", **OUT},
    "Column": {"kind": "chosen when it is added", **OUT},
}
LATER = "publishing refuses it: not available yet"
KEPT_APART = {"remember": "refused by the check: it is kept in its own way"}
# What no page sets.
NOT_SET: dict[str, dict[str, str]] = {
    "Audience": {"keys": LATER},
    "HandlerRule": {"person": LATER},
    "AssignRule": {"person": LATER},
    "Field": {"calculated": LATER},
    "Notification": {
        "message": "refused by the check: what happens in any status has words of Portico's own",
    },
    "Column": dict.fromkeys(NOT_OF_COLUMNS, "refused by the check: the table as a whole has it"),
    "FileField": KEPT_APART, "RecordField": KEPT_APART, "RowsField": KEPT_APART,
    "HeadingField": {
        "noun": "nothing is answered", "required": "nothing is answered", "remember": "nothing is answered",
    },
    "InfoField": {
        "noun": "nothing is answered", "required": "nothing is answered", "remember": "nothing is answered",
        "help": "its text is the help",
    },
}  # fmt: skip


def said_by(model: type[BaseModel]) -> set[str]:
    return {found.alias or name for name, found in model.model_fields.items()}


def left_out(model: type[Part], edited: set[str], *names: str) -> set[str]:
    """What a model says and neither the sheet nor a button sets; a reason that has become untrue fails as well."""
    known: dict[str, str] = dict(KEY)
    for name in (model.__name__, *names):
        known |= BY_BUTTONS.get(name, {}) | NOT_SET.get(name, {})
    own = {**BY_BUTTONS.get(model.__name__, {}), **NOT_SET.get(model.__name__, {})}
    assert not own.keys() - said_by(model), f"{model.__name__} does not say {own.keys() - said_by(model)}"
    assert not own.keys() & edited, f"{own.keys() & edited} of {model.__name__} is on the sheet after all"
    return said_by(model) - edited - known.keys()


def on(controls: Any, *start: str) -> set[str]:
    """What controls set inside a place."""
    return {c.path[len(start)] for c in controls if c.path[: len(start)] == start and len(c.path) > len(start)}


@pytest.fixture
def draft(shop: Any) -> Draft:
    return current()


def test_every_kind_of_part_is_looked_at():
    looked_at = {
        "PortalDocument", "Portal", "Brand", "Link", "Hours", "CustomRole", "Team", "Audience", "AssignRule",
        "Condition", "RequestType", "Notification", "Message", "ReadyAnswer", "Assertion", "Choice",
        "RecordKind", "DocumentKind", "Expected", "HandlerRule", "LateRule", "NotifyRule", "Reminder", "Close",
        "Step", "Status", "Transition", "Flow",
        *(model.__name__ for model in (*kinds(AnyField), *kinds(Ask))),
    }  # fmt: skip
    assert parts_of(PortalDocument) == looked_at


def kinds(union: Any) -> tuple[type[Part], ...]:
    return get_args(get_args(union)[0])


def parts_of(model: type[BaseModel], found: set[str] | None = None) -> set[str]:
    """The names of all models inside one."""
    found = set() if found is None else found
    if model.__name__ in found:
        return found
    found.add(model.__name__)
    for each in model.model_fields.values():
        for inner in inside(each.annotation):
            parts_of(inner, found)
    return found


def inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [inner for argument in get_args(annotation) for inner in inside(argument)]


def test_the_document_as_a_whole():
    pages = {"portal", "hours", "flows", "types", "notifications", "assertions"}
    pages |= {made.collection for made in CATALOGUES.values()}
    assert said_by(PortalDocument) - pages == {"schema", "rules", "webhooks", "schedules"}, LATER


def test_the_portal_and_its_hours(draft):
    controls = portal_controls.controls_of(draft)
    assert left_out(Portal, on(controls)) == set()
    assert left_out(Brand, on(controls, "brand")) == set()
    assert left_out(Hours, on(hours._sheet(draft).controls)) == set()


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("document_kinds", DocumentKind),
        ("record_kinds", RecordKind),
        ("ready_answers", ReadyAnswer),
        ("messages", Message),
        ("teams", Team),
        ("roles", CustomRole),
    ],
)
def test_shared_lists(draft, name, model):
    assert left_out(model, on(CATALOGUES[name].controls(draft, {"key": "x"}))) == set()


def test_request_types(draft):
    rules = TypeRules.of(draft, "repair")
    controls = [*opening_controls(draft, rules.item), *course_controls(rules)]
    assert left_out(RequestType, on(controls)) == set()
    assert left_out(Audience, on(controls, "for")) == set()
    assert left_out(AssignRule, on(rule_controls(rules, {}))) == set()


@pytest.mark.parametrize("model", kinds(AnyField), ids=lambda model: model.__name__)
def test_fields(draft, model):
    kind = get_args(model.model_fields["kind"].annotation)[0]
    controls = controls_for(FieldList(draft, "types", "repair"), {"key": "x", "kind": kind})
    listed = {field.LISTS[kind][0]} if kind in field.LISTS else set()
    assert left_out(model, on(controls) | listed, "Field") == set()


def test_notifications(draft):
    # The page has a row for each event and a column for each reader; the box in each cell says when.
    # What holds at times has a page of its own.
    assert left_out(Notification, {"event", "who"} | on(told_rules._controls(draft, "team"))) == set()


def test_answers():
    assert left_out(Choice, on(field._answer_controls())) == set()


@pytest.mark.parametrize("model", kinds(Column), ids=lambda model: model.__name__)
def test_columns_of_tables(draft, model):
    kind = get_args(model.model_fields["kind"].annotation)[0]
    assert kind in COLUMN_KINDS
    controls = column_controls(draft, ("types", "repair", "fields", "x", "columns", "y"), {"key": "y", "kind": kind})
    assert left_out(model, on(controls), "Column") == set()


def test_statuses_and_what_they_keep(draft):
    sheet = StatusSheet(FlowView.of(draft, "way"), "new")
    assert left_out(Status, on(sheet.controls)) == set()
    rows = {
        control.name: {column.key for column in control.columns}
        for control in sheet.controls
        if isinstance(control, RuleRows)
    }
    for name, model in (("handler", HandlerRule), ("if_late", LateRule), ("notify", NotifyRule), ("remind", Reminder)):
        # When a rule holds has a page of its own.
        assert left_out(model, rows[name] | {conditions.LISTS[name][1]}) == set()
    assert said_by(Close) == {"after_days", "to"} and said_by(Expected) == {"hours", "days", "working", "no_limit"}
    assert said_by(Step) == {"key", "name"} and left_out(Flow, set()) == set()


def test_ways(draft):
    flow = FlowView.of(draft, "way")
    assert left_out(Transition, on(moves._controls(flow, flow.transitions[0]))) == set()


@pytest.mark.parametrize("model", kinds(Ask), ids=lambda model: model.__name__)
def test_asks(draft, model):
    do = get_args(model.model_fields["do"].annotation)[0]
    if do in ("pay", "choose"):
        pytest.skip(LATER)
    edit(actor=SYSTEM, operations=[Insert(("document_kinds",), {"key": "plan", "name": "Plan"})], title="T")
    flow = FlowView.of(current(), "way")
    controls = asks._controls(flow, flow.status("new"), {"key": "x", "do": do})
    assert left_out(model, on(controls), "Ask") == set()


def test_a_field_of_no_kind_says_nothing_more_than_the_reasons_know():
    assert {*BY_BUTTONS["Field"], *NOT_SET["Field"]} <= said_by(FieldBase)
