"""The fallback colours are those of the design, for any colour, and nothing of an owner's reaches CSS."""

from __future__ import annotations

import hashlib
import itertools
import re

import pytest

from portal_core.config.brand import brand_colours, brand_css, contrast, luminance
from portal_core.config.document import PortalDocument, load
from tests.config.documents import changed, refusal, sound

# As the design wrote them: colour, ink, fill, text on the fill.
DESIGN = [
    ("#c8401a", "#b33816", "#c8401a", "#ffffff"),
    ("#2b3a67", "#2b3a67", "#2b3a67", "#ffffff"),
    ("#ffd500", "#766100", "#ffd500", "#000000"),
    ("#111111", "#111111", "#111111", "#ffffff"),
    ("#9fe3dc", "#486966", "#9fe3dc", "#000000"),
    ("#e6007e", "#c20069", "#e5007e", "#ffffff"),
    ("#767676", "#636363", "#767676", "#ffffff"),
    ("#4c9a2a", "#36701c", "#4c9a2a", "#000000"),
]


@pytest.mark.parametrize(("colour", "ink", "fill", "on_brand"), DESIGN)
def test_the_values_of_the_design_come_out(colour: str, ink: str, fill: str, on_brand: str) -> None:
    colours = brand_colours(colour.upper())
    assert (colours.colour, colours.ink, colours.fill, colours.on_brand) == (colour, ink, fill, on_brand)


def test_over_1331_colours_every_text_can_be_read() -> None:
    steps = [f"{round(255 * step / 10):02x}" for step in range(11)]
    made = [brand_colours(f"#{red}{green}{blue}") for red, green, blue in itertools.product(steps, repeat=3)]
    assert [colours for colours in made if not colours.is_readable] == []
    # As it is written into the stylesheet; rounding to whole channels costs a little.
    assert min(contrast(colours.on_brand, colours.fill) for colours in made) >= 4.45
    assert min(contrast(colours.ink, "#ffffff") for colours in made) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert luminance("#ffffff") == pytest.approx(1)


def test_the_stylesheet_is_one_rule_at_the_hash_of_its_bytes() -> None:
    document = load(changed("portal", "brand", to={"colour": "#C8401A"}))
    digest, css = brand_css(document, "nordwarm")
    assert css == (
        '[data-brand="nordwarm"] { --brand: #c8401a; --brand-ink-fallback: #b33816;'
        " --brand-fill-fallback: #c8401a; --on-brand-fallback: #ffffff; }\n"
    )
    assert digest == hashlib.sha256(css.encode()).hexdigest()[:12]
    assert re.fullmatch("[0-9a-f]{12}", digest)


def test_a_new_colour_has_a_new_address_and_a_draft_its_own() -> None:
    document, other = load(sound()), load(changed("portal", "brand", to={"colour": "#111111"}))
    assert len({brand_css(document)[0], brand_css(other)[0], brand_css(document, "draft")[0]}) == 3


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#000000}", "#000000 ", "#00000\n", "url(x)", "#٠٠٠٠٠٠"])
def test_what_is_no_colour_is_refused_by_the_document(colour: str) -> None:
    assert refusal(changed("portal", "brand", to={"colour": colour}))


@pytest.mark.parametrize("name", ['x"] *', "", "A B", "x" * 64])
def test_a_name_that_would_leave_the_selector_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a brand"):
        brand_css(load(sound()), name)


def test_even_a_document_that_passed_no_model_cannot_write_css() -> None:
    document = load(sound())
    brand = document.portal.brand.model_copy(update={"colour": "#00000} * { x: y"})
    forged: PortalDocument = document.model_copy(update={"portal": document.portal.model_copy(update={"brand": brand})})
    with pytest.raises(ValueError, match="not a brand"):
        brand_css(forged)
