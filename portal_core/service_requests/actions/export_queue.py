"""Taking all requests of a queue out as a table, which customers' personal data goes with."""

from zoneinfo import ZoneInfo

from django.db import transaction

from portal_core.accounts.actor import Actor
from portal_core.history.audit import note_deed
from portal_core.history.models import Deed
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.whole_queue import WholeQueue, whole_queue


def export_queue(*, actor: Actor, filters: Filters, zone: ZoneInfo, words: str) -> WholeQueue:
    """Writes down who takes how many requests out, and which (`words`: the filters in plain words), and gives them.

    Written before the first of them is sent: whoever breaks the download off may have all that was sent until then.
    Raises `Forbidden`.
    """
    if not (actor.is_staff and actor.may("see")):
        raise Forbidden
    with transaction.atomic():
        whole = whole_queue(actor, filters, zone=zone)
        note_deed(actor=actor, deed=Deed.EXPORTED, words=words, data={"count": len(whole)})
    return whole
