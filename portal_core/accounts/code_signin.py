"""Sign-in by e-mailed code on django-allauth's login-by-code process.

The process never holds a user, only an address: whether somebody is behind it is looked up once when the code is
sent (to choose the mail) and once when the right code came. So known and unknown addresses cost the same
statements and the same work at every step. This module alone knows the library's inner classes.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final, cast

from allauth.account import app_settings
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.accounts import mails
from portal_core.accounts.actions import register_customer
from portal_core.accounts.errors import EmailTaken
from portal_core.accounts.guests import keep_account
from portal_core.accounts.models import OPERATOR, User, normalise_email
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.sessions import SessionStore
from portal_core.accounts.signin import start_session
from tenants.context import current_schema

RESEND_SECONDS: Final = 30


class Outcome(Enum):
    """How a typed code fared."""

    SIGNED_IN = auto()
    WRONG = auto()
    EXPIRED = auto()
    USED_UP = auto()


@dataclass(frozen=True, slots=True)
class Pending:
    """A code that was sent and waits to be typed."""

    email: str
    next_path: str
    sent_at: datetime
    resends_left: int

    @property
    def resend_wait_seconds(self) -> int:
        """Seconds until a new code can be asked for."""
        return max(0, RESEND_SECONDS - int((timezone.now() - self.sent_at).total_seconds()))


class _AddressProcess(LoginCodeVerificationProcess):
    """The library's process, about an address instead of a user."""

    def generate_code(self) -> str:
        """Makes a code and keeps only a hash of it, bound to schema and address."""
        code: str = super().generate_code()
        self.state["code"] = _hash(self.state["email"], code)
        return code

    def fits(self, code: str) -> bool:
        """Whether this is the code that was sent last."""
        return constant_time_compare(self.code, _hash(self.state["email"], code))

    def send_by_email(
        self,
        email: str,
        skip_enumeration_mails: bool = False,
    ) -> None:
        """Makes a code and queues one mail, whoever the address belongs to."""
        code = self.generate_code()
        user = User.objects.by_email(email)
        recipient = mails.Recipient(email, user, translation.get_language() or "")
        if _may_sign_in(user):
            mails.send_code(recipient, code)
        else:
            mails.send_no_account(recipient)

    def send_again(self) -> None:
        """A new code with its full time; wrong attempts stay counted."""
        self.state["at"] = time.time()
        self.stage.login.initiated_at = time.time()
        self.send()
        self.record_resend()
        self.persist()


def _hash(email: str, code: str) -> str:
    value = f"{email}:{code}"
    return salted_hmac(f"accounts.code:{current_schema()}", value, algorithm="sha256").hexdigest()


def _may_sign_in(user: User | None) -> bool:
    is_open = portal_facts().is_open
    return is_open if user is None or user.is_guest else user.is_active


def send_code(request: HttpRequest, email: str, next_path: str = "") -> None:
    """Starts the process for an address and queues the mail, in one transaction."""
    address = normalise_email(email)
    with transaction.atomic():
        request.session.flush()  # whoever was about to sign in here before
        request.session.set_expiry(0)
        login = Login(user=None, email=address, redirect_url=next_path or None)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(_AddressProcess.initial_state(user=None, email=address))
        stage.state["initiated_by_user"] = True
        process = _AddressProcess(stage=stage)
        process.send()
        process.persist()


def pending(request: HttpRequest) -> Pending | None:
    """The code this browser waits for, if it can still be typed."""
    process = _resume(request)
    if process is None:
        return None
    left = app_settings.LOGIN_BY_CODE_MAX_RESEND_COUNT - process.state["resend_count"]
    sent_at = datetime.fromtimestamp(process.state["at"], timezone.get_default_timezone())
    return Pending(process.state["email"], process.stage.login.redirect_url or "", sent_at, left)


def send_again(request: HttpRequest) -> bool:
    """Sends a new code for the same address; False when it cannot be asked for (yet)."""
    with transaction.atomic():
        _lock(request)
        waiting = pending(request)
        process = _resume(request)
        if process is None or waiting is None or waiting.resends_left < 1 or waiting.resend_wait_seconds:
            return False
        process.send_again()
        _save(request)
    return True


def forget(request: HttpRequest) -> None:
    """Back to the first step."""
    clear_login(request)


def enter_code(request: HttpRequest, code: str, *, keep: bool) -> Outcome:
    """Tries a code. The session's row is locked: attempts sent all at once are counted one by one."""
    with transaction.atomic():
        _lock(request)
        process = _resume(request)
        if process is None:
            return Outcome.EXPIRED
        right = process.fits(code)
        # Looked up for a wrong code as well: a right guess for nobody looks like a wrong one, also by time.
        user = User.objects.by_email(process.state["email"])
        if right:
            user = _person(user, process.state["email"])
            if user is not None:
                clear_login(request)
                start_session(request, user, keep=keep)
                return Outcome.SIGNED_IN
        has_more = process.record_invalid_attempt()
        _save(request)
        return Outcome.WRONG if has_more else Outcome.USED_UP


def _person(user: User | None, email: str) -> User | None:
    """Whom a right code signs in: the active account, or a new customer where the portal is open."""
    if user is not None and not user.is_guest:
        return user if user.is_active and user.role != OPERATOR else None
    if not portal_facts().is_open:
        return None
    if user is not None:
        return keep_account(user) if user.is_active else None
    try:
        return register_customer(email=email)
    except EmailTaken:
        return User.objects.by_email(email)


def _lock(request: HttpRequest) -> None:
    cast(SessionStore, request.session).lock()


def _save(request: HttpRequest) -> None:
    """Writes under the lock; a second save after the lock would undo what others counted meanwhile."""
    request.session.save()
    request.session.modified = False


def _resume(request: HttpRequest) -> _AddressProcess | None:
    """The process in this session, if its time is not over. Writes nothing."""
    login = unstash_login(request, peek=True)
    if login is None:
        return None
    stage = LoginStageController(request, login).get_stage(LoginByCodeStage.key)
    if stage is None or "at" not in stage.state:
        return None
    process = _AddressProcess(stage=stage)
    return process if process.is_valid() else None
