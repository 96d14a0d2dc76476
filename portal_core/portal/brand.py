"""A tenant's look: its colour as a stylesheet of its own, and the icon in the browser's tab.

These answer everybody alike: no session, no user, no cookie, and nothing an owner wrote reaches CSS.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal_core.config.brand import brand_colours
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.queries import published_stylesheet
from tenants.shell import Brand
from tenants.ui.swatch import letter_of, svg_response, swatch_svg

NAME = "portal"
DRAFT = "draft"
_YEAR_SECONDS = 31_536_000


def live_brand(portal: CompiledPortal) -> Brand:
    """What the frames of pages need to know of a portal's look. No query."""
    return Brand(
        name=NAME if portal.number else DRAFT,
        hash=portal.brand_hash,
        letter=letter_of(portal.name),
        voice=portal.brand.title_voice,
        corners=portal.brand.corners,
    )


@require_safe
def brand_stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """`/brand/HASH.css`: the colour with that hash, of this tenant's live or earlier versions; else 404.

    Pages that are still open, and mails, may ask for an earlier one. The hash is made of the file's bytes, so that a
    new colour has a new address and the answer never changes.
    """
    portal = live_portal()
    css = portal.brand_css if portal.brand_hash == digest else published_stylesheet(digest)
    if css is None:
        raise Http404
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: the portal's letter on its colour, as SVG whose colours are attributes."""
    portal = live_portal()
    colours = brand_colours(portal.brand.colour)
    return svg_response(swatch_svg(letter_of(portal.name), colours.fill, colours.on_brand))


brand_stylesheet.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
favicon.audience = "open"  # type: ignore[attr-defined]
