"""What people do to their own account: details, password, sessions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import Case, Count, Value, When, Window
from django.http import HttpRequest
from django.utils import timezone

from portal_core.accounts import mails
from portal_core.accounts.browsers import Browser, describe
from portal_core.accounts.locks import lock_person
from portal_core.accounts.models import NAME_LENGTH, Session, User, new_session_salt
from portal_core.accounts.overtaken import merged
from portal_core.accounts.portal_facts import PortalFacts, portal_facts
from portal_core.accounts.sessions import SessionStore, end_sessions
from portal_core.accounts.signin_links import revoke_links
from tenants.outbox.events import emit
from tenants.rehearsal import is_rehearsal

SESSIONS_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class About:
    """What people say about themselves."""

    name: str
    phone: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One of a person's sessions; `key` is the hash, which opens nothing."""

    key: str
    browser: Browser
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


def shown_about(user: User, facts: PortalFacts) -> About:
    """What stands there now, with the portal's own language and time zone where none was chosen."""
    return About(user.name, user.phone, user.language or facts.language, user.time_zone or facts.time_zone)


def save_about(user: User, about: About, seen: Mapping[str, str] | None = None) -> None:
    """Writes name, phone, language and time zone; of what was left as it was `seen`, nothing is written over.

    Raises ChangedMeanwhile: what was changed here was changed elsewhere as well. Nothing is written then.
    """
    with transaction.atomic():
        now, facts = lock_person(user.pk) or user, portal_facts()
        kept = About(**merged(asdict(about), seen, asdict(shown_about(now, facts))))
        is_known_otherwise = (now.name, now.phone) != (kept.name, kept.phone)
        user.name, user.phone = kept.name, kept.phone
        user.language = _choice(kept.language, now.language, facts.language)
        user.time_zone = _choice(kept.time_zone, now.time_zone, facts.time_zone)
        user.save(update_fields=["name", "phone", "language", "time_zone"])
        if is_known_otherwise:
            emit_person_changed(user)


def _choice(kept: str, chosen: str, of_portal: str) -> str:
    """What somebody has chosen. Where nothing was, the portal's own that was left as it stood is no choice."""
    return kept if chosen or kept != of_portal else ""


def keep_name(user: User, name: str) -> None:
    """Writes the name of somebody who has not given one yet; one that stands there is never replaced."""
    cleaned = " ".join(name.split())[:NAME_LENGTH]
    if cleaned and not user.name:
        user.name = cleaned
        with transaction.atomic():
            user.save(update_fields=["name"])
            emit_person_changed(user)


def keep_queue_columns(user: User, columns: str) -> None:
    """Writes which columns of the queue somebody has chosen; nothing for the usual ones."""
    user.queue_columns = columns
    user.save(update_fields=["queue_columns"])


def emit_person_changed(user: User) -> None:
    """Lets those know who keep copies of a person's name, address or telephone; inside a transaction."""
    emit("person.changed", {"user_id": str(user.pk)})


@dataclass(frozen=True, slots=True)
class Sessions:
    """A page of a person's sessions, and how many there are in all."""

    shown: tuple[SignedIn, ...] = ()
    all: int = 0
    has_more: bool = False


def sessions_of(user: User, this: SessionStore, *, page: int = 1) -> Sessions:
    """Where somebody is signed in, this browser first; nothing where somebody else looks (a page that is tried out)."""
    if is_rehearsal():
        return Sessions()
    is_other = Case(When(pk=this.key_hash, then=Value(0)), default=Value(1))
    rows = Session.objects.filter(user=user, expires_at__gt=timezone.now()).annotate(all=Window(Count("pk")))
    first = (page - 1) * SESSIONS_SHOWN
    found = list(rows.order_by(is_other, "-last_seen_at", "pk")[first : first + SESSIONS_SHOWN + 1])
    shown = (
        SignedIn(row.pk, describe(row.user_agent), row.created_at, row.last_seen_at, row.pk == this.key_hash)
        for row in found[:SESSIONS_SHOWN]
    )
    return Sessions(tuple(shown), found[0].all if found else 0, len(found) > SESSIONS_SHOWN)


def end_one_session(user: User, key: str) -> bool:
    """Ends one of one's own sessions; false when there is none with this key."""
    return Session.objects.filter(user=user, pk=key).delete()[0] > 0


def end_other_sessions(request: HttpRequest, user: User) -> None:
    """Ends every session but this one, and every unused link."""
    with transaction.atomic():
        lock_person(user.pk)
        _renew_salt(request, user)
        user.save(update_fields=["session_salt"])


def set_password(request: HttpRequest, user: User, password: str | None) -> None:
    """Sets or removes (None) the password, ends the other sessions and says so by mail."""
    with transaction.atomic():
        lock_person(user.pk)
        if not user.has_usable_password():
            # Nothing had to be shown for it: see email_change.py.
            user.password_since = timezone.now()
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        _renew_salt(request, user)
        user.save(update_fields=["password", "password_since", "session_salt"])
        mails.tell_password_changed(user, removed=password is None)


def _renew_salt(request: HttpRequest, user: User) -> None:
    user.session_salt = new_session_salt()
    end_sessions(user.pk, except_key=request.session.session_key)
    revoke_links(user)
    update_session_auth_hash(request, user)
