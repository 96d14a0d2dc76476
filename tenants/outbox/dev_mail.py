"""The pages of /dev/mail/: the list, one mail, and its HTML in a frame that can do nothing."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from csp.constants import NONE, UNSAFE_INLINE
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from tenants.framing import for_frame, with_frame
from tenants.outbox.mail_folder import MailFolder, StoredMail

PAGE_SIZE = 200

_MAIL_POLICY = {
    "default-src": [NONE],
    "script-src": [NONE],
    "connect-src": [NONE],
    "form-action": [NONE],
    "font-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    # Links open in a tab of their own; scripts and forms do not run.
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def _open(page: Callable[P, R]) -> Callable[P, R]:
    page.audience = "open"  # type: ignore[attr-defined]  # read by the contract tests
    return page


@_open
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Every mail of this installation, newest first; `?to=` keeps those to one address."""
    address = request.GET.get("to", "").strip().lower()
    mails = _folder().newest(PAGE_SIZE, to=address)
    return render(request, "platform/dev_mail.html", {"mails": mails, "address": address})


@_open
@require_safe
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its HTML in a frame, its text, its headers."""
    return with_frame(render(request, "platform/dev_mail_one.html", {"mail": _mail(name)}))


@_open
@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part as a mail program shows it, for the frame."""
    html = _mail(name).whole_html
    response = HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
    return for_frame(response, _MAIL_POLICY)


def _folder() -> MailFolder:
    return MailFolder(settings.MAIL_FOLDER)


def _mail(name: str) -> StoredMail:
    found = _folder().get(name)
    if found is None:
        raise Http404
    return found
