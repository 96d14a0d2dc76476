"""How often in an hour somebody may send forms of earlier versions of the portal.

SECURITY: whoever sends a form names its version, and each is read and compiled for them alone, in the place of those
that others use: no source and no customer has that done for every version that there ever was.
"""

from typing import Final

from django.http import QueryDict

from portal_core.accounts.pages import PortalRequest
from portal_core.accounts.signin_limits import limit_source
from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.since_opened import OPENED
from tenants.limits import Bucket, consume

EARLIER_AN_HOUR: Final = 60
_HOUR_SECONDS: Final = 3600


def count_earlier(request: PortalRequest, form: QueryDict, live: CompiledPortal) -> None:
    """Counts a form that names another version than the live one, before it is looked up. Raises TooMany."""
    if form.get(OPENED, str(live.number)) == str(live.number):
        return
    if request.actor.is_signed_in:
        consume([Bucket("earlier-form-person", str(request.actor.user_id), EARLIER_AN_HOUR, _HOUR_SECONDS)])
    else:
        limit_source(request, "guest-earlier-form", EARLIER_AN_HOUR)
