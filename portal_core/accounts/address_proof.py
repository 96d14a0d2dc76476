"""Proving an address by a code that is mailed to it, without signing in: to move an account, to act without one.

Signing in by code is the library's (`code_signin`), with the same codes, limits and answers.

The codes lie in the browser's session as keyed hashes, bound to schema, purpose and address; they are worth five
attempts and ten minutes. Attempts and new codes are counted under a lock on the session's row, so that many at once
count singly. How often one may ask at all is counted before, in `signin_limits`.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.accounts.models import normalise_email
from portal_core.accounts.sessions import SessionStore
from tenants.context import current_schema

SECONDS: Final[int] = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
ATTEMPTS: Final[int] = settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS
RESEND_SECONDS: Final = 30
RESENDS: Final[int] = settings.ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND
PROVED_SECONDS: Final = 30 * 60
_DIGITS: Final = 6  # telephones' keypads offer no letters
_PROVED: Final = "proved"


class Proof(Enum):
    """How typed codes fared."""

    RIGHT = auto()
    WRONG = auto()
    USED_UP = auto()
    EXPIRED = auto()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Codes that were sent and wait to be typed. `next_path` is where whoever signs in wanted to go."""

    emails: tuple[str, ...]
    sent_at: datetime
    resends_left: int
    next_path: str = ""

    @property
    def email(self) -> str:
        """The address, or of several the first."""
        return self.emails[0]

    @property
    def resend_wait_seconds(self) -> int:
        """Seconds until a new code can be asked for."""
        return max(0, RESEND_SECONDS - int(time.time() - self.sent_at.timestamp()))


def new_code() -> str:
    """Six digits, evenly drawn."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def code_hash(purpose: str, email: str, code: str) -> str:
    """What is kept of a code: worth nothing for another schema, purpose or address."""
    salt = f"accounts.proof:{current_schema()}:{purpose}"
    return salted_hmac(salt, f"{email}:{code}", algorithm="sha256").hexdigest()


def begin(request: HttpRequest, purpose: str, *emails: str) -> list[str]:
    """Makes a code for each address, to be mailed there; what was sent before for `purpose` is void."""
    addresses, codes = [normalise_email(email) for email in emails], [new_code() for _ in emails]
    request.session[_key(purpose)] = {
        "emails": addresses,
        "codes": _hashes(purpose, addresses, codes),
        "at": time.time(),
        "attempts": 0,
        "resends": RESENDS,
    }
    return codes


def again(request: HttpRequest, purpose: str) -> list[str]:
    """New codes for the same addresses; none when they cannot be asked for (yet). Wrong attempts stay counted."""
    with transaction.atomic():
        _lock(request)
        state, now = _state(request, purpose), waiting(request, purpose)
        if state is None or now is None or now.resends_left < 1 or now.resend_wait_seconds:
            return []
        codes = [new_code() for _ in now.emails]
        hashes = _hashes(purpose, state["emails"], codes)
        _save(request, purpose, state | {"codes": hashes, "at": time.time(), "resends": state["resends"] - 1})
    return codes


def waiting(request: HttpRequest, purpose: str) -> Waiting | None:
    """What this browser waits for, if it can still be typed. Writes nothing."""
    state = _state(request, purpose)
    if state is None:
        return None
    sent_at = datetime.fromtimestamp(state["at"], UTC)
    return Waiting(tuple(state["emails"]), sent_at, state["resends"])


def enter(
    request: HttpRequest, purpose: str, *codes: str, counts: Callable[[Waiting], bool] = lambda waiting: True
) -> Proof:
    """Tries the codes, all of them together; right ones are used up.

    `counts` says whether right ones are worth anything. It is asked for wrong ones as well, so that neither the
    answer nor its time tells more than that the codes were not right.
    """
    with transaction.atomic():
        _lock(request)
        state, now = _state(request, purpose), waiting(request, purpose)
        if state is None or now is None:
            return Proof.EXPIRED
        is_right = counts(now) & _fit(state["codes"], _hashes(purpose, state["emails"], codes))
        state["attempts"] += 1
        is_used_up = state["attempts"] >= ATTEMPTS
        if is_right:
            prove(request, purpose, now.email)
        _save(request, purpose, None if is_right or is_used_up else state)
    if is_right:
        return Proof.RIGHT
    return Proof.USED_UP if is_used_up else Proof.WRONG


def prove(request: HttpRequest, purpose: str, email: str) -> None:
    """Notes that this browser has proved the address; also in another way than by a code (`proof_links`)."""
    request.session[_PROVED] = {"purpose": purpose, "email": normalise_email(email), "at": time.time()}


def is_proved(request: HttpRequest, purpose: str, email: str) -> bool:
    """Whether this browser has proved the address for `purpose` within the last half hour. The newest proof counts."""
    proved = request.session.get(_PROVED)
    if not isinstance(proved, dict) or (proved["purpose"], proved["email"]) != (purpose, normalise_email(email)):
        return False
    return bool(time.time() - proved["at"] <= PROVED_SECONDS)


def spend(request: HttpRequest) -> None:
    """Ends what was proved: it was good for one thing."""
    request.session.pop(_PROVED, None)


def forget(request: HttpRequest, purpose: str) -> None:
    """Drops what waits."""
    request.session.pop(_key(purpose), None)


def _key(purpose: str) -> str:
    return f"proof:{purpose}"


def _hashes(purpose: str, emails: list[str], codes: list[str] | tuple[str, ...]) -> list[str]:
    return [code_hash(purpose, email, code) for email, code in zip(emails, codes, strict=False)]


def _fit(kept: list[str], typed: list[str]) -> bool:
    """Compares every one, whichever is wrong."""
    pairs = zip(kept, typed, strict=False)
    right = sum(constant_time_compare(*pair) for pair in pairs)
    return right == len(kept) == len(typed)


def _lock(request: HttpRequest) -> None:
    if isinstance(request.session, SessionStore):
        request.session.lock()


def _save(request: HttpRequest, purpose: str, state: dict[str, Any] | None) -> None:
    """Writes under the lock; a second save after it would undo what others counted meanwhile.

    Any: a session holds JSON.
    """
    if state is None:
        forget(request, purpose)
    else:
        request.session[_key(purpose)] = state
    request.session.save()
    request.session.modified = False


def _state(request: HttpRequest, purpose: str) -> dict[str, Any] | None:
    """Any: a session holds JSON."""
    state = request.session.get(_key(purpose))
    if not isinstance(state, dict) or time.time() - state["at"] > SECONDS:
        return None
    return dict(state)
