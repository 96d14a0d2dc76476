"""Finding requests by words: of what the reader may see at all, by what every colleague may know.

SECURITY: results start from `visible_to`; the index holds nothing that is hidden from any staff role (hazard 42), and
words of fields count only under a signature that is in force now (see `search_index.py`).
"""

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, When
from django.db.models.expressions import RawSQL

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.models import RequestSearch, ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.queue import Filters, narrowed
from portal_core.service_requests.search_words import joined_digits, words_in
from tenants.identifiers import parse_uuid

PAGE_SIZE: Final = 25
QUERY_LENGTH: Final = 200
_WORDS_LIMIT: Final = 10
# The beginning of a word finds it from here on; single letters would find half of everything.
_PREFIX_LENGTH: Final = 2
_NUMBER_LENGTH: Final = 9
# How many of the newest are looked at one by one, and how many the index gives at a time after that.
_NEWEST: Final = 400
_BATCH: Final = 300
_LATER_BATCH: Final = 30_000


def _answers(word: str, asked: str) -> bool:
    return word.startswith(asked) if len(asked) >= _PREFIX_LENGTH else word == asked


@dataclass(frozen=True)
class Query:
    """What was asked: the words as they are compared, and the number when it looks like one."""

    text: str
    words: tuple[str, ...]
    number: int | None

    @classmethod
    def of(cls, text: str, portal: CompiledPortal) -> "Query":
        """Reads what was typed; what is too long is cut."""
        text = " ".join(text.replace("\x00", "").split())[:QUERY_LENGTH]
        return cls(text, tuple(dict.fromkeys(words_in(text)))[:_WORDS_LIMIT], _number(text, portal))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.words

    def finds(self, word: str) -> bool:
        """Whether a folded word is one of those that were asked for."""
        return any(_answers(word, asked) for asked in self.words)

    def is_met_by(self, words: Collection[str]) -> bool:
        """Whether folded words hold all that was asked for, or the digits of a number that was asked for."""
        digits = joined_digits(self.text)
        if digits and any(word.startswith(digits) for word in words):
            return True
        return all(any(_answers(word, asked) for word in words) for asked in self.words)


@dataclass(frozen=True)
class Place:
    """Where a page of results begins: after the request with this id, or before it."""

    id: uuid.UUID
    is_backwards: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.is_backwards else ''}{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The place in an address; None when there is none or it is spoilt."""
        key = parse_uuid(text.removeprefix("-"))
        return None if key is None else cls(key, text.startswith("-"))


@dataclass(frozen=True)
class Found:
    """One page of results, the newest request first; the one with the very number that was asked for before all."""

    rows: list[ServiceRequest]
    newer: Place | None
    older: Place | None


NOTHING_FOUND: Final = Found([], None, None)


def search(
    actor: Actor, query: Query, filters: Filters, place: Place | None, *, portal: CompiledPortal, zone: ZoneInfo
) -> Found:
    """A page of what `actor` may find, with customers and people loaded; a few queries, however many are found."""
    if query.is_empty:
        return NOTHING_FOUND
    seen = visible_to(actor)
    if filters.state != "any":
        seen = seen.filter(closed_at__isnull=filters.state != "closed")
    seen = narrowed(seen, actor, filters, zone=zone).select_related("customer", "assignee")
    exact = [] if query.number is None else list(seen.filter(number=query.number))
    seen = seen.exclude(pk__in=[row.pk for row in exact])
    return _page(_collected(seen, _matches(query, portal), place), place, exact)


def _page(rows: list[ServiceRequest], place: Place | None, exact: list[ServiceRequest]) -> Found:
    backwards = place is not None and place.is_backwards
    has_more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_newer = has_more if backwards else place is not None
    has_older = backwards or has_more
    first_page = exact if not has_newer else []
    return Found(
        [*first_page, *rows],
        newer=Place(rows[0].pk, is_backwards=True) if has_newer and rows else None,
        older=Place(rows[-1].pk) if has_older and rows else None,
    )


def _collected(seen: QuerySet[ServiceRequest], matches: Q, place: Place | None) -> list[ServiceRequest]:
    """The next page of matching requests and one more, in the order of their ids, which grow with time.

    A word that many requests have is found among the newest ones, one that few have by the index. The planner cannot
    tell the two apart (it knows little of the beginnings of words), and the wrong way costs seconds: so first a look
    at a bounded number of the newest, then the index for the others.
    """
    backwards = place is not None and place.is_backwards
    order, beyond = ("pk", "pk__gt") if backwards else ("-pk", "pk__lt")
    kept = RequestSearch.objects.order_by(order)
    if place is not None:
        kept = kept.filter(**{beyond: place.id})
    newest = list(
        kept.annotate(is_hit=Case(When(matches, then=True), default=False)).values_list("pk", "is_hit")[:_NEWEST]
    )
    rows = _rows(seen, [key for key, is_hit in newest if is_hit], order, PAGE_SIZE + 1)
    size, last = len(newest), newest[-1][0] if newest else None
    wanted, batch = _NEWEST, _BATCH
    while len(rows) <= PAGE_SIZE and size == wanted:
        keys = list(kept.filter(matches, **{beyond: last}).values_list("pk", flat=True)[:batch])
        rows += _rows(seen, keys, order, PAGE_SIZE + 1 - len(rows))
        size, last = len(keys), keys[-1] if keys else None
        wanted, batch = batch, _LATER_BATCH
    return rows


def _rows(seen: QuerySet[ServiceRequest], keys: list[uuid.UUID], order: str, count: int) -> list[ServiceRequest]:
    return list(seen.filter(pk__in=keys).order_by(order)[:count]) if keys else []


def _matches(query: Query, portal: CompiledPortal) -> Q:
    """SECURITY: words of fields count only where their signature is in force."""
    asked = _asked(query)
    in_force = Q(signature__in=portal.search_signatures)
    return Q(in_force, _Holds("words", asked)) | Q(~in_force, _Holds("plain", asked))


def _asked(query: Query) -> str:
    """SECURITY: words are letters and digits only (`words_in`), so that nothing of them is an operator."""
    words = [f"'{word}':*" if len(word) >= _PREFIX_LENGTH else f"'{word}'" for word in query.words]
    asked = " & ".join(words)
    digits = joined_digits(query.text)
    return f"({asked}) | '{digits}':*" if digits else asked


class _Holds(Func):
    """Whether a vector matches a query in PostgreSQL's own notation."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, column: str, asked: str) -> None:
        super().__init__(F(column), RawSQL("%s::tsquery", (asked,), output_field=SearchVectorField()))


def _number(text: str, portal: CompiledPortal) -> int | None:
    prefix = portal.settings.reference_prefix
    found = re.fullmatch(rf"(?:#|no\.? ?)?(?:{re.escape(prefix)}[- ]?)?(\d+)" if prefix else r"#?(\d+)", text, re.I)
    digits = found[1] if found and found[1].isascii() else ""
    return int(digits) if digits and len(digits) <= _NUMBER_LENGTH else None
