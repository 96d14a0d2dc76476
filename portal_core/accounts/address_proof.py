"""Proving an address by a code that is mailed to it, without signing in.

The code lies in the browser's session as a keyed hash, bound to schema, purpose and address; a code is worth five
attempts and ten minutes. Attempts are counted under a lock on the session's row, so that many at once count singly.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.accounts.adapters import new_code
from portal_core.accounts.models import normalise_email
from portal_core.accounts.sessions import SessionStore
from tenants.context import current_schema

SECONDS: Final = 10 * 60
ATTEMPTS: Final = 5
RESEND_SECONDS: Final = 30
RESENDS: Final = 3


class Proof(Enum):
    """How a typed code fared."""

    RIGHT = auto()
    WRONG = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code that was sent and waits to be typed."""

    email: str
    sent_at: datetime
    resends_left: int

    @property
    def resend_wait_seconds(self) -> int:
        """Seconds until a new code can be asked for."""
        return max(0, RESEND_SECONDS - int(time.time() - self.sent_at.timestamp()))


def begin(request: HttpRequest, purpose: str, email: str) -> str:
    """Makes the code for an address and gives it back, to be mailed; what was sent before for `purpose` is void."""
    address, code = normalise_email(email), new_code()
    request.session[_key(purpose)] = {
        "email": address,
        "code": _hash(purpose, address, code),
        "at": time.time(),
        "attempts": 0,
        "resends": RESENDS,
    }
    return code


def again(request: HttpRequest, purpose: str) -> str | None:
    """A new code for the same address; None when none can be asked for (yet). Wrong attempts stay counted."""
    state, now = _state(request, purpose), waiting(request, purpose)
    if state is None or now is None or now.resends_left < 1 or now.resend_wait_seconds:
        return None
    code = new_code()
    state |= {"code": _hash(purpose, state["email"], code), "at": time.time(), "resends": state["resends"] - 1}
    request.session[_key(purpose)] = state
    return code


def waiting(request: HttpRequest, purpose: str) -> Waiting | None:
    """The code that this browser waits for, if it can still be typed."""
    state = _state(request, purpose)
    if state is None:
        return None
    return Waiting(state["email"], datetime.fromtimestamp(state["at"], UTC), state["resends"])


def enter(request: HttpRequest, purpose: str, code: str) -> Proof:
    """Tries a code; a right one is used up."""
    session = request.session
    with transaction.atomic():
        if isinstance(session, SessionStore):
            session.lock()
        state = _state(request, purpose)
        if state is None:
            return Proof.OVER
        is_right = constant_time_compare(state["code"], _hash(purpose, state["email"], code))
        state["attempts"] += 1
        is_over = is_right or state["attempts"] >= ATTEMPTS
        if is_over:
            session.pop(_key(purpose), None)
        else:
            session[_key(purpose)] = state
        # Written under the lock; a second save after it would undo what others counted meanwhile.
        session.save()
        session.modified = False
    if is_right:
        return Proof.RIGHT
    return Proof.OVER if is_over else Proof.WRONG


def forget(request: HttpRequest, purpose: str) -> None:
    """Drops what waits."""
    request.session.pop(_key(purpose), None)


def _key(purpose: str) -> str:
    return f"proof:{purpose}"


def _hash(purpose: str, email: str, code: str) -> str:
    salt = f"accounts.proof:{current_schema()}:{purpose}"
    return salted_hmac(salt, f"{email}:{code}", algorithm="sha256").hexdigest()


def _state(request: HttpRequest, purpose: str) -> dict[str, Any] | None:
    """Any: a session holds JSON."""
    state = request.session.get(_key(purpose))
    return dict(state) if isinstance(state, dict) and time.time() - state["at"] <= SECONDS else None
