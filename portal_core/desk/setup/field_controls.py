"""What is asked about a field in the editor, by its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django import forms
from pydantic import JsonValue

from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import in_use
from portal_core.config.remembering import ACCOUNT_KINDS, NOT_REMEMBERED
from portal_core.desk.setup.composing import When
from portal_core.desk.setup.controls import (
    Control,
    Line,
    Number,
    Pick,
    Single,
    Switch,
    Where,
    label_text,
    letter_text,
    long_text,
)
from portal_core.desk.setup.field_lists import FieldList
from portal_core.desk.setup.frame import offered_of, words

_NOT_ASKED: Final = frozenset({"heading", "info"})


@dataclass(frozen=True, kw_only=True)
class Amount(Single):
    """A number that may have decimals."""

    def field(self) -> forms.Field:
        """A number."""
        return forms.DecimalField(max_digits=18, decimal_places=6)

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """Whole numbers without a point."""
        typed = cleaned[self.name]
        if typed is None:
            return None
        number = Decimal(typed)
        return int(number) if number == number.to_integral_value() else float(number)


@dataclass(frozen=True, kw_only=True)
class Paragraphs(Single):
    """Several lines that are the same in every language."""

    def field(self) -> forms.Field:
        """A box of lines."""
        return forms.CharField(max_length=50_000, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True, kw_only=True)
class YesNoDefault(Single):
    """What is chosen beforehand: nothing, yes or no."""

    def field(self) -> forms.Field:
        """A list."""
        return forms.ChoiceField(choices=[("", "Nothing"), ("yes", "Yes"), ("no", "No")])

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """In words."""
        return {self.name: {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """True, false or nothing."""
        return {"yes": True, "no": False}.get(cleaned[self.name])


def controls_for(fields: FieldList, field: Mapping[str, JsonValue]) -> list[Control]:
    """All controls of one field."""
    kind = str(field["kind"])
    made: list[Control] = [*_words(kind), *controls_of_kind(fields.draft, field)]
    if kind not in _NOT_ASKED and (kind not in NOT_REMEMBERED or field.get("remember")):
        made.append(_remember(fields, field))
    asked = fields.asked_before(str(field["key"]))
    if asked or field.get("when"):
        named = fields.asked_later(str(field["key"]))
        made.append(When(name="when", path=("when",), label="Ask it", asked=asked, named=named))
    return made


def controls_of_kind(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    """What goes for the kind of a field alone; columns of tables have it, too."""
    return _OF_KIND.get(str(field["kind"]), _nothing)(draft, field)


def _words(kind: str) -> list[Control]:
    if kind == "heading":
        return [
            label_text("label", ("label",), "Heading", required=True),
            long_text("help", ("help",), "Text below", rows=2),
        ]
    if kind == "info":
        return [
            label_text("label", ("label",), "Heading"),
            letter_text("text", ("text",), "Explanation", required=True, rows=4),
        ]
    return [
        label_text("label", ("label",), "Question", "As customers read it.", required=True),
        label_text(
            "noun", ("noun",), "In error messages", "For instance “the meter reading”, in “Write the meter reading”."
        ),
        long_text("help", ("help",), "Help", "Below the question.", rows=2),
        Switch(name="required", path=("required",), label="An answer is needed"),
    ]


def _placeholder() -> Control:
    return label_text("placeholder", ("placeholder",), "Example in the empty box")


def _nothing(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return []


def _text(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [
        _placeholder(),
        Number(
            name="max_length", path=("max_length",), label="Longest answer, in characters", min_value=1, max_value=1_000
        ),
        Line(
            name="pattern",
            path=("pattern",),
            label="Pattern of the answer",
            help="Empty for nearly everybody. A regular expression (RE2), for those who know them.",
            max_length=200,
        ),
        label_text("pattern_error", ("pattern_error",), "What to write when it does not fit"),
        Line(name="default", path=("default",), label="Filled in beforehand", max_length=1_000),
    ]


def _long_text(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [
        _placeholder(),
        Number(
            name="max_length",
            path=("max_length",),
            label="Longest answer, in characters",
            min_value=1,
            max_value=50_000,
        ),
        Paragraphs(name="default", path=("default",), label="Filled in beforehand"),
    ]


def _number(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [
        label_text("unit", ("unit",), "Unit", "Such as bar, km or pieces."),
        *_limits(),
        Number(name="decimals", path=("decimals",), label="Decimals", min_value=0, max_value=6),
        Amount(name="default", path=("default",), label="Filled in beforehand"),
    ]


def _limits(*_given: object) -> list[Control]:
    return [
        Amount(name="min", path=("min",), label="At least"),
        Amount(name="max", path=("max",), label="At most"),
    ]


def _days(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    attrs = {"placeholder": "2026-12-25 or today"}
    return [
        Line(name="min", path=("min",), label="Not before", attrs=attrs, max_length=10),
        Line(name="max", path=("max",), label="Not after", attrs=attrs, max_length=10),
    ]


def _day(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    attrs = {"placeholder": "2026-12-25 or today"}
    default = Line(name="default", path=("default",), label="Filled in beforehand", attrs=attrs, max_length=10)
    return [*_days(draft, field), default]


def _choice(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    offered = [(str(c["key"]), words(c.get("label"), draft)) for c in in_use(field.get("choices"))]
    return [Pick(name="default", path=("default",), label="Chosen beforehand", choices=offered, empty="Nothing")]


def _choices(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [Number(name="max_chosen", path=("max_chosen",), label="At most so many", min_value=1)]


def _yes_no(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [YesNoDefault(name="default", path=("default",), label="Chosen beforehand")]


def _placed(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [_placeholder()]


def _address(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [
        Line(
            name="country",
            path=("country",),
            label="Country beforehand",
            help="Two letters, such as GB or DE; without it, the country of your time zone.",
            max_length=2,
        )
    ]


def _file(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    kinds = offered_of(draft, "document_kinds")
    return [
        Pick(
            name="document_kind", path=("document_kind",), label="Kind of document", choices=kinds, empty="Choose one"
        ),
        Number(name="max_files", path=("max_files",), label="At most so many files", min_value=1, max_value=100),
    ]


def _record(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    kinds = offered_of(draft, "record_kinds")
    return [Pick(name="record_kind", path=("record_kind",), label="Kind of record", choices=kinds, empty="Choose one")]


def _rows(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [Number(name="max_rows", path=("max_rows",), label="At most so many rows", min_value=1, max_value=1_000)]


def _rating(draft: Draft, field: Mapping[str, JsonValue]) -> list[Control]:
    return [Number(name="max", path=("max",), label="How many stars", min_value=2, max_value=10)]


_ON_ACCOUNT: Final = (("name", "The customer’s name"), ("phone", "The customer’s phone number"))


def _remember(fields: FieldList, field: Mapping[str, JsonValue]) -> Control:
    """Where the answer comes from before it is asked, and is kept afterwards: what fits a field of its kind."""
    offered = [(f"customer.{key}", label) for key, label in _ON_ACCOUNT if field["kind"] in ACCOUNT_KINDS[key]]
    if field["kind"] not in NOT_REMEMBERED and field["key"] not in ACCOUNT_KINDS:
        offered.insert(0, (f"customer.{field['key']}", "The answer given last time"))
    for other in fields.earlier(str(field["key"])):
        kind = fields.draft.item("record_kinds", str(other.get("record_kind", "")))
        for part in in_use(kind.get("fields") if kind else None):
            if part.get("kind") == field["kind"]:
                label = f"{fields.label(other)}: {words(part.get('label'), fields.draft)}"
                offered.append((f"record.{other['key']}.{part['key']}", label))
    now = field.get("remember")
    if isinstance(now, str) and now not in dict(offered):
        offered.append((now, "Another detail that is kept"))
    return Pick(
        name="remember",
        path=("remember",),
        label="Filled in from",
        help="Customers see that it is known already and can change it.",
        choices=offered,
        empty="Nothing: it is asked each time",
    )


_OF_KIND: Final[dict[str, Callable[[Draft, Mapping[str, JsonValue]], list[Control]]]] = {
    "text": _text,
    "long_text": _long_text,
    "number": _number,
    "money": _limits,
    "date": _day,
    "datetime": _days,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "email": _placed,
    "phone": _placed,
    "url": _placed,
    "address": _address,
    "file": _file,
    "record": _record,
    "rows": _rows,
    "rating": _rating,
}
