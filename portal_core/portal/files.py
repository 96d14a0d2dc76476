"""Files: fetching one, and sending one before the form around it is sent."""

import re
import uuid
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.guests import browser_id, browser_id_or_new
from portal_core.accounts.pages import PortalRequest, open_page, to_sign_in, visitor_page
from portal_core.accounts.roles import GUEST, resolve_role
from portal_core.accounts.signin_limits import limit_source
from portal_core.config.document.fields import DocumentKind
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents import serving, storage
from portal_core.documents.access import file_for
from portal_core.documents.errors import NotTheirs, UploadRefused
from portal_core.documents.kinds import kind_of, rules_of
from portal_core.documents.models import FileState, StoredFile
from portal_core.documents.opened import note_fetched
from portal_core.documents.shown import shown_file
from portal_core.documents.uploads import forget, stored_value, take
from portal_core.portal.guest_new import FILES_AN_HOUR
from portal_core.service_requests.attaching import file_of_request
from portal_core.service_requests.guest_links import open_link
from tenants.identifiers import parse_uuid
from tenants.limits import TooMany
from tenants.ui import dates
from tenants.uploads import FILE_BYTES, MEGABYTE, UploadLimits, takes_files

# One file at a time, with the little that stands around it.
ONE_FILE: Final = UploadLimits(file_bytes=FILE_BYTES, total_bytes=FILE_BYTES + MEGABYTE, files=1)
_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9_-]{0,139}$")


@require_safe
@open_page
def fetch(request: PortalRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """`/files/ID/`: the file as a download, checked anew at each fetch; `?show=1` shows a picture.

    A guest comes with the link of a request (`?g=TOKEN`), or with a browser that has just sent the file.
    """
    token, browser = request.GET.get("g", ""), browser_id(request)
    if not request.actor.is_signed_in and not token and browser is None:
        return to_sign_in(request)
    try:
        reader, row = _by_link(token, file_id) if token else _own_or_seen(request.actor, file_id, browser)
    except NotTheirs:
        raise Http404 from None
    if row.state != FileState.CLEAN:
        waits = row.state == FileState.WAITING
        return render(
            request, "portal/file_not_now.html", {"name": row.name, "state": row.state}, status=409 if waits else 410
        )
    try:
        answer = serving.send(request, row, show=request.GET.get("show") == "1")
    except storage.NoSuchFile:
        return render(request, "portal/file_not_now.html", {"name": row.name, "state": "missing"}, status=503)
    if request.method == "GET":
        note_fetched(reader, row)
    return answer


def _own_or_seen(actor: Actor, file_id: uuid.UUID, browser: uuid.UUID | None) -> tuple[Actor, StoredFile]:
    """Whoever is signed in is that person, whatever the browser has sent before."""
    return actor, file_for(actor, file_id, owner_id=None if actor.is_signed_in else browser)


def _by_link(token: str, file_id: uuid.UUID) -> tuple[Actor, StoredFile]:
    opened = open_link(token)
    if opened is None:
        raise NotTheirs
    return opened.actor, file_of_request(opened.actor, opened.row, file_id)


@require_POST
@visitor_page
@takes_files(ONE_FILE)
def send(request: PortalRequest) -> HttpResponse:
    """`/files/`: takes one file for a form that is still open and answers with its line in that form.

    `kind` names the document kind whose limits apply, `name` the question in the page.
    """
    sent = request.FILES.getlist("file")
    name = request.POST.get("name", "")
    kind_key = request.POST.get("kind", "")
    kind = kind_of(live_portal(), kind_key)
    if len(sent) != 1 or not _NAME.match(name) or (kind_key and not _may_use(request.actor, kind)):
        return HttpResponse(_("Choose the file once more."), status=400, content_type="text/plain; charset=utf-8")
    try:
        row = take(_owner(request), sent[0], rules_of(kind))
    except TooMany as full:
        words = _("Too many files within an hour. Try again at %(time)s.") % {"time": dates.clock(full.again_at)}
        return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8")
    except UploadRefused as refused:
        status = 429 if refused.why in ("too_often", "too_much_waiting") else 422
        return HttpResponse(refused.reason, status=status, content_type="text/plain; charset=utf-8")
    file = shown_file(stored_value(row), row.state)
    return render(request, "components/_upl.html", {"file": file, "name": name, "is_new": True}, status=201)


def _owner(request: PortalRequest) -> uuid.UUID:
    """Whose the file is until it is attached. Raises TooMany, of the signed-out: their browsers can be any number."""
    if request.actor.user_id is not None:
        return request.actor.user_id
    limit_source(request, "guest-file", FILES_AN_HOUR)
    return browser_id_or_new(request)


@require_POST
@visitor_page
def drop(request: PortalRequest) -> HttpResponse:
    """`/files/drop/`: forgets a file that its sender took back before sending it. Says nothing of any other."""
    key = parse_uuid(request.POST.get("id", ""))
    owner = request.actor.user_id or browser_id(request)
    if key is not None and owner is not None:
        forget(owner, key)
    return HttpResponse(status=204)


def _may_use(actor: Actor, kind: DocumentKind | None) -> bool:
    role = actor.role if actor.is_signed_in else resolve_role(GUEST)
    return kind is not None and not kind.retired and kind_visibility(kind, role) > Visibility.HIDDEN
