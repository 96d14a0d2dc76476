"""A tenant's look: its colour as a stylesheet of its own, its logo, and the icon in the browser's tab.

What is live is answered to everybody alike: no session, no user, no cookie, and nothing an owner wrote reaches CSS.
"""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal_core.accounts.actor import actor_for
from portal_core.config.assets import asset_by
from portal_core.config.brand import brand_colours
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.logo import Logo, Mark
from portal_core.config.queries import published_stylesheet
from portal_core.documents.logos import content_of, icon_of
from portal_core.documents.serving import POLICY
from portal_core.documents.storage import NoSuchFile
from tenants.shell import Brand
from tenants.shell import Logo as ShownLogo
from tenants.ui.swatch import letter_of, svg_response, swatch_svg

NAME = "portal"
DRAFT = "draft"
_DAY_SECONDS = 86_400
_YEAR_SECONDS = 31_536_000


def live_brand(portal: CompiledPortal) -> Brand:
    """What the frames of pages need to know of a portal's look. No query."""
    return Brand(
        name=NAME if portal.number else DRAFT,
        hash=portal.brand_hash,
        letter=letter_of(portal.name),
        voice=portal.brand.title_voice,
        corners=portal.brand.corners,
        logo=None if portal.logo is None else shown_logo(portal.logo, portal),
    )


def shown_logo(logo: Logo, portal: CompiledPortal) -> ShownLogo:
    """A logo for the bar of a page, in the reader's language."""
    words = portal.text(logo.alt, get_language() or portal.language)
    dark = None if logo.dark is None else shown_mark(logo.dark)
    return replace(
        shown_mark(logo.plain),
        # Beside the name it has nothing to add to it, unless the business says so.
        alt=words or (portal.name if logo.is_alone else ""),
        is_alone=logo.is_alone,
        dark_href="" if dark is None else dark.href,
        dark_width=0 if dark is None else dark.width,
        dark_height=0 if dark is None else dark.height,
        tile_in_light=logo.tile_in_light,
        tile_in_dark=logo.tile_in_dark,
    )


def shown_mark(mark: Mark) -> ShownLogo:
    """One picture at the size of a bar, and nothing else."""
    width, height = mark.shown
    return ShownLogo(href=mark.href, width=width, height=height)


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
    """`/favicon.ico`: the logo as a small square; without one, or with a wide one, the portal's letter on its colour.

    The letter is SVG whose colours are attributes.
    """
    portal = live_portal()
    icon = None if portal.logo is None else icon_of(portal.logo.plain)
    if icon is not None:
        response = HttpResponse(icon, content_type="image/png")
        response["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
        response["Content-Security-Policy"] = POLICY
        response["X-Content-Type-Options"] = "nosniff"
        return response
    colours = brand_colours(portal.brand.colour)
    return svg_response(swatch_svg(letter_of(portal.name), colours.fill, colours.on_brand))


@require_safe
def brand_logo(request: HttpRequest, digest: str) -> HttpResponse:
    """`/brand/HASH.png`: the logo of the live portal, to everybody; any other of this tenant's to who configures.

    SECURITY: only what this product has drawn itself, of this tenant, as a picture and nothing else. Whether there is
    another one nobody else learns: it is 404 like one that never was.
    """
    logo = live_portal().logo
    is_live = logo is not None and digest in logo.digests
    if not is_live and not _may_configure(request):
        raise Http404
    asset = asset_by(digest)
    if asset is None:
        raise Http404
    try:
        response = HttpResponse(content_of(asset), content_type="image/png")
    except NoSuchFile:
        raise Http404 from None
    # A draft's logo is nobody else's business, and a cache between us and its owner may not keep it.
    response["Cache-Control"] = f"{'public' if is_live else 'private'}, max-age={_YEAR_SECONDS}, immutable"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _may_configure(request: HttpRequest) -> bool:
    actor = actor_for(request.user)
    return actor.is_staff and actor.may("manage_setup")


brand_logo.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
brand_stylesheet.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
favicon.audience = "open"  # type: ignore[attr-defined]  # likewise
