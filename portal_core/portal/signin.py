"""`/signin/`: by e-mailed code, or by password. What the pages say never depends on whether an account exists."""

from urllib.parse import urlencode

from django.contrib.auth import authenticate
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts import code_signin, flooded
from portal_core.accounts.actor import actor_for
from portal_core.accounts.address_proof import Proof, Waiting
from portal_core.accounts.forms import CodeForm, EmailForm, PasswordForm
from portal_core.accounts.landing import landing_path
from portal_core.accounts.models import User
from portal_core.accounts.pages import PortalRequest, open_page
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.signin import end_session, finish_response, start_session
from portal_core.accounts.signin_limits import limit_codes, limit_sign_in
from portal_core.accounts.signin_links import local_path
from tenants.limits import TooMany
from tenants.ui.addresses import packed, unpacked


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def signin(request: PortalRequest) -> HttpResponse:
    """The first step: the address."""
    next_path = _wanted(request)
    if request.actor.is_signed_in:
        return HttpResponseRedirect(landing_path(request.actor, next_path))
    form = EmailForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "portal/signin.html", _first_step(form, next_path), status=status)
    email = form.cleaned_data["email"]
    try:
        has_codes_left = limit_codes(request, email)
    except TooMany as error:
        return too_many(request, error)
    if not has_codes_left:
        return _link_instead(request, email)
    code_signin.send_code(request, email, next_path)
    return redirect("signin_code")


def _wanted(request: PortalRequest) -> str:
    """Where whoever signs in wants to go; "" where that is not on this host."""
    return local_path(unpacked(request.POST.get("next", "") or request.GET.get("next", "")))


def _link_instead(request: PortalRequest, email: str) -> HttpResponse:
    """Strangers have used up the codes of this address: its owner gets in by a link."""
    flooded.send_link_instead(email)
    return render(request, "portal/signin_link_sent.html", {"minutes": flooded.LINK_MINUTES})


def _first_step(form: EmailForm, next_path: str) -> dict[str, object]:
    query = f"?{urlencode({'next': packed(next_path)})}" if next_path else ""
    return {
        "form": form,
        "facts": portal_facts(),
        "next": next_path,
        "password_href": reverse("signin_password") + query,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def signin_code(request: PortalRequest) -> HttpResponse:
    """The second step: the code."""
    waiting = code_signin.pending(request)
    if waiting is None:
        return redirect("signin")
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _second_step(request, form, waiting)
    proof = code_signin.enter_code(request, form.cleaned_data["code"], keep=form.cleaned_data["keep"])
    if proof is Proof.RIGHT:
        return _land(request, waiting.next_path)
    if proof is Proof.WRONG:
        form.add_error("code", _("This is not the code we sent last. Look for our newest e-mail."))
        return _second_step(request, form, waiting)
    return render(request, "portal/signin_over.html", {"used_up": proof is Proof.USED_UP}, status=400)


def _second_step(request: PortalRequest, form: CodeForm, waiting: Waiting) -> HttpResponse:
    context = {"form": form, "waiting": waiting, "facts": portal_facts()}
    return render(request, "portal/signin_code.html", context, status=400 if form.is_bound else 200)


@require_POST
@open_page
def signin_again(request: PortalRequest) -> HttpResponse:
    """Sends a new code to the same address."""
    waiting = code_signin.pending(request)
    if waiting is None:
        return redirect("signin")
    try:
        has_codes_left = limit_codes(request, waiting.email)
    except TooMany as error:
        return too_many(request, error)
    if not has_codes_left:
        return _link_instead(request, waiting.email)
    code_signin.send_again(request)
    return redirect("signin_code")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def signin_password(request: PortalRequest) -> HttpResponse:
    """The second way in, for those who set a password."""
    next_path = _wanted(request)
    if request.actor.is_signed_in:
        return HttpResponseRedirect(landing_path(request.actor, next_path))
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            limit_sign_in(request, form.cleaned_data["email"], "password")
        except TooMany as error:
            return too_many(request, error)
        if _password_fits(request, form):
            return _land(request, next_path)
        form.add_error(None, _("E-mail and password do not fit, or no password is set. A code always works."))
    context = {"form": form, "next": next_path, "facts": portal_facts()}
    return render(request, "portal/signin_password.html", context, status=400 if form.is_bound else 200)


def _password_fits(request: PortalRequest, form: PasswordForm) -> bool:
    typed = form.cleaned_data
    user = authenticate(request, email=typed["email"], password=typed["password"])
    if not isinstance(user, User):
        return False
    start_session(request, user, keep=typed["keep"])
    return True


@require_POST
@open_page
def signout(request: PortalRequest) -> HttpResponse:
    """Ends this session."""
    end_session(request)
    return redirect("signin")


def _land(request: PortalRequest, next_path: str) -> HttpResponse:
    target = landing_path(actor_for(request.user), next_path)
    return finish_response(request, HttpResponseRedirect(target))


def too_many(request: PortalRequest, error: TooMany) -> HttpResponse:
    """Says when it works again."""
    answer = render(request, "portal/signin_wait.html", {"again_at": error.again_at}, status=429)
    answer["Retry-After"] = str(error.wait_seconds)
    return answer
