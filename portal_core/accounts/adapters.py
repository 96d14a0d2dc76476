"""Our side of django-allauth: code format, where mail goes, what is said (nothing), how secrets are stored."""

import base64
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from portal_core.accounts import address_proof
from portal_core.accounts.actor import actor_for
from portal_core.accounts.landing import landing_path
from portal_core.accounts.models import User
from portal_core.accounts.signin_links import local_path
from tenants.context import current_schema

BACKEND: Final = "portal_core.accounts.backends.EmailBackend"


class UnexpectedMail(Exception):
    """A flow of the library that we do not use wanted to send mail of its own wording."""


class AccountAdapter(DefaultAccountAdapter):
    """The policy of sign-in within one schema."""

    def generate_login_code(self) -> str:
        """Digits: the library's own codes are letters, which telephones' keypads do not offer."""
        return address_proof.new_code()

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Says nothing: our pages speak for themselves. Any: the library's signature."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Refuses. SECURITY: the library would link to the Host header; our mail goes through the outbox."""
        raise UnexpectedMail(template_prefix)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: what a person must be told, accounts.mails tells. Any: the library's signature."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never through the library: customers register by signing in, where the portal allows it."""
        return False

    def get_login_stages(self) -> list[str]:
        """The code is the only step inside a tenant; the console asks for its second factor itself."""
        return ["allauth.account.stages.LoginByCodeStage"]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where this person belongs."""
        user = request.user
        return landing_path(actor_for(user)) if isinstance(user, User) else "/"

    def is_safe_url(self, url: str) -> bool:
        """Paths of this host alone."""
        return bool(local_path(url))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Starts the session under our backend's name."""
        django_login(request, user, backend=BACKEND)  # type: ignore[arg-type]  # allauth's own kind of user


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(secret: str) -> bytes:
    info = f"accounts.second_factor:{current_schema()}".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of second factors lie encrypted in the database, bound to the schema."""

    def encrypt(self, text: str) -> str:
        """The text under the newest secret key."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text under whichever secret key it was written with."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """What the authenticator app shows."""
        return "Portico"
