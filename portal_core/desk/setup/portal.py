"""`/desk/setup/portal/`: how customers know that it is the business: name, colour, character, languages, links."""

import re
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.brand import stylesheet
from portal_core.config.contrasts import Measure, is_near_red, measures
from portal_core.config.document.portal_document import DEFAULT_COLOUR
from portal_core.config.draft.reading import Draft, current
from portal_core.desk.setup.frame import setup_page
from portal_core.desk.setup.languages import language_lines, offered
from portal_core.desk.setup.portal_controls import controls_of
from portal_core.desk.setup.saving import answer_sheet, posted
from portal_core.desk.setup.sheet import Sheet

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
    return Look(
        name=str(draft.read(("portal", "name")) or ""),
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


def _page(request: PersonRequest, sheet: Sheet, status: int) -> HttpResponse:
    draft = sheet.draft
    context = {
        "sheet": sheet,
        "form": sheet,
        "blocks": {control.name: sheet.block(control.name) for control in sheet.controls},
        "look": look_of(draft),
        "languages": language_lines(draft),
        "offered": offered(draft),
        "host": request.get_host(),
        "texts_href": reverse("desk:setup_texts"),
    }
    return setup_page(request, "setup/portal.html", draft, context, parts=("portal",), status=status)


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
