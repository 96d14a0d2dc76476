"""How the one field component draws the field of any form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.forms import BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    HiddenInput,
    Input,
    NumberInput,
    RadioSelect,
    Select,
    Textarea,
    TextInput,
)
from django.utils.safestring import SafeString

from tenants.ui.parts import PartsWidget, is_plain, plain_control
from tenants.ui.rows import RowsWidget, target_of


@dataclass(frozen=True, slots=True)
class FieldLook:
    """What a form field may say about its looks; put on the field as its attribute `look`.

    layout: how options stand: "check" (rows), "pick" (boxes), "slots" (a row of buttons), "seg" (segmented) or "stars".
    subs: a second line per option value. width: "" or "w-s", "w-m" (the stylesheet's widths).
    says_limit: whether a text says how long it may be before it is too long.
    """

    prefix: str = ""
    suffix: str = ""
    layout: str = "check"
    width: str = ""
    says_limit: bool = True
    subs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a radio or checkbox group."""

    value: str
    label: str
    sub: str
    element_id: str
    chosen: bool
    disabled: bool


def look_of(bound: BoundField) -> FieldLook:
    """The look the field declares, or the usual one."""
    look = getattr(bound.field, "look", None)
    return look if isinstance(look, FieldLook) else FieldLook()


def shape_of(bound: BoundField) -> str:
    """Which part of the component draws it: hidden, group, parts, rows, tick, line, own (the widget's `component`)."""
    widget = bound.field.widget
    if getattr(widget, "component", ""):
        return "own"
    if isinstance(widget, PartsWidget):
        return "parts"
    if isinstance(widget, RowsWidget):
        return "rows"
    if isinstance(widget, HiddenInput):
        return "hidden"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "group"
    return "tick" if isinstance(widget, CheckboxInput) else "line"


def group_type(bound: BoundField) -> str:
    """The input type of a group's options."""
    return "checkbox" if isinstance(bound.field.widget, CheckboxSelectMultiple) else "radio"


def limit_of(bound: BoundField) -> int | None:
    """The longest text that is taken, in characters."""
    longest = bound.field.widget.attrs.get("maxlength") or getattr(bound.field, "max_length", None)
    return int(longest) if longest else None


def said_limit(bound: BoundField) -> int | None:
    """The same, where the page says it beforehand."""
    return limit_of(bound) if look_of(bound).says_limit else None


def options_of(bound: BoundField) -> Iterator[Option]:
    """The answers of a group, without the empty one that stands for "nothing chosen"."""
    look = look_of(bound)
    for part in bound.subwidgets:
        value = str(part.data["value"])
        if value == "" and not look.subs.get(""):
            continue
        yield Option(
            value=value,
            label=str(part.data["label"]),
            sub=look.subs.get(value, ""),
            element_id=str(part.data["attrs"].get("id", "")),
            chosen=bool(part.data["selected"]),
            disabled=bool(part.data["attrs"].get("disabled")),
        )


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with a field, and the id of the control where it can be mended."""

    words: str
    target: str


def as_lead(label: object) -> str:
    """A label before what is said about it: a question keeps its mark, all else gets a colon."""
    text = str(label).strip()
    return text if text.endswith(("?", ":", ".", "!", "…")) else f"{text}:"


def problems_of(bound: BoundField) -> list[FieldProblem]:
    """What is wrong, for the summary above a form. A field of several questions says by `target` which one it is."""
    shape = shape_of(bound)
    usual = f"{bound.auto_id}-group" if shape in ("group", "parts", "rows") else bound.id_for_label
    found = []
    for words, error in zip(bound.errors, bound.errors.as_data(), strict=True):
        params = getattr(error, "params", None) or {}
        target = params.get("target", usual)
        if shape == "rows":
            target = target_of(bound, params)
        elif shape == "parts" and params.get("part"):
            target = f"{bound.auto_id}_{params['part']}"
        found.append(FieldProblem(str(words), target))
    return found


def answers_to_mend(bound: BoundField) -> int:
    """How many answers are wrong: several things may be wrong with one, and a field may ask for several."""
    return len({problem.target for problem in problems_of(bound)})


def described_by(bound: BoundField, *, hint: bool) -> str:
    """The ids of what explains the field: help, limit, error."""
    parts = [f"{bound.auto_id}-help"] if hint else []
    if said_limit(bound) and isinstance(bound.field.widget, Textarea):
        parts.append(f"{bound.auto_id}-limit")
    if bound.errors:
        parts.append(f"{bound.auto_id}-error")
    return " ".join(parts)


def control(bound: BoundField, *, hint: bool = False) -> SafeString:
    """The control itself with our classes and what screen readers need."""
    widget = bound.field.widget
    attributes: dict[str, str | bool] = {"class": _classes(bound)}
    if described := described_by(bound, hint=hint):
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if limit_of(bound):
        # A browser cuts a pasted text at maxlength without a word; we let it in and say what is too much.
        attributes["maxlength"] = False
    if limit := said_limit(bound):
        attributes["data-limit"] = str(limit)
    if isinstance(widget, Textarea):
        attributes |= {"rows": False, "cols": False}  # the stylesheet says how large
    if isinstance(widget, NumberInput):
        # A number input empties itself when what was typed is no number; a text input keeps it for the error page.
        return bound.as_widget(widget=_typed(widget), attrs=attributes | {"inputmode": "decimal"})
    return _html(bound, attributes)


def _html(bound: BoundField, attributes: dict[str, str | bool]) -> SafeString:
    """The control as Django writes it. Lines and texts are most of a form: written here, without a template each."""
    widget = bound.field.widget
    if not is_plain(widget):
        return bound.as_widget(attrs=attributes)
    attrs = bound.build_widget_attrs(attributes, widget)
    if bound.auto_id and "id" not in widget.attrs:
        attrs.setdefault("id", bound.auto_id)
    return plain_control(widget, bound.html_name, bound.value(), attrs)


def _typed(widget: NumberInput) -> TextInput:
    dropped = ("step", "min", "max")
    text = TextInput(attrs={name: value for name, value in widget.attrs.items() if name not in dropped})
    text.is_localized = True
    return text


def _classes(bound: BoundField) -> str:
    widget = bound.field.widget
    own = str(widget.attrs.get("class", ""))
    if isinstance(widget, Textarea):
        base = "textarea"
    elif isinstance(widget, Select):
        base = "select"
    else:
        base = "" if isinstance(widget, CheckboxInput) or not isinstance(widget, Input) else "input"
    look = look_of(bound)
    width = look.width if not (look.prefix or look.suffix) else ""
    return " ".join(part for part in (base, width, own) if part)
