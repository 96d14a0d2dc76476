"""The three colours that the server works out beside a brand's own, by the stylesheet's formulas.

WCAG contrast is made of relative luminance, which is the Y of CIE XYZ; scaling linear light scales Y and
keeps the hue. So does the stylesheet (`tokens` in portico.css), and these must stay equal to it.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from portal_core.config.document.portal_document import PortalDocument

INK_LUMINANCE: Final = 0.125  # text in brand colour: at most this bright on light grounds
WHITE_UNTIL: Final = 0.22  # text on a fill is white below, black above
NUDGED_TO: Final = 0.182  # a fill between this and WHITE_UNTIL goes down to it, where white reaches 4.5:1
READABLE: Final = 4.5

_HEX = re.compile(r"#[0-9a-f]{6}")
_ATTRIBUTE = re.compile(r"[a-z0-9-]{1,63}")


@dataclass(frozen=True, slots=True)
class BrandColours:
    """A brand colour with what is derived from it, all as `#rrggbb`."""

    colour: str
    ink: str  # text and links in brand colour, on light grounds
    fill: str  # buttons and badges
    on_brand: str  # text on the fill

    @property
    def ink_contrast(self) -> float:
        """Of links on white."""
        return contrast(self.ink, "#ffffff")

    @property
    def fill_contrast(self) -> float:
        """Of text on buttons."""
        return contrast(self.on_brand, self.fill)

    @property
    def is_bright(self) -> bool:
        """Whether links and texts are shown much darker than the colour itself."""
        return self.ink_contrast > 5.5 and self.on_brand == "#000000"

    @property
    def is_readable(self) -> bool:
        """Whether both reach 4.5:1."""
        return min(self.ink_contrast, self.fill_contrast) >= READABLE


def brand_colours(colour: str) -> BrandColours:
    """Works out the fallbacks of one colour (`#rrggbb`). Raises `ValueError` for anything else."""
    base = colour.lower()
    if not _HEX.fullmatch(base):
        raise ValueError("not a brand colour")
    y = luminance(base)
    ink = _scaled(base, min(1.0, INK_LUMINANCE / max(y, 0.001)))
    fill = _nudged(base, y) if NUDGED_TO < y < WHITE_UNTIL else base
    return BrandColours(base, ink, fill, "#ffffff" if y < WHITE_UNTIL else "#000000")


def _nudged(base: str, y: float) -> str:
    """The fill taken down to where white can be read on it; whole channels may need a little more than the formula."""
    target = NUDGED_TO
    while contrast(fill := _scaled(base, target / y), "#ffffff") < READABLE:
        target -= 0.0005
    return fill


def luminance(colour: str) -> float:
    """Relative luminance of WCAG, 0 to 1."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG, 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def brand_css(document: PortalDocument, name: str = "portal") -> tuple[str, str]:
    """The brand's stylesheet and the hash of its bytes; `name` is the value of `data-brand` ("draft" for a draft)."""
    return stylesheet(document.portal.brand.colour, name)


def stylesheet(colour: str, name: str = "portal") -> tuple[str, str]:
    """As `brand_css`, of a colour alone: (hash, css).

    SECURITY: written from six hexadecimal digits and a checked name, so no text of an owner's reaches CSS.
    """
    colours = brand_colours(colour)
    derived = (colours.colour, colours.ink, colours.fill, colours.on_brand)
    if not _ATTRIBUTE.fullmatch(name) or not all(map(_HEX.fullmatch, derived)):
        raise ValueError("not a brand name or colour")
    css = (
        f'[data-brand="{name}"] {{ --brand: {colours.colour}; --brand-ink-fallback: {colours.ink};'
        f" --brand-fill-fallback: {colours.fill}; --on-brand-fallback: {colours.on_brand}; }}\n"
    )
    return hashlib.sha256(css.encode()).hexdigest()[:12], css


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return _to_linear(red), _to_linear(green), _to_linear(blue)


def _to_linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _from_linear(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


def _scaled(colour: str, share: float) -> str:
    channels = (round(_from_linear(light * share) * 255) for light in _linear(colour))
    return "#" + "".join(f"{min(255, max(0, channel)):02x}" for channel in channels)
