"""`/account/`: what people keep about themselves, how they sign in and where they are signed in."""

from datetime import datetime

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts import email_change, own_account
from portal_core.accounts.forms import AboutForm, ChangeCodesForm, NewEmailForm, NewPasswordForm
from portal_core.accounts.languages import choose_language
from portal_core.accounts.overtaken import ChangedMeanwhile, seen_in
from portal_core.accounts.own_account import About
from portal_core.accounts.pages import PersonRequest, customer_page, signed_in_page
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.signin import finish_response
from portal_core.accounts.signin_limits import limit_sign_in
from portal_core.config.answers_form import AnswersForm
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.config.viewer import Viewer
from portal_core.portal.my_details import detail_tabs
from portal_core.portal.signin import too_many
from portal_core.portal.told import told_table
from portal_core.saved_records.details import details_form
from portal_core.saved_records.details import save_details as remember
from tenants.limits import TooMany
from tenants.ui.paging import page_number, pager_by_number

ACCOUNT = "account"


@require_safe
@signed_in_page
def account(request: PersonRequest) -> HttpResponse:
    """The whole page."""
    return account_page(request)


def account_page(
    request: PersonRequest, *, download_again_at: datetime | None = None, status: int = 200, **bound: Form
) -> HttpResponse:
    """The page with what was just typed in place; 400 when something typed was not taken. `download_again_at`: one's
    data was fetched too often, until then."""
    user, facts, page = request.user, portal_facts(), page_number(request.GET)
    sessions = own_account.sessions_of(user, request.session, page=page)
    waiting = email_change.waiting(request, user)
    forms: dict[str, Form | None] = {
        "details": _details_form(request),
        "about": AboutForm(user=user, facts=facts, now=timezone.now()),
        "new_email": NewEmailForm(user=user),
        "email_code": ChangeCodesForm(needs_old_code=email_change.needs_old_code(waiting)),
        "new_password": NewPasswordForm(user=user),
    }
    context = {
        **forms,
        **bound,
        "tabs": detail_tabs(request, live_portal()) if request.actor.is_customer else (),
        "is_staff": not request.actor.is_customer,
        "me": user,
        "waiting": waiting,
        "needs_old_code": email_change.needs_old_code(waiting),
        "has_password": user.has_usable_password(),
        "sessions": sessions,
        "pager": pager_by_number(request.GET, page, has_more=sessions.has_more, place="a4"),
        "told": told_table(user),
        "download_again_at": download_again_at,
        "page_error": bool(bound),
        "open_part": next(iter(bound), ""),
    }
    return render(request, "portal/account.html", context, status=400 if bound else status)


@require_POST
@signed_in_page
def save_about(request: PersonRequest) -> HttpResponse:
    """Keeps name, phone, language and time zone."""
    facts = portal_facts()
    form = AboutForm(request.POST, user=request.user, facts=facts, now=timezone.now())
    if not form.is_valid():
        return account_page(request, about=form)
    try:
        own_account.save_about(request.user, About(**form.cleaned_data), seen_in(request.POST, form.fields))
    except ChangedMeanwhile as overtaken:
        form.tell(overtaken)
        return account_page(request, about=form)
    with translation.override(choose_language(request, facts, request.user)):
        messages.success(request, _("Your details are kept."))
    return redirect(ACCOUNT)


def _details_form(request: PersonRequest, data: QueryDict | None = None) -> AnswersForm | None:
    """What forms remember of this customer; staff have no such details."""
    if not request.actor.is_customer:
        return None
    portal = live_portal()
    language = Viewer.of(request.actor, portal).language
    asked = Asked(
        portal, request.actor.role, language, customer_id=request.actor.user_id, person_id=request.actor.user_id
    )
    return details_form(request.user, asked, data)


@require_POST
@customer_page
def save_details(request: PersonRequest) -> HttpResponse:
    """`/account/details/`: what forms shall know from now on."""
    form = _details_form(request, request.POST)
    if form is None:
        return redirect(ACCOUNT)
    if not form.is_valid():
        return account_page(request, details=form)
    remember(actor=request.actor, customer_id=request.user.pk, answers=form.cleaned_data)
    messages.success(request, _("Kept. The next form fills it in."))
    return redirect(ACCOUNT)


@sensitive_post_parameters("present")
@require_POST
@signed_in_page
def change_email(request: PersonRequest) -> HttpResponse:
    """Sends a code to the new address, and one to the old where no password stands for it."""
    form = NewEmailForm(request.POST, user=request.user)
    if form.is_valid() and form.cleaned_data["email"] == request.user.email:
        form.add_error("email", _("This is your address already."))
    if not form.is_valid():
        return account_page(request, new_email=form)
    has_password = "present" in form.fields
    try:
        email_change.limit_change(request, request.user)
        if has_password:
            limit_sign_in(request, request.user.email, "password")
    except TooMany as error:
        return too_many(request, error)
    if has_password and not request.user.check_password(form.cleaned_data["present"]):
        form.add_error("present", _("This is not your present password."))
        return account_page(request, new_email=form)
    email_change.ask(request, request.user, form.cleaned_data["email"], password_fits=has_password)
    return redirect(ACCOUNT)


@require_POST
@signed_in_page
def confirm_email(request: PersonRequest) -> HttpResponse:
    """Moves the account when the codes are right."""
    waiting = email_change.waiting(request, request.user)
    form = ChangeCodesForm(request.POST, needs_old_code=email_change.needs_old_code(waiting))
    if not form.is_valid():
        return account_page(request, email_code=form)
    codes = [form.cleaned_data[name] for name in ("code", "old_code") if name in form.fields]
    if not email_change.confirm(request, request.user, *codes):
        form.add_error("code", _wrong_codes(form))
        return account_page(request, email_code=form)
    messages.success(request, _("From now on you sign in with %(email)s.") % {"email": request.user.email})
    return finish_response(request, redirect(ACCOUNT))


def _wrong_codes(form: ChangeCodesForm) -> str:
    """Which of two codes is wrong is not said: each would be guessed by itself."""
    if "old_code" in form.fields:
        return _("These are not the two codes we sent, or their time is over.")
    return _("This is not the code we sent there, or its time is over.")


@require_POST
@signed_in_page
def stop_email(request: PersonRequest) -> HttpResponse:
    """Forgets a change that waits."""
    email_change.stop(request, request.user)
    return redirect(ACCOUNT)


@sensitive_post_parameters("present", "password")
@require_POST
@signed_in_page
def set_password(request: PersonRequest) -> HttpResponse:
    """Sets a password."""
    form = NewPasswordForm(request.POST, user=request.user)
    if not form.is_valid():
        return account_page(request, new_password=form)
    try:
        limit_sign_in(request, request.user.email, "password")
    except TooMany as error:
        return too_many(request, error)
    if "present" in form.fields and not request.user.check_password(form.cleaned_data["present"]):
        form.add_error("present", _("This is not your present password."))
        return account_page(request, new_password=form)
    own_account.set_password(request, request.user, form.cleaned_data["password"])
    messages.success(request, _("Your password is set. All other browsers were signed out."))
    return redirect(ACCOUNT)


@require_POST
@signed_in_page
def remove_password(request: PersonRequest) -> HttpResponse:
    """Back to codes alone."""
    own_account.set_password(request, request.user, None)
    messages.success(request, _("The password is removed. You sign in by code."))
    return redirect(ACCOUNT)


@require_POST
@signed_in_page
def end_session(request: PersonRequest, key: str) -> HttpResponse:
    """Signs one other browser out."""
    if own_account.end_one_session(request.user, key):
        messages.success(request, _("That browser is signed out."))
    return redirect(ACCOUNT)


@require_POST
@signed_in_page
def end_others(request: PersonRequest) -> HttpResponse:
    """Signs all other browsers out."""
    own_account.end_other_sessions(request, request.user)
    messages.success(request, _("All other browsers are signed out."))
    return redirect(ACCOUNT)
