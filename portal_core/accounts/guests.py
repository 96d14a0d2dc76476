"""Customers without an account: made once they have proved their address, and turned into ones with an account."""

from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from portal_core.accounts.errors import AccountError
from portal_core.accounts.models import NAME_LENGTH, User, normalise_email
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.roles import CUSTOMER
from tenants.identifiers import parse_uuid

_BROWSER: Final = "guest_browser"
# Who ends a guest's links; a list, so that registering needs no `global`.
_link_ender: Final[list[Callable[[User], None]]] = []
_link_changer: Final[list[Callable[[User], None]]] = []


def browser_id(request: HttpRequest) -> UUID | None:
    """Under which id this browser, signed out, has sent files; None when it has sent none."""
    return parse_uuid(str(request.session.get(_BROWSER, "")))


def browser_id_or_new(request: HttpRequest) -> UUID:
    """The same, made now where there is none: what this browser sends is its own until it is attached."""
    known = browser_id(request)
    if known is not None:
        return known
    made = uuid4()
    request.session[_BROWSER] = str(made)
    return made


def on_account_kept(ender: Callable[[User], None]) -> None:
    """Registers what ends when a guest keeps an account; called once at start."""
    _link_ender[:] = [ender]


def on_address_moved(changer: Callable[[User], None]) -> None:
    """Registers what makes the links void that went to a guest's old address; called once at start."""
    _link_changer[:] = [changer]


def address_moved(user: User) -> None:
    """The links that a guest got by mail open nothing any more; the next mail, to the new address, carries new ones."""
    for change in _link_changer:
        change(user)


def guest_or_customer(*, email: str, name: str, language: str) -> User:
    """Whose request it is that somebody with this proven address sends: a known customer, or a guest made now.

    A name that is known stays. Raises AccountError("staff"), AccountError("inactive").
    """
    address = normalise_email(email)
    user = User.objects.by_email(address) or _new_guest(address, name, language)
    if user.role != CUSTOMER:
        raise AccountError("staff")
    if not user.is_active:
        raise AccountError("inactive")
    return user


def _new_guest(address: str, name: str, language: str) -> User:
    shown = " ".join(name.split())[:NAME_LENGTH]
    try:
        with transaction.atomic():
            return User.objects.create_user(address, name=shown, role=CUSTOMER, language=language, is_guest=True)
    except IntegrityError:
        # Two forms of one person at once: the other one has made the guest.
        return User.objects.get(email=address)


def can_enter(user: User) -> bool:
    """Whether this customer can come in: with an account, or as a guest who gets one with a code. Where registration is
    closed a guest reaches no page but that of a request, by its link."""
    return not user.is_guest or portal_facts().is_open


def keep_account(user: User) -> User:
    """A guest who has just proved the address keeps everything in an account; links that opened it without one end."""
    with transaction.atomic():
        user.is_guest = False
        user.save(update_fields=["is_guest"])
        for end in _link_ender:
            end(user)
    return user
