"""`/saved/`: what a customer keeps with the business, so that no form asks for it twice."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.config.answers_form import AnswersForm
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.portal.limits import writes_full_until
from portal_core.portal.my_details import detail_tabs, kinds_to_add
from portal_core.reporting.removed import kept_answers
from portal_core.saved_records.access import get_for
from portal_core.saved_records.actions import RecordChange, add_record, archive_record, change_record, restore_record
from portal_core.saved_records.editing import open_record_form
from portal_core.saved_records.errors import RecordsFull, RecordStale
from portal_core.saved_records.forms import can_fill_in, record_form
from portal_core.saved_records.queries import of_customer
from portal_core.saved_records.visible import VisibleRecord, kind_of, visible, visible_all
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.record_page import past_of
from portal_core.service_requests.service_history import types_for
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid, uuid7
from tenants.ui.addresses import outside, understands


@dataclass(frozen=True)
class Start:
    """A request that can be started about a record, filled in with it."""

    name: str
    href: str


@require_safe
@customer_page
@understands("show", but=lambda asked: outside(asked, {"show": ("archived",)}))
def index(request: PersonRequest) -> HttpResponse:
    """`/saved/`: what is kept, each with what it fills in; `?show=archived` those put away."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    found = visible_all(of_customer(request.user.pk), viewer, portal=portal)
    shows_archived = request.GET.get("show") == "archived"
    context = {
        "portal": portal,
        "records": [_card(item, request, portal) for item in found if item.is_archived == shows_archived],
        "archived_count": sum(item.is_archived for item in found),
        "shows_archived": shows_archived,
        "kinds": kinds_to_add(portal, viewer),
        "kept": kept_answers(visible_to(request.actor).values("pk")),
        "since": request.user.created_at,
        "tabs": detail_tabs(request, portal),
    }
    return render(request, "portal/saved.html", context)


@dataclass(frozen=True)
class Card:
    """One record in the list, with what can be started about it."""

    record: VisibleRecord
    start: Start | None


def _card(record: VisibleRecord, request: PersonRequest, portal: CompiledPortal) -> Card:
    return Card(record, next(iter(_starts(record, request, portal)), None))


def _starts(record: VisibleRecord, request: PersonRequest, portal: CompiledPortal) -> list[Start]:
    if record.is_archived:
        return []
    language = Viewer.of(request.actor, portal).language
    return [
        Start(portal.text(kind.name, language), f"/new/{kind.key}/?record={record.id}")
        for kind in types_for(record.kind_key, request.actor, portal=portal)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def add(request: PersonRequest, kind_key: str) -> HttpResponse:
    """`/saved/new/KIND/`: adds one; `do=update` asks which questions apply."""
    portal = live_portal()
    kind = portal.record_kinds.get(kind_key)
    if kind is None or not can_fill_in(kind, request.actor.role):
        raise Http404
    page = _RecordPage(request, portal, kind)
    data = request.POST if request.method == "POST" else None
    form = record_form(kind, page.asked, data)
    key = parse_uuid(request.POST.get("key", "")) or uuid7()
    if data is None or data.get("do") == "update":
        return page.form(form, key=key)
    if not form.is_valid():
        return page.form(form, key=key, sent=True, status=400)
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return page.form(form, key=key, full_until=full_until, status=429)
    try:
        record = add_record(actor=request.actor, record=NewRecord(key, kind.key, request.user.pk, form.cleaned_data))
    except RecordsFull:
        return page.form(
            form, key=key, problem=_("You keep as much here as anybody can. Put something away first."), status=409
        )
    messages.success(request, _("Kept. The next form fills it in."))
    return redirect("portal:record", record_id=record.pk)


@require_safe
@customer_page
def detail(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/saved/ID/`: what is known of it, and everything that was done about it; `?files=all` with every file."""
    portal = live_portal()
    row = get_for(request.actor, record_id)
    viewer = Viewer.of(request.actor, portal)
    record = visible(row, viewer, portal=portal)
    context = {
        "portal": portal,
        "record": record,
        **past_of(row, request.GET, actor=request.actor, viewer=viewer, portal=portal),
        "starts": _starts(record, request, portal),
        "tabs": detail_tabs(request, portal),
    }
    return render(request, "portal/saved_record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def change(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/saved/ID/change/`: other answers; what the business alone keeps stands beside, with the reason."""
    portal = live_portal()
    row = get_for(request.actor, record_id)
    viewer = Viewer.of(request.actor, portal)
    record = visible(row, viewer, portal=portal)
    kind = kind_of(portal, row.kind_key)
    if not record.may_change:
        raise Http404
    page = _RecordPage(request, portal, kind, record)
    data = request.POST if request.method == "POST" else None
    editing = open_record_form(row, page.asked, viewer, data)
    if data is None or data.get("do") == "update":
        return page.form(editing.form, seen=editing.seen_token)
    if not editing.form.is_valid():
        return page.form(editing.form, seen=editing.seen_token, sent=True, status=400)
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return page.form(editing.form, seen=editing.seen_token, full_until=full_until, status=429)
    wanted = RecordChange(editing.form.cleaned_data, editing.seen)
    try:
        change_record(actor=request.actor, record_id=row.pk, change=wanted)
    except RecordStale as stale:
        fresh = open_record_form(row, page.asked, viewer, None).seen_token
        return page.form(editing.form, seen=fresh, stale=stale.labels, status=409)
    messages.success(request, _("Changed. The next form fills it in like this."))
    return redirect("portal:record", record_id=row.pk)


@require_POST
@customer_page
def archive(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/saved/ID/archive/`: puts it away; what was done about it stays."""
    row = get_for(request.actor, record_id)
    archive_record(actor=request.actor, record_id=row.pk)
    messages.success(request, _("Put away. Forms no longer offer it; its history stays."))
    return redirect("portal:saved")


@require_POST
@customer_page
def restore(request: PersonRequest, record_id: uuid.UUID) -> HttpResponse:
    """`/saved/ID/restore/`: takes it back into use."""
    row = get_for(request.actor, record_id)
    restore_record(actor=request.actor, record_id=row.pk)
    messages.success(request, _("Back in use. Forms offer it again."))
    return redirect("portal:record", record_id=row.pk)


@dataclass(frozen=True)
class _RecordPage:
    """The form of a record that is added or (with `record`) changed."""

    request: PersonRequest
    portal: CompiledPortal
    kind: CompiledRecordKind
    record: VisibleRecord | None = None

    @property
    def asked(self) -> Asked:
        """For whom the questions are."""
        user_id = self.request.actor.user_id
        language = Viewer.of(self.request.actor, self.portal).language
        return Asked(self.portal, self.request.actor.role, language, customer_id=user_id, person_id=user_id)

    def form(self, form: AnswersForm, *, status: int = 200, sent: bool = False, **more: object) -> HttpResponse:
        """The page; only its questions where htmx asked which ones apply."""
        language = self.asked.language
        context = {
            "portal": self.portal,
            "record": self.record,
            "fixed": [item for item in self.record.fields if item.fixed_reason] if self.record else [],
            "kind_name": self.portal.text(self.kind.name, language),
            "questions": form.shown(is_sent=sent),
            "form": form,
            "show_errors": sent,
            **more,
        }
        template = "portal/_questions.html" if self.request.htmx and not sent else "portal/saved_form.html"
        return render(self.request, template, context, status=status)
