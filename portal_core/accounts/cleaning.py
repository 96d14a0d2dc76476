"""Removing what has run out; safe to run at any time, in the tenant at hand."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from portal_core.accounts.models import SigninLink
from portal_core.accounts.sessions import SessionStore

_LINKS_KEPT: Final = timedelta(days=30)


def clear_expired() -> None:
    """Drops expired sessions, and links whose time was over a month ago."""
    SessionStore.clear_expired()
    SigninLink.objects.filter(expires_at__lt=timezone.now() - _LINKS_KEPT).delete()
