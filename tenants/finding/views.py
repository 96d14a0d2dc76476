"""The pages of `/find/`, on the platform's host alone.

SECURITY: they say the same whoever is known where, and take the same time: a page only notes the wish.
"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tenants.finding import limits, looking
from tenants.finding.forms import FindForm
from tenants.limits import TooMany
from tenants.public_pages import public_page

SESSION_KEY = "find"


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The form; sent, the list is on its way, if there is one."""
    if request.method != "POST":
        return _form_page(request, FindForm())
    form = FindForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    try:
        limits.count_source(request)
    except TooMany as full:
        minutes = max(1, round(full.wait_seconds / 60))
        form.add_error(None, _("That was too often. Try again in %(minutes)s minutes.") % {"minutes": minutes})
        return _form_page(request, form, status=429)
    email = form.cleaned_data["email"]
    if limits.has_mail_left(email):
        with transaction.atomic():
            looking.ask(email, get_language() or "en")
    request.session[SESSION_KEY] = email
    return HttpResponseRedirect("/find/sent/")


@public_page
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look in your mail."""
    email = request.session.get(SESSION_KEY)
    if not email:
        return HttpResponseRedirect("/find/")
    return render(request, "platform/find_sent.html", {"email": email})


def _form_page(request: HttpRequest, form: FindForm, status: int = 200) -> HttpResponse:
    return render(request, "platform/find.html", {"form": form}, status=status)
