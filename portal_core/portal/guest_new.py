"""Starting a request without an account: the same forms, with a name and an address that a code confirms.

What was typed waits in the browser's session (`guest_waiting.py`) until the address is proved (`guest_proof.py`), by a
code (`guest_confirm.py`) or a link (`guest_by_link.py`). Nothing tells whether the address is known before; then a
known customer is signed in (the proof is as good), and anybody else gets a link to this one request.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts import address_proof
from portal_core.accounts.actor import actor_for, guest_actor
from portal_core.accounts.errors import AccountError
from portal_core.accounts.forms import EmailForm
from portal_core.accounts.guests import browser_id, browser_id_or_new, guest_or_customer
from portal_core.accounts.models import NAME_LENGTH, User
from portal_core.accounts.pages import PortalRequest, guest_page
from portal_core.accounts.signin import finish_response, start_session
from portal_core.accounts.signin_limits import limit_source
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents.field import with_files
from portal_core.documents.uploads import adopt
from portal_core.portal import new
from portal_core.portal.earlier_forms import count_earlier
from portal_core.portal.form_shown import Outcome, render_form
from portal_core.portal.guest_earlier import account_needed, nobody
from portal_core.portal.guest_proof import ask_for_proof
from portal_core.portal.guest_waiting import NO_FILES, PURPOSE, forget_form, keep_form, kept_form, waiting_form
from portal_core.portal.home import choices
from portal_core.portal.opened_form import FormPage, as_typed, form_key, form_of, typed_answers
from portal_core.portal.signin import too_many
from portal_core.service_requests.actions import Submission, submit
from portal_core.service_requests.actions.submit import open_type
from portal_core.service_requests.errors import Forbidden, FormOutdated, TypeNotOpen
from portal_core.service_requests.forms import AnswersForm, new_request_form
from portal_core.service_requests.guest_links import ensure_link, path_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.since_opened import OPENED, changed_since
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid, uuid7
from tenants.limits import TooMany
from tenants.ui.rows import pressed_alone
from tenants.uploads import UploadLimits, takes_files

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


def _show_sent(request: PortalRequest) -> HttpResponse:
    """No guest is let in (any more): whoever has filled in a form reads what they wrote."""
    type_key = str(request.resolver_match.kwargs["type_key"]) if request.resolver_match else ""
    return account_needed(request, type_key, request.POST, request.FILES)


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(turned_away=_show_sent)
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
    contact = ContactForm(request.POST if request.method == "POST" else None, initial=waiting_form(request, type_key))
    if request.method != "POST":
        return _show(request, page, contact)
    if pressed_alone(request.POST) or request.POST.get("do", "send") != "send":
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
    pending = waiting_form(request, type_key)
    kept = as_typed(pending["typed"]) if pending else None
    return FormPage(portal, request_type, asked, kept, parse_uuid(pending.get("key", "")) or uuid7())


def _show(request: PortalRequest, page: FormPage, contact: ContactForm, outcome: Outcome | None = None) -> HttpResponse:
    return render_form(request, page, outcome or Outcome(), contact=contact)


def _send(request: PortalRequest, page: FormPage, contact: ContactForm) -> HttpResponse:
    form = form_of(page)
    # Both are looked at, so that everything that is wrong is said at once.
    is_valid = all([form.is_valid(), contact.is_valid()])
    typed = typed_answers(page.typed or request.POST, page.type)
    if sum(len(value) for values in typed.values() for value in values) > _KEPT_CHARACTERS:
        form.add_error(None, _("This is too much for one request. Send the most important part; the rest can follow."))
        is_valid = False
    try:
        count_earlier(request, request.POST, page.portal)
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
    keep_form(request, pending)
    if address_proof.is_proved(request, PURPOSE, email):
        return _file(request, page, form, pending)
    try:
        limit_source(request, "guest-form", _FORMS_AN_HOUR)
        return ask_for_proof(request, email, page.type.key)
    except TooMany as full:
        return _full(request, page, contact, form, full)


def _full(
    request: PortalRequest, page: FormPage, contact: ContactForm, form: AnswersForm, full: TooMany
) -> HttpResponse:
    answer = _show(request, page, contact, Outcome(sent=True, form=form, full_until=full.again_at, status=429))
    answer["Retry-After"] = str(full.wait_seconds)
    return answer


def file_waiting(request: PortalRequest, pending: Mapping[str, Any]) -> HttpResponse:
    """Sends what waited. The configuration may have changed meanwhile: then the form comes back with everything.

    SECURITY: the caller has seen to it that the address of `pending` is proved.
    """
    typed = kept_form(pending)
    try:
        page = _open(request, pending["type"], typed)
    except TypeNotOpen:
        return account_needed(request, pending["type"], typed, NO_FILES)
    page = replace(page, submission_key=parse_uuid(pending["key"]) or uuid7())
    form = form_of(page)
    is_valid = form.is_valid()
    changed = changed_since(typed, NO_FILES, page.type, page.asked, form.cleaned_data)
    if changed.lost or not is_valid:
        contact = ContactForm(dict(pending))
        contact.is_valid()
        status = 400 if not is_valid else 409
        return _show(request, page, contact, Outcome(sent=True, form=form, changed=changed, status=status))
    return _file(request, page, form, pending)


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
    forget_form(request)
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
