"""The letterhead of a tenant's mails, from its live portal configuration."""

from django.utils.translation import get_language

from portal_core.config.assets import asset_beginning
from portal_core.config.brand import brand_colours, contrast
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.logo import Logo
from portal_core.documents.logos import content_if_there
from tenants.context import current
from tenants.outbox.letterhead import HeadLogo, Letterhead
from tenants.outbox.pictures import name_of

LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#211e1d"
READABLE = 4.5
SOFT_SHARE = 0.58


def portal_letterhead() -> Letterhead:
    """Name, sender and colours of the current tenant's portal."""
    portal = live_portal()
    tenant = current()
    colours = brand_colours(portal.document.portal.brand.colour)
    return Letterhead(
        name=portal.name,
        sender_name=portal.document.portal.sender_name or portal.name,
        home_url=tenant.url("/") if tenant is not None else "/",
        language=portal.language,
        accent=colours.fill,
        accent_ink=colours.on_brand,
        accent_soft=mixed_with_white(colours.fill, SOFT_SHARE),
        accent_text=colours.ink,
        accent_text_dark=readable_on_dark(colours.colour),
        imprints={language: _lines(portal, language) for language in portal.languages},
        logo=None if portal.logo is None else _head_logo(portal.logo, portal),
    )


def _lines(portal: CompiledPortal, language: str) -> tuple[str, ...]:
    lines = (line.strip() for line in portal.text(portal.settings.imprint, language).splitlines())
    return tuple(line for line in lines if line)


def _head_logo(logo: Logo, portal: CompiledPortal) -> HeadLogo:
    """The one for light grounds; mail programs cannot be asked which they have, so it brings its own where it must."""
    width, height = logo.plain.shown
    own_ground = "" if logo.plain.reads_on_dark else LIGHT_GROUND
    return HeadLogo(
        cid=name_of(logo.plain.digest),
        width=width,
        height=height,
        alt=portal.text(logo.alt, get_language() or portal.language) or (portal.name if logo.is_alone else ""),
        is_alone=logo.is_alone,
        ground=DARK_GROUND if logo.tile_in_light else own_ground,
    )


def logo_content(digest: str) -> bytes | None:
    """The picture whose hash begins so, to travel inside a mail; None where it is gone."""
    return content_if_there(asset_beginning(digest))


def mixed_with_white(colour: str, share: float) -> str:
    """`colour` (#rrggbb) with `share` (0 to 1) of white in it."""
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(channel + (255 - channel) * share):02x}" for channel in channels)


def readable_on_dark(colour: str) -> str:
    """`colour` made lighter until it can be read on the dark card."""
    for twentieth in range(21):
        lighter = mixed_with_white(colour, twentieth / 20)
        if contrast(lighter, DARK_GROUND) >= READABLE:
            return lighter
    return "#ffffff"
