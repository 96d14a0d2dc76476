"""Made-up people and requests, so that every status of every type can be looked at before anybody stands there.

They are written inside a rehearsal, and gone with it. Their numbers lie below those of real requests.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from pydantic import JsonValue

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.compiled_type import CompiledType
from portal_core.config.visibility import Visibility
from portal_core.desk.setup.preview.example_answers import example_answer
from portal_core.desk.setup.preview.way_here import filled_in_on_the_way
from portal_core.history.models import Audience, Kind
from portal_core.history.record import Line, add_line
from portal_core.saved_records.forms import can_fill_in
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord, create
from portal_core.service_requests.changes import enter_status
from portal_core.service_requests.guest_links import path_of
from portal_core.service_requests.models import GuestLink, ServiceRequest
from portal_core.service_requests.titles import title_of
from tenants.identifiers import uuid7

EXAMPLE_NAME: Final = "Robin Example"
# Requests of a portal begin at 1001.
MOST_EXAMPLES: Final = 1000
_ON_LISTS: Final = 6


@dataclass(frozen=True)
class Example:
    """One made-up request: a type in one of its statuses."""

    number: int
    type: CompiledType
    status: CompiledStatus


def examples(portal: CompiledPortal) -> list[Example]:
    """Every status of every type, in the order of the configuration, as long as there are numbers."""
    return list(_examples(portal))


def _examples(portal: CompiledPortal) -> Iterator[Example]:
    number = 0
    for kind in portal.types:
        for status in kind.flow.statuses:
            number += 1
            if number > MOST_EXAMPLES:
                return
            yield Example(number, kind, status)


def on_lists(portal: CompiledPortal) -> list[Example]:
    """Those that stand on the home page and in lists: of each type one that waits for the customer, and one with us."""
    found: list[Example] = []
    for turn in ("customer", "us"):
        seen: set[str] = set()
        for item in _examples(portal):
            if item.status.turn == turn and item.type.key not in seen:
                seen.add(item.type.key)
                found.append(item)
    first = [item for item in _examples(portal) if item.status.turn == "nobody"][:1]
    return [*found[:_ON_LISTS], *first]


def make_person(portal: CompiledPortal, *, is_guest: bool = False, language: str = "") -> User:
    """Somebody made up; the address is reserved by RFC 2606."""
    key = uuid7()
    return User.objects.create_user(
        f"robin-{key.hex[-6:]}@example.com",
        name=EXAMPLE_NAME,
        role=CUSTOMER,
        is_guest=is_guest,
        language=language or portal.language,
        pk=key,
    )


def make_records(person: User, portal: CompiledPortal) -> list[SavedRecord]:
    """One of everything that customers keep, so that forms have something to offer."""
    actor, made = actor_for(person), []
    for kind in portal.active_record_kinds:
        if can_fill_in(kind, actor.role):
            answers = {item.key: example_answer(item, portal, person) for item in kind.fields if _is_filled_in(item)}
            given = {key: value for key, value in answers.items() if value is not None}
            made.append(create(actor, NewRecord(uuid7(), kind.key, person.pk, given), portal))
    return made


def make_request(
    item: Example, person: User, portal: CompiledPortal, records: Sequence[SavedRecord] = ()
) -> ServiceRequest:
    """The made-up request, with answers and the line that it was sent; `records` are what the person keeps."""
    now = timezone.now()
    sent_at = now - timedelta(days=2)
    answers = _answers(item, person, portal) | _kept_answers(item, records)
    row = ServiceRequest(
        number=item.number,
        type_key=item.type.key,
        data=answers,
        title=title_of(item.type, answers, portal),
        customer=person,
        created_by=person,
        team_key=item.type.assign_for(answers).team or "",
        version_number=portal.number,
        submission_key=uuid7(),
        created_at=sent_at,
        last_entry_at=sent_at,
    )
    enter_status(row, item.type.start, portal=portal, now=sent_at)
    enter_status(row, item.status.key, portal=portal, now=now - timedelta(hours=3))
    row.save(force_insert=True)
    _tell_history(row, item, person, sent_at)
    return row


def _answers(item: Example, person: User, portal: CompiledPortal) -> dict[str, JsonValue]:
    flow = next(flow for flow in portal.document.flows if flow.key == item.type.flow.key)
    later = filled_in_on_the_way(flow, item.type.start, item.status.key)
    fields = [
        field for field in item.type.fields if _is_filled_in(field) or field.key in later or _is_read(field, item)
    ]
    given = {field.key: example_answer(field, portal, person) for field in fields}
    filled = {key: value for key, value in given.items() if value is not None}
    asked = item.type.applicable_fields(filled, item.status.key)
    return {field.key: filled[field.key] for field in asked if field.key in filled}


def _is_read(field: CompiledField, item: Example) -> bool:
    """Whether customers read it there and cannot fill it in: staff have written it by then."""
    has_moved = item.status.key != item.type.start
    return has_moved and field.visibility(resolve_role(CUSTOMER), item.status.key) == Visibility.SEE


def _kept_answers(item: Example, records: Sequence[SavedRecord]) -> dict[str, JsonValue]:
    """For questions about something kept: the one that is kept of that kind."""
    kept = {record.kind_key: record for record in records}
    found: dict[str, JsonValue] = {}
    for field in item.type.fields:
        record = kept.get(getattr(field.config, "record_kind", None) or "")
        if record is not None and _is_filled_in(field):
            found[field.key] = {"id": str(record.pk), "title": record.title}
    return found


def _is_filled_in(field: CompiledField) -> bool:
    """Whether customers answer it on the form."""
    return field.is_input and not field.retired and field.visibility(resolve_role(CUSTOMER), None) == Visibility.EDIT


def _tell_history(row: ServiceRequest, item: Example, person: User, sent_at: datetime) -> None:
    sent = Line(Kind.SUBMITTED, Audience.CUSTOMER, sent_at, data={"status": item.type.start})
    add_line(actor=actor_for(person), request_id=row.pk, line=sent)
    if item.status.key != item.type.start:
        data: dict[str, JsonValue] = {"from": item.type.start, "to": item.status.key, "customer_told": True}
        moved = Line(Kind.MOVED, Audience.CUSTOMER, row.status_since, data=data)
        add_line(actor=SYSTEM, request_id=row.pk, line=moved)


def make_link(row: ServiceRequest, customer_id: UUID) -> str:
    """The token of a link to a guest's request."""
    link, _is_new = GuestLink.objects.get_or_create(
        request=row, customer_id=customer_id, defaults={"issued_at": timezone.now()}
    )
    return path_of(link).removeprefix("/g/").rstrip("/")
