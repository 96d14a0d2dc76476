"""Session, user and language of a request."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from portal_core.accounts.languages import choose_language, choose_time_zone
from portal_core.accounts.models import User
from portal_core.accounts.playing import played_by
from portal_core.accounts.portal_facts import PLATFORM, portal_facts
from portal_core.accounts.sessions import SessionStore
from tenants.context import current

# These speak English so far; a page half in each would be wrong for eyes and for screen readers.
_ENGLISH = ("/desk/", "/console/", "/dev/")
# Answered for everybody alike; choosing a language there would only cost statements.
_SAME_FOR_ALL = ("/brand/", "/static/", "/healthz", "/readyz", "/metrics", "/internal/")


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's own, with our store and a note of when a browser was last seen."""

    def process_request(self, request: HttpRequest) -> None:
        """Attaches the session; it is loaded when first asked for."""
        store = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        store.user_agent = request.headers.get("User-Agent", "")
        request.session = store

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Saves what changed."""
        answer = super().process_response(request, response)
        if isinstance(request.session, SessionStore) and not request.session.modified:
            request.session.touch()
        return answer


def signed_in_user(request: HttpRequest) -> User | AnonymousUser:
    """The user of this session: came with it in one query, active, and bound by the hash."""
    session = request.session
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return AnonymousUser()
    user = session.loaded_user if isinstance(session, SessionStore) else None
    if user is None or str(user.pk) != str(user_id) or not user.is_active:
        return AnonymousUser()
    if not _hash_holds(session, user):
        session.flush()
        return AnonymousUser()
    return user


def user_on_this_page(request: HttpRequest) -> User | AnonymousUser:
    """The user of this session, or the made-up customer whom they play (see `playing.py`)."""
    user = signed_in_user(request)
    played = played_by(request, user) if isinstance(user, User) else None
    request.is_playing = played is not None  # type: ignore[attr-defined]  # read by the portal's frame
    return played or user


def _hash_holds(session: SessionBase, user: User) -> bool:
    stored = session.get(HASH_SESSION_KEY, "")
    if constant_time_compare(stored, user.get_session_auth_hash()):
        return True
    return any(constant_time_compare(stored, known) for known in user.get_session_auth_fallback_hash())


class AuthenticationMiddleware(MiddlewareMixin):
    """Sets request.user, lazily."""

    def process_request(self, request: HttpRequest) -> None:
        """Attaches the user."""
        request.user = SimpleLazyObject(lambda: user_on_this_page(request))  # type: ignore[assignment]  # lazy


class LocaleMiddleware(MiddlewareMixin):
    """Speaks the reader's language and time zone: their own choice, else their browser's, else the portal's."""

    def process_request(self, request: HttpRequest) -> None:
        """Activates language and time zone for this thread."""
        is_for_all = request.path.startswith(_SAME_FOR_ALL) or current() is None
        # The session first: the version that is live comes along with it.
        user = None if is_for_all else request.user
        person = user if isinstance(user, User) else None
        facts = PLATFORM if is_for_all else portal_facts()
        is_english = request.path.startswith(_ENGLISH)
        language = settings.LANGUAGE_CODE if is_english else choose_language(request, facts, person)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        timezone.activate(choose_time_zone(facts, person))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Names the language and leaves the thread as it was found."""
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        translation.deactivate()
        timezone.deactivate()
        return response
