"""The logo of a portal as pages and mails show it. Pure; what is known of the pictures comes from `assets.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal_core.config.document.base import TextValue
from portal_core.config.document.portal_document import Brand

# In the bar of a page and at the head of a mail; wide ones are drawn lower.
HEIGHT = 28
WIDEST = 176


@dataclass(frozen=True, slots=True)
class Mark:
    """One picture, with its size in its own pixels."""

    digest: str
    width: int
    height: int
    reads_on_light: bool = True
    reads_on_dark: bool = True

    @property
    def href(self) -> str:
        """Its address on every host of the tenant."""
        return f"/brand/{self.digest}.png"

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height on the page: 28 high, less for what would be too wide."""
        scale = min(HEIGHT / self.height, WIDEST / self.width)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


@dataclass(frozen=True, slots=True)
class Logo:
    """`plain` for light grounds; `dark` takes its place on dark ones, where there is one.

    `is_alone`: it says the name, which then is not written beside it. `alt` is what it shows, in words.
    """

    plain: Mark
    dark: Mark | None = None
    is_alone: bool = False
    alt: TextValue | None = None

    @property
    def digests(self) -> tuple[str, ...]:
        """The pictures that belong to it."""
        return (self.plain.digest,) if self.dark is None else (self.plain.digest, self.dark.digest)

    @property
    def tile_in_light(self) -> bool:
        """Whether it needs a dark ground of its own on a light page."""
        return not self.plain.reads_on_light

    @property
    def tile_in_dark(self) -> bool:
        """Whether it needs a light ground of its own on a dark page."""
        return not (self.dark or self.plain).reads_on_dark


def logo_of(brand: Brand, marks: Mapping[str, Mark]) -> Logo | None:
    """The logo that a brand names; None where it names none, or one whose picture is not here."""
    plain = marks.get(brand.logo or "")
    if plain is None:
        return None
    return Logo(plain, marks.get(brand.logo_dark or ""), brand.logo_alone, brand.logo_alt)


def digests_in(brand: Brand) -> tuple[str, ...]:
    """The pictures that a brand names."""
    return tuple(digest for digest in (brand.logo, brand.logo_dark) if digest is not None)
