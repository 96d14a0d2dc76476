"""The two factors of an operator: an e-mailed code or one-time address, then TOTP or a recovery code.

SECURITY: a mailbox alone never makes a second factor. Enrolling is possible only right after the one-time address
that `create_operator` prints in a shell.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import decrypt, encrypt
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from tenants.console.gate import gate
from tenants.console.pages import SECOND_FACTOR
from tenants.limits import Bucket, consume
from tenants.outbox.letters import Addressee, Letter, queue_letter

_CODE: Final = "console_code"
_FIRST: Final = "console_first_factor"
_SEED: Final = "console_seed"
_CODE_SECONDS: Final = 10 * 60
_FIRST_SECONDS: Final = 15 * 60
_ATTEMPTS: Final = 5
LINK: Final = "link"
MAIL: Final = "mail"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An operator who showed the first factor; `by` is link or mail."""

    user: AbstractBaseUser
    by: str


def send_code(request: HttpRequest, email: str) -> None:
    """Sends a code to an operator and, with the same work, a refusal to anybody else."""
    code = f"{secrets.randbelow(10**6):06}"
    nonce = secrets.token_urlsafe(12)
    with transaction.atomic():
        known = gate().by_email(email) is not None
        queue_letter(
            _code_letter(code) if known else _refusal_letter(),
            Addressee(email=email, language="en"),
            is_secret=True,
            expires_at=timezone.now() + timedelta(seconds=_CODE_SECONDS),
        )
    request.session.flush()
    request.session.set_expiry(0)
    request.session[_CODE] = {"email": email, "hash": _hash(nonce, code), "nonce": nonce, "at": time.time()}


def asked_for(request: HttpRequest) -> str | None:
    """The address whose code this browser waits for."""
    state = _fresh(request, _CODE, _CODE_SECONDS)
    return None if state is None else str(state["email"])


def enter_code(request: HttpRequest, code: str) -> bool:
    """Tries the e-mailed code. Raises TooMany after five attempts at the same code."""
    state = _fresh(request, _CODE, _CODE_SECONDS)
    if state is None:
        return False
    consume((Bucket("console-code-try", state["nonce"], _ATTEMPTS, 24 * 3600),))
    user = gate().by_email(state["email"])
    right = constant_time_compare(state["hash"], _hash(state["nonce"], code))
    if not right or user is None:
        return False
    arrive(request, user, MAIL)
    return True


def arrive(request: HttpRequest, user: AbstractBaseUser, by: str) -> None:
    """Notes the first factor; nobody is signed in yet."""
    request.session.flush()
    request.session.set_expiry(0)
    request.session[_FIRST] = {"user": str(user.pk), "by": by, "at": time.time()}


def arrival(request: HttpRequest) -> Arrival | None:
    """Who showed the first factor in this browser, a quarter of an hour ago at most."""
    state = _fresh(request, _FIRST, _FIRST_SECONDS)
    user = gate().by_key(state["user"]) if state is not None else None
    return Arrival(user, str(state["by"])) if state is not None and user is not None else None


def has_second_factor(user: AbstractBaseUser) -> bool:
    """Whether an authenticator app is enrolled."""
    return _totp(user) is not None


def seed_for(request: HttpRequest) -> str:
    """The seed that is being enrolled in this browser; made when there is none."""
    stored = request.session.get(_SEED)
    if isinstance(stored, str):
        return decrypt(stored)
    seed = generate_totp_secret()
    request.session[_SEED] = encrypt(seed)
    return seed


def enrol(request: HttpRequest, who: Arrival, code: str) -> list[str] | None:
    """Enrols the app if its code is right and signs in; the recovery codes, shown this once. None when wrong."""
    if who.by != LINK or has_second_factor(who.user):
        return None
    _limit(who)
    seed = seed_for(request)
    if not validate_totp_code(seed, code):
        return None
    with transaction.atomic():
        TOTP.activate(who.user, seed)
        codes = RecoveryCodes.activate(who.user).generate_codes()
    _enter(request, who)
    return codes


def show_second(request: HttpRequest, who: Arrival, code: str) -> bool:
    """Tries a code of the app or a recovery code; signs in when it is right. Raises TooMany."""
    _limit(who)
    if not (_app_code_fits(who.user, code) or _recovery_code_fits(who.user, code)):
        return False
    _enter(request, who)
    return True


def _limit(who: Arrival) -> None:
    consume((Bucket("console-second", str(who.user.pk), _ATTEMPTS, 15 * 60),))


def _enter(request: HttpRequest, who: Arrival) -> None:
    gate().start_session(request, who.user)
    request.session[SECOND_FACTOR] = time.time()


def _totp(user: AbstractBaseUser) -> Authenticator | None:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()


def _app_code_fits(user: AbstractBaseUser, code: str) -> bool:
    found = _totp(user)
    if found is None:
        return False
    try:
        right = TOTP(found).validate_code(code)
    except (RedisError, OSError):
        # Without the memory of used codes a code could be used twice: refuse; recovery codes work on.
        return False
    if right:
        found.record_usage()
    return bool(right)


def _recovery_code_fits(user: AbstractBaseUser, code: str) -> bool:
    found = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    # Recovery codes never replace an enrolment that is missing.
    if found is None or _totp(user) is None:
        return False
    return bool(RecoveryCodes(found).validate_code(code))


def _hash(nonce: str, code: str) -> str:
    return salted_hmac("console.code:public", f"{nonce}:{code}", algorithm="sha256").hexdigest()


def _fresh(request: HttpRequest, key: str, seconds: int) -> dict[str, Any] | None:
    """A state of the session that has not run out. Any: a session holds JSON."""
    state = request.session.get(key)
    return state if isinstance(state, dict) and time.time() - state["at"] <= seconds else None


def _code_letter(code: str) -> Letter:
    return Letter(
        template="code",
        subject=_("Your console code: %(code)s") % {"code": code},
        headline=_("Your code for the console"),
        paragraphs=(_("It works for 10 minutes. Your authenticator app is asked for next."),),
        reason=_("You get this mail because this address was typed at the operators’ sign-in."),
        code=code,
    )


def _refusal_letter() -> Letter:
    return Letter(
        template="letter",
        subject=_("No operator has this address"),
        headline=_("This address cannot sign in to the console"),
        paragraphs=(_("Somebody asked for a code with it. If that was not you, there is nothing to do."),),
        reason=_("You get this mail because this address was typed at the operators’ sign-in."),
    )
