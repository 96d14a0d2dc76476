"""`/desk/setup/hours/`: when the business works, by which promises in working days and hours are reckoned."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import Draft, current
from portal_core.config.hours import minutes_of
from portal_core.desk.setup.controls import Control, Single, Where
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.portal_controls import place_of
from portal_core.desk.setup.saving import answer_sheet, posted
from portal_core.desk.setup.sheet import Sheet
from tenants.ui.fields import FieldLook

# As many spans of a day as a page may send.
MOST: Final = 6
_LEAST: Final = 2
_MIDNIGHT: Final = "24:00"
_DAYS: Final = (
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
)
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)|([01]?\d|2[0-4])")


class _Clock(forms.CharField):
    """A time of day: 8:00, 08.00 and 8 are the same; 24:00 is the end of the day."""

    def clean(self, value: object) -> str:
        """As HH:MM, or "". Raises `ValidationError`."""
        typed: str = super().clean(value)
        if not typed:
            return ""
        found = _CLOCK.fullmatch(typed)
        if typed == _MIDNIGHT:
            return typed
        if found is None:
            raise ValidationError("Write a time such as 08:00")
        hour, minute = found[1] or found[3], found[2] or "00"
        return f"{int(hour):02}:{minute}"


@dataclass(frozen=True, kw_only=True)
class Day(Control):
    """The spans of one weekday."""

    count: int

    template: ClassVar[str | None] = "setup/_day_control.html"

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """From and to of each span."""
        made: dict[str, forms.Field] = {}
        for number in range(self.count):
            for end, word in (("from", "from"), ("to", "to")):
                again = "" if number == 0 else f", span {number + 1}"
                attrs = {"inputmode": "numeric", "size": "6", "autocomplete": "off"}
                made[f"{self.name}-{number}-{end}"] = _Clock(
                    label=f"{self.label} {word}{again}",
                    required=False,
                    max_length=5,
                    widget=forms.TextInput(attrs=attrs),
                )
        return made

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The spans in order of the day."""
        shown: dict[str, Any] = {}
        spans = sorted(map(str, value)) if isinstance(value, list) else []
        for number, span in enumerate(spans[: self.count]):
            opens, _, closes = span.partition("-")
            shown |= {f"{self.name}-{number}-from": opens, f"{self.name}-{number}-to": closes}
        return shown

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """Half a span, one that ends before it begins, two that overlap."""
        found: dict[str, str] = {}
        spans = []
        for number in range(self.count):
            opens, closes = self._ends(cleaned, number)
            if bool(opens) != bool(closes):
                found[f"{self.name}-{number}-{'to' if opens else 'from'}"] = "Write both times, or neither"
            elif opens and minutes_of(f"{opens}-{closes}")[0] >= minutes_of(f"{opens}-{closes}")[1]:
                found[f"{self.name}-{number}-to"] = "The end is before the beginning"
            elif opens:
                spans.append((*minutes_of(f"{opens}-{closes}"), number))
        for (_, closed, _), (opened, _, number) in pairwise(sorted(spans)):
            if opened < closed:
                found.setdefault(f"{self.name}-{number}-from", "This span begins before the other one ends")
        return found

    def _ends(self, cleaned: Mapping[str, Any], number: int) -> tuple[str, str]:
        return cleaned.get(f"{self.name}-{number}-from", ""), cleaned.get(f"{self.name}-{number}-to", "")

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The spans that are written, in order of the day."""
        ends = [self._ends(cleaned, number) for number in range(self.count)]
        spans: list[JsonValue] = [f"{opens}-{closes}" for opens, closes in sorted(ends) if opens]
        if isinstance(before, list) and sorted(map(str, before)) == spans:
            return before
        return spans or None


@dataclass(frozen=True, kw_only=True)
class Holidays(Single):
    """Days on which nobody works, one on each line; past ones too, as promises were reckoned by them."""

    def field(self) -> forms.Field:
        """A box of lines."""
        return _Days(widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000)

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """One on each line."""
        return {self.name: "\n".join(map(str, value)) if isinstance(value, list) else ""}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """Each once, in order."""
        days: list[JsonValue] = list(cleaned[self.name])
        if isinstance(before, list) and sorted(set(map(str, before))) == days:
            return before
        return days or None


class _Days(forms.CharField):
    def clean(self, value: object) -> Any:
        """The days as the document writes them. Raises `ValidationError` that names the line."""
        typed: str = super().clean(value)
        days = set()
        for line in filter(None, map(str.strip, typed.splitlines())):
            try:
                # Only the long form: what fromisoformat takes besides is no day that one reads.
                found = date.fromisoformat(line) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", line) else None
            except ValueError:
                found = None
            if found is None:
                raise ValidationError(f"“{line[:40]}” is no day. Write the year, month and day, such as 2026-12-25")
            days.add(found.isoformat())
        return sorted(days)


def _sheet(draft: Draft, data: QueryDict | None = None) -> Sheet:
    hours = draft.part("hours")
    days = []
    for key, name in _DAYS:
        listed = hours.get(key) if isinstance(hours, dict) else None
        spans = len(listed) if isinstance(listed, list) else 0
        # Room for one more; what was sent may have come from a page with more room, and comes back as it was.
        sent = [n for n in range(MOST) if data is not None and f"{key}-{n}-from" in data]
        count = max(_LEAST, spans + 1, *(number + 1 for number in sent))
        days.append(Day(name=key, path=(key,), label=name, count=count))
    holidays = Holidays(
        name="holidays",
        path=("holidays",),
        label="Days on which nobody works",
        help="One on each line, as 2026-12-25.",
        look=FieldLook(says_limit=False),
    )
    return Sheet([*days, holidays], draft, ("hours",), "Working hours", data)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page."""
    sheet = _sheet(current(), posted(request))
    back = reverse("desk:setup_hours")
    return answer_sheet(request, sheet, back, lambda again, status: _page(request, again, status))


def _page(request: PersonRequest, sheet: Sheet, status: int) -> HttpResponse:
    blocks = sheet.blocks()
    context = {
        "sheet": sheet,
        "form": sheet,
        "days": [(name, block) for (_, name), block in zip(_DAYS, blocks, strict=False)],
        "holidays": blocks[-1],
        "zone": place_of(str(sheet.draft.read(("portal", "time_zone")) or "")),
        "nobody_works": not any(sheet.draft.read(("hours", key)) for key, _ in _DAYS),
    }
    return setup_page(request, "setup/hours.html", sheet.draft, context, parts=("hours",), status=status)
