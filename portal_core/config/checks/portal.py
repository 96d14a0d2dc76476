"""The portal itself: languages, time zone, hours, colour."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

from portal_core.config.brand import READABLE, brand_colours
from portal_core.config.checks.index import Index
from portal_core.config.document.portal_document import Hours
from portal_core.config.hours import minutes_of
from portal_core.config.localise import is_language
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_portal(index: Index) -> Iterator[Problem]:
    """What stands in `portal` and `hours`."""
    portal = index.document.portal
    for path, language in (
        ("language", portal.language),
        *((f"languages.{at}", key) for at, key in enumerate(portal.languages)),
    ):
        if not is_language(language):
            text = f"No language has the code “{language}”."
            yield Problem(f"portal.{path}", text, "Use a code such as en or de.", kind=ProblemKind.INVALID)
    if portal.languages and portal.language not in portal.languages:
        mend = "Add it to languages."
        text = "The portal’s own language is not among its languages."
        yield Problem("portal.languages", text, mend, kind=ProblemKind.CONTRADICTION)
    if not is_time_zone(portal.time_zone):
        text = f"There is no time zone “{portal.time_zone[:60]}”."
        yield Problem("portal.time_zone", text, "Use a name such as Europe/London.", kind=ProblemKind.INVALID)
    yield from _brand(index)
    if index.document.hours is not None:
        yield from _hours(index.document.hours)
    if portal.guests and index.types and all(kind.for_.who != "everybody" for kind in index.types):
        mend = 'Let one type say "for": {"who": "everybody"}, or turn guests off.'
        text = "Guests are let in, and there is nothing that they may send."
        yield Problem("portal.guests", text, mend, kind=ProblemKind.CONTRADICTION)
    if not index.types:
        text = "There is nothing that customers can ask for."
        yield Problem("types", text, "Add a request type.", kind=ProblemKind.INCOMPLETE)


def is_time_zone(name: str) -> bool:
    """Whether it is the name of a time zone that exists."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    """All names; reading them walks the whole zone database, so once a process."""
    return frozenset(available_timezones())


def _brand(index: Index) -> Iterator[Problem]:
    colours = brand_colours(index.document.portal.brand.colour)
    path = "portal.brand.colour"
    if not colours.is_readable:
        least = min(colours.ink_contrast, colours.fill_contrast)
        text = f"Texts in this colour reach {least:.1f} to 1, not {READABLE} to 1."
        yield Problem(path, text, "Choose a darker or stronger colour.", kind=ProblemKind.INVALID)
    elif colours.is_bright:
        text = f"The colour is bright: links and texts are shown in {colours.ink} so that they can be read."
        yield Problem(path, text, "Keep it, or choose a darker colour.", "warning", kind=ProblemKind.INVALID)
    brand = index.document.portal.brand
    if brand.logo_dark is not None and brand.logo is None:
        text = "There is a logo for dark grounds, and none for light ones."
        mend = "Choose a logo for light grounds too, or take this one out."
        yield Problem("portal.brand.logo_dark", text, mend, kind=ProblemKind.INCOMPLETE)


def _hours(hours: Hours) -> Iterator[Problem]:
    for name, spans in zip(_DAYS, hours.by_weekday, strict=True):
        minutes = sorted(minutes_of(span) for span in spans)
        if any(opens >= closes for opens, closes in minutes):
            yield Problem(
                f"hours.{name}",
                "A span ends before it begins.",
                "Write it as 08:00-17:00.",
                kind=ProblemKind.CROSSED_LIMITS,
            )
        elif any(later[0] < earlier[1] for earlier, later in pairwise(minutes)):
            yield Problem(f"hours.{name}", "Two spans overlap.", "Join them.", kind=ProblemKind.CROSSED_LIMITS)
    for position, day in enumerate(hours.holidays):
        try:
            date.fromisoformat(day)
        except ValueError:
            text = f"There is no day {day}."
            yield Problem(
                f"hours.holidays.{position}", text, "Write a day as 2026-12-25.", kind=ProblemKind.NO_SUCH_DAY
            )
