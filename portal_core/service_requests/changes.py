"""What every write to a request has in common: entering a status, the due time, the title, raising the revision."""

from collections.abc import Mapping
from datetime import datetime

from portal_core.config.compiled import CompiledPortal, CompiledType
from portal_core.config.hours import due_at
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.promises import NO_LIMIT

TITLE_LENGTH = 200


def enter_status(request: ServiceRequest, status_key: str, *, portal: CompiledPortal, now: datetime) -> None:
    """Puts `request` into a status and derives whose turn it is, since when, until when, and whether it is closed."""
    status = portal.type(request.type_key).flow.status(status_key)
    request.status_key = status.key
    request.turn = Turn(status.turn)
    request.status_since = now
    request.due_at = NO_LIMIT
    if status.turn == "us" and status.expected is not None:
        request.due_at = due_at(now, status.expected, portal.hours, portal.time_zone) or NO_LIMIT
    request.unanswered_since = None
    request.closed_at = now if status.turn == "nobody" else None


def answer_due_at(request: ServiceRequest, *, portal: CompiledPortal, now: datetime) -> datetime:
    """Until when a customer's message wants an answer where the status promises nothing: as long as a new request."""
    request_type = portal.type(request.type_key)
    expected = request_type.flow.status(request_type.start).expected
    if expected is None:
        return NO_LIMIT
    return due_at(now, expected, portal.hours, portal.time_zone) or NO_LIMIT


def title_of(request_type: CompiledType, data: Mapping[str, JsonValue], portal: CompiledPortal) -> str:
    """The request's title in the portal's language, cut to fit; the type's name when its fields are empty."""
    language = portal.language
    texts = {
        field.key: field.kind.display(data[field.key], field, portal, language, portal.time_zone)
        for field in request_type.fields
        if field.key in request_type.title_fields and data.get(field.key) is not None
    }
    title = request_type.title_for(texts, language).strip() or portal.text(request_type.name, language)
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


def save_written(request: ServiceRequest, *, now: datetime, fields: tuple[str, ...]) -> None:
    """Saves `fields` of a locked request and raises its revision."""
    request.revision += 1
    request.last_entry_at = now
    request.save(update_fields=[*fields, "revision", "last_entry_at"])
