"""What takes long and much may be done by a few at once, one each: seats in the cache, which nobody has to clear.

A seat that is not renewed is free again after `SEAT_SECONDS`, so that a process that dies keeps none. They spare the
server and guard nothing else: while the cache does not answer, there is one for everybody.
"""

import errno
import logging
import secrets
from collections.abc import Iterator
from typing import Final

from django.core.cache import cache
from redis import Redis
from redis.exceptions import RedisError

from tenants.context import bound
from tenants.errors import TenancyError

logger = logging.getLogger(__name__)
SEAT_SECONDS: Final = 60
_LEFT_SECONDS: Final = 3600
_FAULTS: Final = (RedisError, OSError)
# At once: between looking and deleting, another could have taken it.
_GIVE_BACK: Final = """
if redis.call("get", KEYS[1]) == ARGV[1] then
    redis.call("del", KEYS[1])
    if redis.call("get", KEYS[2]) == ARGV[2] then redis.call("del", KEYS[2]) end
end
"""


class NoSeat(TenancyError):
    """All seats of the tenant are taken; `is_own`: this person has one."""

    code = "no_seat"

    def __init__(self, *, is_own: bool) -> None:
        super().__init__("has one already" if is_own else "all are taken")
        self.is_own = is_own


class Seat:
    """One of the seats `name` of the tenant in force, for one person; `press` is the form that asked for it."""

    def __init__(self, name: str, who: str, press: str, at_once: int) -> None:
        self._own = f"seat:{name}:{who}"
        self._places = [f"seats:{name}:{number}" for number in range(at_once)]
        self._who = who
        self._press = press
        self._mine = f"{press}/{secrets.token_hex(8)}"
        self._place = ""
        self._is_second = False
        # A download is closed when its tenant is no longer in force.
        self.give_back = bound(self._give_back)

    def take(self) -> None:
        """The same form may ask again (its button was pressed twice): it ends where it was with `take_over`.

        Raises `NoSeat`.
        """
        try:
            self._is_second = not cache.add(self._own, self._mine, SEAT_SECONDS)
            if self._is_second and not self._is_of_form(cache.get(self._own)):
                raise NoSeat(is_own=True)
            if not self._sit_down():
                self._give_back()
                raise NoSeat(is_own=False)
        except _FAULTS:
            logger.warning("seats are not counted: the cache does not answer")

    def take_over(self) -> None:
        """When nothing can be refused any more: whatever the same form has under way comes to its end."""
        if not self._is_second:
            return
        try:
            holder = cache.get(self._own)
            if self._is_of_form(holder):
                cache.set(self._own, self._mine, SEAT_SECONDS)
            if self._is_of_form(holder) and holder is not None:
                # It may look when this one has come to its end.
                cache.set(_left(holder), True, _LEFT_SECONDS)
        except _FAULTS:
            logger.warning("a seat is not taken over: the cache does not answer")

    def _is_of_form(self, holder: object) -> bool:
        """None: it has run out since."""
        return holder is None or str(holder).startswith(f"{self._press}/")

    def _sit_down(self) -> bool:
        self._place = ""
        for place in self._places:
            # What the same form held before is still this person's.
            if cache.add(place, self._who, SEAT_SECONDS) or cache.get(place) == self._who:
                self._place = place
                return True
        return False

    def keep(self) -> bool:
        """Renews it; False once the same form has asked anew. A seat that ran out meanwhile is taken again if free."""
        try:
            found = cache.get_many([self._own, _left(self._mine), *self._places])
            if _left(self._mine) in found:
                return False
            if found.get(self._own) == self._mine:
                cache.touch(self._own, SEAT_SECONDS)
            elif not cache.add(self._own, self._mine, SEAT_SECONDS):
                return True
            if found.get(self._place) == self._who:
                cache.touch(self._place, SEAT_SECONDS)
            else:
                self._sit_down()
        except _FAULTS:
            logger.warning("a seat is not renewed: the cache does not answer")
        return True

    def _give_back(self) -> None:
        """Only what is still its own: what ran out may be a colleague's by now."""
        keys = [cache.make_key(key) for key in (self._own, self._place or self._own)]
        values = [cache._cache._serializer.dumps(value) for value in (self._mine, self._who)]  # type: ignore[attr-defined]  # the backend's own
        try:
            client: Redis = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # the backend's own
            client.eval(_GIVE_BACK, len(keys), *keys, *values)
        except _FAULTS:
            logger.warning("a seat runs out by itself: the cache does not answer")


def _left(holder: object) -> str:
    return f"seat-left:{holder}"


class Seated(Iterator[bytes]):
    """What is made while it is sent by whoever has a seat, which is given back however it ends.

    A class, not a generator: one that was never begun would not be told of its end.
    """

    def __init__(self, pieces: Iterator[bytes], seat: Seat) -> None:
        self._pieces = pieces
        self._seat = seat

    def __next__(self) -> bytes:
        """The next piece. Raises `ConnectionResetError`, which servers take for a reader who has gone, once the same
        form has asked anew: what was sent so far must not pass for the whole."""
        try:
            if not self._seat.keep():
                raise ConnectionResetError(errno.ECONNRESET, "asked for anew")
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends it, as the server does when the reader has gone."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        self._seat.give_back()
