"""A customer's documents: what is on file, and what of it can be used again."""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, cast

from django.db.models import Count, F, Func, JSONField, Q, QuerySet, TextField, Window
from django.db.models.functions import Cast, ExtractYear, RowNumber
from django.db.models.lookups import Regex
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.folded import Folded, ways_folded
from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.kinds.base import Asked
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.access import knows_customer, reach_of
from portal_core.documents.kinds import EXPIRING_DAYS, is_expired, kind_of, wanted_kinds
from portal_core.documents.models import Document, DocumentState, FileState, StoredFile
from portal_core.history.record import JsonValue

# What customers are asked for again.
WANTED: Final = (DocumentState.ASKED, DocumentState.SENT_BACK)
# Of one kind, where a form or a status asks for it: the newest, and as many of those that were looked for.
NEWEST_OFFERED: Final = 20
_MOST_WORDS: Final = 6
# Of what runs out within a month, and of what ran out last: so many stand among the newest, however old they are.
PRESSING: Final = 50
# The names of a document's files, as one text.
_NAMES: Final = Cast(
    Func("files", template="jsonb_path_query_array(%(expressions)s, '$[*].name')", output_field=JSONField()),
    TextField(),
)
_SHELF: Final = "documents_on_file"
# As a request says that it is the customer's move; this package stands below requests.
_THEIR_TURN: Final = "customer"


@dataclass(frozen=True)
class Offer:
    """A document on file that a form can use instead of asking again."""

    id: uuid.UUID
    name: str
    since: datetime
    valid_until: date | None
    files: tuple[Mapping[str, JsonValue], ...]
    title: str = ""

    @property
    def told_apart_by(self) -> str:
        """What tells it from others of its kind: its own title, else the names of its files."""
        return self.title or ", ".join(str(file.get("name", "")) for file in self.files) or self.name


def kinds_kept() -> frozenset[str]:
    """The kinds of which there is any document: what a new version of the portal must not forget."""
    return frozenset(Document.objects.order_by().values_list("kind_key", flat=True).distinct())


def wanted_documents(customer_id: uuid.UUID, portal: CompiledPortal) -> QuerySet[Document]:
    """What a customer is asked for: asked by staff, or sent back; without what a request asks for itself, and without
    kinds that customers cannot add (any more): nobody is asked for what they cannot do."""
    found = Document.objects.filter(customer_id=customer_id, is_shared=True, state__in=WANTED)
    found = found.filter(kind_key__in=wanted_kinds(portal))
    asked_there = Q(request__stay__sent_back__contains=_AsSentBack("pk"), request__turn=_THEIR_TURN)
    return found.filter(Q(request=None) | Q(request__stay__sent_back__isnull=True) | ~asked_there)


def is_asked_by_request(document: Document) -> bool:
    """Whether its request asks for it itself: it was sent back, and the request stands where it asked for it. One that
    was merged or closed meanwhile asks for nothing: then the vault does. The request should be loaded."""
    request = document.request
    if request is None or request.turn != _THEIR_TURN:
        return False
    return any(item["document"] == str(document.pk) for item in request.stay.get("sent_back", ()))


class _AsSentBack(Func):
    """A document as its request notes that it was sent back: `[{"document": KEY}]`."""

    template = "jsonb_build_array(jsonb_build_object('document', (%(expressions)s)::text))"
    output_field = JSONField()


def listed_documents(kind_key: str) -> QuerySet[Document]:
    """The documents of a kind that stand on their customers' pages, if they are shared (`VisibleDocument.is_listed`):
    what they are asked for, what is on file, and what was valid for a time; not what is kept no more."""
    was_valid = Q(valid_until__isnull=False) & ~Q(state=DocumentState.GONE)
    current = Q(state__in=(*WANTED, DocumentState.ON_FILE))
    return Document.objects.filter(current | was_valid, kind_key=kind_key)


def documents_of(customer_id: uuid.UUID) -> QuerySet[Document]:
    """All documents of a customer, the newest first."""
    return Document.objects.filter(customer_id=customer_id).order_by("-id")


def document_at(actor: Actor, key: uuid.UUID) -> Document | None:
    """One document of a customer whom this colleague may know, with its customer and request; None for any other."""
    row = Document.objects.select_related("customer", "request").filter(pk=key).first()
    return row if row is not None and knows_customer(actor, row.customer_id) else None


@dataclass(frozen=True)
class Newest:
    """The newest documents that a customer has on file and is asked for, and how many there are of each in all."""

    rows: Sequence[Document] = ()
    all: int = 0
    wanted: Sequence[Document] = ()
    all_wanted: int = 0


def newest_of(customer_id: uuid.UUID, kind_keys: Iterable[str], portal: CompiledPortal, *, size: int) -> Newest:
    """What is on file of these kinds and shared with its customer, and what they are asked for, so many of each; one
    statement for the rows and their numbers."""
    wanted = wanted_documents(customer_id, portal).values("pk")
    found = Document.objects.filter(customer_id=customer_id, is_shared=True).annotate(is_asked=Q(pk__in=wanted))
    found = found.filter(Q(is_asked=True) | Q(kind_key__in=list(kind_keys), state=DocumentState.ON_FILE))
    found = found.annotate(
        all=Window(Count("*"), partition_by="is_asked"),
        place=Window(RowNumber(), partition_by="is_asked", order_by=("-created_at", "-id")),
    )
    rows = list(found.filter(place__lte=size).select_related("request").order_by("place"))
    asked, on_file = [row for row in rows if row.is_asked], [row for row in rows if not row.is_asked]
    return Newest(on_file, on_file[0].all if on_file else 0, asked, asked[0].all if asked else 0)


@dataclass(frozen=True)
class OnFile:
    """How many documents a customer has on file, and the years in which the business gave them those without a date."""

    all: int
    years: tuple[int, ...]


def on_file_by_year(customer_id: uuid.UUID, kind_keys: Iterable[str], *, zone: tzinfo) -> OnFile:
    """What is on file of these kinds and shared with its customer, the latest year first; one statement."""
    found = Document.objects.filter(customer_id=customer_id, is_shared=True, state=DocumentState.ON_FILE)
    rows = (
        found.filter(kind_key__in=list(kind_keys))
        .annotate(year=ExtractYear("created_at", tzinfo=zone))
        .values_list("year")
        .annotate(all=Count("*"), given=Count("pk", filter=Q(from_staff=True, valid_until=None)))
        .order_by("-year")
    )
    counts = list(rows)
    return OnFile(sum(number for _, number, _ in counts), tuple(year for year, _, given in counts if given))


def given_in(found: QuerySet[Document], year: int, *, zone: tzinfo) -> QuerySet[Document]:
    """Of a customer's documents those without a date that the business gave them in a year, and what they are asked
    for."""
    first, next_first = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    given = Q(created_at__gte=first, created_at__lt=next_first, from_staff=True, valid_until=None)
    return found.filter(given | Q(state__in=WANTED))


@dataclass(frozen=True)
class Stretch:
    """The newest documents of a list, or those before or after one; `older` and `newer` are where to go on either way,
    None at the ends."""

    rows: list[Document]
    older: uuid.UUID | None
    newer: uuid.UUID | None = None


def stretch(
    found: QuerySet[Document],
    *,
    before: uuid.UUID | None,
    size: int,
    after: uuid.UUID | None = None,
    today: date | None = None,
) -> Stretch:
    """So many of `documents_of`; what a customer is asked for stands in the first stretch, however old it is, and where
    `today` is given also what runs out within a month, soonest first, and what ran out last.

    `after` is the way back from `before`; where it reaches the newest, that is the first stretch.
    """
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("id")[: size + 1])
        if len(rows) > size:
            return Stretch(rows[:size][::-1], older=rows[0].pk, newer=rows[size - 1].pk)
        before = None
    rows = list((found if before is None else found.filter(pk__lt=before))[: size + 1])
    newer = rows[0].pk if before is not None and rows else None
    if len(rows) <= size:
        return Stretch(rows, None, newer)
    older = rows[size - 1].pk
    if before is not None:
        return Stretch(rows[:size], older, newer)
    earlier = found.filter(pk__lt=older)
    pressing = list(earlier.filter(state__in=WANTED)[:size])
    if today is not None:
        dated = earlier.filter(state=DocumentState.ON_FILE, valid_until__isnull=False)
        soon = today + timedelta(days=EXPIRING_DAYS)
        pressing += dated.filter(valid_until__gte=today, valid_until__lte=soon).order_by("valid_until", "id")[:PRESSING]
        pressing += dated.filter(valid_until__lt=today).order_by("-valid_until", "id")[:PRESSING]
    return Stretch(rows[:size] + pressing, older, newer)


def usable_again(
    customer_id: uuid.UUID, ids: Iterable[uuid.UUID], role: Role, portal: CompiledPortal
) -> frozenset[uuid.UUID]:
    """Which of a customer's attached files can be sent with another request: those that are still there, and whose
    document (if they are part of one) is valid, on file and seen by this role. One query.
    """
    today = timezone.now().astimezone(portal.time_zone).date()
    rows = StoredFile.objects.filter(pk__in=list(ids), customer_id=customer_id).exclude(attached_at=None)
    rows = rows.exclude(state__in=[FileState.INFECTED, FileState.GONE]).select_related("document")
    return frozenset(row.pk for row in rows if row.document is None or _is_usable(row.document, role, portal, today))


def _is_usable(document: Document, role: Role, portal: CompiledPortal, today: date) -> bool:
    if document.state != DocumentState.ON_FILE or is_expired(document.valid_until, today):
        return False
    is_theirs = role.is_staff or document.is_shared
    return is_theirs and kind_visibility(kind_of(portal, document.kind_key), role) >= Visibility.SEE


@dataclass(frozen=True)
class OnShelf:
    """The valid documents of a reusable kind that whoever gives one may use for the customer: the newest, and the way
    to all others."""

    newest: tuple[Offer, ...]
    # Whether there are others.
    has_more: bool
    kind_key: str
    asked: Asked

    def find(self, words: str) -> tuple[Offer, ...]:
        """Of the others the newest with all these words, or their parts, in a title or in the names of the files; one
        query."""
        if not words.split():
            return ()
        meets = ~Q(pk__in=[offer.id for offer in self.newest])
        for word in words.split()[:_MOST_WORDS]:
            pattern = "|".join(map(re.escape, ways_folded(word)))
            meets &= Q(Regex(Folded("title"), pattern)) | Q(Regex(Folded(_NAMES), pattern))
        return self._of(meets)

    def named(self, keys: Collection[uuid.UUID]) -> tuple[Offer, ...]:
        """Those of these that are there; one query."""
        return self._of(Q(pk__in=list(keys)[:NEWEST_OFFERED]))

    def _of(self, condition: Q) -> tuple[Offer, ...]:
        found = _offers_of_kinds([self.kind_key], self.asked, most=NEWEST_OFFERED, condition=condition)
        return found.get(self.kind_key, ())


def on_shelf(kind_key: str | None, asked: Asked) -> OnShelf:
    """What is offered of a kind, read once for all fields of a form that ask for it; one query, or none."""
    key = kind_key or ""
    read = cast("dict[str, OnShelf]", asked.shelf.setdefault(_SHELF, {}))
    if key not in read:
        read[key] = shelves([key], asked).get(key) or OnShelf((), False, key, asked)
    return read[key]


def shelves(kind_keys: Iterable[str], asked: Asked) -> dict[str, OnShelf]:
    """The same for several kinds, by kind, without those of which nothing is there; one query, or none."""
    found = _offers_of_kinds(kind_keys, asked, most=NEWEST_OFFERED + 1)
    return {
        key: OnShelf(offers[:NEWEST_OFFERED], len(offers) > NEWEST_OFFERED, key, asked) for key, offers in found.items()
    }


def _offers_of_kinds(
    kind_keys: Iterable[str], asked: Asked, *, most: int, condition: Q | None = None
) -> dict[str, tuple[Offer, ...]]:
    """By kind the newest `most` that meet a condition; one query, or none."""
    portal, role = asked.rules, asked.role
    kinds = {
        kind.key: kind
        for key in kind_keys
        if (kind := kind_of(portal, key)) is not None and kind.reusable and not kind.retired
        if kind_visibility(kind, role) >= Visibility.SEE
    }
    if asked.customer_id is None or not kinds:
        return {}
    today = timezone.now().astimezone(portal.time_zone).date()
    found = documents_of(asked.customer_id).filter(kind_key__in=kinds, state=DocumentState.ON_FILE)
    found = found.filter(Q(valid_until=None) | Q(valid_until__gte=today))
    # A colleague's team is not known here: what came in with the team's requests is sent anew by who sees no others.
    found = found.filter(reach_of(asked.person_id, role)) if role.is_staff else found.filter(is_shared=True)
    by_kind: dict[str, list[Offer]] = {}
    by_age = Window(RowNumber(), partition_by="kind_key", order_by=F("id").desc())
    for row in found.filter(condition or Q()).annotate(age=by_age).filter(age__lte=most):
        name = row.title or portal.text(kinds[row.kind_key].name, asked.language)
        offer = Offer(row.pk, name, row.created_at, row.valid_until, tuple(row.files), row.title)
        by_kind.setdefault(row.kind_key, []).append(offer)
    return {key: tuple(offered) for key, offered in by_kind.items()}
