"""Taking all requests of a queue out as a table, which customers' personal data goes with."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from portal_core.accounts.actor import Actor
from portal_core.history.audit import is_noted, note_deed
from portal_core.history.models import Deed
from portal_core.history.record import JsonValue
from portal_core.service_requests.errors import Forbidden, TooManyRows
from portal_core.service_requests.locks import lock_submission
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.whole_queue import WholeQueue, whole_queue

# For so long a form that is sent again asks for the table that it has asked for.
_SAME_PRESS: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `words` are the filters in plain words, `press` is the form and what was chosen in it.

    `at_most` requests go into the kind of file; None for any number.
    """

    words: str
    press: uuid.UUID
    at_most: int | None = None


def export_queue(*, actor: Actor, filters: Filters, zone: ZoneInfo, wanted: Wanted) -> WholeQueue:
    """Writes down who takes how many requests out, and which, and gives them.

    Written before the first of them is sent: whoever breaks the download off may have all that was sent until then.
    A button that was pressed twice is one deed, as long as it gives the same number of requests.

    Raises:
        Forbidden: the actor works on no requests.
        TooManyRows: there are more than `at_most`; nothing was written.
    """
    if not (actor.is_staff and actor.may("see")):
        raise Forbidden
    with transaction.atomic():
        lock_submission(wanted.press)
        whole = whole_queue(actor, filters, zone=zone)
        if wanted.at_most is not None and len(whole) > wanted.at_most:
            raise TooManyRows(len(whole), wanted.at_most)
        data: dict[str, JsonValue] = {"count": len(whole), "press": str(wanted.press)}
        if not is_noted(actor=actor, deed=Deed.EXPORTED, words=wanted.words, data=data, within=_SAME_PRESS):
            note_deed(actor=actor, deed=Deed.EXPORTED, words=wanted.words, data=data)
    return whole
