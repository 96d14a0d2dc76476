"""Moving an account to another address, proven by a code that is sent there.

The code lies in the session as a keyed hash. Whether the new address has an account already is said only by the
mail that goes to it: the page answers alike.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.accounts import mails
from portal_core.accounts.adapters import new_code
from portal_core.accounts.models import User, normalise_email
from portal_core.accounts.sessions import SessionStore
from portal_core.accounts.signin_links import revoke_links
from tenants.context import current_schema
from tenants.limits import Bucket, client_source, consume

_KEY: Final = "email_change"
_SECONDS: Final = 10 * 60
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change whose code was sent."""

    new_email: str
    asked_at: float


def limit_change(request: HttpRequest, user: User) -> None:
    """Counts one request for a change. Raises TooMany."""
    consume(
        (
            Bucket("change-email-source", client_source(request), 20, 3600),
            Bucket("change-email", str(user.pk), 5, 3600),
        )
    )


def ask(request: HttpRequest, user: User, new_email: str) -> None:
    """Sends the code to the new address and tells the old one."""
    address = normalise_email(new_email)
    code = new_code()
    with transaction.atomic():
        if User.objects.by_email(address) is None:
            mails.send_change_code(user, address, code)
        else:
            mails.send_address_taken(user, address)
        mails.tell_old_address(user, user.email, new_email=address, done=False)
    request.session[_KEY] = {
        "new": address,
        "code": _hash(user, address, code),
        "at": time.time(),
        "attempts": 0,
    }


def waiting(request: HttpRequest) -> WaitingChange | None:
    """The change that waits for its code in this browser."""
    state = _state(request)
    return WaitingChange(state["new"], state["at"]) if state else None


def stop(request: HttpRequest) -> None:
    """Forgets the change."""
    request.session.pop(_KEY, None)


def confirm(request: HttpRequest, user: User, code: str) -> bool:
    """Makes the change if the code is right; a code is worth five attempts."""
    session = request.session
    with transaction.atomic():
        if isinstance(session, SessionStore):
            session.lock()
        state = _state(request)
        if state is None:
            return False
        right = constant_time_compare(state["code"], _hash(user, state["new"], code))
        moved = right and _move(user, state["new"])
        state["attempts"] += 1
        if moved or state["attempts"] >= _ATTEMPTS:
            session.pop(_KEY, None)
        else:
            session[_KEY] = state
        session.save()
        session.modified = False
    return moved


def _move(user: User, address: str) -> bool:
    old_email = user.email
    try:
        with transaction.atomic():
            user.email = address
            user.save(update_fields=["email"])
    except IntegrityError:
        user.email = old_email
        return False
    revoke_links(user)
    mails.tell_old_address(user, old_email, new_email=address, done=True)
    return True


def _hash(user: User, address: str, code: str) -> str:
    value = f"{user.pk}:{address}:{code}"
    return salted_hmac(f"accounts.email_change:{current_schema()}", value, algorithm="sha256").hexdigest()


def _state(request: HttpRequest) -> dict[str, Any] | None:
    """Any: a session holds JSON."""
    state = request.session.get(_KEY)
    return dict(state) if isinstance(state, dict) and time.time() - state["at"] <= _SECONDS else None
