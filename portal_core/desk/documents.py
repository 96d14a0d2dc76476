"""One customer's documents at the desk, with all that can be done."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.guests import can_enter
from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, forbidden, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.fields import DocumentKind
from portal_core.config.kinds.date import parse_day
from portal_core.config.live import live_portal
from portal_core.config.viewer import Viewer
from portal_core.desk.delivery import untold_words
from portal_core.documents.access import within_reach
from portal_core.documents.errors import AlreadyOnFile, NotAllowed, NotTheirs, Overtaken, StillChecked
from portal_core.documents.field import FilesField, Sender, with_files
from portal_core.documents.kinds import kind_of, kinds_to_ask_for, may_add, rules_of
from portal_core.documents.scanned import as_scanned
from portal_core.documents.uploads import Rules
from portal_core.documents.vault import document_at, documents_of, stretch
from portal_core.documents.visible import (
    VisibleDocument,
    most_pressing_first,
    visible_document,
    visible_documents,
)
from portal_core.documents.words import reason_for
from portal_core.service_requests.actions import vault
from portal_core.service_requests.attaching import file_ids
from portal_core.service_requests.papers import NOTE_LENGTH
from portal_core.service_requests.queries import customers_of, visible_to
from tenants.identifiers import parse_uuid, uuid7
from tenants.ui.addresses import packed, understands, unpacked
from tenants.uploads import UploadLimits, takes_files

_MOST: Final = 200
_NOT_YOURS = "Nothing was kept: this is not yours to add."
_OVERTAKEN = "The document has changed meanwhile. This is how it stands now; nothing was written."


@dataclass(frozen=True)
class ForRequest:
    """The request to which a document is added from its page."""

    id: uuid.UUID
    number: int
    reference: str
    # Why its customer gets no mail about it; "" where mails go.
    untold: str = ""

    @property
    def desk_path(self) -> str:
        """Its page at the desk."""
        return f"/desk/requests/{self.number}/"


@dataclass(frozen=True)
class Opened:
    """One customer's vault, opened by one of the staff."""

    customer: User
    portal: CompiledPortal
    viewer: Viewer
    actor: Actor
    # To whose page a document is added, where it is one's.
    for_request: ForRequest | None = None

    @property
    def is_reached(self) -> bool:
        """Whether the customer has, or can get, a page of their documents."""
        return can_enter(self.customer)


class DayField(forms.CharField):
    """A day as browsers send it or people write it; None for none."""

    def clean(self, value: object) -> date | None:
        """The day. Raises ValidationError for what is none."""
        typed = super().clean(value)
        if not typed:
            return None
        day = parse_day(typed)
        if day is None:
            raise forms.ValidationError("Write a day, such as 27/11/2027.")
        return day


def _day_field(label: str) -> DayField:
    return DayField(required=False, label=label, widget=forms.TextInput(attrs={"type": "date"}))


class AddForm(forms.Form):
    """A document that staff put into a customer's vault."""

    kind = forms.ChoiceField(label="What is it?", error_messages={"required": "Choose what it is."})
    title = forms.CharField(max_length=160, required=False, label="Called", help_text="Empty: as its kind is called.")
    share = forms.BooleanField(required=False, initial=True)

    def __init__(self, data: QueryDict | None, opened: Opened) -> None:
        super().__init__(data, prefix="add", auto_id="add-%s")
        self.portal = opened.portal
        kinds = [kind for kind in opened.portal.document_kinds.values() if may_add(kind, opened.actor.role)]
        self.fields["kind"].choices = [(kind.key, opened.portal.text(kind.name)) for kind in kinds]  # type: ignore[attr-defined]  # a choice
        self.fields["share"].label = _share_label(opened)
        sender = Sender(opened.actor.user_id, opened.customer.pk)
        self.fields["files"] = FilesField(rules=Rules(max_files=_widest(kinds)), sender=sender, label="Files")
        self.fields["valid_until"] = _day_field("Valid until")
        self.order_fields(["kind", "files", "title", "valid_until", "share"])

    def clean(self) -> None:
        """The files against the rules of the kind that was chosen."""
        kind = kind_of(self.portal, self.cleaned_data.get("kind"))
        field = self.fields["files"]
        if kind is None or "files" not in self.cleaned_data or not isinstance(field, FilesField):
            return
        field.rules = rules_of(kind)
        try:
            field.clean(self["files"].data)
        except forms.ValidationError as error:
            self.add_error("files", error)


def _share_label(opened: Opened) -> str:
    name = opened.customer.first_name
    if opened.for_request is not None and opened.for_request.untold:
        return f"Show it to {name}, without an e-mail: {opened.for_request.untold}"
    if opened.is_reached or opened.for_request is not None:
        return f"Show it to {name}, who gets an e-mail"
    return f"Show it to {name} once there is an account; until then nothing leads there, and no e-mail goes out"


class AskForm(forms.Form):
    """What a customer is asked for."""

    kind = forms.ChoiceField(label="What do you need?", error_messages={"required": "Choose what you need."})
    note = forms.CharField(
        max_length=NOTE_LENGTH,
        label="Why, in the words that the customer reads",
        widget=forms.Textarea,
        error_messages={"required": "Say why: nobody likes to send papers into the blue."},
    )

    def __init__(self, data: QueryDict | None, opened: Opened) -> None:
        super().__init__(data, prefix="ask", auto_id="ask-%s")
        kinds = kinds_to_ask_for(opened.portal, opened.actor.role)
        self.fields["kind"].choices = [(kind.key, opened.portal.text(kind.name)) for kind in kinds]  # type: ignore[attr-defined]  # a choice
        self.fields["due_on"] = _day_field("Until when")


@require_safe
@staff_page()
@understands("request", "before", "back")
def of_customer(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`/desk/customers/ID/documents/`: one customer's vault; `?before=ID` goes on with older ones."""
    return _render(request, _open(request, key))


@require_POST
@staff_page("edit_fields")
@takes_files(UploadLimits())
def add(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`/desk/customers/ID/documents/add/`: puts a document into the vault, shown to the customer or not."""
    opened = _open(request, key)
    form = AddForm(with_files(request, lambda: AddForm(None, opened)), opened)
    if not form.is_valid():
        return _render(request, opened, add_form=form, status=400)
    cleaned = form.cleaned_data
    paper = vault.Paper(
        kind_key=cleaned["kind"],
        file_ids=file_ids(cleaned["files"]),
        title=cleaned["title"],
        valid_until=cleaned["valid_until"],
        share=cleaned["share"],
        key=parse_uuid(request.POST.get("key", "")),
    )
    try:
        document = vault.add_document(
            actor=request.actor,
            customer_id=opened.customer.pk,
            paper=paper,
            request_id=opened.for_request.id if opened.for_request else None,
        )
    except AlreadyOnFile as error:
        form.add_error("files", reason_for(error.name, "on_file"))
        return _render(request, opened, add_form=form, status=400)
    except (NotTheirs, NotAllowed):
        return _render(request, opened, add_form=form, problem=_NOT_YOURS, status=403)
    told = f"Shared with {opened.customer.first_name}." if document.is_shared else "Kept, for staff only."
    messages.success(request, told)
    return _back(request, opened)


@require_POST
@staff_page("edit_fields")
def ask(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`/desk/customers/ID/documents/ask/`: asks the customer for a document."""
    opened = _open(request, key)
    form = AskForm(request.POST, opened)
    if not form.is_valid():
        return _render(request, opened, ask_form=form, status=400)
    cleaned = form.cleaned_data
    try:
        vault.ask_for_document(
            actor=request.actor,
            customer_id=opened.customer.pk,
            kind_key=cleaned["kind"],
            note=cleaned["note"],
            due_on=cleaned["due_on"],
            key=parse_uuid(request.POST.get("ask-key", "")),
        )
    except (NotTheirs, NotAllowed):
        return _render(request, opened, ask_form=form, problem="Your role may not ask for this.", status=403)
    messages.success(request, f"Asked. {opened.customer.first_name} gets an e-mail.")
    return _back(request, opened)


@require_http_methods(["POST"])
@staff_page("edit_fields")
def judge(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`/desk/documents/ID/`: `do` says what: approve, send_back, withdraw, share or date."""
    row = document_at(request.actor, key)
    if row is None:
        raise Http404
    opened = _open(request, row.customer_id)
    try:
        problem = _judged(request, key)
    except NotTheirs:
        raise Http404 from None
    except NotAllowed:
        return forbidden(request)
    except Overtaken:
        return _render(request, opened, problem=_OVERTAKEN, status=409)
    if problem:
        return _render(request, opened, problem=problem, status=400, tried=row.pk, typed=request.POST.get("reason", ""))
    return _back(request, opened, at=f"d-{row.pk}")


def _judged(request: PersonRequest, key: uuid.UUID) -> str:
    """Does what the form says and gives the problem in words, "" for none."""
    do, actor = request.POST.get("do", ""), request.actor
    if do == "approve":
        try:
            vault.approve_document(actor=actor, document_id=key)
        except StillChecked:
            return "It is being checked for harmful software: nobody can open it yet. Approve it once that is done."
    elif do == "send_back":
        reason = request.POST.get("reason", "").replace("\x00", "").strip()
        if not reason:
            return "Say what is wrong with it: the customer reads it and sends another."
        vault.send_back_document(actor=actor, document_id=key, reason=reason)
        messages.success(request, _sent_back(request, key))
    elif do == "withdraw":
        vault.withdraw_document(actor=actor, document_id=key)
        messages.success(request, "Withdrawn: the customer is no longer asked for it.")
    elif do == "share":
        vault.share_document(actor=actor, document_id=key)
    elif do == "date":
        typed = request.POST.get("valid_until", "").strip()
        day = parse_day(typed)
        if typed and day is None:
            return "Write a day, such as 27/11/2027."
        vault.date_document(actor=actor, document_id=key, valid_until=day)
    else:
        return "Press one of the buttons."
    return ""


def _sent_back(request: PersonRequest, key: uuid.UUID) -> str:
    """Where the customer is asked for it now."""
    told = "Sent back, and the customer is told by e-mail."
    portal = live_portal()
    row = document_at(request.actor, key)
    shown = visible_document(row, Viewer.of(request.actor, portal), portal) if row is not None else None
    untold = untold_words(row.request) if row is not None and row.request is not None else ""
    if untold:
        return f"Sent back. {untold}"
    if row is not None and not can_enter(row.customer):
        by_link = f"{told} The mail leads to the request, which they see by its link."
        return by_link if row.request_id else "Sent back. Nobody is told: there is neither an account nor a request."
    if shown is None or shown.request_id is None:
        return told
    if shown.is_asked_there:
        return f"{told} The request asks for it again."
    return f"{told} It is asked for in their documents; the request stays where it is until you move it."


def _open(request: PersonRequest, key: uuid.UUID) -> Opened:
    portal = live_portal()
    customer = customers_of(request.actor, also_closed=True).filter(pk=key).first()
    if customer is None:
        raise Http404
    viewer = Viewer.of(request.actor, portal)
    return Opened(customer, portal, viewer, request.actor, _for_request(request, customer, portal))


def _for_request(request: PersonRequest, customer: User, portal: CompiledPortal) -> ForRequest | None:
    """The request from whose page this was sent, if this person sees it and it is this customer's."""
    key = parse_uuid(request.POST.get("request", "") or request.GET.get("request", ""))
    if key is None:
        return None
    found = visible_to(request.actor).select_related("customer").filter(pk=key, customer_id=customer.pk).first()
    if found is None:
        return None
    return ForRequest(found.pk, found.number, portal.reference(found.number), untold_words(found))


def _back(request: PersonRequest, opened: Opened, *, at: str = "") -> HttpResponse:
    """Where one came from, at the document that was pressed, unless that page says where one goes on."""
    target = _whence(request) or f"/desk/customers/{opened.customer.pk}/documents/"
    return redirect(f"{target}#{at}" if at and "#" not in target else target)


def _whence(request: PersonRequest) -> str:
    """The page of the desk from which one came to look at documents, with its own way back; "" when it is none."""
    back = unpacked(request.POST.get("back", "") or request.GET.get("back", ""))
    is_ours = back.startswith("/desk/") and "\\" not in back
    return back if is_ours else ""


def _widest(kinds: list[DocumentKind]) -> int:
    return max((kind.max_files for kind in kinds), default=1)


def _render(request: PersonRequest, opened: Opened, *, status: int = 200, **extra: object) -> HttpResponse:
    found = documents_of(opened.customer.pk).filter(within_reach(opened.actor)).select_related("request")
    before = parse_uuid(request.GET.get("before", ""))
    today = timezone.now().astimezone(opened.portal.time_zone).date()
    part = stretch(found, before=before, size=_MOST, today=today)
    shown = as_scanned(visible_documents(part.rows, opened.viewer, opened.portal))
    add_form, ask_form = AddForm(None, opened), AskForm(None, opened)
    may_edit = opened.actor.may("edit_fields")
    back = _whence(request) or (opened.for_request.desk_path if opened.for_request else "")
    context = {
        "portal": opened.portal,
        "customer": opened.customer,
        "wanted": [document for document in shown if document.is_open],
        "current": _most_pressing_first([document for document in shown if document.is_current]),
        "earlier": [document for document in shown if document.standing in ("withdrawn", "replaced", "gone")],
        "add_form": add_form if may_edit and add_form.fields["kind"].choices else None,  # type: ignore[attr-defined]  # a choice
        "ask_form": ask_form if may_edit and opened.is_reached and ask_form.fields["kind"].choices else None,  # type: ignore[attr-defined]  # a choice
        "may_edit": may_edit,
        # Each form has its own: whoever goes back from one and sends the other means something else.
        "key": parse_uuid(request.POST.get("key", "")) or uuid7(),
        "ask_key": parse_uuid(request.POST.get("ask-key", "")) or uuid7(),
        "older": part.older,
        "is_older": before is not None,
        "for_request": opened.for_request,
        "back": back,
        "way": urlencode({"request": opened.for_request.id, "back": packed(back)}) if opened.for_request else "",
        "is_reached": opened.is_reached,
        **extra,
    }
    return render(request, "desk/customer_documents.html", context, status=status)


def _most_pressing_first(current: Sequence[VisibleDocument]) -> list[VisibleDocument]:
    """What runs out before what does not, as customers read it."""
    dated = [document for document in current if document.valid_until is not None]
    return [*most_pressing_first(dated), *(document for document in current if document.valid_until is None)]
