"""A form field of several controls: a day with a time, the lines of an address.

Each control is named `NAME_part`; no key of the configuration has an underscore, so that nothing can be mistaken.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.forms import BoundField
from django.forms.widgets import Select, Textarea, Widget
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict
    from django.utils.functional import _StrOrPromise

Split = Callable[[object], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One control. `options` make it a select; `width` is a class of the stylesheet."""

    key: str
    label: "_StrOrPromise"
    attrs: Mapping[str, str] = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()
    width: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One control as it stands in the page."""

    label: "_StrOrPromise"
    element_id: str
    html: SafeString
    width: str
    is_optional: bool


class PartsWidget(Widget):
    """Several controls for one answer. A fixed set is given at once; `parts_for` may depend on what is filled in."""

    use_fieldset = True
    # The part whose answer decides which parts there are; "" where none does.
    decides: ClassVar[str] = ""

    def __init__(self, parts: tuple[Part, ...] = (), split: Split | None = None) -> None:
        super().__init__()
        self.parts = parts
        self._split = split

    def names(self) -> tuple[str, ...]:
        """The keys of all parts that may come in."""
        return tuple(part.key for part in self.parts)

    def parts_for(self, values: Mapping[str, str]) -> tuple[Part, ...]:
        """The parts to show, given what stands in them."""
        return self.parts

    def split(self, value: object) -> Mapping[str, str]:
        """What stands in each part: of what came in, or of a value that was kept."""
        if isinstance(value, Mapping):
            return {key: str(words) for key, words in value.items() if words is not None}
        return self._split(value) if self._split is not None else {}

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, Any]", name: str
    ) -> dict[str, str]:
        """What came in, by part. `Any`: whatever was sent."""
        return {key: data[f"{name}_{key}"] for key in self.names() if f"{name}_{key}" in data}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether nothing of it came in."""
        return not any(f"{name}_{key}" in data for key in self.names())

    def id_for_label(self, id_: str) -> str:
        """The first control."""
        return f"{id_}_{self.names()[0]}" if id_ else ""

    def render(
        self, name: str, value: object, attrs: Mapping[str, Any] | None = None, renderer: object = None
    ) -> SafeString:
        """All controls in a row, named for screen readers alone: for tables, where the column says what is asked."""
        attributes = dict(attrs or {})
        place = Place(name, str(attributes.pop("id", "") or name), str(attributes.pop("aria-label", "")))
        found = self.controls(place, value, lambda _part: attributes)
        return format_html(
            '<span class="parts-tight">{}</span>', format_html_join("", "{}", ((c.html,) for c in found))
        )

    def controls(self, place: "Place", value: object, attrs_of: Callable[[str], Mapping[str, Any]]) -> list[Control]:
        """The controls with what stands in them. `attrs_of` gives further attributes by part."""
        values = self.split(value)
        return [
            _control(part, place, {**part.attrs, **attrs_of(part.key)}, values.get(part.key, ""))
            for part in self.parts_for(values)
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """Name and id of a field in its page; `called` is its name for screen readers where no label is shown."""

    name: str
    element_id: str
    called: str = ""


def _control(part: Part, place: Place, attrs: Mapping[str, Any], value: str) -> Control:
    element_id = f"{place.element_id}_{part.key}"
    own = {**attrs, "id": element_id, "name": f"{place.name}_{part.key}"}
    if place.called:
        own["aria-label"] = f"{place.called}, {part.label}"
    html = _select(part, own, value) if part.options else _line(own, value)
    return Control(part.label, element_id, html, part.width, part.is_optional)


def _line(attrs: Mapping[str, Any], value: str) -> SafeString:
    own = {"type": "text", **attrs}
    return format_html('<input class="input" value="{}"{}>', value, _attributes(own))


def _select(part: Part, attrs: Mapping[str, Any], value: str) -> SafeString:
    chosen = f'<option value="{conditional_escape(value)}"'
    html = options_html(part.options)
    # SECURITY: both texts were escaped when they were made.
    marked = SafeString(html.replace(chosen, f"{chosen} selected", 1)) if chosen in html else _NOTHING_CHOSEN + html
    return format_html('<select class="select"{}>{}</select>', _attributes(attrs), marked)


_NOTHING_CHOSEN = SafeString('<option value="" selected></option>')


@lru_cache(maxsize=64)
def options_html(options: tuple[tuple[str, str], ...]) -> SafeString:
    """The options of a select; lists of countries are long and the same for everybody."""
    return format_html_join("", '<option value="{}">{}</option>', options)


_LINES = frozenset(f"django/forms/widgets/{name}.html" for name in ("text", "email", "url"))
_LIST, _LINE_OF_LIST = "django/forms/widgets/select.html", "django/forms/widgets/select_option.html"


def is_plain(widget: Widget) -> bool:
    """Whether `plain_control` can write it."""
    if isinstance(widget, Select):
        return widget.template_name == _LIST and widget.option_template_name == _LINE_OF_LIST
    return isinstance(widget, Textarea) or widget.template_name in _LINES


def plain_control(widget: Widget, name: str, value: object, attrs: Mapping[str, Any]) -> SafeString:
    """A line, a text or a list to choose from as Django's own templates write it, some twenty times as fast."""
    known = widget.get_context(name, value, dict(attrs))["widget"]
    if isinstance(widget, Select):
        groups = format_html_join("", "{}", ((_group(*group),) for group in known["optgroups"]))
        return format_html('<select name="{}"{}>{}\n</select>', name, _attributes(known["attrs"]), groups)
    words = known["value"]
    if isinstance(widget, Textarea):
        text = "" if words is None else words
        return format_html('<textarea name="{}"{}>\n{}</textarea>', name, _attributes(known["attrs"]), text)
    shown = SafeString("") if words is None else format_html(' value="{}"', words)
    return format_html('<input type="{}" name="{}"{}{}>', known["type"], name, shown, _attributes(known["attrs"]))


def _group(name: object, options: Iterable[Mapping[str, Any]], _index: int) -> SafeString:
    lines = ((option["value"], _attributes(option["attrs"]), option["label"]) for option in options)
    html = format_html_join("", '\n  <option value="{}"{}>{}</option>', lines)
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, html) if name else html


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    written = (
        format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
        for name, value in attrs.items()
        if value is not None and value is not False
    )
    return format_html_join("", "{}", ((one,) for one in written))


def parts_of(bound: BoundField, described: str) -> list[Control]:
    """The controls of a field, those that are wrong marked as such."""
    widget = bound.field.widget
    assert isinstance(widget, PartsWidget)
    wrong = wrong_parts(bound)
    marks = {"aria-invalid": "true", "aria-describedby": described}

    def marked(part: str) -> Mapping[str, str]:
        return marks if bound.errors and (not wrong or part in wrong) else {}

    return widget.controls(Place(bound.html_name, bound.auto_id), bound.value(), marked)


def wrong_parts(bound: BoundField) -> list[str]:
    """The parts that the errors name."""
    named = [(getattr(error, "params", None) or {}).get("part", "") for error in bound.errors.as_data()]
    return [part for part in named if part]
