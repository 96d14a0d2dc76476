"""The pages inside the frame: `/desk/setup/preview/VERSION/WHO/…`, the portal's own pages under another address.

SECURITY: answered only to whoever may configure, and framed by nothing but our own page. What a real customer would see
is shown as far as the role of whoever looks goes, and each look is written down first.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from csp.constants import NONE, UNSAFE_INLINE
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.html import format_html, format_html_join
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.drafted import Drafted, drafted_portal
from portal_core.desk.setup.preview.fresh import fresh_words
from portal_core.desk.setup.preview.mails import SeenMail, seen_mail
from portal_core.desk.setup.preview.rewriting import Place, Rewritten, rewrite
from portal_core.desk.setup.preview.seen import Seen, seen_by
from portal_core.desk.setup.preview.trying import Address, Stage, mail_of, mails_of, play, says, stage
from portal_core.history.looks import note_look
from portal_core.portal.brand import brand_logo
from portal_core.service_requests.errors import NotSeen
from tenants.context import current
from tenants.framing import for_frame
from tenants.outbox.pictures import name_of

ROOT: Final = "/desk/setup/preview/"
# Of what the portal's own addresses are made.
PATH: Final = re.compile(r"[a-zA-Z0-9/_.-]{0,300}")
DRAFT: Final = "draft"
LIVE: Final = "live"
_MARK_IN_MAIL: Final = '<ins style="background:#e3f4e5;color:#14301a;text-decoration:underline">'
# A mail has its styles in its text, and no script.
_MAIL_POLICY: Final = {
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "connect-src": [NONE],
}


@dataclass(frozen=True)
class Looked:
    """Which version is looked at, as whom; `drafted` is the draft beside it, whichever is shown."""

    version: str
    seen: Seen
    drafted: Drafted

    @property
    def portal(self) -> CompiledPortal | None:
        """The portal that is shown; None for a draft that cannot be."""
        return self.drafted.portal if self.version == DRAFT else self.drafted.live

    @property
    def base(self) -> str:
        """Where its pages lie."""
        return f"{ROOT}{self.version}/{self.seen.key}/"


def looked(request: PersonRequest, version: str, who: str) -> Looked:
    """What an address names. Raises Http404 for nobody whom this colleague may look at.

    SECURITY: the draft can open fields to any role. Whoever could not publish it does not see real customers by it.
    """
    seen = seen_by(request.actor, who)
    drafted = drafted_portal()
    if seen is None or version not in (DRAFT, LIVE) or (version == DRAFT and not drafted.is_changed):
        raise Http404
    if version == DRAFT and seen.is_real and not request.actor.may("publish"):
        raise Http404
    return Looked(version, seen, drafted)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
@xframe_options_sameorigin
def page(request: PersonRequest, version: str, who: str, inner: str = "") -> HttpResponseBase:
    """`/desk/setup/preview/VERSION/WHO/PAGE`: the page as that reader meets it; a POST is tried and undone."""
    what = looked(request, version, who)
    if what.portal is None or not PATH.fullmatch(inner):
        raise Http404
    brand = _brand(request, what.portal, inner)
    if brand is not None:
        return brand
    address = Address(inner, request.META.get("QUERY_STRING", ""))
    note(request, what, address)
    data = request.POST if request.method == "POST" else None
    try:
        with stage(what.seen, what.portal, request.actor, address, writes=data is not None) as made:
            return _framed(request, what, made, address, data)
    except NotSeen:
        raise Http404 from None


def note(request: PersonRequest, what: Looked, address: Address) -> None:
    """Writes down that somebody looks at a real customer's page; nobody else minds."""
    user = what.seen.user
    # What is typed is kept by itself from second to second: that is no look of its own.
    if user is not None and not user.is_sample and not address.path.endswith("/draft/"):
        page = f"/{address.path}"
        note_look(actor=request.actor, customer_id=user.pk, page=page, is_draft=what.version == DRAFT)


def _brand(request: HttpRequest, portal: CompiledPortal, inner: str) -> HttpResponse | None:
    """The look of what is shown; a draft's is served nowhere else."""
    if inner == f"brand/{portal.brand_hash}.css":
        return HttpResponse(portal.brand_css, content_type="text/css; charset=utf-8")
    logo = portal.logo
    if logo is not None and inner in {f"brand/{digest}.png" for digest in logo.digests}:
        return brand_logo(request, inner[6:-4])
    return None


def _framed(
    request: PersonRequest, what: Looked, made: Stage, address: Address, data: QueryDict | None
) -> HttpResponseBase:
    wanted = mail_of(address)
    if wanted is not None and data is None:
        return _mail(request, what, made, wanted[1])
    answer = play(made, request, address, data)
    banner = _tried(made) if data is not None else ""
    return frame(answer, what, made, banner=banner)


def frame(answer: HttpResponseBase, what: Looked, made: Stage, *, banner: str = "") -> HttpResponseBase:
    """An answer of the portal fit for the frame."""
    for_frame(answer, {})
    for name in ("HX-Redirect", "Location"):
        if name in answer.headers and answer.headers[name].startswith("/"):
            answer.headers[name] = place_of(what, made).inside(answer.headers[name])
    if isinstance(answer, HttpResponse) and answer.headers.get("Content-Type", "").startswith("text/html"):
        answer.content = rewritten(answer, what, made, banner=banner).html.encode()
    return answer


def rewritten(answer: HttpResponse, what: Looked, made: Stage, *, banner: str = "") -> Rewritten:
    """The page with its addresses in the frame, and what is new underlined."""
    words = fresh_words(what.drafted, _language(made)) if what.version == DRAFT else ()
    return rewrite(answer.content.decode(), place_of(what, made), words, banner=banner)


def place_of(what: Looked, made: Stage) -> Place:
    """Where the frame's pages lie."""
    tenant = current()
    origin = tenant.url("/").rstrip("/") if tenant is not None else ""
    return Place(what.base, origin, made.token, str(made.number) if made.token else "")


def _language(made: Stage) -> str:
    return made.seen.language or (made.user.language if made.user is not None else "") or made.portal.language


def mail_html(mail: SeenMail, what: Looked, made: Stage) -> Rewritten:
    """A mail as the frame shows it."""
    words = fresh_words(what.drafted, _language(made)) if what.version == DRAFT else ()
    place = replace(place_of(what, made), mark=_MARK_IN_MAIL)
    html, logo = mail.html, what.portal.logo if what.portal is not None else None
    for digest in logo.digests if logo is not None else ():
        # What travels inside a mail is shown from where the portal has it.
        html = html.replace(f'src="cid:{name_of(digest)}"', f'src="/brand/{digest}.png"')
    return rewrite(html, place, words)


def _mail(request: HttpRequest, what: Looked, made: Stage, status_key: str) -> HttpResponseBase:
    mail = seen_mail(made, status_key)
    if mail is None:
        return frame(says(made, request, "no-mail"), what, made)
    return for_frame(HttpResponse(mail_html(mail, what, made).html), _MAIL_POLICY)


def _tried(made: Stage) -> str:
    """What stands above the page after a form: that nothing was kept, and whom it would have told."""
    mails = mails_of(made)
    told = format_html_join(", ", "{} (“{}”)", ((mail.to_name or mail.to_address, mail.subject) for mail in mails))
    words = format_html(" By e-mail it would tell: {}.", told) if mails else ""
    return format_html(
        '<div class="notice mb4" data-tone="them" role="status" lang="en"><span><b>Tried on a copy.</b> '
        "Nothing was sent and nothing is kept; links to what was made here lead nowhere.{}</span></div>",
        words,
    )
