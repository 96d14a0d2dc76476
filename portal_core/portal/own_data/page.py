"""`/account/download/`: everything that a customer sees here, as one file."""

from typing import Final

from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.config.live import live_portal, what_is_live
from portal_core.portal.account import account_page
from portal_core.portal.own_data.reading import Whose
from portal_core.portal.own_data.writing import archive_of
from portal_core.service_requests.viewer import Viewer
from tenants.context import current
from tenants.limits import Bucket, TooMany, consume
from tenants.outbox.events import emit

# Each reads and sends all there is.
DOWNLOADS_A_DAY: Final = 5
_DAY_SECONDS: Final = 24 * 3600


@require_POST
@customer_page
def download(request: PersonRequest) -> HttpResponseBase:
    """Sends the archive while it is made; that it was fetched is an event, of which the customer is told by mail."""
    try:
        consume([Bucket("own-data", str(request.user.pk), DOWNLOADS_A_DAY, _DAY_SECONDS)])
    except TooMany as full:
        return account_page(request, download_again_at=full.again_at, status=429)
    portal, now = live_portal(), timezone.now()
    whose = Whose(request.user, request.actor, Viewer.of(request.actor, portal), portal)
    with transaction.atomic():
        emit("account.downloaded", {"user_id": str(request.user.pk)})
    answer = StreamingHttpResponse(archive_of(whose, what_is_live(), now), content_type="application/zip")
    tenant = current()
    day = timezone.localtime(now, whose.viewer.time_zone).date()
    name = f"{tenant.slug if tenant is not None else 'portal'}-{day.isoformat()}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
