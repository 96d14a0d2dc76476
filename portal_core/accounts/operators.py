"""The accounts' side of the operators' console. Every function answers only in public and only about operators."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from portal_core.accounts.devices import read_device, remember_device
from portal_core.accounts.models import OPERATOR, PUBLIC_SCHEMA, User, user_key
from portal_core.accounts.signin import start_session
from portal_core.accounts.signin_links import SIGN_IN, find_link, use_link
from tenants.console.gate import OperatorGate
from tenants.context import current_schema

_SESSION_SECONDS = 12 * 3600


def is_operator(user: object) -> bool:
    """Whether this is an active operator of the platform, here in public."""
    return isinstance(user, User) and user.role == OPERATOR and user.is_active and current_schema() == PUBLIC_SCHEMA


def _only_operator(user: User | None) -> User | None:
    return user if is_operator(user) else None


def _by_email(email: str) -> User | None:
    return _only_operator(User.objects.by_email(email))


def _by_key(key: str) -> User | None:
    found = user_key(key)
    return _only_operator(User.objects.filter(pk=found).first()) if found is not None else None


def _find_link(token: str) -> User | None:
    link = find_link(token, SIGN_IN)
    return _only_operator(link.user) if link is not None else None


def _use_link(token: str) -> User | None:
    link = use_link(token, SIGN_IN)
    return _only_operator(link.user) if link is not None else None


def _start(request: HttpRequest, user: AbstractBaseUser) -> None:
    if isinstance(user, User):
        start_session(request, user, keep=False)
        request.session.set_expiry(_SESSION_SECONDS)


def _known_browser(request: HttpRequest, email: str) -> str:
    device = read_device(request)
    return device.id if device is not None and device.knows(email) else ""


def _remember_browser(request: HttpRequest, response: HttpResponse, user: AbstractBaseUser) -> None:
    if isinstance(user, User):
        remember_device(request, response, user.email)


OPERATOR_GATE = OperatorGate(
    by_email=_by_email,
    by_key=_by_key,
    find_link=_find_link,
    use_link=_use_link,
    start_session=_start,
    known_browser=_known_browser,
    remember_browser=_remember_browser,
    is_operator=is_operator,
)
