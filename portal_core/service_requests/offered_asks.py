"""The asks of a request as a page offers them: each with its form, its key, and what was sent for it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import FillAsk
from portal_core.service_requests.filling import Filling, open_filling
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest
from portal_core.service_requests.visible_asks import VisibleAsk
from tenants.identifiers import uuid7


@dataclass(frozen=True)
class OfferedAsk:
    """One ask with all that its form needs. `request` and `ask` are what the reader sees of it.

    `since` (when the request came into its status) and `key` go into the page and come back with the form; `note` is
    what was typed beside it, `ticked` whether the consent was given.
    """

    request: VisibleRequest
    ask: VisibleAsk
    since: str
    key: uuid.UUID
    filling: Filling | None
    is_tried: bool = False
    note: str = ""
    ticked: bool = False

    @property
    def anchor(self) -> str:
        """The id of its place on the page."""
        return f"ask-{self.ask.key}"


def offered_asks(
    row: ServiceRequest,
    shown: VisibleRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    sent: Mapping[str, QueryDict] | None = None,
    small_only: bool = False,
) -> list[OfferedAsk]:
    """All that is still open, what must be done first. `sent` holds the form that came back for one of them, by key.

    With `small_only`, for pages with many requests, only what can be finished there has a form.
    """
    status = portal.type_or_unknown(row.type_key).flow.status_or_unknown(row.status_key)
    fills = {ask.key: ask for ask in status.asks if isinstance(ask, FillAsk)}
    found = []
    for ask in shown.asks.open:
        data = (sent or {}).get(ask.key)
        filling = None
        if ask.key in fills and (ask.is_small or not small_only):
            filling = open_filling(row, fills[ask.key], viewer, portal=portal, data=data)
        found.append(_offered(row, shown, ask, filling, data))
    return found


def _offered(
    row: ServiceRequest, shown: VisibleRequest, ask: VisibleAsk, filling: Filling | None, data: QueryDict | None
) -> OfferedAsk:
    return OfferedAsk(
        request=shown,
        ask=ask,
        since=row.status_since.isoformat(),
        key=uuid7(),
        filling=filling,
        is_tried=data is not None,
        note=data.get("note", "") if data is not None else "",
        ticked=data is not None and data.get("consent") == "on",
    )


def seen_moment(text: str) -> datetime | None:
    """The `since` that came back with a form; None for a spoilt one, which then fits nothing."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
