"""Sessions in the tenant's own schema (SESSION_ENGINE).

SECURITY: a cookie of one tenant must open nothing in another, not even when keys and rows are forced to be
equal. So the schema is in the hash under which a session is stored, in the salt that signs its data and in the
data itself.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from portal_core.accounts.models import Session, User, user_key
from portal_core.accounts.session_row import session_row
from tenants.context import current_schema

_KEY_LENGTH: Final = 40
_SCHEMA: Final = "_schema"
_SEEN_EVERY: Final = timedelta(minutes=15)
_BROWSER_SESSION: Final = timedelta(hours=24)
_USER_AGENT_LENGTH: Final = 300


def hash_session_key(key: str) -> str:
    """The name under which a session's row is stored in the schema at hand."""
    return hashlib.sha256(f"session:{current_schema()}:{key}".encode()).hexdigest()


class SessionStore(SessionBase):
    """One query loads a session together with its user."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.user_agent = ""
        self.loaded_user: User | None = None
        self._last_seen_at: datetime | None = None

    @property
    def key_salt(self) -> str:
        """Signs the stored data for this schema alone."""
        return f"accounts.session:{current_schema()}"

    @property
    def key_hash(self) -> str:
        """The row's key; empty for a session that was never saved."""
        return hash_session_key(self.session_key) if self.session_key else ""

    def load(self) -> dict[str, Any]:
        """The session's data, or an empty session when the cookie opens none here."""
        return self._take(session_row(self.key_hash))

    def lock(self) -> None:
        """Holds the row until the transaction ends and reads it again: counting attempts must not race."""
        locked = Session.objects.select_for_update(of=("self",)).select_related("user")
        self._session_cache = self._take(locked.filter(pk=self.key_hash).first())

    def _take(self, row: Session | None) -> dict[str, Any]:
        data = self.decode(row.data) if row is not None and row.expires_at > timezone.now() else {}
        if row is None or data.pop(_SCHEMA, None) != current_schema():
            self._session_key = None
            return {}
        self.loaded_user = row.user
        self._last_seen_at = row.last_seen_at
        return data

    def exists(self, session_key: str) -> bool:
        """Whether this schema knows the key."""
        return Session.objects.filter(pk=hash_session_key(session_key)).exists()

    def create(self) -> None:
        """Starts a new session under a fresh random key."""
        self._session_key = get_random_string(_KEY_LENGTH)
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Writes the row. Raises UpdateError when somebody ended the session in the meantime."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # private in the stubs
        values = {
            "data": self.encode({**data, _SCHEMA: current_schema()}),
            "user_id": user_key(str(data[SESSION_KEY])) if SESSION_KEY in data else None,
            "expires_at": self._expires_at(),
        }
        if must_create:
            self._insert(values)
        elif not Session.objects.filter(pk=self.key_hash).update(**values):
            raise UpdateError
        return None

    def _insert(self, values: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                agent = self.user_agent[:_USER_AGENT_LENGTH]
                Session.objects.create(pk=self.key_hash, user_agent=agent, **values)
        except IntegrityError as error:
            raise CreateError from error

    def _expires_at(self) -> datetime:
        if self.get_expire_at_browser_close():
            return timezone.now() + _BROWSER_SESSION
        return self.get_expiry_date()

    def delete(self, session_key: str | None = None) -> None:
        """Ends this session, or the one with the given key."""
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(pk=hash_session_key(key)).delete()

    def touch(self) -> None:
        """Notes that the browser is in use, at most every quarter of an hour."""
        now = timezone.now()
        if self._last_seen_at is None or self.loaded_user is None or now - self._last_seen_at < _SEEN_EVERY:
            return
        self._last_seen_at = now
        Session.objects.filter(pk=self.key_hash).update(last_seen_at=now)

    @classmethod
    def clear_expired(cls) -> None:
        """Removes what has run out in the schema at hand."""
        Session.objects.filter(expires_at__lt=timezone.now()).delete()


def end_sessions(user_id: UUID, except_key: str | None = None) -> int:
    """Ends a person's sessions, save the one with `except_key` (a cookie's key); how many ended."""
    sessions = Session.objects.filter(user_id=user_id)
    if except_key:
        sessions = sessions.exclude(pk=hash_session_key(except_key))
    return sessions.delete()[0]
