"""`address`: a postal address, kept as named lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config import postal
from portal_core.config.document.fields import AddressField, FieldBase
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.base import Asked, Fault, FieldKind
from portal_core.config.kinds.common import common_options
from portal_core.config.kinds.narrowing import Operand
from portal_core.config.kinds.plain import PlainField
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.parts import Part, PartsWidget
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_LIMITS: Final = {"line1": 200, "line2": 200, "city": 100, "region": 100, "postcode": 20, "country": 2}
_WIDTHS: Final = {"postcode": "w-code", "city": "w-town", "region": "w-town"}


class AddressInput(forms.Field):
    """Asks for an address line by line; what is missing is named by what the country calls it."""

    default_error_messages = {"required": _("Write the address.")}

    def __init__(self, *, home: str, **options: Any) -> None:  # Django's own options
        self.home = home
        self._lines = {name: PlainField(limit=limit, required=False) for name, limit in _LIMITS.items()}
        super().__init__(**options)

    def clean(self, value: object) -> dict[str, str]:
        """The lines that were filled in, none where there is no address."""
        given = value if isinstance(value, Mapping) else {"line1": value}
        lines = self._cleaned(given)
        country = lines.get("country", "")
        if not any(words for name, words in lines.items() if name != "country"):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required", params={"part": "line1"})
            return {}
        if country not in postal.country_codes():
            raise ValidationError(_("Choose the country."), code="country", params={"part": "country"})
        layout = postal.layout_of(country)
        missing = [name for name in layout.needed if not lines.get(name)]
        if missing:
            raise ValidationError([self._missing(layout, name) for name in missing])
        return {name: lines[name] for name in postal.LINES if lines.get(name)}

    def _missing(self, layout: postal.Layout, name: str) -> ValidationError:
        words = {"line": layout.labels[name], "part": name}
        return ValidationError(_("The address needs one more line: %(line)s."), code="line", params=words)

    def _cleaned(self, given: Mapping[str, object]) -> dict[str, str]:
        lines, wrong = {}, []
        for name, line in self._lines.items():
            try:
                lines[name] = str(line.clean(given.get(name)))
            except ValidationError as error:
                params = {**(getattr(error, "params", None) or {}), "part": name}
                wrong.append(ValidationError(error.message, code=error.code, params=params))
        if wrong:
            raise ValidationError(wrong)
        return lines


class AddressKind(FieldKind[AddressField]):
    """A postal address."""

    key = "address"
    options = AddressField
    has_parts = True
    operators = frozenset({"filled", "empty"})
    filters = ("contains", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        home = self._home(field, asked.portal)
        options = common_options(field, asked.portal, asked.language)
        return AddressInput(home=home, widget=_AddressWidget(home, asked.language), **options)

    def _home(self, field: CompiledField, portal: CompiledPortal) -> str:
        return self.config(field).country or postal.country_of_zone(portal.time_zone.key)

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return dict(cleaned) or None if isinstance(cleaned, dict) else None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        return _lines_of(value)

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        return "\n".join(postal.written_lines(_lines_of(value), language, self._home(field, portal)))

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        """In one line, as letters have it; the country where it is another than the portal's."""
        return ", ".join(postal.written_lines(_lines_of(value), portal.language, self._home(field, portal)))

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, AddressField)
        if config.country is not None and config.country not in postal.country_codes():
            mend = "Use a code such as GB or DE."
            yield Fault("country", f"There is no country “{config.country}”.", mend, ProblemKind.INVALID)

    def is_operand(self, operand: object, field: CompiledField, operator: str) -> bool:
        return isinstance(operand, str)

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        if operator == "contains":
            return narrowing.has_words_in_parts(field.key, str(operand))
        return super().matching(field, operator, operand, portal)


def _lines_of(value: JsonValue | object) -> dict[str, str]:
    """The lines that were kept. An answer of former days, when addresses were text, is a line of its own."""
    if isinstance(value, str):
        return {"line1": value}
    given = value if isinstance(value, Mapping) else {}
    return {name: words for name in postal.LINES if isinstance(words := given.get(name), str)}


class _AddressWidget(PartsWidget):
    """The lines of the country that is chosen; all lines where none is, and those that are filled in."""

    # The server knows the lines of another country; it is asked when one is chosen.
    decides = "country"

    def __init__(self, home: str, language: str) -> None:
        self.home = home
        self.language = language
        super().__init__()

    def parts_for(self, values: Mapping[str, str]) -> tuple[Part, ...]:
        country = values.get("country") or self.home
        labels = dict(postal.layout_of(country).labels)
        for name in ("region", "postcode"):
            if values.get(name) and name not in labels:
                labels[name] = {"region": _("Region"), "postcode": _("Postcode")}[name]
        needed = postal.layout_of(country).needed
        return tuple(self._part(name, labels[name], name in needed) for name in labels)

    def _part(self, name: str, label: Any, is_needed: bool) -> Part:  # a text that may be translated later
        attributes = {"autocomplete": postal.AUTOCOMPLETE[name], "data-limit": str(_LIMITS[name])}
        if name == "country":
            return Part(name, label, {"autocomplete": "country"}, options=postal.countries(self.language))
        return Part(name, label, attributes, width=_WIDTHS.get(name, ""), is_optional=not is_needed)

    def names(self) -> tuple[str, ...]:
        return postal.LINES

    def split(self, value: object) -> dict[str, str]:
        lines = _lines_of(value)
        return lines if lines.get("country") else {**lines, "country": self.home}
