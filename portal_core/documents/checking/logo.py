"""A logo: cut out of its margins, drawn small, and written in one way, so that equal pictures are equal bytes.

It stands on the first page that anybody meets, and in every mail: it has to be light. What was drawn here, taken in
once more, comes out as the very same bytes; its hash is its name, so a portal that travels as a file keeps its logo.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from PIL import Image

from portal_core.config.brand import contrast
from portal_core.documents.checking.logo_colours import Rgba, main_colours
from portal_core.documents.checking.refused import Refused

# Shown 28 pixels high: three for each on the finest screens.
# The first page of a portal is to stay below 60 kB, with everything on it.
MOST_BYTES: Final = 6 * 1024
# (height, colours): the first that is light enough is taken; None keeps all colours.
_TRIES: Final[Sequence[tuple[int, int | None]]] = (
    (84, None), (84, 256), (56, None), (56, 256), (56, 64), (42, 64), (42, 32), (28, 32), (28, 16), (28, 8),
)  # fmt: skip
_LEAST_HEIGHT: Final = 20
# From so many pixels on it is drawn some hundred pixels high before anything else is done with it.
_HUGE_PIXELS: Final = 2_000_000
_HUGE_HEIGHT: Final = 400
# How many lines of the smaller picture are drawn at once.
_STRIP: Final = 16
_WIDEST: Final = 8.0
_NARROWEST: Final = 0.4
# The grounds that a logo stands on in the portal, in both schemes.
_LIGHT_GROUND: Final = "#ffffff"
_DARK_GROUND: Final = "#211e1d"
# From this contrast on a large sign can be made out.
_READS_FROM: Final = 1.9
# So much of it may vanish in the ground: white letters within a badge do, on white.
_MAY_VANISH: Final = 0.3
_PALETTE: Final = 256
# In the browser's tab: shown 16 to 32 pixels high.
ICON_PIXELS: Final = 64
_ICON_MARGIN: Final = 6


@dataclass(frozen=True)
class DrawnLogo:
    """A logo as it is kept: PNG, in pixels. `colours` is what it is painted in, none for black and white.

    `is_as_sent`: it came no larger, as a logo does that was drawn before: its colours may be those that drawing it
    small has mixed.
    """

    content: bytes
    width: int
    height: int
    reads_on_light: bool
    reads_on_dark: bool
    colours: tuple[str, ...]
    is_as_sent: bool

    @property
    def colour(self) -> str:
        """What most of it is painted in; "" for black and white."""
        return next(iter(self.colours), "")

    @property
    def digest(self) -> str:
        """The hash of its bytes, which is its name."""
        return hashlib.sha256(self.content).hexdigest()


def draw_logo(content: IO[bytes]) -> DrawnLogo:
    """The logo of a picture that `check_file` has taken. Raises `Refused` for what cannot be one."""
    content.seek(0)
    with Image.open(content) as opened:
        whole = _cut(_bounded(opened))
    _refuse_shape(whole.size)
    if whole.height < _LEAST_HEIGHT:
        raise Refused("logo_small")
    for height, colours in _TRIES:
        small = _reduced(whole, height, colours)
        written = _written(small)
        if len(written) <= MOST_BYTES:
            return _told(small, written, _painted(whole), is_as_sent=small.size == whole.size)
    raise Refused("logo_heavy")


def draw_icon(content: bytes, *, on_light: bool, on_dark: bool) -> bytes:
    """A kept logo as a small square for the browser's tab, light or dark: on a ground where it needs one. PNG."""
    with Image.open(io.BytesIO(content)) as opened:
        drawn = opened.convert("RGBA")
    ground = (0, 0, 0, 0) if on_light and on_dark else _LIGHT_GROUND if on_light else _DARK_GROUND
    room = ICON_PIXELS if ground == (0, 0, 0, 0) else ICON_PIXELS - 2 * _ICON_MARGIN
    scale = min(room / drawn.width, room / drawn.height)
    size = (max(1, round(drawn.width * scale)), max(1, round(drawn.height * scale)))
    fitted = drawn.resize(size, Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (ICON_PIXELS, ICON_PIXELS), ground)
    square.alpha_composite(fitted, ((ICON_PIXELS - size[0]) // 2, (ICON_PIXELS - size[1]) // 2))
    return _written(square)


def _bounded(opened: Image.Image) -> Image.Image:
    """The picture to be cut out; a huge one without its margin and some hundred pixels high.

    Drawn smaller in strips: beside twenty million pixels of four channels there is no room for a second copy of them.
    """
    if opened.width * opened.height <= _HUGE_PIXELS:
        return opened.convert("RGBA")
    opened.load()
    box = opened.getbbox() if "A" in opened.getbands() else (0, 0, *opened.size)
    if box is None:
        raise Refused("logo_empty")
    left, top, right, bottom = box
    _refuse_shape((right - left, bottom - top))
    step = max(1, (bottom - top) // _HUGE_HEIGHT)
    made = Image.new("RGBA", (-(-(right - left) // step), -(-(bottom - top) // step)))
    for start in range(top, bottom, step * _STRIP):
        strip = opened.crop((left, start, right, min(bottom, start + step * _STRIP)))
        made.paste(strip.convert("RGBA").reduce(step), (0, (start - top) // step))
    return made


def _refuse_shape(size: tuple[int, int]) -> None:
    ratio = size[0] / size[1]
    if ratio > _WIDEST:
        raise Refused("logo_wide")
    if ratio < _NARROWEST:
        raise Refused("logo_narrow")


def _cut(image: Image.Image) -> Image.Image:
    """Without the empty margin; what cannot be seen has no colour either."""
    alpha = image.getchannel("A")
    box = alpha.getbbox()
    if box is None:
        raise Refused("logo_empty")
    plain = Image.new("RGBA", image.size, (0, 0, 0, 0))
    plain.paste(image, mask=alpha.point(lambda value: 255 if value else 0))
    return plain.crop(box)


def _reduced(whole: Image.Image, height: int, colours: int | None) -> Image.Image:
    small = whole
    if whole.height > height:
        width = max(1, round(whole.width * height / whole.height))
        small = whole.resize((width, height), Image.Resampling.LANCZOS)
    if colours is not None and small.getcolors(colours) is None:
        small = small.quantize(colours, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    return _cut(small)


def _pixels(image: Image.Image) -> Iterator[Rgba]:
    raw = image.tobytes()
    for at in range(0, len(raw), 4):
        yield raw[at], raw[at + 1], raw[at + 2], raw[at + 3]


def _written(image: Image.Image) -> bytes:
    """PNG: with a palette in a fixed order where there are few colours, plainly otherwise."""
    written = io.BytesIO()
    found = image.getcolors(_PALETTE)
    if found is None:
        is_opaque = image.getchannel("A").getextrema() == (255, 255)
        (image.convert("RGB") if is_opaque else image).save(written, "PNG", compress_level=9)
        return written.getvalue()
    # The see-through ones first: only their transparency has to be written.
    colours = sorted(set(_pixels(image)), key=lambda pixel: (pixel[3], pixel))
    number = {colour: at for at, colour in enumerate(colours)}
    paletted = Image.frombytes("P", image.size, bytes(number[pixel] for pixel in _pixels(image)))
    paletted.putpalette([channel for colour in colours for channel in colour[:3]])
    alphas = bytes(colour[3] for colour in colours if colour[3] < 255)
    extra = {"transparency": alphas} if alphas else {}
    paletted.save(written, "PNG", compress_level=9, **extra)
    return written.getvalue()


def _painted(whole: Image.Image) -> tuple[str, ...]:
    """Its colours as they came: drawn small, they are mixed with each other and made fewer."""
    height = _TRIES[0][0]
    if whole.height > height:
        width = max(1, round(whole.width * height / whole.height))
        whole = whole.resize((width, height), Image.Resampling.NEAREST)
    return main_colours(_pixels(whole))


def _told(image: Image.Image, written: bytes, colours: tuple[str, ...], *, is_as_sent: bool) -> DrawnLogo:
    shares = _shares(image)
    # Without holes it brings its own ground.
    is_whole = image.getchannel("A").getextrema()[0] == 255
    return DrawnLogo(
        content=written,
        width=image.width,
        height=image.height,
        reads_on_light=is_whole or _reads(shares, _LIGHT_GROUND),
        reads_on_dark=is_whole or _reads(shares, _DARK_GROUND),
        colours=colours,
        is_as_sent=is_as_sent,
    )


def _shares(image: Image.Image) -> dict[str, float]:
    """How much of what is seen has which colour, in steps of 16."""
    found: dict[str, float] = {}
    for red, green, blue, alpha in _pixels(image):
        if alpha:
            colour = "#" + "".join(f"{min(255, channel // 16 * 17):02x}" for channel in (red, green, blue))
            found[colour] = found.get(colour, 0.0) + alpha
    total = sum(found.values())
    shares = {colour: share / total for colour, share in found.items()}
    return shares


def _reads(shares: dict[str, float], ground: str) -> bool:
    vanishing = sum(share for colour, share in shares.items() if contrast(colour, ground) < _READS_FROM)
    return vanishing <= _MAY_VANISH
