"""The pages of sign-up, on the platform's host alone. All work without JavaScript."""

from typing import Final
from zoneinfo import available_timezones

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tenants import registry, slugs
from tenants.errors import ProvisioningFailed, SetUpRefused, SlugRefused, TemplateError
from tenants.limits import TooMany
from tenants.models import SignUp
from tenants.public_pages import public_page
from tenants.signup import limits, steps
from tenants.signup.forms import COLOURS, CodeForm, SignUpForm

SESSION_KEY = "signup"
_USUAL_ZONES: Final = {"de": "Europe/Berlin"}

log = structlog.get_logger(__name__)


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What Portico is."""
    return render(request, "platform/home.html", {"starters": registry.starters()})


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """The form; a proven e-mail goes on without another code."""
    pending = steps.find(request.session.get(SESSION_KEY))
    if request.method != "POST":
        return _form_page(request, SignUpForm(initial=_initial(request, pending)))
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    wish = steps.Wish(**form.cleaned_data)
    if pending is not None and _is_proven(pending) and pending.email == wish.email:
        steps.change_wish(pending, wish)
        return _open(request, pending)
    try:
        limits.count_start(request, wish.email)
    except TooMany as error:
        form.add_error(None, _too_many(error))
        return _form_page(request, form, status=429)
    request.session[SESSION_KEY] = str(steps.begin(wish).pk)
    return HttpResponseRedirect("/signup/code/")


@public_page
@require_safe
def address(request: HttpRequest) -> HttpResponse:
    """Whether an address is free, while it is typed; an empty one is suggested from the name."""
    typed = request.GET.get("slug", "")
    context: dict[str, str] = {"slug": typed, "host_suffix": f".{settings.BASE_DOMAIN}"}
    try:
        limits.count_look(request)
        slug = slugs.check(typed or slugs.suggest(request.GET.get("name", "")))
        context |= {"state": "free" if typed else "suggested", "slug": slug}
    except SlugRefused as refused:
        context |= {"state": "refused", "reason": refused.reason, "suggestion": refused.suggestion}
    except TooMany as error:
        context |= {"state": "unknown", "reason": _too_many(error)}
    return render(request, "platform/_signup_address.html", context)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code from the e-mail; the right one opens the portal."""
    pending = steps.find(request.session.get(SESSION_KEY))
    if pending is None:
        return HttpResponseRedirect("/signup/")
    if request.method != "POST":
        return _code_page(request, pending, CodeForm())
    try:
        if "again" in request.POST:
            limits.count_start(request, pending.email)
            steps.send_again(pending)
            return HttpResponseRedirect("/signup/code/?sent=1")
        limits.count_code(request)
    except TooMany as error:
        form = CodeForm(request.POST)
        form.add_error(None, _too_many(error))
        return _code_page(request, pending, form, status=429)
    return _check_code(request, pending)


def _check_code(request: HttpRequest, pending: SignUp) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        if steps.is_right(pending, form.cleaned_data["code"]):
            return _open(request, pending)
        pending.refresh_from_db()
        form.add_error("code", _spent() if steps.is_spent(pending) else _("This is not the code we sent."))
    return _code_page(request, pending, form, status=400)


def _open(request: HttpRequest, pending: SignUp) -> HttpResponse:
    """Makes the portal and sends its owner there."""
    try:
        target = steps.open_portal(pending, language=get_language() or "", time_zone=_time_zone(request))
    except SlugRefused as refused:
        form = SignUpForm(_typed(pending))
        form.is_valid()
        if not form.has_error("slug"):
            form.refuse_slug(refused)
        return _form_page(request, form, status=409)
    except SetUpRefused:
        log.exception("signup_refused", slug=pending.slug)
        form = SignUpForm(_typed(pending))
        form.add_error(None, _("We cannot make a portal with these answers. Change the name or the colour."))
        return _form_page(request, form, status=400)
    except (ProvisioningFailed, TemplateError):
        log.exception("signup_failed", slug=pending.slug)
        form = SignUpForm(_typed(pending))
        form.add_error(None, _("We could not open the portal just now. Nothing is lost: try again."))
        return _form_page(request, form, status=503)
    request.session.pop(SESSION_KEY, None)
    return HttpResponseRedirect(target)


def _form_page(request: HttpRequest, form: SignUpForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "suggestion": form.suggestion,
        "colours": COLOURS,
        "host_suffix": f".{settings.BASE_DOMAIN}",
    }
    return render(request, "platform/signup.html", context, status=status)


def _code_page(request: HttpRequest, pending: SignUp, form: CodeForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "email": pending.email,
        "name": pending.name,
        "host": f"{pending.slug}.{settings.BASE_DOMAIN}",
        "is_spent": steps.is_spent(pending),
        "was_sent_again": "sent" in request.GET,
    }
    return render(request, "platform/signup_code.html", context, status=status)


def _initial(request: HttpRequest, pending: SignUp | None) -> dict[str, str]:
    """Coming back from the code page one finds what one typed; a link may name a starter."""
    if pending is not None and pending.tenant is None:
        return _typed(pending)
    return {"starter": request.GET["starter"]} if request.GET.get("starter") else {}


def _time_zone(request: HttpRequest) -> str:
    """Where the browser says that it is (app.js); without script the place that most readers of the language share."""
    said = request.POST.get("time_zone", "")
    # "UTC" is what a browser says that does not want to say.
    is_place = "/" in said and not said.startswith("Etc/") and said in available_timezones()
    return said if is_place else _USUAL_ZONES.get(get_language() or "", "")


def _typed(pending: SignUp) -> dict[str, str]:
    fields = ("name", "email", "slug", "starter", "colour")
    return {name: getattr(pending, name) for name in fields}


def _is_proven(pending: SignUp) -> bool:
    return pending.verified_at is not None and pending.tenant is None


def _spent() -> str:
    return _("This code no longer works. Ask for a new one below.")


def _too_many(error: TooMany) -> str:
    minutes = max(1, round(error.wait_seconds / 60))
    return _("That was too often. Try again in %(minutes)s minutes.") % {"minutes": minutes}
