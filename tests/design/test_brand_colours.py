"""A tenant's colour: the values that the design measured, and readable whatever colour is chosen."""

import itertools

import pytest

from portal_core.config.brand import brand_colours, contrast, stylesheet

# As in the design's own sheet: brand, ink, fill, text on the fill.
MEASURED = [
    ("#c8401a", "#b33816", "#c8401a", "#ffffff"),
    ("#2b3a67", "#2b3a67", "#2b3a67", "#ffffff"),
    ("#ffd500", "#766100", "#ffd500", "#000000"),
    ("#111111", "#111111", "#111111", "#ffffff"),
    ("#9fe3dc", "#486966", "#9fe3dc", "#000000"),
    ("#e6007e", "#c20069", "#e5007e", "#ffffff"),
    ("#767676", "#636363", "#767676", "#ffffff"),
    ("#4c9a2a", "#36701c", "#4c9a2a", "#000000"),
]


@pytest.mark.parametrize(("brand", "ink", "fill", "on_brand"), MEASURED)
def test_the_fallbacks_are_those_of_the_design(brand: str, ink: str, fill: str, on_brand: str) -> None:
    colours = brand_colours(brand)
    assert (colours.ink, colours.fill, colours.on_brand) == (ink, fill, on_brand)


def test_every_colour_gives_readable_text() -> None:
    steps = [f"{value:02x}" for value in (0, 26, 51, 77, 102, 128, 153, 179, 204, 230, 255)]
    for red, green, blue in itertools.product(steps, repeat=3):
        colours = brand_colours(f"#{red}{green}{blue}")
        assert contrast(colours.on_brand, colours.fill) >= 4.45, colours  # rounding to whole channels costs a little
        assert contrast(colours.ink, "#ffffff") >= 4.5, colours


def test_the_stylesheet_is_one_rule_and_its_address_is_its_content() -> None:
    digest, css = stylesheet("#c8401a")
    assert css.startswith('[data-brand="portal"] { --brand: #c8401a; ')
    assert css.count("{") == 1
    assert stylesheet("#C8401A") == (digest, css)
    assert stylesheet("#c8401b")[0] != digest


@pytest.mark.parametrize("name", ['x"] * { color: red } [y="', "Portal", "", "a" * 64])
def test_no_text_of_an_owner_reaches_css(name: str) -> None:
    with pytest.raises(ValueError, match="not a brand"):
        stylesheet("#c8401a", name)
