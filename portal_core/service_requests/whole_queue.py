"""A queue from end to end, for a table of all its requests: in its order, each request once.

What a queue is ordered by changes while it is read (somebody moves a request, and it is due later), so that a page
after the other would have some requests twice and others never. So all their keys are read first, in one statement,
16 bytes each (1.6 MB of a hundred thousand), and the requests by their keys, a stretch at a time.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from portal_core.accounts.actor import Actor
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.queue import Filters, in_order

STRETCH: Final = 500
_KEY_BYTES: Final = 16
_KEYS_AT_ONCE: Final = 10_000


@dataclass(frozen=True)
class WholeQueue:
    """The requests that stood in a queue when it was asked for; `keys` are theirs, one behind the other."""

    actor: Actor
    keys: bytes

    def __len__(self) -> int:
        return len(self.keys) // _KEY_BYTES

    def stretches(self) -> Iterator[list[ServiceRequest]]:
        """All of them as they are now, with customers and people loaded; one query a stretch.

        SECURITY: what the reader may not see any more when its turn comes is left out.
        """
        for first in range(0, len(self), STRETCH):
            keys = [self._key(position) for position in range(first, min(first + STRETCH, len(self)))]
            rows = visible_to(self.actor).filter(pk__in=keys).select_related("customer", "assignee")
            found = {row.pk: row for row in rows}
            yield [found[key] for key in keys if key in found]

    def _key(self, position: int) -> uuid.UUID:
        return uuid.UUID(bytes=self.keys[position * _KEY_BYTES : (position + 1) * _KEY_BYTES])


def whole_queue(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> WholeQueue:
    """All that the filters leave of what the actor may see; one query, read by a cursor of the server."""
    found = in_order(actor, filters, zone=zone).values_list("pk", flat=True)
    keys = bytearray()
    for key in found.iterator(chunk_size=_KEYS_AT_ONCE):
        # Not joined: that would gather them all as objects first, four times as large.
        keys += key.bytes
    return WholeQueue(actor, bytes(keys))
