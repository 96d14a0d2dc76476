"""How well a brand colour can be read where the pages use it, in light and dark, measured by the stylesheet's formulas.

Contrast depends on relative luminance alone, and the stylesheet works on it too: so plain numbers are enough here.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from portal_core.config.brand import INK_LUMINANCE, READABLE, WHITE_UNTIL, brand_colours, luminance

Use: TypeAlias = Literal["buttons", "links", "bars"]

# `tokens` of portico.css; these must stay equal to it.
_EDGE_LUMINANCE: Final = 0.26
_INK_DARK: Final = 0.36
_FILL_DARK: Final = 0.155
# The grounds, as good as neutral: lightness of OKLab cubed is luminance.
_PAPER: Final = (0.982**3, 0.172**3)
_SURFACE: Final = (1.0, 0.212**3)
# The red of errors, and how near in hue is near.
_ERROR: Final = "#b3261e"
_NEAR_DEGREES: Final = 18
CLEAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One use of the colour: its contrast on light and on dark grounds, and what it needs."""

    use: Use
    light: float
    dark: float
    needs: float

    @property
    def is_enough(self) -> bool:
        """Whether both reach what is needed."""
        return min(self.light, self.dark) >= self.needs


def measures(colour: str) -> tuple[Measure, ...]:
    """Every use of a colour (`#rrggbb`). Raises `ValueError` for anything else."""
    colours = brand_colours(colour)
    y = luminance(colours.colour)
    fill = luminance(colours.fill)
    text = 1.0 if y < WHITE_UNTIL else 0.0
    fill_dark = max(fill, _FILL_DARK)
    return (
        Measure("buttons", _ratio(text, fill), _ratio(text, fill_dark), READABLE),
        Measure("links", _ratio(min(y, INK_LUMINANCE), _PAPER[0]), _ratio(max(y, _INK_DARK), _PAPER[1]), READABLE),
        Measure("bars", _ratio(min(fill, _EDGE_LUMINANCE), _SURFACE[0]), _ratio(fill_dark, _SURFACE[1]), CLEAR),
    )


def text_contrast(colour: str) -> float:
    """The lowest contrast of texts and links in this colour, or on it, on light and dark grounds."""
    return min(min(measure.light, measure.dark) for measure in measures(colour) if measure.use != "bars")


def is_near_red(colour: str) -> bool:
    """Whether it could be taken for the red of errors."""
    hue, strength = _hue(colour)
    error, _ = _hue(_ERROR)
    return strength > 0.35 and min(abs(hue - error), 360 - abs(hue - error)) <= _NEAR_DEGREES


def _ratio(one: float, other: float) -> float:
    dark, bright = sorted((one, other))
    return (bright + 0.05) / (dark + 0.05)


def _hue(colour: str) -> tuple[float, float]:
    """The hue in degrees and the saturation of HSV."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    high, low = max(red, green, blue), min(red, green, blue)
    if high == low:
        return 0.0, 0.0
    spread = high - low
    if high == red:
        sixths = (green - blue) / spread
    elif high == green:
        sixths = 2 + (blue - red) / spread
    else:
        sixths = 4 + (red - green) / spread
    return sixths * 60 % 360, spread / high
