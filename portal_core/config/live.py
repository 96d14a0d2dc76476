"""The live portal of the tenant at hand: one small query, everything else from a bounded cache."""

import json
from collections import OrderedDict
from threading import Lock
from typing import Final
from uuid import UUID

from portal_core.accounts.roles import Role
from portal_core.config.assets import marks_of
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import load
from portal_core.config.errors import PortalNotSetUp, UnknownKey
from portal_core.config.locks import share_live_id
from portal_core.config.looking import portal_looked_at
from portal_core.config.models import ONLY_ROW, PortalState, PortalVersion
from portal_core.config.pinned import Live, pin, pinned, repin
from tenants.context import current, current_schema

# Compiled portals kept in a process; one is a few hundred kilobytes at most, usually far less.
MAX_CACHED: Final = 200
# What is live, as a column of the statement that every request makes anyway (`accounts/session_row.py`). The table has
# one row, by a constraint.
LIVE_COLUMN: Final = "(SELECT jsonb_build_object('id', live_id, 'usual', usual_hours) FROM \"portal_core_portalstate\")"


class PortalCache:
    """Compiled versions by (schema, version id), the longest unused dropped first. Safe between threads.

    Nothing in it is ever out of date: a version never changes, its id is never used again (its number is,
    when the publishing transaction rolls back), and neither are schema names.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._entries: OrderedDict[tuple[str, UUID], CompiledPortal] = OrderedDict()

    def get(self, schema: str, version_id: UUID) -> CompiledPortal | None:
        """The compiled version, if it is here."""
        with self._lock:
            found = self._entries.get((schema, version_id))
            if found is not None:
                self._entries.move_to_end((schema, version_id))
            return found

    def put(self, schema: str, version_id: UUID, portal: CompiledPortal) -> CompiledPortal:
        """Keeps a version; the first one put in stays, so that all threads hold the same object."""
        with self._lock:
            kept = self._entries.setdefault((schema, version_id), portal)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
            return kept

    def forget(self, schema: str) -> None:
        """Drops everything of one schema, for a tenant that is restored or erased."""
        with self._lock:
            for key in [key for key in self._entries if key[0] == schema]:
                del self._entries[key]

    def clear(self) -> None:
        """Empties the cache."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)


cache: Final = PortalCache(MAX_CACHED)


def live_portal() -> CompiledPortal:
    """The live portal. One query when it is cached (in a web request once for all), two when not.

    While somebody looks at another one (`looking.py`), that one. Raises `PortalNotSetUp`.
    """
    looked_at = portal_looked_at()
    if looked_at is not None:
        return looked_at
    return _compiled(pinned(_live).version_id)


def live_version_id() -> UUID:
    """The key of the live version; no query where a web request has read it. Raises `PortalNotSetUp`."""
    return pinned(_live).version_id


def what_is_live() -> Live:
    """What is live, to be pinned again where work goes on after the web request (`pinned.one_version`)."""
    return pinned(_live)


def hold_live_portal() -> CompiledPortal:
    """The live portal, which stays live until the transaction ends: publishing waits. One query when it is cached.

    For whatever puts a request into a status. Otherwise publishing could take the status away between the look at
    the configuration and the write, and the request would stand where nothing leads on. Taken before the request's
    own lock, as publishing does. Raises `PortalNotSetUp`.
    """
    looked_at = portal_looked_at()
    if looked_at is not None:
        # What is tried out under a look is never kept.
        return looked_at
    version_id = share_live_id()
    if version_id is None:
        raise PortalNotSetUp(current_schema())
    repin(version_id)
    return _compiled(version_id)


def usual_hours(type_key: str, status_key: str) -> int | None:
    """Within how many hours four of five requests leave this status; None while there are too few cases.

    Read with the live version, so it costs no query of its own in a web request. Raises `PortalNotSetUp`.
    """
    hours = pinned(_live).usual_hours.get(type_key, {}).get(status_key)
    return hours if isinstance(hours, int) else None


def _live() -> Live:
    found = PortalState.objects.filter(pk=ONLY_ROW).values_list("live_id", "usual_hours").first()
    if found is None:
        raise PortalNotSetUp(current_schema())
    return Live(*found)


def keep_live(read: str | None) -> None:
    """Holds what `LIVE_COLUMN` has read (JSON, None in a tenant that is being made) for the rest of the web request."""
    if read is not None:
        found = json.loads(read)
        pin(Live(UUID(found["id"]), found["usual"]))


def portal_version(number: int) -> CompiledPortal:
    """A published version, compiled. One query when it is cached, two when not. Raises `UnknownKey`."""
    looked_at = portal_looked_at()
    if looked_at is not None and looked_at.number == number:
        return looked_at
    version_id = PortalVersion.objects.filter(number=number).values_list("id", flat=True).first()
    if version_id is None:
        raise UnknownKey("version", str(number))
    return _compiled(version_id)


def keep_compiled(version_id: UUID, portal: CompiledPortal) -> None:
    """Holds a version that was compiled on its way to going live: nobody need read it again in this process."""
    cache.put(current_schema(), version_id, portal)


def _compiled(version_id: UUID) -> CompiledPortal:
    schema = current_schema()
    found = cache.get(schema, version_id)
    if found is not None:
        return found
    number, document = PortalVersion.objects.values_list("number", "document").get(pk=version_id)
    # Compiled outside the lock: two threads may both do it once, neither makes the others wait.
    loaded = load(document)
    return cache.put(schema, version_id, compile_portal(loaded, number, marks_of(loaded)))


def custom_role(key: str) -> Role | None:
    """The resolver that `portal_core.accounts.roles` asks for roles that are not built in."""
    portal = live_portal_or_none()
    return None if portal is None else portal.role(key)


def custom_role_keys() -> tuple[str, ...]:
    """The keys of the document's own roles, for `roles.staff_roles`."""
    portal = live_portal_or_none()
    return () if portal is None else portal.role_keys


def hold_custom_roles() -> None:
    """Keeps the document's own roles as they are until the transaction ends; nothing where there is no document."""
    if current() is None:
        return
    try:
        hold_live_portal()
    except PortalNotSetUp:
        return


def live_portal_or_none() -> CompiledPortal | None:
    """The live version; None in public, where there are operators only, and in a tenant that is just being made."""
    if current() is None:
        return None
    try:
        return live_portal()
    except PortalNotSetUp:
        return None
