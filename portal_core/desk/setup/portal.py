"""`/desk/setup/portal/`: how customers know that it is the business: name, colour, character, languages, links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.brand import stylesheet
from portal_core.config.contrasts import Measure, is_near_red, measures
from portal_core.config.document.portal_document import DEFAULT_COLOUR
from portal_core.config.draft.reading import Draft, current
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.languages import language_lines, offered, ready_languages
from portal_core.desk.setup.logo import LIMITS, PLACES, change_logo, colour_choices, logos_of, slots_of
from portal_core.desk.setup.portal_controls import controls_of
from portal_core.desk.setup.saving import answer_sheet, posted
from portal_core.desk.setup.sheet import Sheet
from portal_core.documents.errors import UploadRefused
from portal_core.documents.logos import MOST_MEGABYTES
from tenants.shell import Logo
from tenants.ui.swatch import letter_of
from tenants.uploads import FILE_BYTES, MEGABYTE, UploadLimits, takes_files

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Look:
    """The draft's look, for the table of contrasts and the small pages beside it."""

    name: str
    colour: str
    voice: str
    corners: str
    measures: tuple[Measure, ...]
    is_near_red: bool
    # The draft's logo in either scheme, as the bar shows it; None for none.
    logo: Logo | None = None
    logo_in_dark: Logo | None = None
    letter: str = ""

    @property
    def digits(self) -> str:
        """The colour as its stylesheet's address names it."""
        return self.colour.removeprefix("#")

    @property
    def is_fit(self) -> bool:
        """Whether everything can be read."""
        return all(measure.is_enough for measure in self.measures)


def look_of(draft: Draft) -> Look:
    """The look as the draft has it."""
    brand = {name: draft.read(("portal", "brand", name)) for name in ("colour", "title_voice", "corners")}
    said = brand["colour"]
    # An import may have left anything there; it is never shown as a colour.
    colour = said.lower() if isinstance(said, str) and _HEX.fullmatch(said) else DEFAULT_COLOUR
    name = str(draft.read(("portal", "name")) or "")
    in_light, in_dark = logos_of(draft, name)
    return Look(
        logo=in_light,
        logo_in_dark=in_dark,
        letter=letter_of(name),
        name=name,
        colour=colour,
        voice="classic" if brand["title_voice"] == "classic" else "plain",
        corners="crisp" if brand["corners"] == "crisp" else "soft",
        measures=measures(colour),
        is_near_red=is_near_red(colour),
    )


def sheet_of(draft: Draft, data: QueryDict | None = None) -> Sheet:
    """The form."""
    return Sheet(controls_of(draft), draft, ("portal",), "Brand and address", data)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page."""
    sheet = sheet_of(current(), posted(request))
    back = reverse("desk:setup_portal")
    return answer_sheet(request, sheet, back, lambda again, status: _page(request, again, status))


def _page(
    request: PersonRequest, sheet: Sheet, status: int, *, refused: Mapping[str, str] = MappingProxyType({})
) -> HttpResponse:
    draft = sheet.draft
    look, slots = look_of(draft), slots_of(draft, refused)
    context = {
        "sheet": sheet,
        "form": sheet,
        "blocks": {control.name: sheet.block(control.name) for control in sheet.controls},
        "look": look,
        "slots": slots,
        "colour_choices": colour_choices(slots, look.colour),
        "logo_hint": LIMITS,
        "languages": language_lines(draft),
        "ready": ready_languages(draft),
        "offered": offered(draft),
        "host": request.get_host(),
        "texts_href": reverse("desk:setup_texts"),
    }
    return setup_page(request, "setup/portal.html", draft, context, parts=("portal",), status=status)


@require_POST
@staff_page("manage_setup")
@takes_files(UploadLimits(file_bytes=MOST_MEGABYTES * MEGABYTE, total_bytes=FILE_BYTES, files=1))
def logo(request: PersonRequest) -> HttpResponse:
    """Puts a logo into the draft or takes it out; one that is refused is said beside it."""
    which = request.POST.get("which", "")
    if which not in PLACES:
        raise Http404
    try:
        return change_logo(request, which)
    except UploadRefused as refused:
        return _page(request, sheet_of(current()), 400, refused={which: refused.reason})


@require_safe
@staff_page("manage_setup")
def look(request: PersonRequest) -> HttpResponse:
    """The small pages and the table of contrasts alone, as the draft is now."""
    return render(request, "setup/_look.html", {"look": look_of(current()), "host": request.get_host()})


@require_safe
@staff_page("manage_setup")
def colour(request: PersonRequest, digits: str) -> HttpResponse:
    """The stylesheet of any colour, for the small pages."""
    # SECURITY: six hexadecimal digits are all that reaches CSS.
    if not _HEX.fullmatch(f"#{digits}"):
        raise Http404
    _hash, css = stylesheet(f"#{digits}", "draft")
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "private, max-age=86400"
    return response
