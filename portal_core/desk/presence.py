"""Who else has a request, or the editor, open: kept in Redis for some seconds, nowhere else.

Without Redis nobody is shown and everything else works. Asking writes no row; keys carry the schema (`tenants.cache`).
"""

import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from pydantic import JsonValue
from redis import Redis
from redis.exceptions import RedisError

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.service_requests.queries import visible_to

logger = logging.getLogger(__name__)
# The page asks every five seconds; who has not asked for twice that and a little is gone.
STAYS_SECONDS: Final = 12
_KEPT_SECONDS: Final = 60


@dataclass(frozen=True)
class Here:
    """A colleague who has the same request open."""

    name: str
    is_writing: bool


@require_safe
@staff_page()
def here(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/here/`: says that this person is here, and answers who else is (204: nobody)."""
    request_id = visible_to(request.actor).filter(number=number).values_list("id", flat=True).first()
    if request_id is None:
        raise Http404
    words = sentence(note_here(request_id, request.actor, is_writing=request.GET.get("writing") == "1"))
    return HttpResponse(words, content_type="text/plain; charset=utf-8") if words else HttpResponse(status=204)


def note_here(request_id: uuid.UUID, actor: Actor, *, is_writing: bool) -> list[Here]:
    """Notes that `actor` has the request open, and gives back who else does; nobody when Redis does not answer."""
    others = note_present(f"here:{request_id}", actor, {"writing": is_writing})
    return [Here(person.name, bool(person.says["writing"])) for person in others]


@dataclass(frozen=True)
class Present:
    """Somebody else in the same room, with what their page says about them."""

    name: str
    says: Mapping[str, JsonValue]


def note_present(room: str, actor: Actor, says: Mapping[str, JsonValue]) -> list[Present]:
    """Notes that `actor` is in a room, and gives back who else is; nobody when Redis does not answer."""
    try:
        return _note(room, actor, says)
    except (RedisError, OSError):
        logger.warning("presence: the cache does not answer")
        return []


def sentence(others: list[Here]) -> str:
    """Who is here, in one sentence."""
    if not others:
        return ""
    writing = [person.name for person in others if person.is_writing]
    if writing:
        return f"{_names(writing)} {'is' if len(writing) == 1 else 'are'} writing."
    names = [person.name for person in others]
    return f"{_names(names)} {'is' if len(names) == 1 else 'are'} here, too."


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _note(room: str, actor: Actor, says: Mapping[str, JsonValue]) -> list[Present]:
    client = _redis()
    key, me, now = cache.make_key(room), str(actor.user_id), time.time()
    pipe = client.pipeline()
    pipe.hset(key, me, json.dumps({**says, "name": actor.name, "at": now}))
    pipe.expire(key, _KEPT_SECONDS)
    pipe.hgetall(key)
    kept = pipe.execute()[-1]
    people = [json.loads(value) for person, value in sorted(kept.items()) if person.decode() != me]
    return [Present(str(person["name"]), person) for person in people if now - person["at"] < STAYS_SECONDS]


def _redis() -> Redis:
    client: Redis = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # the backend's own client
    return client
