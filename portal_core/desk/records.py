"""Saved records at the desk: looked at, added and changed for a customer, with everything that happened to them."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.answers_form import AnswersForm
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.saved_records.access import get_for
from portal_core.saved_records.actions import RecordChange, add_record, archive_record, change_record, restore_record
from portal_core.saved_records.details import VisibleDetail, visible_details
from portal_core.saved_records.editing import open_record_form
from portal_core.saved_records.errors import RecordsFull, RecordStale
from portal_core.saved_records.forms import can_fill_in, record_form
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.queries import of_customer
from portal_core.saved_records.visible import VisibleRecord, kind_of, visible, visible_all
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.queries import customers_of
from portal_core.service_requests.record_page import past_of
from portal_core.service_requests.service_history import types_for
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid, uuid7

RECORDS_SHOWN = 8


@dataclass(frozen=True)
class RecordsPane:
    """What a customer keeps, for the side of a page; `add` are the kinds that this person may add for them."""

    records: list[VisibleRecord]
    details: list[VisibleDetail]
    add: list[tuple[str, str]]
    customer_id: uuid.UUID
    has_more: bool = False


def records_pane(
    actor: Actor, customer: User, viewer: Viewer, *, portal: CompiledPortal, everything: bool = False
) -> RecordsPane | None:
    """The pane with the newest or with everything, in one statement; None (and no statement) where nothing is kept."""
    details = visible_details(customer, viewer, portal=portal)
    if not portal.record_kinds:
        return RecordsPane([], details, [], customer.pk) if details else None
    kept = of_customer(customer.pk).filter(archived_at=None)
    rows = list(kept if everything else kept[: RECORDS_SHOWN + 1])
    has_more, rows = not everything and len(rows) > RECORDS_SHOWN, rows if everything else rows[:RECORDS_SHOWN]
    add = [
        (kind.key, portal.text(kind.name, viewer.language))
        for kind in portal.active_record_kinds
        if actor.may("edit_fields") and can_fill_in(kind, actor.role)
    ]
    return RecordsPane(visible_all(rows, viewer, portal=portal), details, add, customer.pk, has_more)


@require_safe
@staff_page()
def detail(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/desk/records/ID/`: what is known, who sees it, what was done about it; `?files=all` with every file."""
    opened = _open(request, record_id)
    may_write = request.actor.may("edit_fields")
    starts = types_for(opened.row.kind_key, request.actor, portal=opened.portal)
    context = {
        "portal": opened.portal,
        "record": opened.record,
        "customer": opened.row.customer,
        **past_of(opened.row, request.GET, actor=request.actor, viewer=opened.viewer, portal=opened.portal),
        "may_write": may_write,
        "starts": [(kind.key, opened.portal.text(kind.name, opened.viewer.language)) for kind in starts]
        if request.actor.may("create_for_customer") and not opened.record.is_archived
        else [],
    }
    return render(request, "desk/record.html", context)


@dataclass(frozen=True)
class _Opened:
    """One record, opened by one of the staff."""

    row: SavedRecord
    record: VisibleRecord
    portal: CompiledPortal
    viewer: Viewer


def _open(request: PersonRequest, record_id: uuid.UUID) -> _Opened:
    portal = live_portal()
    row = get_for(request.actor, record_id, known=customers_of(request.actor, also_closed=True))
    viewer = Viewer.of(request.actor, portal)
    return _Opened(row, visible(row, viewer, portal=portal), portal, viewer)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("edit_fields")
def add(request: PersonRequest, kind_key: str) -> HttpResponse:
    """`/desk/records/new/KIND/?customer=ID`: adds one for a customer."""
    portal = live_portal()
    kind = portal.record_kinds.get(kind_key)
    key = parse_uuid(request.GET.get("customer", ""))
    customer = customers_of(request.actor).filter(pk=key).first() if key is not None else None
    if kind is None or customer is None or not can_fill_in(kind, request.actor.role):
        raise Http404
    page = _RecordPage(request, portal, kind, customer)
    data = request.POST if request.method == "POST" else None
    form, new_id = record_form(kind, page.asked, data), parse_uuid(request.POST.get("key", "")) or uuid7()
    if data is None or data.get("do") == "update":
        return page.form(form, key=new_id)
    if not form.is_valid():
        return page.form(form, key=new_id, sent=True, status=400)
    try:
        new = NewRecord(new_id, kind.key, customer.pk, form.cleaned_data)
        record = add_record(actor=request.actor, record=new)
    except RecordsFull:
        return page.form(form, key=new_id, problem="This customer keeps as much as anybody can.", status=409)
    messages.success(request, "Kept. The customer’s next form fills it in.")
    return redirect("desk:record", record_id=record.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("edit_fields")
def change(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/desk/records/ID/change/`: other answers."""
    opened = _open(request, record_id)
    kind = kind_of(opened.portal, opened.row.kind_key)
    if not opened.record.may_change:
        raise Http404
    page = _RecordPage(request, opened.portal, kind, opened.row.customer, opened.record)
    data = request.POST if request.method == "POST" else None
    editing = open_record_form(opened.row, page.asked, opened.viewer, data)
    if data is None or data.get("do") == "update":
        return page.form(editing.form, seen=editing.seen_token)
    if not editing.form.is_valid():
        return page.form(editing.form, seen=editing.seen_token, sent=True, status=400)
    wanted = RecordChange(editing.form.cleaned_data, editing.seen)
    try:
        change_record(actor=request.actor, record_id=opened.row.pk, change=wanted)
    except RecordStale as stale:
        fresh = open_record_form(opened.row, page.asked, opened.viewer, None).seen_token
        return page.form(editing.form, seen=fresh, stale=stale.labels, status=409)
    messages.success(request, "Changed.")
    return redirect("desk:record", record_id=opened.row.pk)


@require_POST
@staff_page("edit_fields")
def archive(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/desk/records/ID/archive/`: puts it away."""
    row = get_for(request.actor, record_id, known=customers_of(request.actor, also_closed=True))
    archive_record(actor=request.actor, record_id=row.pk)
    return redirect("desk:record", record_id=row.pk)


@require_POST
@staff_page("edit_fields")
def restore(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/desk/records/ID/restore/`: takes it back into use."""
    row = get_for(request.actor, record_id, known=customers_of(request.actor, also_closed=True))
    restore_record(actor=request.actor, record_id=row.pk)
    return redirect("desk:record", record_id=row.pk)


@dataclass(frozen=True)
class _RecordPage:
    """The form of a customer's record that is added or (with `record`) changed."""

    request: PersonRequest
    portal: CompiledPortal
    kind: CompiledRecordKind
    customer: User
    record: VisibleRecord | None = None

    @property
    def asked(self) -> Asked:
        """For whom the questions are."""
        actor = self.request.actor
        language = Viewer.of(actor, self.portal).language
        return Asked(self.portal, actor.role, language, customer_id=self.customer.pk, person_id=actor.user_id)

    def form(self, form: AnswersForm, *, status: int = 200, sent: bool = False, **more: object) -> HttpResponse:
        """The page; only its questions where htmx asked which ones apply."""
        context = {
            "record": self.record,
            "customer": self.customer,
            "kind_name": self.portal.text(self.kind.name, self.asked.language),
            "questions": form.shown(is_sent=sent),
            "form": form,
            "show_errors": sent,
            **more,
        }
        template = "portal/_questions.html" if self.request.htmx and not sent else "desk/record_form.html"
        return render(self.request, template, context, status=status)
