"""The side panel: the whole contract of one status as a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict
from pydantic import JsonValue

from portal_core.config.draft.values import items_of
from portal_core.config.placeholders import FIELD_PREFIX
from portal_core.desk.setup.controls import Choices, Control, Pick, Several, Text, label_text, long_text
from portal_core.desk.setup.flows.conditions import condition_words, rule_href
from portal_core.desk.setup.flows.controls import Closing, Column, Expected, OneOf, RuleRows
from portal_core.desk.setup.flows.reading import FlowView, Item
from portal_core.desk.setup.flows.wording import WAITING, rule_words
from portal_core.desk.setup.frame import name_of
from portal_core.desk.setup.placing import Word, plain_words
from portal_core.desk.setup.sheet import Sheet

_TOLD = (("customer", "the customer"), ("handler", "whoever has it"), ("team", "the team"), ("manager", "managers"))
_WHEN = (("now", "at once"), ("daily", "in one mail a day"), ("never", "only in the portal"))
# What runs only while it is the customer's turn.
_THEIRS = ("remind", "close")
_LATE = (("handler", "whoever has it"), ("team", "the team"), ("manager", "managers"), ("owner", "the owner"))


@dataclass(frozen=True)
class Row:
    """One row of a group: the fields side by side, and what a rule says besides them."""

    fields: Sequence[forms.BoundField]
    hidden: Sequence[forms.BoundField] = ()
    # When a rule holds, and where that is changed.
    note: str = ""
    href: str = ""
    # Of a rule that can be moved: what the form calls it, and what it says in words.
    key: str = ""
    name: str = ""
    # The same text in the portal's other languages.
    others: Sequence[forms.BoundField] = ()

    @property
    def others_wrong(self) -> bool:
        """Whether something is wrong in another language."""
        return any(field.errors for field in self.others)


@dataclass(frozen=True)
class Group:
    """One control of the panel. `anchor` is where findings point to; `added` is the empty row that makes one more."""

    anchor: str
    title: str
    hint: str
    rows: Sequence[Row]
    added: Row | None
    is_changed: bool
    is_group: bool
    # Empty, and of use only while it is the customer's turn.
    is_theirs_alone: bool = False


class StatusSheet(Sheet):
    """The form over a status."""

    def __init__(self, flow: FlowView, status_key: str, data: QueryDict | None = None) -> None:
        self.flow = flow
        status = flow.status(status_key)
        name = name_of(status, flow.draft)
        controls: list[Control] = [*_words(), *_turn(flow, status), *_time(flow), *_customer(flow, status)]
        controls = [_sized(item, status, data) if isinstance(item, RuleRows) else item for item in controls]
        super().__init__(controls, flow.draft, flow.status_path(status_key), f"{flow.name}, {name}", data)

    def groups(self) -> list[Group]:
        """The controls in order, each with its fields."""
        return [self._group(control) for control in self.controls]

    def _group(self, control: Control) -> Group:
        path = (*self.base, *control.path)
        now = self.draft.read(path)
        is_changed = now != self.draft.live_value(path)
        anchor = control.path[0].replace("_", "-")
        if not isinstance(control, RuleRows):
            fields = [self[name] for name in control.names(self.where)]
            is_group = isinstance(control, Expected | Closing)
            row = Row(fields[:1], others=fields[1:]) if isinstance(control, Text) else Row(fields)
            theirs = control.name in _THEIRS and not now
            return Group(anchor, control.label, control.help, [row], None, is_changed, is_group, theirs)
        rows = [self._rule(control, row) for row in control.rows_in_place(lambda name: str(self[name].value() or ""))]
        theirs = control.name in _THEIRS and not now
        return Group(anchor, control.label, control.help, rows[:-1], rows[-1], is_changed, True, theirs)

    def _rule(self, control: RuleRows, row: int) -> Row:
        fields = [self[control.field_name(row, column)] for column in control.columns]
        hidden = [self[f"{control.name}-{row}-rest"], self[control.place_name(row)]]
        rules = items_of(self.draft.read((*self.base, *control.path)))
        if row >= len(rules):
            return Row(fields, hidden)
        when = condition_words(self.flow, control.name, rules[row])
        note = f"Only when {when}" if when else "Always" if self.flow.fields else ""
        href = rule_href(self.flow, self.base[-1], control.name, row)
        name = rule_words(self.flow, control.name, rules[row])
        return Row(fields, hidden, note, href, key=f"{control.name}-{row}", name=name)


def placeholders(flow: FlowView) -> list[Word]:
    """What may be put into the texts of a status."""
    return [*plain_words(), *(Word(f"{{{FIELD_PREFIX}{key}}}", label) for key, label in flow.field_choices())]


def _words() -> list[Control]:
    return [
        label_text("name", ("name",), "Name for staff", required=True),
        label_text("customer_name", ("customer_name",), "Name for customers"),
        long_text("meaning", ("meaning",), "What it means", rows=3),
        long_text("next_step", ("next_step",), "Next step customers read", rows=2),
    ]


def _turn(flow: FlowView, status: Item) -> list[Control]:
    steps = [(str(step["key"]), name_of(step, flow.draft)) for step in flow.steps]
    made: list[Control] = [Pick(name="turn", path=("turn",), label="Waiting on", choices=WAITING, as_buttons=True)]
    if steps:
        choices = _with(steps, [status.get("step")], "a bar that is gone")
        made.append(OneOf(name="step", path=("step",), label="Step of the course", choices=choices, empty="none"))
    ends = (("done", "Done: it went well"), ("stopped", "Stopped: it did not go on"))
    made.append(OneOf(name="outcome", path=("outcome",), label="How it ends", choices=ends, empty="it goes on"))
    return made


def _time(flow: FlowView) -> list[Control]:
    teams = Column("team", "Team", flow.named("teams"), empty="–")
    late = (
        Column("tell", "Tell", _LATE, empty="–"),
        Column("after_days", "Days later", default=0, suffix="days later"),
    )
    return [
        _rows("handler", "Who handles it", [teams], "The first rule that holds."),
        Expected(name="expected", path=("expected",), label="Usually takes"),
        _rows("if_late", "If it takes longer", late, "After 0 days: at once."),
    ]


def _customer(flow: FlowView, status: Item) -> list[Control]:
    key = str(status["key"])
    told = (
        Column("who", "Tell", (*_TOLD, ("nobody", "nobody")), empty="–"),
        Column("when", "When", _WHEN, default="now"),
        Column("message", "In the words of", flow.messages, empty="no own words"),
    )
    reminders = (
        Column("after_days", "After how many days", suffix="days"),
        Column("message", "In the words of", flow.messages, empty="the usual words"),
    )
    close = status.get("close")
    to = [close.get("to")] if isinstance(close, dict) else []
    may = (("message", "Write messages"), ("upload", "Add files"))
    done = _with(flow.status_choices(but=key), [status.get("when_done")], "a status that is gone")
    ends = _with(flow.status_choices(but=key, ended=True), to, "a status that is gone")
    return [
        _rows("notify", "When a request arrives here", told),
        Several(name="customer_may", path=("customer_may",), label="Customers may", choices=may),
        OneOf(
            name="when_done",
            path=("when_done",),
            label="When all is done, it goes to",
            choices=done,
            empty="it stays here",
            help="Once the customer has done everything that is asked and needed here.",
        ),
        _rows("remind", "Reminders", reminders, "While it is the customer’s turn."),
        Closing(
            name="close", path=("close",), label="Closing without an answer", choices=ends, help="After this many days."
        ),
    ]


def _rows(name: str, label: str, columns: Sequence[Column], hint: str = "") -> RuleRows:
    return RuleRows(name=name, path=(name,), label=label, help=hint, columns=tuple(columns), count=0)


def _sized(control: RuleRows, status: Item, data: QueryDict | None) -> RuleRows:
    """As many rows as there are, or as were sent: an edit meanwhile does not cut off what somebody typed."""
    rules = items_of(status.get(control.name))
    sent = [key for key in data or () if key.startswith(f"{control.name}-") and key.endswith("-rest")]
    columns = tuple(_whole(column, rules) for column in control.columns)
    return replace(control, columns=columns, count=max(len(rules), len(sent) - 1))


def _whole(column: Column, rules: Sequence[Item]) -> Column:
    """A column whose list holds what the rules name now, too."""
    if not column.choices:
        return column
    now = [rule.get(column.key) for rule in rules]
    return replace(column, choices=_with(column.choices, now, "something that is gone"))


def _with(choices: Choices, now: Sequence[JsonValue], gone: str) -> list[tuple[str, str]]:
    """Choices, and what is chosen now where it is not among them, so that saving does not take it away unseen."""
    found = dict(choices)
    for value in now:
        if isinstance(value, str) and value:
            found.setdefault(value, gone)
    return list(found.items())
