"""An owner plays the made-up customer: in the portal she is that customer, at the desk she stays herself.

So both sides of a request lie in two tabs of one browser. SECURITY: only people who set the portal up, only a customer
who is made up, and never on pages about an account.
"""

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest

from portal_core.accounts.models import User
from portal_core.accounts.roles import resolve_role

_KEY: Final = "plays"
# Where everybody is who they are.
_OWN: Final = ("/desk/", "/account/", "/signout/", "/signin/", "/join/")
# Files have one address for both sides of the door: the page from which they are asked for says which side it is.
_FILES: Final = "/files/"
_DESK: Final = "/desk/"


def may_play(user: User) -> bool:
    """Whether this person may play the made-up customer."""
    return resolve_role(user.role).may("manage_setup")


def start(request: HttpRequest, sample: User) -> None:
    """From now on this browser is the made-up customer in the portal."""
    request.session[_KEY] = str(sample.pk)


def stop(request: HttpRequest) -> None:
    """From now on everybody is who they are again."""
    request.session.pop(_KEY, None)


def played_by(request: HttpRequest, user: User) -> User | None:
    """The customer whom `user` plays on this page; None on most pages, of most people. One query while playing."""
    key = request.session.get(_KEY)
    if not isinstance(key, str) or _is_own(request) or not may_play(user):
        return None
    return User.objects.filter(pk=key, is_sample=True, is_active=True).first()


def _is_own(request: HttpRequest) -> bool:
    """Whether everybody is who they are on this page, or at the page from which this file comes."""
    if request.path.startswith(_FILES):
        return urlsplit(request.headers.get("Referer", "")).path.startswith(_DESK)
    return request.path.startswith(_OWN)
