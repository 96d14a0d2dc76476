"""Brand and address: what is seen of a colour, what becomes a link, what another language does to the texts."""

from __future__ import annotations

import pytest

from portal_core.accounts.actor import SYSTEM
from portal_core.config.canonical import canonical
from portal_core.config.contrasts import is_near_red, measures
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from tests.desk.setup.test_sheets import FETCH, PORTAL, form_of, read

LANGUAGES = f"{PORTAL}languages/"


# From /design/tokens.md, measured in a browser: button text, link on page, edge on surface.
@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("#c8401a", ((5.0, 5.0), (5.7, 7.5), (5.0, 3.5))),
        ("#2b3a67", ((11.0, 5.1), (10.5, 7.4), (11.0, 3.4))),
        ("#ffd500", ((14.8, 14.8), (5.7, 13.4), (3.4, 12.4))),
        ("#111111", ((18.9, 5.1), (17.9, 7.5), (18.9, 3.5))),
        ("#e6007e", ((4.5, 4.5), (5.7, 7.5), (4.5, 3.9))),
        ("#4c9a2a", ((6.0, 6.0), (5.7, 7.4), (3.5, 5.0))),
    ],
)
def test_contrasts_are_those_that_a_browser_shows(colour, expected):
    for measure, (light, dark) in zip(measures(colour), expected, strict=True):
        assert (measure.light, measure.dark) == (pytest.approx(light, abs=0.11), pytest.approx(dark, abs=0.25))
        assert measure.is_enough


def test_every_colour_can_be_read():
    steps = [f"{channel:02x}" for channel in range(0, 256, 51)]
    for colour in (f"#{red}{green}{blue}" for red in steps for green in steps for blue in steps):
        assert all(measure.is_enough for measure in measures(colour)), colour


def test_only_reds_are_near_red():
    assert [is_near_red(colour) for colour in ("#c8401a", "#b3261e", "#0b6153", "#767676", "#e6007e")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_the_page_shows_the_drafts_colour_and_its_verdict(alice):
    alice.post(PORTAL, {**form_of(alice, PORTAL), "colour": "C8401A"})
    assert read("portal", "brand", "colour") == "#c8401a"
    assert live_portal().brand.colour != "#c8401a"
    page = alice.get(PORTAL).content.decode()
    assert f"{PORTAL}colour/c8401a.css" in page
    assert "Fit to use." in page and "close to the red of errors" in page
    css = alice.get(f"{PORTAL}colour/c8401a.css")
    assert css["Content-Type"].startswith("text/css")
    assert b'[data-brand="draft"]' in css.content and b"--brand: #c8401a" in css.content
    look = alice.get(f"{PORTAL}look/", headers={"HX-Request": "true"})
    assert b'id="look"' in look.content and b'id="contrast"' in look.content
    assert len(look.content) < 10_000


@pytest.mark.parametrize("typed", ["red", "#12345", "#1234567", "}*{", "#c8401g", "url(x)", "#c8401a\n"])
def test_what_is_no_colour_is_refused_and_reaches_no_stylesheet(typed, alice):
    answer = alice.post(PORTAL, {**form_of(alice, PORTAL), "colour": typed})
    if typed.strip() == "#c8401a":
        assert read("portal", "brand", "colour") == "#c8401a"
        return
    assert answer.status_code == 400
    assert answer.context["sheet"].errors.keys() == {"colour"}
    assert not DraftOperation.objects.exists()
    for digits in ("12345", "c8401a7", "zzzzzz", "c8401a%0A", "../../x"):
        assert alice.get(f"{PORTAL}colour/{digits}.css").status_code == 404


def test_links_are_added_worded_changed_and_taken_out(alice):
    form = form_of(alice, PORTAL)
    at = len(read("portal", "links") or [])
    new = {f"links-{at}-label": "Terms", f"links-{at}-url": "https://example.com/terms"}
    alice.post(PORTAL, {**form, **new})
    assert read("portal", "links")[at] == {"label": "Terms", "url": "https://example.com/terms"}
    form = form_of(alice, PORTAL)
    assert f'name="links-{at + 1}-url"' in alice.get(PORTAL).content.decode()
    alice.post(PORTAL, {**form, f"links-{at}-label": "Our terms"})
    assert read("portal", "links")[at]["label"] == "Our terms"
    alice.post(PORTAL, {**form_of(alice, PORTAL), f"links-{at}-label": "", f"links-{at}-url": ""})
    assert len(read("portal", "links") or []) == at


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "http://example.com", "example.com/about", "data:text/html,x",
        "https://bank.example@evil.example/", "https://localhost/", "https://exa mple.com", "https://раураӏ.com/",
        "https://", "//example.com",
    ],
)  # fmt: skip
def test_what_is_no_web_address_becomes_no_link(url, alice):
    at = len(read("portal", "links") or [])
    answer = alice.post(PORTAL, {**form_of(alice, PORTAL), f"links-{at}-label": "About", f"links-{at}-url": url})
    assert answer.status_code == 400
    assert answer.context["sheet"].errors.keys() == {f"links-{at}-url"}
    assert not DraftOperation.objects.exists()


def test_a_link_without_word_or_address_is_said_at_its_box(alice):
    at = len(read("portal", "links") or [])
    form = form_of(alice, PORTAL)
    answer = alice.post(PORTAL, {**form, f"links-{at}-url": "https://example.com/"})
    assert answer.context["sheet"].errors.keys() == {f"links-{at}-label"}
    answer = alice.post(PORTAL, {**form, f"links-{at}-label": "About", "dirty": [f"links-{at}-label"]}, headers=FETCH)
    assert answer.status_code == 422
    assert "beginning with https://" in answer.content.decode()
    assert not DraftOperation.objects.exists()


def test_zone_currency_and_doors_are_chosen_in_words(alice):
    page = alice.get(PORTAL).content.decode()
    assert "London, now " in page and "(GBP)" in page
    typed = {"zone": "Europe/Vienna", "currency": "EUR", "registration": "closed"}
    alice.post(PORTAL, {**form_of(alice, PORTAL), **typed})
    assert [read("portal", key) for key in ("time_zone", "currency", "registration")] == list(typed.values())
    answer = alice.post(PORTAL, {**form_of(alice, PORTAL), "zone": "Mars/Base"})
    assert answer.context["sheet"].errors.keys() == {"zone"}


def test_a_language_is_added_counts_what_it_lacks_and_is_taken_out(alice):
    before = read("portal", "languages")
    alice.post(LANGUAGES, {"do": "add", "language": "pl"})
    assert read("portal", "languages")[-1] == "pl"
    line = next(line for line in alice.get(PORTAL).context["languages"] if line.code == "pl")
    assert 0 < line.missing <= line.texts
    assert not line.is_spoken
    welcome = {**form_of(alice, PORTAL), "welcome": "Hello", "welcome--pl": "Cześć"}
    alice.post(PORTAL, welcome)
    assert read("portal", "welcome", "pl") == "Cześć"
    alice.post(LANGUAGES, {"do": "remove", "language": "pl"})
    assert read("portal", "languages") == before
    assert read("portal", "welcome", "pl") == "Cześć", "what was written is kept, should it come back"
    revision = current().revision
    for code in ("en", "xx-nothing", "", "<script>"):
        assert alice.post(LANGUAGES, {"do": "remove", "language": code}).status_code == 302
        assert alice.post(LANGUAGES, {"do": "nothing", "language": code}).status_code == 302
    alice.post(LANGUAGES, {"do": "add", "language": "not-a-language"})
    assert current().revision == revision


def test_another_first_language_leaves_every_text_in_the_language_it_was_written_in(alice):
    edit(actor=SYSTEM, operations=[Set(("portal", "welcome"), {"de": "Hallo", "en": "Hello"})], title="Words")
    alice.post(LANGUAGES, {"do": "add", "language": "de"})
    before = canonical(current().document)
    name = read("types", "repair", "name")
    assert isinstance(name, str)
    alice.post(LANGUAGES, {"do": "first", "language": "de"})
    assert read("portal", "language") == "de"
    assert read("types", "repair", "name") == {"en": name}
    assert read("portal", "welcome") == {"de": "Hallo", "en": "Hello"}
    assert read("portal", "name") == live_portal().name
    assert canonical(current().document)["portal"]["language"] == "de"
    alice.post(LANGUAGES, {"do": "first", "language": "en"})
    assert read("types", "repair", "name") == name
    assert canonical(current().document) == before
