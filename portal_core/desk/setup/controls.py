"""Controls of the editor: how one value of the document is asked for in a form, and read from it.

A control stands at a path inside the thing that is edited. It makes one form field or several (a text by language).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Self

from django import forms
from pydantic import JsonValue

from portal_core.config.document.base import MAX_LABEL, MAX_LONG_TEXT, MAX_TEXT
from portal_core.config.draft.paths import Path
from portal_core.config.localise import language_name
from portal_core.desk.setup.placing import Word, wrong_words
from tenants.ui.fields import FieldLook

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Where:
    """What a control may need to know: the languages of the portal's texts, its own first."""

    languages: Sequence[str]

    @property
    def own(self) -> str:
        """The portal's own language."""
        return self.languages[0]


@dataclass(frozen=True, kw_only=True)
class Control(ABC):
    """One value. `name` is that of its form field; `path` where the value stands in what is edited."""

    name: str
    path: Path
    label: str
    help: str = ""
    required: bool = False

    # The part of the page that draws it; None draws its fields one below the other.
    template: ClassVar[str | None] = None

    @abstractmethod
    def fields(self, where: Where) -> dict[str, forms.Field]:
        """The form fields by name."""

    def names(self, where: Where) -> list[str]:
        """The names of the form fields, without making them."""
        return list(self.fields(where))

    def for_form(self, sent: Mapping[str, str] | None, value: JsonValue) -> Self:
        """The control as one form needs it: what was sent and what stands there may say how many fields it has."""
        return self

    def arranged(self, fields: Sequence[forms.BoundField]) -> object:
        """The fields as the control's own template draws them; None for one below the other."""
        return None

    @abstractmethod
    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """What stands in the fields. `Any`: whatever the widgets show."""

    @abstractmethod
    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """What the document keeps; None leaves it out. `before` is what it keeps now."""

    def hints(self, value: JsonValue) -> list[str]:
        """What should be mended about a value before it goes live, though it may be kept."""
        return []

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """What is wrong with several fields together, by the field at which it is said."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Text(Control):
    """A text, in every language of the portal."""

    max_length: int = MAX_LABEL
    rows: int = 0
    placeholder: str = ""
    # The words that can be put in; none for a text without.
    offers: Sequence[Word] = ()

    template: ClassVar[str | None] = "setup/_text_control.html"

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """One field for each language; only the portal's own is needed."""
        return {self._name(language, where): self._field(language, where) for language in where.languages}

    def _name(self, language: str, where: Where) -> str:
        return self.name if language == where.own else f"{self.name}--{language}"

    def _field(self, language: str, where: Where) -> forms.Field:
        is_own = language == where.own
        widget = forms.Textarea(attrs={"class": _height(self.rows)}) if self.rows else forms.TextInput()
        widget.attrs |= {"lang": language}
        if self.placeholder and is_own:
            widget.attrs["placeholder"] = self.placeholder
        made = forms.CharField(
            label=self.label if is_own else f"{self.label}, {language_name(language)}",
            help_text=self.help if is_own else "",
            required=self.required and is_own,
            max_length=self.max_length,
            widget=widget,
        )
        # Pages of long texts would say it ten times over; whoever reaches it is told.
        made.look = FieldLook(says_limit=False)  # type: ignore[attr-defined]  # the one field component reads it
        return made

    def hints(self, value: JsonValue) -> list[str]:
        """What is wrong with the words that were put in; it may stand in the draft, and does not go live."""
        return wrong_words(value, self.offers) if self.offers else []

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """A text without languages is in the portal's own."""
        texts = value if isinstance(value, dict) else {where.own: value or ""}
        return {self._name(language, where): texts.get(language, "") for language in where.languages}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """Languages that the portal does not offer any more are kept."""
        kept = dict(before) if isinstance(before, dict) else {}
        for language in where.languages:
            kept[language] = cleaned[self._name(language, where)]
        texts: dict[str, JsonValue] = {language: words for language, words in sorted(kept.items()) if words}
        return (texts[where.own] if list(texts) == [where.own] else texts) if texts else None


def _height(rows: int) -> str:
    """How high a text is, by the lines that are usual for it."""
    return "textarea-s" if rows < 3 else "textarea-m" if rows < 5 else ""


def label_text(name: str, path: Path, label: str, hint: str = "", *, required: bool = False) -> Text:
    """A short text."""
    return Text(name=name, path=path, label=label, help=hint, required=required)


def long_text(name: str, path: Path, label: str, hint: str = "", *, required: bool = False, rows: int = 3) -> Text:
    """Some sentences."""
    return Text(name=name, path=path, label=label, help=hint, required=required, max_length=MAX_TEXT, rows=rows)


def letter_text(name: str, path: Path, label: str, hint: str = "", *, required: bool = False, rows: int = 8) -> Text:
    """A text as long as a letter."""
    return Text(name=name, path=path, label=label, help=hint, required=required, max_length=MAX_LONG_TEXT, rows=rows)


@dataclass(frozen=True, kw_only=True)
class Single(Control):
    """A control of one form field."""

    look: FieldLook | None = None

    @abstractmethod
    def field(self) -> forms.Field:
        """The form field, without label and help."""

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """That one field."""
        made = self.field()
        made.label, made.help_text, made.required = self.label, self.help, self.required
        if self.look is not None:
            made.look = self.look  # type: ignore[attr-defined]  # how the component draws it
        return {self.name: made}

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The value itself."""
        return {self.name: value}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """What is empty is left out."""
        typed: JsonValue = cleaned[self.name]
        return None if typed in ("", [], None) else typed


@dataclass(frozen=True, kw_only=True)
class Line(Single):
    """One line that is the same in every language."""

    max_length: int = MAX_LABEL
    attrs: Mapping[str, str] = field(default_factory=dict)
    # The words that can be put in; none for a line without.
    offers: Sequence[Word] = ()

    template: ClassVar[str | None] = "setup/_text_control.html"

    def hints(self, value: JsonValue) -> list[str]:
        """What is wrong with the words that were put in."""
        return wrong_words(value, self.offers) if self.offers else []

    def field(self) -> forms.Field:
        """One line."""
        return forms.CharField(max_length=self.max_length, widget=forms.TextInput(attrs=dict(self.attrs)))


@dataclass(frozen=True, kw_only=True)
class Switch(Single):
    """Yes or no. `default` is what the document means where it says nothing."""

    default: bool = False

    def field(self) -> forms.Field:
        """A box to tick."""
        return forms.BooleanField(required=False)

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The default where nothing is said."""
        return {self.name: self.default if value is None else value}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The default is not written down."""
        return None if bool(cleaned[self.name]) == self.default else bool(cleaned[self.name])


@dataclass(frozen=True, kw_only=True)
class Number(Single):
    """A whole number."""

    min_value: int | None = None
    max_value: int | None = None

    def field(self) -> forms.Field:
        """A number."""
        return forms.IntegerField(min_value=self.min_value, max_value=self.max_value)


@dataclass(frozen=True, kw_only=True)
class Pick(Single):
    """One of several; `empty` names the answer "none", without it there is none."""

    choices: Choices
    empty: str = ""
    default: str = ""
    as_buttons: bool = False

    def field(self) -> forms.Field:
        """A list, or buttons beside each other."""
        given = [*([("", self.empty)] if self.empty else []), *self.choices]
        widget = forms.RadioSelect() if self.as_buttons else forms.Select()
        made = forms.ChoiceField(choices=given, widget=widget)
        if self.as_buttons:
            made.look = FieldLook(layout="seg")  # type: ignore[attr-defined]  # how the component draws it
        return made

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The default where nothing is said."""
        return {self.name: value or self.default}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The default is not written down."""
        picked = cleaned[self.name]
        return None if picked in ("", self.default) else picked


# Signs that say something beside a name; the file of signs has more, for the pages themselves.
SIGNS: Final = (
    ("tool", "Spanner"),
    ("calendar", "Calendar"),
    ("clock", "Clock"),
    ("doc", "Document"),
    ("folder", "Folder"),
    ("card", "Card"),
    ("percent", "Percent"),
    ("tag", "Tag"),
    ("message", "Message"),
    ("mail", "Letter"),
    ("phone", "Telephone"),
    ("home", "House"),
    ("building", "Building"),
    ("user", "Person"),
    ("users", "People"),
    ("key", "Key"),
    ("lock", "Lock"),
    ("car", "Car"),
    ("boiler", "Boiler"),
    ("flame", "Flame"),
    ("bolt", "Lightning"),
    ("repeat", "Again"),
    ("camera", "Camera"),
    ("globe", "World"),
    ("chart", "Chart"),
    ("shield", "Shield"),
    ("sign", "Pen on paper"),
    ("pen", "Pencil"),
    ("info", "Information"),
    ("alert", "Attention"),
    ("flow", "Crossroads"),
    ("radio", "Signal"),
    ("help", "Question"),
    ("history", "Past"),
    ("undo", "Back"),
    ("logout", "Way out"),
    ("upload", "Sending up"),
    ("sliders", "Sliders"),
)


def sign(name: str, path: Path) -> "Pick":
    """The icon beside a name."""
    return Pick(name=name, path=path, label="Icon", choices=SIGNS, empty="None")


@dataclass(frozen=True, kw_only=True)
class Several(Single):
    """Any number of several, kept in the order in which they are offered."""

    choices: Choices

    def field(self) -> forms.Field:
        """Boxes to tick."""
        return forms.MultipleChoiceField(choices=self.choices, widget=forms.CheckboxSelectMultiple())

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """What is ticked."""
        return {self.name: value or []}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """What is ticked, with what is not offered here and stays as it is."""
        offered = {key for key, _ in self.choices}
        kept = [item for item in before if item not in offered] if isinstance(before, list) else []
        return [*cleaned[self.name], *kept] or None
