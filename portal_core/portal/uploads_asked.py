"""The documents for which a customer's requests ask where they stand: for the page of documents."""

import uuid
from collections.abc import Collection
from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import UploadAsk
from portal_core.service_requests import stays
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.offered_asks import OfferedAsk, Place, offered_asks
from portal_core.service_requests.queries import open_requests
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.identifiers import parse_uuid

# What waits for more requests than these stands in the list of requests.
_REQUESTS: Final = 20


def uploads_asked(
    actor: Actor, viewer: Viewer, portal: CompiledPortal, *, listed: Collection[uuid.UUID]
) -> list[OfferedAsk]:
    """What is to be uploaded for requests, the longest waiting first; one query, none where no status asks for it.

    `listed`: the documents that stand among what is asked for already, because they were sent back.
    """
    statuses = [
        status.key
        for flow in portal.flows.values()
        for status in flow.statuses
        if any(isinstance(ask, UploadAsk) for ask in status.asks)
    ]
    if not statuses:
        return []
    rows = open_requests(actor).filter(turn=Turn.CUSTOMER, status_key__in=statuses)
    found = rows.select_related("customer", "assignee").order_by("status_since", "id")[:_REQUESTS]
    return [
        offered for row in found for offered in _asked_by(row, viewer, portal) if not _is_listed(row, offered, listed)
    ]


def asking_for(actor: Actor, viewer: Viewer, portal: CompiledPortal, kind_key: str) -> str:
    """What the request is called that waits longest for a document of a kind; "" where none does."""
    keys = {
        (flow.key, status.key, ask.key)
        for flow in portal.flows.values()
        for status in flow.statuses
        for ask in status.asks
        if isinstance(ask, UploadAsk) and ask.document_kind == kind_key
    }
    if not keys:
        return ""
    for offered in uploads_asked(actor, viewer, portal, listed=()):
        request = offered.request
        if (portal.type_or_unknown(request.type_key).flow.key, request.status.key, offered.ask.key) in keys:
            return request.title
    return ""


def _asked_by(row: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> list[OfferedAsk]:
    shown = visible(row, viewer, portal=portal, brief=True)
    asks = offered_asks(row, shown, viewer, portal=portal, place=Place(small_only=True))
    return [offered for offered in asks if offered.ask.do == "upload"]


def _is_listed(row: ServiceRequest, offered: OfferedAsk, listed: Collection[uuid.UUID]) -> bool:
    back = stays.sent_back(row).get(offered.ask.key)
    return back is not None and parse_uuid(back.document_id) in listed
