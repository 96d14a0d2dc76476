"""The letterhead of a tenant's mails, from its live portal configuration."""

from portal_core.config.brand import brand_colours, contrast
from portal_core.config.live import live_portal
from tenants.context import current
from tenants.outbox.letterhead import Letterhead

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
    )


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
