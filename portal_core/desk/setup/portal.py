"""`/desk/setup/portal/`: how customers know that it is the business: name, colour, character, languages, links."""

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import Draft, current
from portal_core.desk.setup.controls import Line, Pick, Switch, long_text
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.saving import save_sheet
from portal_core.desk.setup.sheet import Sheet

CONTROLS = (
    Line(name="name", path=("name",), label="Name customers read", required=True, max_length=80),
    Line(
        name="prefix",
        path=("reference_prefix",),
        label="Letters before request numbers",
        help="One to six capital letters, such as NW. Old numbers keep their letters.",
        max_length=6,
    ),
    Line(name="sender", path=("sender_name",), label="Sender name of mails", max_length=80),
    long_text("welcome", ("welcome",), "Words of welcome", "On the home page, above everything else."),
    long_text(
        "emergency",
        ("emergency",),
        "What to do in an emergency",
        "On every page, for what cannot wait: a number to call, for instance.",
    ),
    Pick(
        name="voice",
        path=("brand", "title_voice"),
        label="Titles",
        choices=(("plain", "Plain"), ("classic", "Classic")),
        default="plain",
        as_buttons=True,
    ),
    Pick(
        name="corners",
        path=("brand", "corners"),
        label="Corners",
        choices=(("soft", "Soft"), ("crisp", "Crisp")),
        default="soft",
        as_buttons=True,
    ),
    Switch(
        name="guests",
        path=("guests",),
        label="Requests without an account",
        help="Customers confirm their address with a code and follow the request by a link.",
    ),
)


def sheet_of(draft: Draft, data: QueryDict | None = None) -> Sheet:
    """The form."""
    return Sheet(CONTROLS, draft, ("portal",), "Brand and address", data)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page."""
    draft = current()
    if request.method != "POST":
        return _page(request, sheet_of(draft), 200)
    sheet = sheet_of(draft, request.POST)
    return save_sheet(request, sheet, reverse("desk:setup_portal"), lambda again, status: _page(request, again, status))


def _page(request: PersonRequest, sheet: Sheet, status: int) -> HttpResponse:
    context = {"sheet": sheet, "form": sheet}
    return setup_page(request, "setup/portal.html", sheet.draft, context, parts=("portal",), status=status)
