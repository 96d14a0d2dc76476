"""The asks of a request as a page offers them: each with its form, its key, and what was sent for it."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import FillAsk, UploadAsk
from portal_core.service_requests.actions import AskAnswer
from portal_core.service_requests.filling import Filling, open_filling
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.taking import Given
from portal_core.service_requests.uploading import Giver, Uploading, offers_for, open_uploading
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from portal_core.service_requests.visible_asks import VisibleAsk
from tenants.identifiers import parse_uuid, uuid7
from tenants.ui.rows import FormWithButtons

_NOTE_LENGTH: Final = 2_000


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
    uploading: Uploading | None = None
    # The version under which the page shows it.
    opened: int = 0
    is_tried: bool = False
    note: str = ""
    ticked: bool = False
    # By a guest's link: the first for which a code is needed, where the page offers one.
    asks_for_code: bool = False

    @property
    def form(self) -> FormWithButtons | None:
        """The form that is sent with it, if it has one."""
        if self.filling is not None:
            return self.filling.form
        return self.uploading.form if self.uploading is not None else None

    @property
    def anchor(self) -> str:
        """The id of its place on the page."""
        return f"ask-{self.ask.key}"


@dataclass(frozen=True)
class Place:
    """Where they are offered. `small_only`, for pages with many requests: only what can be finished there has a form.
    `sender_id`: the browser of a guest who has entered no code, whose the files are until they are given."""

    small_only: bool = False
    sender_id: uuid.UUID | None = None


PAGE: Final = Place()


def is_any_needed(asks: Iterable[OfferedAsk]) -> bool:
    """Whether something among what is asked must be done; what is welcome alone leaves the turn to an answer."""
    return any(offered.ask.is_required for offered in asks)


def offered_asks(
    row: ServiceRequest,
    shown: VisibleRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    sent: Mapping[str, QueryDict] | None = None,
    place: Place = PAGE,
) -> list[OfferedAsk]:
    """All that is still open, what must be done first. `sent` holds the form that came back for one of them, by key."""
    status = portal.type_or_unknown(row.type_key).flow.status_or_unknown(row.status_key)
    fills = {ask.key: ask for ask in status.asks if isinstance(ask, FillAsk)}
    uploads = {ask.key: ask for ask in status.asks if isinstance(ask, UploadAsk) and not place.small_only}
    open_keys = {ask.key for ask in shown.asks.open}
    on_file = offers_for(row, (ask for key, ask in uploads.items() if key in open_keys), viewer, portal)
    giver = Giver(viewer, on_file, place.sender_id)
    found: list[OfferedAsk] = []
    for ask in shown.asks.open:
        data = (sent or {}).get(ask.key)
        filling = None
        if ask.key in fills and (ask.is_small or not place.small_only):
            filling = open_filling(row, fills[ask.key], viewer, portal=portal, data=data)
        offered = replace(_offered(row, shown, ask, filling, data), opened=portal.number)
        needs_code = ask.key not in uploads and _can_be_answered(ask)
        if needs_code and not any(item.asks_for_code for item in found):
            offered = replace(offered, asks_for_code=True)
        if ask.key in uploads:
            wanted = uploads[ask.key]
            form = open_uploading(row, wanted, giver, portal=portal, data=data)
            offered = replace(offered, uploading=form)
        found.append(offered)
    return found


def _can_be_answered(ask: VisibleAsk) -> bool:
    """Whether there is anything to say to it: not to approve what is over or not here yet, where no "no" is taken."""
    return ask.may_decline or not (ask.is_waiting or (ask.do == "approve" and ask.has_lapsed))


def _offered(
    row: ServiceRequest,
    shown: VisibleRequest,
    ask: VisibleAsk,
    filling: Filling | None,
    data: QueryDict | None,
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


def offered_ask(
    row: ServiceRequest,
    ask_key: str,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    data: QueryDict | None = None,
    place: Place = PAGE,
) -> OfferedAsk | None:
    """One of them, with what was sent for it; None where it is not asked (any more)."""
    shown = visible(row, viewer, portal=portal)
    sent = {ask_key: data} if data is not None else None
    found = offered_asks(row, shown, viewer, portal=portal, sent=sent, place=place)
    return next((item for item in found if item.ask.key == ask_key), None)


def answer_sent(offered: OfferedAsk, data: QueryDict) -> AskAnswer:
    """The answer to an ask whose form is valid, as it was sent."""
    filling, uploading = offered.filling, offered.uploading
    return AskAnswer(
        key=offered.ask.key,
        submission_key=parse_uuid(data.get("key", "")) or uuid7(),
        seen_since=_seen_moment(data.get("since", "")),
        answers=filling.form.cleaned_data if filling is not None else {},
        seen=filling.seen if filling is not None else {},
        is_yes=data.get("answer") != "no",
        token=data.get("token", ""),
        note=note_sent(data),
        given=uploading.form.given if uploading is not None else Given(),
        checked_under=offered.opened,
    )


def note_sent(data: QueryDict) -> str:
    """What was typed beside the answer."""
    return data.get("note", "").replace("\x00", "").strip()[:_NOTE_LENGTH]


def _seen_moment(text: str) -> datetime | None:
    """The `since` that came back with a form; None for a spoilt one, which then fits nothing."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
