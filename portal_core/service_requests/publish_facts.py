"""What the review page before publishing tells of the requests that exist: counts, and the very words and people.

Everything shown of a request passes through the one door (`visible.py`), under the version that is meant.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, Role, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.impact import Move, Standing
from portal_core.config.newly_seen import NewlySeen
from portal_core.config.visibility import Visibility
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from portal_core.service_requests.queries import open_requests, visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible

PAGE_SIZE = 20


@dataclass(frozen=True)
class SeenCount:
    """How many customers would newly see a field, in how many requests.

    Counted is what the reader of the review sees; not `is_whole` where there may be more, or something at all.
    """

    customers: int
    requests: int
    is_whole: bool = True


@dataclass(frozen=True)
class FieldCount:
    """In how many requests a field is filled in, or is not; not `is_whole` where some are kept from the reader."""

    count: int
    is_whole: bool


@dataclass(frozen=True)
class SeenRow:
    """One thing that a customer would newly read; without its text where the reader of the review may not read it.

    `number` is 0 for a document without a request.
    """

    customer: str
    number: int
    reference: str
    text: str
    person: User

    @property
    def page(self) -> str:
        """Where that customer would read it, in the portal."""
        if not self.number:
            return "documents/"
        return f"g/{self.number}/" if self.person.is_guest else f"requests/{self.number}/"


@dataclass(frozen=True)
class StandingRow:
    """One open request, as staff know it."""

    number: int
    reference: str
    title: str
    customer: str


@dataclass(frozen=True)
class Stretch:
    """A page of rows; `after` is the number to go on from, 0 at the end."""

    rows: tuple[SeenRow, ...] | tuple[StandingRow, ...]
    after: int


def standing_seen(actor: Actor) -> tuple[Standing, ...]:
    """How many of the open requests that somebody sees are of which type and in which status; one query."""
    rows = (
        open_requests(actor).values("type_key", "status_key").annotate(n=Count("pk")).order_by("type_key", "status_key")
    )
    return tuple(Standing(row["type_key"], row["status_key"], row["n"]) for row in rows)


def seen_count(actor: Actor, item: NewlySeen, live: CompiledPortal) -> SeenCount:
    """How many, in one query.

    SECURITY: whoever drafts chooses the statuses, so that a count would tell what stands where: see `read_in`.
    """
    keys = read_in(actor.role, live, item.type_key, item.field_key, item.status_keys)
    is_whole = actor.role.reaches_all and len(keys) == len(item.status_keys)
    if not keys:
        return SeenCount(0, 0, is_whole)
    rows = _with_value(item).filter(status_key__in=keys)
    if not actor.role.reaches_all:
        rows = rows.filter(pk__in=visible_to(actor).values("pk"))
    found = rows.aggregate(customers=Count("customer", distinct=True), requests=Count("pk"))
    return SeenCount(found["customers"], found["requests"], is_whole)


def read_in(
    role: Role, live: CompiledPortal, type_key: str, field_key: str, status_keys: Iterable[str]
) -> tuple[str, ...]:
    """The statuses among these in which a role reads a field, by the rules of the live version: a draft may open fields
    to whoever wrote it. A field that is not live yet is read everywhere: nothing stands in it."""
    field = live.type_or_unknown(type_key).field_or_none(field_key)
    return tuple(key for key in status_keys if field is None or field.visibility(role, key) >= Visibility.SEE)


def seen_rows(
    actor: Actor,
    item: NewlySeen,
    portals: tuple[CompiledPortal, CompiledPortal],
    moves: Sequence[Move],
    *,
    after: int = 0,
) -> Stretch:
    """What customers would newly read, the oldest request first: shown under the new version and not under the live.

    SECURITY: on the screen of a colleague, who reads of it what their own role may read in the live version: the
    draft can open fields to any role, and whoever wrote it need not be somebody who may publish it.
    """
    before, wanted = portals
    found = list(
        _with_value(item)
        .filter(number__gt=after, pk__in=visible_to(actor).values("pk"))
        .select_related("customer", "assignee")
        .order_by("number")[: PAGE_SIZE + 1]
    )
    rows = [_Reading(actor.role, item, before, wanted, moves).row(row) for row in found[:PAGE_SIZE]]
    return Stretch(tuple(row for row in rows if row is not None), _after(found))


@dataclass(frozen=True)
class _Reading:
    """One field read by customers, on the screen of somebody of this role."""

    role: Role
    item: NewlySeen
    before: CompiledPortal
    wanted: CompiledPortal
    moves: Sequence[Move]

    def row(self, row: ServiceRequest) -> SeenRow | None:
        """What would newly be read of one request; None where nothing would."""
        if self._text(row, self.before):
            return None
        may_read = self._may_read(row)
        row.type_key, row.status_key = self._target(row)
        text = self._text(row, self.wanted)
        if not text:
            return None
        reference = self.wanted.reference(row.number)
        return SeenRow(
            row.customer.name or row.customer.email, row.number, reference, text if may_read else "", row.customer
        )

    def _may_read(self, row: ServiceRequest) -> bool:
        field = self.before.type_or_unknown(row.type_key).field_or_none(self.item.field_key)
        return field is not None and field.visibility(self.role, row.status_key) >= Visibility.SEE

    def _target(self, row: ServiceRequest) -> tuple[str, str]:
        """Where publishing moves it: by itself before with the rest."""
        here = [move for move in self.moves if (move.from_type, move.from_status) == (row.type_key, row.status_key)]
        for move in sorted(here, key=lambda move: move.numbers is None):
            if move.numbers is None or row.number in move.numbers:
                return move.to_type, move.to_status
        return row.type_key, row.status_key

    def _text(self, row: ServiceRequest, portal: CompiledPortal) -> str:
        viewer = Viewer(resolve_role(CUSTOMER), row.customer_id, portal.language, portal.time_zone)
        seen = visible(row, viewer, portal=portal)
        return next((field.text for field in seen.fields if field.key == self.item.field_key), "")


def _with_value(item: NewlySeen) -> QuerySet[ServiceRequest]:
    return ServiceRequest.objects.filter(
        type_key=item.type_key, status_key__in=item.status_keys, data__has_key=item.field_key
    )


def filled(
    actor: Actor, live: CompiledPortal, place: tuple[str, str], field_keys: Iterable[str]
) -> dict[str, FieldCount]:
    """How many of the open requests of a type and status have each of these fields filled in; one query."""
    type_key, status_key = place
    return _counted(actor, live, type_key, [status_key], field_keys, is_filled=True)


def lacking(actor: Actor, live: CompiledPortal, type_key: str, field_keys: Iterable[str]) -> dict[str, FieldCount]:
    """How many open requests of a type have nothing in each of these fields; one query."""
    statuses = [status.key for status in live.type_or_unknown(type_key).flow.statuses]
    return _counted(actor, live, type_key, statuses, field_keys, is_filled=False)


def _counted(
    actor: Actor,
    live: CompiledPortal,
    type_key: str,
    status_keys: Sequence[str],
    field_keys: Iterable[str],
    *,
    is_filled: bool,
) -> dict[str, FieldCount]:
    """SECURITY: counted where the reader's own role reads the field, over the requests that it reaches."""
    read = {key: read_in(actor.role, live, type_key, key, status_keys) for key in dict.fromkeys(field_keys)}
    if not read:
        return {}
    counts: dict[str, Count] = {}
    for index, (key, statuses) in enumerate(read.items()):
        has = Q(data__has_key=key)
        counts[f"n{index}"] = Count("pk", filter=Q(status_key__in=statuses) & (has if is_filled else ~has))
    rows = ServiceRequest.objects.filter(type_key=type_key, status_key__in=status_keys, closed_at=None)
    if not actor.role.reaches_all:
        rows = rows.filter(pk__in=visible_to(actor).values("pk"))
    found = rows.aggregate(**counts)
    return {
        key: FieldCount(found[f"n{index}"], actor.role.reaches_all and len(statuses) == len(status_keys))
        for index, (key, statuses) in enumerate(read.items())
    }


def half_filled(type_keys: Collection[str]) -> dict[str, int]:
    """How many forms of each type are kept half filled in."""
    rows = RequestDraft.objects.filter(type_key__in=type_keys).exclude(typed={}).order_by()
    return dict(rows.values_list("type_key").annotate(n=Count("pk")))


def standing_rows(actor: Actor, type_key: str, status_key: str, portal: CompiledPortal, *, after: int = 0) -> Stretch:
    """The open requests that stand in a status, the oldest first, as this colleague sees them."""
    found = list(
        _standing(type_key, status_key)
        .filter(number__gt=after, pk__in=visible_to(actor).values("pk"))
        .select_related("customer", "assignee")
        .order_by("number")[: PAGE_SIZE + 1]
    )
    viewer = Viewer.of(actor, portal)
    rows = []
    for row in found[:PAGE_SIZE]:
        seen = visible(row, viewer, portal=portal, brief=True)
        rows.append(StandingRow(row.number, seen.reference, seen.title, seen.customer.name))
    return Stretch(tuple(rows), _after(found))


def _standing(type_key: str, status_key: str) -> QuerySet[ServiceRequest]:
    return ServiceRequest.objects.filter(type_key=type_key, status_key=status_key, closed_at=None)


def _after(found: Sequence[ServiceRequest]) -> int:
    return found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else 0
