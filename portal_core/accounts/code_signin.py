"""Sign-in by e-mailed code on django-allauth's login-by-code process.

The process never holds a user, only an address: whether somebody is behind it is looked up once when the code is
sent (to choose the mail) and once when the right code came. So known and unknown addresses cost the same
statements and the same work at every step. This module alone knows the library's inner classes; what a code is worth
(`Proof`, `Waiting`, its hash) is `address_proof`'s, which proves addresses where nobody signs in.
"""

import time
from datetime import UTC, datetime
from typing import Final, cast

from allauth.account import app_settings
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.crypto import constant_time_compare

from portal_core.accounts import address_proof, mails
from portal_core.accounts.actions import register_customer
from portal_core.accounts.address_proof import Proof, Waiting
from portal_core.accounts.errors import EmailTaken
from portal_core.accounts.guests import keep_account
from portal_core.accounts.models import OPERATOR, User, normalise_email
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.sessions import SessionStore
from portal_core.accounts.signin import start_session

_PURPOSE: Final = "signin"


class _AddressProcess(LoginCodeVerificationProcess):
    """The library's process, about an address instead of a user."""

    def generate_code(self) -> str:
        """Makes a code and keeps only a hash of it, bound to schema and address."""
        code: str = super().generate_code()
        self.state["code"] = address_proof.code_hash(_PURPOSE, self.state["email"], code)
        return code

    def fits(self, code: str) -> bool:
        """Whether this is the code that was sent last."""
        return constant_time_compare(self.code, address_proof.code_hash(_PURPOSE, self.state["email"], code))

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


def pending(request: HttpRequest) -> Waiting | None:
    """The code this browser waits for, if it can still be typed."""
    process = _resume(request)
    if process is None:
        return None
    left = app_settings.LOGIN_BY_CODE_MAX_RESEND_COUNT - process.state["resend_count"]
    sent_at = datetime.fromtimestamp(process.state["at"], UTC)
    return Waiting((process.state["email"],), sent_at, left, process.stage.login.redirect_url or "")


def send_again(request: HttpRequest) -> None:
    """Sends a new code to the same address, where one can be asked for (already)."""
    with transaction.atomic():
        _lock(request)
        waiting = pending(request)
        process = _resume(request)
        if process is None or waiting is None or waiting.resends_left < 1 or waiting.resend_wait_seconds:
            return
        process.send_again()
        _save(request)


def enter_code(request: HttpRequest, code: str, *, keep: bool) -> Proof:
    """Tries a code. The session's row is locked: attempts sent all at once are counted one by one."""
    with transaction.atomic():
        _lock(request)
        process = _resume(request)
        if process is None:
            return Proof.EXPIRED
        right = process.fits(code)
        # Looked up for a wrong code as well: a right guess for nobody looks like a wrong one, also by time.
        user = User.objects.by_email(process.state["email"])
        if right:
            user = _person(user, process.state["email"])
            if user is not None:
                clear_login(request)
                start_session(request, user, keep=keep)
                return Proof.RIGHT
        has_more = process.record_invalid_attempt()
        _save(request)
        return Proof.WRONG if has_more else Proof.USED_UP


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
        # Another browser with a code was quicker, or an invitation, which signs nobody in.
        found = User.objects.by_email(email)
        return found if found is not None and found.is_active and found.role != OPERATOR else None


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
