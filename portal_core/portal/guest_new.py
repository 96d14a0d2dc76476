"""Starting a request without an account: the same forms, with a name and an address that a code confirms.

What was typed waits in the browser's session until the code comes back. Nothing tells whether the address is known
before it is proved; then a known customer is signed in (the code proves as much), and anybody else gets a link to
this one request. Where strangers have used up the codes of an address, a link is mailed instead (`guest_by_link.py`).
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts import address_proof, mails, proof_links
from portal_core.accounts.actor import actor_for, guest_actor
from portal_core.accounts.address_proof import Proof, Waiting
from portal_core.accounts.errors import AccountError
from portal_core.accounts.forms import CodeForm, EmailForm
from portal_core.accounts.guests import browser_id, browser_id_or_new, guest_or_customer
from portal_core.accounts.models import NAME_LENGTH, User, normalise_email
from portal_core.accounts.pages import PortalRequest, guest_page
from portal_core.accounts.signin import finish_response, start_session
from portal_core.accounts.signin_limits import limit_codes, limit_source
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents.field import with_files
from portal_core.documents.uploads import adopt
from portal_core.portal import new
from portal_core.portal.guest_earlier import account_needed, count_earlier, nobody
from portal_core.portal.home import choices
from portal_core.portal.new import FormPage, Outcome, as_typed, form_key, render_form, typed_answers
from portal_core.portal.signin import too_many
from portal_core.service_requests.actions import Submission, submit
from portal_core.service_requests.actions.submit import open_type
from portal_core.service_requests.errors import Forbidden, FormOutdated, TypeNotOpen
from portal_core.service_requests.forms import AnswersForm, new_request_form
from portal_core.service_requests.guest_links import ensure_link, path_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.since_opened import OPENED, changed_since
from portal_core.service_requests.typed_then import Files
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid, uuid7
from tenants.limits import TooMany
from tenants.uploads import UploadLimits, takes_files

_PENDING: Final = "guest_request"
PURPOSE: Final = "guest-request"
_NO_FILES: Final[Files] = MultiValueDict()
_KEPT_CHARACTERS: Final = 100_000
_FORMS_AN_HOUR: Final = 60
FILES_AN_HOUR: Final = 120


class ContactForm(EmailForm):
    """Whom we answer."""

    field_order = ("name", "email")

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter your name, so that we know whom to greet.")},
    )


@require_safe
@guest_page
def choose(request: PortalRequest) -> HttpResponseBase:
    """`/new/`: what can be started, with an account or without."""
    if request.actor.is_signed_in:
        return new.choose(request)
    portal = live_portal()
    viewer = Viewer.of(nobody(), portal)
    open_to_all = [item for item in choices(portal, viewer, ()) if portal.type(item.key).audience == "everybody"]
    emergency = portal.text(portal.settings.emergency, viewer.language)
    context = {"portal": portal, "choices": open_to_all, "emergency": emergency, "is_guest": True}
    return render(request, "portal/new_choose.html", context)


def turned_away(request: PortalRequest) -> HttpResponse:
    """No guest is let in (any more): whoever had filled in a form reads what they wrote."""
    match, waiting = request.resolver_match, waiting_form(request)
    type_key = str(match.kwargs.get("type_key", "")) if match else ""
    is_waiting = bool(waiting) and type_key in ("", waiting["type"])
    # The mailed link names no type; who follows it meets no button any more that they could press first.
    is_asked_for = not type_key or (request.method == "POST" and OPENED not in request.POST)
    if is_waiting and is_asked_for:
        return account_needed(request, waiting["type"], _kept_form(waiting), _NO_FILES)
    return account_needed(request, type_key, request.POST, request.FILES)


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(turned_away=turned_away)
@takes_files(UploadLimits())
def fill_in(request: PortalRequest, type_key: str) -> HttpResponseBase:
    """`/new/TYPE/`: the form, with an account or without. `do` says which button was pressed: send or update."""
    if request.actor.is_signed_in:
        return new.fill_in(request, type_key)
    if request.FILES and (full := too_many_files(request)) is not None:
        return full
    try:
        page = _open(request, type_key)
    except TypeNotOpen:
        return account_needed(request, type_key, request.POST, request.FILES)
    contact = ContactForm(request.POST if request.method == "POST" else None, initial=_pending(request, type_key))
    if request.method != "POST":
        return _show(request, page, contact)
    if request.POST.get("do", "send") != "send":
        # Only the questions are asked anew; name and address are not judged before the form is sent.
        return _show(request, page, ContactForm(initial=request.POST.dict()))
    return _send(request, page, contact)


def too_many_files(request: PortalRequest) -> HttpResponse | None:
    """Counts files of the signed-out: they can have any number of browsers, and come from one source."""
    try:
        limit_source(request, "guest-file", FILES_AN_HOUR)
    except TooMany as error:
        return too_many(request, error)
    return None


def _open(request: PortalRequest, type_key: str, typed: QueryDict | None = None) -> FormPage:
    """The form of the address; `typed` is what was kept of it. Raises `TypeNotOpen`."""
    portal = live_portal()
    request_type = open_type(portal, type_key)
    if request_type.audience != "everybody":
        raise TypeNotOpen
    actor = nobody()
    # Files are this browser's own until the request is filed.
    browser = browser_id_or_new(request) if request.FILES else browser_id(request)
    asked = Asked(portal, actor.role, Viewer.of(actor, portal).language, person_id=browser)
    if request.method == "POST":
        if typed is None:
            typed = with_files(request, lambda: new_request_form(request_type, asked))
        return FormPage(portal, request_type, asked, typed, form_key(request.POST))
    pending = _pending(request, type_key)
    kept = as_typed(pending["typed"]) if pending else None
    return FormPage(portal, request_type, asked, kept, parse_uuid(pending.get("key", "")) or uuid7())


def _pending(request: HttpRequest, type_key: str) -> dict[str, Any]:
    """The form of this type that waits for its code, or nothing. Any: a session holds JSON."""
    pending = waiting_form(request)
    return pending if pending.get("type") == type_key else {}


def waiting_form(request: HttpRequest) -> dict[str, Any]:
    """The form that waits for its code in this browser, of whatever type, or nothing. Any: a session holds JSON."""
    pending = request.session.get(_PENDING)
    return dict(pending) if isinstance(pending, dict) else {}


def _show(request: PortalRequest, page: FormPage, contact: ContactForm, outcome: Outcome | None = None) -> HttpResponse:
    return render_form(request, page, outcome or Outcome(), contact=contact)


def _send(request: PortalRequest, page: FormPage, contact: ContactForm) -> HttpResponse:
    form = new_request_form(page.type, page.asked, page.typed)
    # Both are looked at, so that everything that is wrong is said at once.
    is_valid = all([form.is_valid(), contact.is_valid()])
    typed = typed_answers(page.typed or request.POST, page.type)
    if sum(len(value) for values in typed.values() for value in values) > _KEPT_CHARACTERS:
        form.add_error(None, _("This is too much for one request. Send the most important part; the rest can follow."))
        is_valid = False
    try:
        count_earlier(request, page.portal)
    except TooMany as full:
        return _full(request, page, contact, form, full)
    changed = changed_since(request.POST, request.FILES, page.type, page.asked, form.cleaned_data)
    if changed.lost or not is_valid:
        status = 400 if not is_valid else 409
        return _show(request, page, contact, Outcome(sent=True, form=form, changed=changed, status=status))
    email, name = contact.cleaned_data["email"], contact.cleaned_data["name"]
    pending = {
        "type": page.type.key,
        "typed": typed,
        "name": name,
        "email": email,
        "key": str(page.submission_key),
        "opened": request.POST.get(OPENED, ""),
    }
    _keep_pending(request, pending)
    if address_proof.is_proved(request, PURPOSE, email):
        return _file(request, page, form, pending)
    try:
        limit_source(request, "guest-form", _FORMS_AN_HOUR)
        has_codes_left = limit_codes(request, email)
    except TooMany as full:
        return _full(request, page, contact, form, full)
    if not has_codes_left:
        return _link_instead(request, email, page.type.key)
    _send_codes(email, address_proof.begin(request, PURPOSE, email))
    return redirect("portal:confirm", type_key=page.type.key)


def _full(
    request: PortalRequest, page: FormPage, contact: ContactForm, form: AnswersForm, full: TooMany
) -> HttpResponse:
    answer = _show(request, page, contact, Outcome(sent=True, form=form, full_until=full.again_at, status=429))
    answer["Retry-After"] = str(full.wait_seconds)
    return answer


def _keep_pending(request: HttpRequest, pending: dict[str, Any]) -> None:
    """Keeps the form. SECURITY: a code that was sent for another address confirms nothing of this one."""
    waiting = address_proof.waiting(request, PURPOSE)
    if waiting is not None and waiting.email != normalise_email(pending["email"]):
        address_proof.forget(request, PURPOSE)
    request.session[_PENDING] = pending


def _send_codes(email: str, codes: list[str]) -> None:
    """One mail whoever has the address: the page must not tell whether somebody does, nor whether they may come in."""
    user = User.objects.by_email(email)
    recipient = mails.Recipient(email, user, get_language() or "")
    with transaction.atomic():
        for code in codes:
            if user is None or user.is_active:
                mails.send_guest_code(recipient, code)
            else:
                mails.send_no_account(recipient)


def _link_instead(request: PortalRequest, email: str, type_key: str) -> HttpResponse:
    """Strangers have used up the codes of this address: whoever reads its mail sends the form by a link."""
    token = proof_links.new_token(PURPOSE, email)
    if token is not None:
        user = User.objects.by_email(email)
        recipient = mails.Recipient(email, user, get_language() or "")
        with transaction.atomic():
            if user is None or user.is_active:
                path = reverse("portal:by_link", kwargs={"token": token})
                mails.send_guest_link(recipient, path, minutes=proof_links.LINK_MINUTES)
            else:
                mails.send_no_account(recipient)
    context = {"minutes": proof_links.LINK_MINUTES, "type_key": type_key}
    return render(request, "portal/guest_link_sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(turned_away=turned_away)
def confirm(request: PortalRequest, type_key: str) -> HttpResponse:
    """`/new/TYPE/confirm/`: the code from the mail; with it the request is sent."""
    waiting = address_proof.waiting(request, PURPOSE)
    pending = _pending(request, type_key)
    if request.actor.is_signed_in or waiting is None or not pending:
        return redirect("portal:new", type_key=type_key)
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _confirm_page(request, form, waiting)
    proof = address_proof.enter(request, PURPOSE, form.cleaned_data["code"])
    if proof is Proof.WRONG:
        form.add_error("code", _("This is not the code we sent last. Look for our newest e-mail."))
        return _confirm_page(request, form, waiting)
    if proof is not Proof.RIGHT:
        return render(request, "portal/guest_code_over.html", {"type_key": type_key}, status=400)
    # SECURITY: what is proved is the address to which the code went, whatever the form that waits says by now.
    if normalise_email(pending["email"]) != waiting.email:
        return redirect("portal:new", type_key=type_key)
    return file_waiting(request, pending)


def _confirm_page(
    request: PortalRequest, form: CodeForm, waiting: Waiting, full: TooMany | None = None
) -> HttpResponse:
    type_key = request.resolver_match.kwargs["type_key"] if request.resolver_match else ""
    context = {"form": form, "waiting": waiting, "type_key": type_key, "full_until": full.again_at if full else None}
    status = 429 if full else 400 if form.is_bound else 200
    answer = render(request, "portal/guest_confirm.html", context, status=status)
    if full is not None:
        answer["Retry-After"] = str(full.wait_seconds)
    return answer


@require_POST
@guest_page
def confirm_again(request: PortalRequest, type_key: str) -> HttpResponse:
    """`/new/TYPE/confirm/again/`: a new code for the same address."""
    waiting = address_proof.waiting(request, PURPOSE)
    if waiting is None:
        return redirect("portal:new", type_key=type_key)
    try:
        has_codes_left = limit_codes(request, waiting.email)
    except TooMany as full:
        # The code that was sent last can still be typed.
        return _confirm_page(request, CodeForm(), waiting, full)
    if not has_codes_left:
        return _link_instead(request, waiting.email, type_key)
    _send_codes(waiting.email, address_proof.again(request, PURPOSE))
    return redirect("portal:confirm", type_key=type_key)


def file_waiting(request: PortalRequest, pending: Mapping[str, Any]) -> HttpResponse:
    """Sends what waited. The configuration may have changed meanwhile: then the form comes back with everything.

    SECURITY: the caller has seen to it that the address of `pending` is proved.
    """
    typed = _kept_form(pending)
    try:
        page = _open(request, pending["type"], typed)
    except TypeNotOpen:
        return account_needed(request, pending["type"], typed, _NO_FILES)
    page = replace(page, submission_key=parse_uuid(pending["key"]) or uuid7())
    form = new_request_form(page.type, page.asked, page.typed)
    is_valid = form.is_valid()
    changed = changed_since(typed, _NO_FILES, page.type, page.asked, form.cleaned_data)
    if changed.lost or not is_valid:
        contact = ContactForm(dict(pending))
        contact.is_valid()
        status = 400 if not is_valid else 409
        return _show(request, page, contact, Outcome(sent=True, form=form, changed=changed, status=status))
    return _file(request, page, form, pending)


def _kept_form(pending: Mapping[str, Any]) -> QueryDict:
    """The form that waits for its code, with the version under which it was opened."""
    typed = as_typed(pending["typed"])
    typed[OPENED] = pending.get("opened", "")
    return typed


def _file(request: PortalRequest, page: FormPage, form: AnswersForm, pending: Mapping[str, Any]) -> HttpResponse:
    try:
        user = guest_or_customer(email=pending["email"], name=pending["name"], language=get_language() or "")
    except AccountError as error:
        return render(request, "portal/guest_not_here.html", {"code": error.code}, status=403)
    actor = guest_actor(user) if user.is_guest else actor_for(user)
    try:
        with transaction.atomic():
            if page.asked.person_id is not None:
                adopt(page.asked.person_id, user.pk)
            filed = submit(actor=actor, submission=_submission(user.pk, page, form))
    except FormOutdated:
        # Another version went live just now: the form that waits is looked at by it.
        return file_waiting(request, pending)
    except Forbidden:
        # The form's key was used by somebody else: never show what it has become.
        return redirect("portal:new", type_key=page.type.key)
    request.session.pop(_PENDING, None)
    address_proof.spend(request)
    return _filed(request, user, filed)


def _submission(customer_id: uuid.UUID, page: FormPage, form: AnswersForm) -> Submission:
    return Submission(
        type_key=page.type.key,
        answers=form.cleaned_data,
        submission_key=page.submission_key,
        customer_id=customer_id,
        checked_under=page.portal.number,
    )


def _filed(request: PortalRequest, user: User, filed: ServiceRequest) -> HttpResponse:
    """A guest goes to the request by its link; whoever has an account has just proved to be its owner."""
    if not user.is_guest:
        start_session(request, user, keep=False)
        return finish_response(request, HttpResponseRedirect(f"/requests/{filed.number}/?sent=1"))
    filed.customer = user
    link = ensure_link(filed)
    return HttpResponseRedirect(f"{path_of(link)}?sent=1" if link is not None else "/signin/")
