"""What one reader is told of the things that are asked of the customer. Part of the one door (see `visible.py`).

SECURITY: a title made of fields names only those that the reader may edit, and an approval shows only what they see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.actor import actor_for
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.base import TextValue
from portal_core.config.document.flows import ApproveAsk, Ask, FillAsk, ReadAsk, UploadAsk
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.kinds import kind_of
from portal_core.documents.shown import ShownFile
from portal_core.service_requests import stays
from portal_core.service_requests.approvals import Approval, ApprovalLine, Paper, approval_of, papers_of
from portal_core.service_requests.asking import AskState, asks_of, fields_of_fill, is_small
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer

# What can be read where it is asked; more stands on the page of the request.
_SHORT_TEXT: Final = 400
_CURRENCY_SIGNS: Final = frozenset("£$€¥")


@dataclass(frozen=True)
class ShownLine:
    """One line of what is approved. `is_amount` stands at the right; `is_total` is the sum below the others."""

    label: str
    text: str
    is_amount: bool
    is_total: bool


@dataclass(frozen=True)
class VisibleAsk:
    """One thing that is asked of the customer, in the reader's words.

    `verb` is what the button says where it is asked; `lines`, `consent` and `token` belong to approvals (see
    `approvals.py`), `amount` is the sum that is approved; `text` is what is to be read, `papers` the files that are
    read or approved (`is_waiting`: not here yet). `sent_back` is why a document was not good enough.
    """

    key: str
    do: str
    icon: str
    title: str
    why: str
    verb: str
    is_required: bool
    is_small: bool
    is_done: bool
    done_at: datetime | None
    done_by: str
    answer: str
    last_day: date | None
    has_lapsed: bool
    lines: tuple[ShownLine, ...] = ()
    consent: str = ""
    token: str = ""
    amount: str = ""
    may_decline: bool = False
    needs_reason: bool = False
    text: str = ""
    papers: tuple[ShownFile, ...] = ()
    is_waiting: bool = False
    sent_back: str = ""


@dataclass(frozen=True)
class VisibleAsks:
    """All that is asked of the customer in this status, in the document's order."""

    all: tuple[VisibleAsk, ...] = ()

    @property
    def open(self) -> tuple[VisibleAsk, ...]:
        """What is still to do: what must be done first, then what may be."""
        return tuple(sorted((ask for ask in self.all if not ask.is_done), key=lambda ask: not ask.is_required))

    @property
    def done(self) -> tuple[VisibleAsk, ...]:
        """What is done."""
        return tuple(ask for ask in self.all if ask.is_done)

    def get(self, key: str) -> VisibleAsk | None:
        """One of them by its key."""
        return next((ask for ask in self.all if ask.key == key), None)


@dataclass(frozen=True)
class AskReader:
    """Whose words are used: the reader, the configuration, and how a text of the status is filled in."""

    viewer: Viewer
    portal: CompiledPortal
    fill: Callable[[TextValue | None], str]
    now: datetime


def visible_asks(request: ServiceRequest, reader: AskReader, *, brief: bool) -> VisibleAsks:
    """All that is asked here, done or not, in order. `brief` leaves out what is approved and read, for lists."""
    states = asks_of(request, portal=reader.portal, now=reader.now)
    papers = () if brief else papers_of(request, (state.ask for state in states if not state.is_done))
    with override(reader.viewer.speech):
        return VisibleAsks(tuple(_visible(request, state, reader, papers, brief=brief) for state in states))


def _visible(
    request: ServiceRequest, state: AskState, reader: AskReader, papers: tuple[Paper, ...], *, brief: bool
) -> VisibleAsk:
    ask, portal = state.ask, reader.portal
    request_type = portal.type_or_unknown(request.type_key)
    approves = isinstance(ask, ApproveAsk)
    approval = _approval(request, ask, reader, papers) if not brief else None
    lines = _lines(approval, request_type) if approval is not None else ()
    text = reader.fill(ask.text) if isinstance(ask, ReadAsk) else ""
    small = isinstance(ask, FillAsk) and is_small(request, ask, portal=portal)
    return VisibleAsk(
        key=ask.key,
        do=ask.do,
        icon=_icon(ask, request_type),
        title=portal.text(ask.label, reader.viewer.language) or _title(request, ask, reader),
        why=reader.fill(ask.help),
        verb=_verb(ask, request_type, small=small or _is_short_text(ask, text)),
        is_required=ask.required,
        is_small=small or _is_short_text(ask, text),
        is_done=state.is_done,
        done_at=state.done.at if state.done else None,
        done_by=state.done.by if state.done else "",
        answer=state.done.answer if state.done else "",
        last_day=state.last_day,
        has_lapsed=state.has_lapsed,
        lines=lines,
        consent=portal.text(ask.consent, reader.viewer.language) if isinstance(ask, ApproveAsk) else "",
        token="" if approval is None or state.is_done else _token(request, ask, reader, papers),
        amount=next((line.text for line in reversed(lines) if line.is_amount), ""),
        may_decline=isinstance(ask, ApproveAsk) and ask.declined is not None,
        needs_reason=isinstance(ask, ApproveAsk) and approves and ask.ask_reason,
        text=text,
        papers=tuple(file for paper in approval.papers for file in paper.shown) if approval is not None else (),
        is_waiting=approval is not None and approval.is_waiting and not state.is_done,
        sent_back=_sent_back(request, ask, reader),
    )


def _is_short_text(ask: Ask, text: str) -> bool:
    return isinstance(ask, ReadAsk) and not ask.documents and len(text) <= _SHORT_TEXT


def _sent_back(request: ServiceRequest, ask: Ask, reader: AskReader) -> str:
    """SECURITY: the reason speaks of the document, and is told to those who see its kind."""
    if not isinstance(ask, UploadAsk) or not _sees_kind(ask.document_kind, reader):
        return ""
    back = stays.sent_back(request).get(ask.key)
    return back.reason if back is not None else ""


def _sees_kind(key: str, reader: AskReader) -> bool:
    kind, viewer = kind_of(reader.portal, key), reader.viewer
    roles = [viewer.role] if viewer.shown_to is None else [viewer.role, viewer.shown_to]
    return all(kind_visibility(kind, role) >= Visibility.SEE for role in roles)


def _icon(ask: Ask, request_type: CompiledType) -> str:
    if isinstance(ask, FillAsk):
        kinds = _kinds(ask, request_type)
        if kinds == {"file"}:
            return "upload"
        return "calendar" if kinds & {"date", "datetime"} else "pen"
    return {"approve": "sign", "read": "doc", "upload": "upload"}.get(ask.do, "message")


def _kinds(ask: FillAsk, request_type: CompiledType) -> set[str]:
    """The kinds of what is filled in."""
    fields = (request_type.field_or_none(key) for key in ask.fields)
    return {field.kind.key for field in fields if field is not None}


def _verb(ask: Ask, request_type: CompiledType, *, small: bool) -> str:
    if isinstance(ask, FillAsk):
        if _kinds(ask, request_type) == {"file"}:
            return _("Add file")
        return _("Confirm") if small else _("Fill in")
    if isinstance(ask, ApproveAsk):
        return _("Read and approve")
    if isinstance(ask, ReadAsk):
        return _("I have read this") if small else _("Read and confirm")
    if isinstance(ask, UploadAsk):
        return _("Upload")
    return _("See what to do")


def _title(request: ServiceRequest, ask: Ask, reader: AskReader) -> str:
    """What an ask without words of its own is called."""
    if isinstance(ask, ApproveAsk):
        return _("Look at it and say yes or no")
    if isinstance(ask, ReadAsk):
        return _("Read and confirm")
    if isinstance(ask, UploadAsk) and _sees_kind(ask.document_kind, reader):
        kind = kind_of(reader.portal, ask.document_kind)
        return reader.portal.text(kind.name, reader.viewer.language) if kind is not None else _("Document")
    if not isinstance(ask, FillAsk):
        return _("One thing from you")
    portal, viewer = reader.portal, reader.viewer
    fields = fields_of_fill(request, ask, portal.type_or_unknown(request.type_key))
    labels = [
        portal.text(field.label, viewer.language)
        for field in fields
        if viewer.visibility(field, request.status_key) == Visibility.EDIT
    ]
    return ", ".join(labels) or _("One thing from you")


def _approval(request: ServiceRequest, ask: Ask, reader: AskReader, papers: tuple[Paper, ...]) -> Approval | None:
    """What the reader sees of what is approved, or read in documents."""
    if isinstance(ask, ApproveAsk) or (isinstance(ask, ReadAsk) and ask.documents):
        return approval_of(request, ask, reader.viewer, reader.portal, papers)
    return None


def _lines(approval: Approval, request_type: CompiledType) -> tuple[ShownLine, ...]:
    approved = approval.lines
    amounts = [line for line in approved if _is_amount(line, request_type)]
    return tuple(
        ShownLine(line.label, line.text, is_amount=line in amounts, is_total=bool(amounts) and line is amounts[-1])
        for line in approved
    )


def _is_amount(line: ApprovalLine, request_type: CompiledType) -> bool:
    field = request_type.field(line.field)
    return field.kind.key == "money" or getattr(field.config, "unit", None) in _CURRENCY_SIGNS


def _token(request: ServiceRequest, ask: Ask, reader: AskReader, papers: tuple[Paper, ...]) -> str:
    """Of what the customer is shown, also on the page of a colleague who writes down the customer's answer."""
    if not isinstance(ask, ApproveAsk | ReadAsk):
        return ""
    customer = Viewer.of(actor_for(request.customer), reader.portal)
    return approval_of(request, ask, customer, reader.portal, papers).token
