"""Single-use, expiring links: invitations, the operators' shell, the hand-over after sign-up.

A GET of such a link only shows a page; the POST from that page uses it up (mail scanners follow links).
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from portal_core.accounts.models import PUBLIC_SCHEMA, SigninLink, User
from portal_core.accounts.roles import CUSTOMER
from tenants.context import current_schema
from tenants.ui.addresses import LONGEST_ADDRESS

INVITATION: Final = "invitation"
SIGN_IN: Final = "sign_in"
INVITATION_MINUTES: Final = 7 * 24 * 60
_LONGEST_KEPT: Final = 200
_TOKEN_BYTES: Final = 32
_TOKEN_LENGTHS: Final = range(20, 100)


def hash_token(token: str) -> str:
    """What is stored of a token; bound to the schema, so that a copied row opens nothing elsewhere."""
    return hashlib.sha256(f"link:{current_schema()}:{token}".encode()).hexdigest()


def local_path(path: str, *, longest: int = LONGEST_ADDRESS) -> str:
    """The path if it stays on this host, else nothing."""
    # What is asked for behind the "?" leads to no other host, and is longer than Django looks at.
    inside = url_has_allowed_host_and_scheme(path.partition("?")[0], allowed_hosts=None) and path.startswith("/")
    return path if inside and len(path) <= longest and path.isprintable() else ""


def create_link(user: User, purpose: str, minutes: int, next_path: str = "") -> str:
    """Makes a link that works once within `minutes`; returns its path on the tenant's (or platform's) host."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    SigninLink.objects.create(
        user=user,
        purpose=purpose,
        token_hash=hash_token(token),
        next_path=local_path(next_path, longest=_LONGEST_KEPT),
        expires_at=timezone.now() + timedelta(minutes=minutes),
    )
    if current_schema() == PUBLIC_SCHEMA:
        return f"/console/link/{token}/"
    return f"/join/{token}/" if purpose == INVITATION else f"/signin/link/{token}/"


def find_link(token: str, purpose: str) -> SigninLink | None:
    """A link that would still work, without using it up."""
    if len(token) not in _TOKEN_LENGTHS:
        return None
    links = SigninLink.objects.select_related("user").filter(token_hash=hash_token(token), purpose=purpose)
    link = links.filter(used_at=None, expires_at__gt=timezone.now()).first()
    return link if link is not None and _may_use(link.user, purpose) else None


def _may_use(user: User, purpose: str) -> bool:
    if purpose != INVITATION:
        return user.is_active
    return user.is_invited or (user.role == CUSTOMER and user.is_active)


def use_link(token: str, purpose: str) -> SigninLink | None:
    """Uses a link up; None when it does not work (any more). Two at once: one wins."""
    with transaction.atomic():
        link = find_link(token, purpose)
        if link is None:
            return None
        now = timezone.now()
        won = SigninLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now)
        return link if won else None


def revoke_links(user: User, purpose: str | None = None) -> int:
    """Makes a person's unused links worthless at once; how many."""
    links = SigninLink.objects.filter(user=user, used_at=None)
    if purpose is not None:
        links = links.filter(purpose=purpose)
    return links.update(used_at=timezone.now())
