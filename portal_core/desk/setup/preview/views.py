"""`/desk/setup/preview/`: one strip chooses who, page, version and screen; below stand the desk and the portal."""

from dataclasses import dataclass, field
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import Draft, current
from portal_core.config.drafted import Drafted, drafted_portal
from portal_core.config.problems import Problem
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.places import page_of
from portal_core.desk.setup.preview.difference import Difference, difference
from portal_core.desk.setup.preview.inner import DRAFT, LIVE, PATH, Looked, looked, mail_html, note, rewritten
from portal_core.desk.setup.preview.mails import SeenMail, seen_mail
from portal_core.desk.setup.preview.pages import PageGroup, first_page, label_of, page_groups
from portal_core.desk.setup.preview.seen import EXAMPLE, SeenChoice, customers_to_see, made_up
from portal_core.desk.setup.preview.staff_side import StaffSide, staff_side
from portal_core.desk.setup.preview.trying import Address, Stage, mail_of, play, stage
from portal_core.portal.brand import live_brand
from portal_core.service_requests.errors import NotSeen
from tenants.framing import with_frame
from tenants.shell import Brand

SCREENS: Final = (("phone", "Phone", "mobile"), ("desktop", "Desktop", "desktop"), ("beside", "Beside staff", "split"))
# Where the parts of the document are edited.


@dataclass(frozen=True)
class Asked:
    """What the strip says."""

    who: str
    page: str | None
    version: str
    screen: str
    find: str


@dataclass
class Shown:
    """All that stands below the strip."""

    groups: list[PageGroup] = field(default_factory=list)
    path: str = ""
    label: str = ""
    staff: StaffSide = field(default_factory=StaffSide)
    difference: Difference = field(default_factory=Difference)
    mail: SeenMail | None = None
    # In how many places the page says what is not live yet.
    marked: int = 0
    brand: Brand | None = None
    status: int = 200


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page: `as`, `page`, `version` and `screen` say what is shown; `find` looks for a customer."""
    draft = current()
    asked = _asked(request, drafted_portal(draft))
    what = _looked(request, asked)
    if what.portal is None:
        return _cannot(request, asked, what, draft)
    shown = _shown(request, what, asked.page)
    context = {
        **_strip(request, asked, what),
        "shown": shown,
        "frame_src": f"{what.base}{shown.path}",
        "first_name": what.seen.short_name,
        "seen_name": what.seen.name,
        "looker": request.actor.name,
    }
    return with_frame(setup_page(request, "setup/preview.html", draft, context))


def _asked(request: PersonRequest, drafted: Drafted) -> Asked:
    get = request.GET.get
    screen = get("screen", "")
    usual = DRAFT if drafted.is_changed else LIVE
    version = get("version", usual)
    return Asked(
        who=get("as", EXAMPLE),
        page=get("page") if PATH.fullmatch(get("page", "")) and ".." not in get("page", "") else None,
        version=version if version in (DRAFT, LIVE) and drafted.is_changed else usual,
        screen=screen if screen in {key for key, _label, _icon in SCREENS} else "beside",
        find=get("find", "")[:100],
    )


def _looked(request: PersonRequest, asked: Asked) -> Looked:
    """What the strip asks for; the live version of a customer whose draft is not for this colleague."""
    try:
        return looked(request, asked.version, asked.who)
    except Http404:
        return looked(request, LIVE, asked.who)


def _strip(request: PersonRequest, asked: Asked, what: Looked) -> dict[str, object]:
    people: list[SeenChoice] = customers_to_see(request.actor, find=asked.find, also=what.seen.user)
    return {
        "asked": asked,
        "what": what,
        "people": people,
        "made_up": made_up(what.portal or what.drafted.live),
        "screens": SCREENS,
        "is_draft": what.version == DRAFT,
        "draft_withheld": what.version != asked.version,
        "problems": [_to_mend(item) for item in what.drafted.problems] if what.version == DRAFT else [],
        "live_number": what.drafted.live.number,
    }


@dataclass(frozen=True)
class ToMend:
    """One fault of the draft, with the page of the editor where it can be mended."""

    problem: Problem
    href: str


def _to_mend(problem: Problem) -> ToMend:
    return ToMend(problem, page_of(problem.path.split(".")))


def _cannot(request: PersonRequest, asked: Asked, what: Looked, draft: Draft) -> HttpResponse:
    """The draft cannot be shown: which of its faults stand against it, each with its mend."""
    return setup_page(request, "setup/preview_problems.html", draft, _strip(request, asked, what))


def _shown(request: PersonRequest, what: Looked, path: str | None) -> Shown:
    if path is None:
        path = _first(request, what)
    address = Address(path)
    assert what.portal is not None
    note(request, what, address)
    try:
        with stage(what.seen, what.portal, request.actor, address) as made:
            return _read(request, what, made, address)
    except NotSeen:
        # A link to a request that is not there (any more), or not for this colleague.
        return Shown(path=path, brand=live_brand(what.portal), status=404)


def _first(request: PersonRequest, what: Looked) -> str:
    assert what.portal is not None
    with stage(what.seen, what.portal, request.actor, Address("")) as made:
        return first_page(made)


def _read(request: PersonRequest, what: Looked, made: Stage, address: Address) -> Shown:
    groups = page_groups(made, address.path)
    staff = staff_side(made, address)
    wanted = mail_of(address)
    shown = Shown(
        groups=groups,
        path=address.path,
        label=label_of(groups, address.path),
        staff=staff,
        difference=difference(made, staff),
        brand=live_brand(made.portal),
    )
    if wanted is not None:
        shown.mail = seen_mail(made, wanted[1])
        shown.marked = mail_html(shown.mail, what, made).marked if shown.mail is not None else 0
        return shown
    answer: HttpResponseBase = play(made, request, address, None)
    shown.status = answer.status_code
    if isinstance(answer, HttpResponse) and what.version == DRAFT:
        shown.marked = rewritten(answer, what, made).marked
    return shown
