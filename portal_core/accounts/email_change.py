"""Moving an account to another address: a code proves the new one, and the person is proven once more.

SECURITY: a browser that was left open must not be enough to take an account away. So besides the code for the new
address it takes the password or, where there is none, a code to the old address. Whoever has lost both asks the
business (`actions.change_email`).

The codes lie in the session as keyed hashes. Whether the new address has an account already is said only by the
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
from portal_core.accounts.locks import lock_person
from portal_core.accounts.models import User, normalise_email
from portal_core.accounts.own_account import tell_known_otherwise
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
    needs_old_code: bool


def limit_change(request: HttpRequest, user: User) -> None:
    """Counts one request for a change. Raises TooMany."""
    consume(
        (
            Bucket("change-email-source", client_source(request), 20, 3600),
            Bucket("change-email", str(user.pk), 5, 3600),
        )
    )


def ask(request: HttpRequest, user: User, new_email: str, *, password_fits: bool) -> None:
    """Sends the code to the new address, and tells the old one: with a code where no password was given."""
    address = normalise_email(new_email)
    code, old_code = new_code(), "" if password_fits else new_code()
    with transaction.atomic():
        if User.objects.by_email(address) is None:
            mails.send_change_code(user, address, code)
        else:
            mails.send_address_taken(user, address)
        mails.tell_old_address(user, user.email, new_email=address, done=False, code=old_code)
    request.session[_KEY] = {
        "new": address,
        "code": _hash(user, address, code),
        "old_code": _hash(user, user.email, old_code) if old_code else "",
        "at": time.time(),
        "attempts": 0,
    }


def waiting(request: HttpRequest) -> WaitingChange | None:
    """The change that waits for its code in this browser."""
    state = _state(request)
    return WaitingChange(state["new"], state["at"], bool(state["old_code"])) if state else None


def stop(request: HttpRequest) -> None:
    """Forgets the change."""
    request.session.pop(_KEY, None)


def confirm(request: HttpRequest, user: User, code: str, old_code: str = "") -> bool:
    """Makes the change if the codes are right; they are worth five attempts."""
    session = request.session
    with transaction.atomic():
        lock_person(user.pk)
        if isinstance(session, SessionStore):
            session.lock()
        state = _state(request)
        if state is None:
            return False
        moved = _is_right(state, user, code, old_code) and _move(user, state["new"])
        state["attempts"] += 1
        if moved or state["attempts"] >= _ATTEMPTS:
            session.pop(_KEY, None)
        else:
            session[_KEY] = state
        session.save()
        session.modified = False
    return moved


def _is_right(state: dict[str, Any], user: User, code: str, old_code: str) -> bool:
    """Any: a session holds JSON."""
    is_new = constant_time_compare(state["code"], _hash(user, state["new"], code))
    is_old = not state["old_code"] or constant_time_compare(state["old_code"], _hash(user, user.email, old_code))
    return is_new and is_old


def _move(user: User, address: str) -> bool:
    old_email = user.email
    try:
        with transaction.atomic():
            user.email = address
            user.save(update_fields=["email"])
            tell_known_otherwise(user)
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
    if not isinstance(state, dict) or "old_code" not in state or time.time() - state["at"] > _SECONDS:
        return None
    return dict(state)
