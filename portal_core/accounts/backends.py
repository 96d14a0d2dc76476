"""The password way in. Codes need no backend; sessions name this one."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from portal_core.accounts.models import User, user_key


class EmailBackend(BaseBackend):
    """E-mail and password within the schema at hand. Callers limit before they come here: hashing is dear."""

    def authenticate(
        self,
        request: HttpRequest | None,
        email: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """The user, or None after exactly as much work. Any: other backends' credentials are none of ours."""
        if not email or not password:
            return None
        user = User.objects.by_email(email)
        # An unknown or passwordless account costs one hash as well: check_password sees to the latter.
        right = (user or _nobody()).check_password(password)
        return user if right and user is not None and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        """The active user behind a session. Any: whatever stood in the session."""
        key = user_id if isinstance(user_id, UUID) else user_key(str(user_id))
        return User.objects.filter(pk=key, is_active=True).first() if key else None


def _nobody() -> User:
    user = User(email="", role="customer")
    user.set_unusable_password()
    return user
