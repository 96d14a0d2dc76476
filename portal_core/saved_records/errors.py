"""What can go wrong with a saved record, by code; pages decide the words around it and the HTTP status."""

from dataclasses import dataclass


class RecordError(Exception):
    """Base of the domain errors of saved records. `code` is stable."""

    code = "record"


class RecordNotSeen(RecordError):
    """The record does not exist for this person. Answered 404."""

    code = "record_not_seen"


class RecordForbidden(RecordError):
    """The person may not do this to it. Answered 403."""

    code = "record_forbidden"


class RecordsFull(RecordError):
    """The customer keeps as many records as anybody can. Nothing was written."""

    code = "records_full"


@dataclass
class RecordStale(RecordError):
    """Somebody else changed an answer meanwhile; nothing was written. `labels` name the fields."""

    labels: tuple[str, ...]
    code = "record_stale"
