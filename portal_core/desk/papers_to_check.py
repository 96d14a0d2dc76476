"""What customers sent and nobody has checked, for the whole desk."""

from itertools import pairwise
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.live import live_portal
from portal_core.config.viewer import Viewer
from portal_core.documents.scanned import as_scanned
from portal_core.documents.visible import visible_documents
from portal_core.service_requests.queries import documents_to_check
from tenants.identifiers import parse_uuid
from tenants.ui.addresses import understands

_AT_ONCE: Final = 50


@require_safe
@staff_page()
@understands("after")
def to_check(request: PersonRequest) -> HttpResponse:
    """`/desk/documents/`: what nobody has checked yet, the longest waiting first; `?after=ID` goes on."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    rows = documents_to_check(request.actor, portal)
    after = parse_uuid(request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.select_related("customer", "request").order_by("id")[: _AT_ONCE + 1])
    has_more, found = len(found) > _AT_ONCE, found[:_AT_ONCE]
    people = {row.pk: row.customer for row in found}
    shown = as_scanned(visible_documents(found, viewer, portal))
    here = f"/desk/documents/?after={after}" if after else "/desk/documents/"
    # What is judged leaves the list: one goes on with what stood below it.
    then = {one.id: f"{here}#d-{below.id}" for one, below in pairwise(shown)}
    context = {
        "portal": portal,
        "waiting": [(one, people[one.id], then.get(one.id, f"{here}#main")) for one in shown],
        "pager": {
            "newer_href": "/desk/documents/" if after else "",
            "newer_label": "The longest waiting",
            "older_href": f"/desk/documents/?after={found[-1].pk}" if has_more else "",
            "older_label": "More",
        },
    }
    return render(request, "desk/documents.html", context)
