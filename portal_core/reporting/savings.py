"""What the ledger of removed work adds up to: hours in all, by week and by kind of request, with the sum behind each.

Nothing here is measured in hours: counts are multiplied by what one would have taken. The time for a question about
the status is the owner's own, where there is an answer; the rest are `_SECONDS`, shown beside every figure and called
guesses on the page.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from portal_core.config.compiled import CompiledPortal
from portal_core.reporting.models import Beginning
from portal_core.reporting.removed import between, by_day
from portal_core.service_requests.models import ServiceRequest, Source

USUAL_MINUTES: Final = 3
# So many looks at a request stand for one question that nobody had to ask.
VIEWS_PER_QUESTION: Final = 6
_SECONDS: Final = {"kept": 14, "reused": 240, "self_service": 240}
# In the order of the report.
NAMES: Final = {
    "status_views": "Status checks served",
    "kept": "Fields not retyped",
    "reused": "Records and documents reused",
    "self_service": "Changes by customers",
}
# For the heads of narrow columns.
SHORT_NAMES: Final = ("Status checks", "Not retyped", "Reused", "Own changes")


@dataclass(frozen=True)
class Period:
    """Whole weeks from a Monday on; the last one is not over yet."""

    first: date
    weeks: int

    @classmethod
    def until(cls, today: date, weeks: int) -> "Period":
        """The week of `today` and those before it."""
        return cls(today - timedelta(days=today.weekday() + 7 * (weeks - 1)), weeks)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=7 * self.weeks - 1)

    @property
    def mondays(self) -> list[date]:
        """The first day of each week."""
        return [self.first + timedelta(days=7 * number) for number in range(self.weeks)]


@dataclass(frozen=True)
class Figure:
    """How much of one kind there was, and the time that it stands for."""

    what: str
    count: int
    hours: float
    each: str

    @property
    def name(self) -> str:
        """What is counted."""
        return NAMES[self.what]

    @property
    def time(self) -> str:
        """The hours, in a narrow place."""
        return _short(self.hours)


@dataclass(frozen=True)
class Week:
    """Hours of one week by kind, in the order of NAMES."""

    monday: date
    hours: tuple[float, ...]

    @property
    def total(self) -> float:
        """All of them."""
        return sum(self.hours)


@dataclass(frozen=True)
class TypeLine:
    """One kind of request. `by_phone_in_100`: how many of a hundred new ones staff wrote down; None without any."""

    name: str
    icon: str
    requests: int
    counts: tuple[int, ...]
    hours: float
    by_phone_in_100: int | None

    @property
    def time(self) -> str:
        """The hours, in a narrow place."""
        return _short(self.hours)


def _short(hours: float) -> str:
    """ "3.5 h"; below an hour "40 min", since tenths of one would be read as nothing."""
    return f"{hours:.1f} h" if hours >= 1 else f"{round(hours * 60)} min"


@dataclass(frozen=True)
class Savings:
    """The whole report."""

    figures: tuple[Figure, ...]
    weeks: tuple[Week, ...]
    types: tuple[TypeLine, ...]

    @property
    def hours(self) -> float:
        """All hours together."""
        return sum(figure.hours for figure in self.figures)

    @property
    def hours_a_week(self) -> float | None:
        """On average, from the first week on in which there was anything; None while that is the only one."""
        begun = next((place for place, week in enumerate(self.weeks) if week.total), len(self.weeks) - 1)
        weeks = len(self.weeks) - begun
        return self.hours / weeks if weeks > 1 else None


def savings(period: Period, portal: CompiledPortal, start: Beginning, language: str) -> Savings:
    """Adds up the ledger of the tenant at hand, in three queries however much there is in it."""
    seconds = _seconds(start)
    counts = by_day(period.first, period.last)
    totals: dict[str, int] = defaultdict(int)
    weekly: dict[tuple[date, str], int] = defaultdict(int)
    for (day, what), count in counts.items():
        totals[what] += count
        weekly[day - timedelta(days=day.weekday()), what] += count
    weeks = (
        Week(monday, tuple(weekly[monday, what] * seconds[what] / 3600 for what in NAMES)) for monday in period.mondays
    )
    each = _each_words(start)
    return Savings(
        figures=tuple(Figure(what, totals[what], totals[what] * seconds[what] / 3600, each[what]) for what in NAMES),
        weeks=tuple(weeks),
        types=_types(period, portal, seconds, language),
    )


def _seconds(start: Beginning) -> Mapping[str, float]:
    minutes = start.minutes_each or USUAL_MINUTES
    return {"status_views": minutes * 60 / VIEWS_PER_QUESTION, **_SECONDS}


def _each_words(start: Beginning) -> Mapping[str, str]:
    minutes = start.minutes_each or USUAL_MINUTES
    others = {what: f"{each // 60} min each" if each >= 60 else f"{each} s each" for what, each in _SECONDS.items()}
    return {"status_views": f"1 in {VIEWS_PER_QUESTION}, {minutes} min each", **others}


def _types(period: Period, portal: CompiledPortal, seconds: Mapping[str, float], language: str) -> tuple[TypeLine, ...]:
    spared = _by_type(period)
    filed = _filed(period, portal)
    lines = []
    for kind in portal.every_type:
        counts = tuple(spared.get((kind.key, what), 0) for what in NAMES)
        requests, by_phone = filed.get(kind.key, (0, 0))
        if requests or any(counts):
            hours = sum(count * seconds[what] for count, what in zip(counts, NAMES, strict=True)) / 3600
            share = round(100 * by_phone / requests) if requests else None
            name = portal.text(kind.name, language)
            lines.append(TypeLine(name, kind.icon or "message", requests, counts, hours, share))
    return tuple(sorted(lines, key=lambda line: -line.hours))


def _by_type(period: Period) -> dict[tuple[str, str], int]:
    type_key = ServiceRequest.objects.filter(pk=OuterRef("request_id")).values("type_key")[:1]
    lines = between(period.first, period.last).filter(what__in=list(NAMES), request_id__isnull=False)
    rows = lines.annotate(type_key=Subquery(type_key)).values_list("type_key", "what").annotate(Sum("count"))
    return {(type_key or "", what): count for type_key, what, count in rows}


def _filed(period: Period, portal: CompiledPortal) -> dict[str, tuple[int, int]]:
    """New requests by type, and how many of them came in by the desk."""
    begin, end = (
        datetime.combine(day, datetime.min.time(), tzinfo=portal.time_zone)
        for day in (period.first, period.last + timedelta(days=1))
    )
    filed = ServiceRequest.objects.order_by().filter(source__in=[Source.PORTAL, Source.DESK])
    within = filed.filter(created_at__gte=begin, created_at__lt=end)
    rows = within.values_list("type_key").annotate(all=Count("pk"), by_desk=Count("pk", filter=Q(source=Source.DESK)))
    return {key: (all_of_it, by_desk) for key, all_of_it, by_desk in rows}
