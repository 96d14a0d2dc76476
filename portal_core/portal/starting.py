"""With what a form starts when its address says so: a saved record, or the answers of an earlier request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import RecordField
from portal_core.config.kinds.base import Asked
from portal_core.config.visibility import Visibility
from portal_core.saved_records.kind import records_for
from portal_core.service_requests.again import made_from
from tenants.identifiers import parse_uuid

# The number of the earlier request, in the address and in the form.
AGAIN: Final = "again"
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Start:
    """Answers that stand in a form when it opens, and where they come from."""

    values: Mapping[str, JsonValue] = field(default_factory=dict, repr=False)
    again_of: int | None = None
    reference: str = ""
    # Questions whose earlier answers no longer fit.
    dropped: tuple[str, ...] = ()

    @property
    def is_wanted(self) -> bool:
        """Whether the address asked for a start; then a half-filled form waits."""
        return bool(self.values) or self.again_of is not None


NOTHING_TO_START_WITH: Final = Start()


def start_of(query: QueryDict, actor: Actor, request_type: CompiledType, asked: Asked) -> Start:
    """What the address asks for; nothing where it asks for none, or for what is not the reader's."""
    number = number_in(query.get(AGAIN, ""))
    again = made_from(actor, number, request_type, asked) if number is not None else None
    if again is not None:
        return Start(again.values, again.number, again.reference, again.dropped)
    return Start(record_start(query, request_type, asked))


def start_sent(data: QueryDict, actor: Actor, request_type: CompiledType, asked: Asked) -> Start:
    """What a form that comes in was made from: its answers are typed now; only files lie where they lay."""
    number = number_in(data.get(AGAIN, ""))
    if number is None or not any(item.kind.key == "file" for item in request_type.fields):
        return Start(again_of=number)
    again = made_from(actor, number, request_type, asked)
    values = again.values if again is not None else {}
    files = {
        item.key: values[item.key] for item in request_type.fields if item.kind.key == "file" and item.key in values
    }
    return Start(files, number)


def record_start(query: QueryDict, request_type: CompiledType, asked: Asked) -> dict[str, JsonValue]:
    """`?record=ID`: that record of the customer's in the first field for its kind; nothing where it is not theirs.

    In the fields of other kinds it would stand in the way of what is known of the records chosen there.
    """
    record_id = parse_uuid(query.get("record", ""))
    if record_id is None:
        return {}
    for item in request_type.fields:
        if not isinstance(item.config, RecordField) or item.retired or not item.config.record_kind:
            continue
        if item.visibility(asked.role, None) < Visibility.EDIT:
            continue
        if any(record.id == record_id for record in records_for(asked, item.config.record_kind)):
            return {item.key: {"id": str(record_id)}}
    return {}


def number_in(text: str) -> int | None:
    """The number of a request that an address or a form names; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
