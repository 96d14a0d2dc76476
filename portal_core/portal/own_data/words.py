"""What stands in the archive, as plain parts: the same for the pages that people read and for JSON."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeAlias

from portal_core.documents.shown import ShownFile
from portal_core.documents.visible import VisibleDocument
from portal_core.portal.own_data.files import PackedFile
from portal_core.portal.own_data.reading import Files, Whose
from portal_core.portal.told import told_table
from portal_core.saved_records.details import visible_details
from portal_core.saved_records.visible import VisibleRecord
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.visible import VisibleRequest

# What JSON holds, and moments, which it writes as text.
Part: TypeAlias = "str | int | bool | date | list[Part] | dict[str, Part] | None"


def as_json(part: Part) -> str:
    """For programs: moments in UTC and to the second, letters as they are."""
    return json.dumps(part, ensure_ascii=False, indent=1, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def of_account(whose: Whose) -> dict[str, Part]:
    """Who they are, what forms fill in for them, and what they chose to be told by mail."""
    user, portal = whose.user, whose.portal
    details = visible_details(user, whose.viewer, portal=portal)
    told = told_table(user)
    ways = dict(told.columns)
    return {
        "portal": portal.name,
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "language": whose.viewer.language,
        "time_zone": str(whose.viewer.time_zone),
        "since": user.created_at,
        "kept_for_forms": [{"question": item.label, "answer": item.text} for item in details],
        "mails": [{"about": str(row.name), "sent": str(ways.get(row.way, row.way))} for row in told.rows],
    }


def of_record(record: VisibleRecord) -> dict[str, Part]:
    """One thing that is kept."""
    return {
        "kind": record.kind_name,
        "title": record.title,
        "since": record.created_at,
        "changed_at": record.updated_at,
        "is_put_away": record.is_archived,
        "answers": [{"question": item.label, "answer": item.text} for item in record.fields if item.text],
    }


def of_document(document: VisibleDocument, files: Files) -> dict[str, Part]:
    """One document of the vault."""
    return {
        "kind": document.kind_name,
        "name": document.name,
        "standing": document.verdict,
        "source": document.source,
        "note": document.note,
        "since": document.added_at,
        "wanted_until": document.due_on,
        "valid_until": document.valid_until,
        "request": document.reference,
        "files": _files(document.files, files),
    }


def of_request(request: VisibleRequest, files: Files) -> dict[str, Part]:
    """Where one request stands, and its answers."""
    status = request.status
    answers: list[Part] = [
        {"question": item.label, "answer": item.text, "files": _files(item.files, files)}
        for item in request.fields
        if item.text
    ]
    return {
        "reference": request.reference,
        "kind": request.type_name,
        "title": request.title,
        "status": status.name,
        "meaning": status.meaning,
        "next_step": status.next_step,
        "when": status.expected,
        "who_has_it": request.holder_name if request.is_open else "",
        "is_open": request.is_open,
        "sent_at": request.sent_at,
        "last_news_at": request.last_news_at,
        "answers": answers,
    }


def of_line(entry: VisibleEntry, files: Files) -> dict[str, Part]:
    """One line of a request's history."""
    return {
        "at": entry.at,
        "who": entry.who.name if entry.who is not None else "",
        "what": entry.title,
        "text": entry.body,
        "changes": [{"question": item.label, "before": item.before, "after": item.after} for item in entry.changes],
        "files": _files(entry.files, files),
    }


def _files(shown: Iterable[ShownFile], files: Files) -> list[Part]:
    """By name, and where in the archive; those that cannot be fetched (any more) have no place in it."""
    return [_file(item.name, files.get(item.id)) for item in shown]


def _file(name: str, packed: PackedFile | None) -> dict[str, Part]:
    is_lost = packed is not None and packed.is_lost
    return {"name": name, "path": "" if packed is None or is_lost else packed.path, "is_missing": is_lost}
