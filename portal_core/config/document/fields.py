"""Fields of forms: what is common, and one model for the options of each kind."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue, StrictBool, StrictFloat, StrictInt, StringConstraints, field_validator

from portal_core.config.document.base import Key, Label, LongText, Part, Text, Words
from portal_core.config.document.conditions import Condition

Show: TypeAlias = Literal["hidden", "see", "edit"]
Amount: TypeAlias = Annotated[StrictInt | StrictFloat, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
# An ISO date, or "today".
Day: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^(\d{4}-\d{2}-\d{2}|today)$")]
Short: TypeAlias = Annotated[str, StringConstraints(strict=True, max_length=1_000)]


class FieldBase(Part):
    """What every field may carry, whatever its kind."""

    key: Key
    kind: str
    label: Label | None = None
    noun: Label | None = None  # what errors call it: "Write {noun} as a number"
    help: Text | None = None
    required: StrictBool = False
    when: Condition | None = None
    show: dict[Key, Show] = {}
    at: dict[Key, dict[Key, Show]] = {}
    remember: Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z][a-z0-9-]*)+$")] | None = None
    calculated: JsonValue = None
    retired: StrictBool = False

    @field_validator("at", mode="after")
    @classmethod
    def _without_empty(cls, value: dict[str, dict[str, Show]]) -> dict[str, dict[str, Show]]:
        """A status in which nothing is said otherwise says nothing: equal documents are equal bytes."""
        return {status: roles for status, roles in value.items() if roles}


class Choice(Part):
    """One answer of a choice; its key never changes once published."""

    key: Key
    label: Label
    help: Text | None = None
    retired: StrictBool = False


class TextField(FieldBase):
    """One line of text."""

    kind: Literal["text"]
    placeholder: Label | None = None
    max_length: StrictInt = Field(default=200, ge=1, le=1_000)
    # In RE2's language, for the whole answer; `pattern_error` says what to write instead.
    pattern: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)] | None = None
    pattern_error: Label | None = None
    default: Short | None = None


class LongTextField(FieldBase):
    """Several lines of text."""

    kind: Literal["long_text"]
    placeholder: Label | None = None
    max_length: StrictInt = Field(default=5_000, ge=1, le=50_000)
    default: Annotated[str, StringConstraints(strict=True, max_length=50_000)] | None = None


class NumberField(FieldBase):
    """A number, kept exactly as it was written (no binary fractions)."""

    kind: Literal["number"]
    unit: Label | None = None
    min: Amount | None = None
    max: Amount | None = None
    decimals: StrictInt | None = Field(default=None, ge=0, le=6)
    default: Amount | None = None


class MoneyField(FieldBase):
    """An amount in the portal's currency."""

    kind: Literal["money"]
    min: Amount | None = None
    max: Amount | None = None


class DateField(FieldBase):
    """A day."""

    kind: Literal["date"]
    min: Day | None = None
    max: Day | None = None
    default: Day | None = None


class DateTimeField(FieldBase):
    """A day and a time in the portal's time zone."""

    kind: Literal["datetime"]
    min: Day | None = None
    max: Day | None = None


class ChoiceField(FieldBase):
    """One of several answers."""

    kind: Literal["choice"]
    choices: tuple[Choice, ...] = ()
    default: Key | None = None


class ChoicesField(FieldBase):
    """Any number of several answers."""

    kind: Literal["choices"]
    choices: tuple[Choice, ...] = ()
    max_chosen: StrictInt | None = Field(default=None, ge=1)


class YesNoField(FieldBase):
    """Yes or no."""

    kind: Literal["yes_no"]
    default: StrictBool | None = None


class EmailField(FieldBase):
    """An e-mail address."""

    kind: Literal["email"]
    placeholder: Label | None = None


class PhoneField(FieldBase):
    """A telephone number, kept as typed."""

    kind: Literal["phone"]
    placeholder: Label | None = None


class UrlField(FieldBase):
    """A web address."""

    kind: Literal["url"]
    placeholder: Label | None = None


class AddressField(FieldBase):
    """A postal address. `country` stands in a new form; without it, the country of the portal's time zone."""

    kind: Literal["address"]
    country: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2}$")] | None = None


class FileField(FieldBase):
    """Files of one document kind."""

    kind: Literal["file"]
    document_kind: Key | None = None
    max_files: StrictInt | None = Field(default=None, ge=1, le=100)


class RecordField(FieldBase):
    """One of the customer's saved records."""

    kind: Literal["record"]
    record_kind: Key | None = None


class RatingField(FieldBase):
    """A number of stars."""

    kind: Literal["rating"]
    max: StrictInt = Field(default=5, ge=2, le=10)


class HeadingField(FieldBase):
    """A section of the form; its label is the section's question."""

    kind: Literal["heading"]


class InfoField(FieldBase):
    """A text between the questions."""

    kind: Literal["info"]
    text: LongText | None = None


Column: TypeAlias = Annotated[
    TextField
    | LongTextField
    | NumberField
    | MoneyField
    | DateField
    | DateTimeField
    | ChoiceField
    | ChoicesField
    | YesNoField
    | EmailField
    | PhoneField
    | UrlField
    | AddressField
    | RecordField
    | RatingField,
    Field(discriminator="kind"),
]


class RowsField(FieldBase):
    """A small table; its rows have stable ids."""

    kind: Literal["rows"]
    columns: tuple[Column, ...] = ()
    max_rows: StrictInt = Field(default=50, ge=1, le=1_000)


AnyField: TypeAlias = Annotated[
    TextField
    | LongTextField
    | NumberField
    | MoneyField
    | DateField
    | DateTimeField
    | ChoiceField
    | ChoicesField
    | YesNoField
    | EmailField
    | PhoneField
    | UrlField
    | AddressField
    | FileField
    | RecordField
    | RowsField
    | RatingField
    | HeadingField
    | InfoField,
    Field(discriminator="kind"),
]


class RecordKind(Part):
    """A kind of thing that customers keep with the business, such as a boiler."""

    key: Key
    name: Label
    icon: Key | None = None
    title: Words | None = None
    fields: tuple[AnyField, ...] = ()
    retired: StrictBool = False


class DocumentKind(Part):
    """A kind of paper, with its validity and who may see it."""

    key: Key
    name: Label
    valid_months: StrictInt | None = Field(default=None, ge=1, le=1_200)
    added_by: Literal["staff", "customer", "both"] = "both"
    show: dict[Key, Show] = {}
    reusable: StrictBool = False
    accept: tuple[Words, ...] = ()
    max_files: StrictInt = Field(default=1, ge=1, le=100)
    max_size_mb: StrictInt = Field(default=10, ge=1, le=1_000)
    keep_years: StrictInt | None = Field(default=None, ge=1, le=100)
    retired: StrictBool = False
