"""The console's pages: signing in with two factors, and the list of tenants."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.console import factors, queries
from tenants.console.forms import AddressForm, CodeForm
from tenants.console.gate import gate
from tenants.console.needs import needs
from tenants.console.pages import console_door, is_signed_in, operator_page
from tenants.console.qr import enrolment_picture
from tenants.console.shell import console_shell
from tenants.limits import Bucket, TooMany, client_source, consume
from tenants.models import Tenant
from tenants.ui.addresses import outside, understands

_PER_SOURCE = 30
_PER_ADDRESS_AND_SOURCE = 5
_PER_ADDRESS = 15  # of several sources, so that no single one uses it up
_KNOWN_BROWSER = 10


@require_safe
@operator_page
@understands("q", "page", "state", but=lambda asked: outside(asked, {"state": Tenant.Status.values}))
def tenants(request: HttpRequest) -> HttpResponse:
    """All tenants, searched and paged."""
    query = request.GET.get("q", "")
    number = request.GET.get("page", "1")
    state = request.GET.get("state", "")
    page = queries.tenant_page(query, int(number[:6]) if number.isascii() and number.isdigit() else 1, state)
    figures = queries.figures()
    context = {
        "page": page,
        "query": query,
        "state": state,
        "figures": figures,
        "needs": needs(),
        "console_shell": console_shell(request, figures.all),
    }
    return render(request, "console/tenants.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@console_door
def signin(request: HttpRequest) -> HttpResponse:
    """The first factor by e-mail: asks for a code."""
    if is_signed_in(request):
        return redirect("console:tenants")
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            consume(_code_buckets(request, email))
        except TooMany as error:
            return _too_many(request, error)
        factors.send_code(request, email)
        return redirect("console:code")
    return _door(request, "console/signin.html", form)


def _code_buckets(request: HttpRequest, email: str) -> tuple[Bucket, ...]:
    """A browser that an operator used before counts for itself: a flood of strangers does not lock them out of it."""
    browser = gate().known_browser(request, email)
    if browser:
        return (Bucket("console-device", f"{browser} {email}", _KNOWN_BROWSER, 15 * 60),)
    source = client_source(request)
    return (
        Bucket("console-source", source, _PER_SOURCE, 3600),
        Bucket("console-both", f"{source} {email}", _PER_ADDRESS_AND_SOURCE, 3600),
        Bucket("console-address", email, _PER_ADDRESS, 3600),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@console_door
def code(request: HttpRequest) -> HttpResponse:
    """The first factor by e-mail: takes the code."""
    email = factors.asked_for(request)
    if email is None:
        return redirect("console:signin")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if factors.enter_code(request, form.cleaned_data["code"]):
                return redirect("console:second")
        except TooMany as error:
            return _too_many(request, error)
        form.add_error("code", _("This is not the code we sent last."))
    return _door(request, "console/code.html", form, email=email)


@require_http_methods(["GET", "HEAD", "POST"])
@console_door
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time address from the shell; only the POST uses it up."""
    try:
        consume((Bucket("console-link", client_source(request), _PER_SOURCE, 3600),))
    except TooMany as error:
        return _too_many(request, error)
    find = gate().use_link if request.method == "POST" else gate().find_link
    user = find(token)
    if user is None:
        return render(request, "console/gone.html", status=410)
    if request.method == "POST":
        factors.arrive(request, user, factors.LINK)
        return redirect("console:second")
    return render(request, "console/link.html", {"email": getattr(user, "email", "")})


@require_http_methods(["GET", "HEAD", "POST"])
@console_door
def second(request: HttpRequest) -> HttpResponse:
    """The second factor; who has none yet enrols first."""
    who = factors.arrival(request)
    if who is None:
        return redirect("console:signin")
    if not factors.has_second_factor(who.user):
        return redirect("console:enrol")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if factors.show_second(request, who, form.cleaned_data["code"]):
                answer = redirect("console:tenants")
                gate().remember_browser(request, answer, who.user)
                return answer
        except TooMany as error:
            return _too_many(request, error)
        form.add_error("code", _("This code does not fit. Wait for the next one, or take a recovery code."))
    return _door(request, "console/second.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@console_door
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrols an authenticator app at the first sign-in, and only after the one-time address."""
    who = factors.arrival(request)
    if who is None or factors.has_second_factor(who.user):
        return redirect("console:signin")
    if who.by != factors.LINK:
        return render(request, "console/needs_link.html", status=403)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.enrol(request, who, form.cleaned_data["code"])
        except TooMany as error:
            return _too_many(request, error)
        if codes is not None:
            answer = render(request, "console/recovery.html", {"codes": codes})
            gate().remember_browser(request, answer, who.user)
            return answer
        form.add_error("code", _("This code does not fit. Look whether the clock of your phone is right."))
    seed = factors.seed_for(request)
    return _door(request, "console/enrol.html", form, seed=seed, picture=enrolment_picture(who.user, seed))


@require_POST
@console_door
def signout(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("console:signin")


def _door(request: HttpRequest, template: str, form: AddressForm | CodeForm, **more: object) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=400 if form.is_bound else 200)


def _too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    answer = render(request, "console/wait.html", {"again_at": error.again_at}, status=429)
    answer["Retry-After"] = str(error.wait_seconds)
    return answer
