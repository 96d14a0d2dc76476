"""Files: fetching one, and sending one before the form around it is sent."""

import re
import uuid
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, signed_in_page
from portal_core.config.document.fields import DocumentKind
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.documents import serving, storage
from portal_core.documents.access import file_for
from portal_core.documents.errors import NotTheirs, UploadRefused
from portal_core.documents.kinds import kind_of, kind_visibility, rules_of
from portal_core.documents.models import FileState
from portal_core.documents.shown import shown_file
from portal_core.documents.uploads import forget, stored_value, take
from tenants.identifiers import parse_uuid
from tenants.uploads import FILE_BYTES, MEGABYTE, UploadLimits, takes_files

# One file at a time, with the little that stands around it.
ONE_FILE: Final = UploadLimits(file_bytes=FILE_BYTES, total_bytes=FILE_BYTES + MEGABYTE, files=1)
_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9_-]{0,139}$")


@require_safe
@signed_in_page
def fetch(request: PersonRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """`/files/ID/`: the file as a download, checked anew at each fetch; `?show=1` shows a picture."""
    try:
        row = file_for(request.actor, file_id)
    except NotTheirs:
        raise Http404 from None
    if row.state != FileState.CLEAN:
        waits = row.state == FileState.WAITING
        return render(
            request, "portal/file_not_now.html", {"name": row.name, "state": row.state}, status=409 if waits else 410
        )
    try:
        return serving.send(request, row, show=request.GET.get("show") == "1")
    except storage.NoSuchFile:
        return render(request, "portal/file_not_now.html", {"name": row.name, "state": "missing"}, status=503)


@require_POST
@signed_in_page
@takes_files(ONE_FILE)
def send(request: PersonRequest) -> HttpResponse:
    """`/files/`: takes one file for a form that is still open and answers with its line in that form.

    `kind` names the document kind whose limits apply, `name` the question in the page.
    """
    sent = request.FILES.getlist("file")
    name = request.POST.get("name", "")
    kind_key = request.POST.get("kind", "")
    kind = kind_of(live_portal(), kind_key)
    if len(sent) != 1 or not _NAME.match(name) or (kind_key and not _may_use(request.actor, kind)):
        return HttpResponse(_("Choose the file once more."), status=400, content_type="text/plain; charset=utf-8")
    assert request.actor.user_id is not None
    try:
        row = take(request.actor.user_id, sent[0], rules_of(kind))
    except UploadRefused as refused:
        status = 429 if refused.why in ("too_often", "too_much_waiting") else 422
        return HttpResponse(refused.reason, status=status, content_type="text/plain; charset=utf-8")
    file = shown_file(stored_value(row), row.state)
    return render(request, "components/_upl.html", {"file": file, "name": name, "is_new": True}, status=201)


@require_POST
@signed_in_page
def drop(request: PersonRequest) -> HttpResponse:
    """`/files/drop/`: forgets a file that its sender took back before sending it. Says nothing of any other."""
    key = parse_uuid(request.POST.get("id", ""))
    if key is not None and request.actor.user_id is not None:
        forget(request.actor.user_id, key)
    return HttpResponse(status=204)


def _may_use(actor: Actor, kind: DocumentKind | None) -> bool:
    return kind is not None and not kind.retired and kind_visibility(kind, actor.role) > Visibility.HIDDEN
