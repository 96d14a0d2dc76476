"""The tag library: icons, marks and numbers."""

from pathlib import Path
from types import SimpleNamespace as Thing

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tenants.templatetags import ui
from tenants.ui import people, sprite


def render(text: str, **variables: object) -> str:
    return Template("{% load ui %}" + text).render(Context(variables))


def test_the_sprite_holds_what_was_used_and_nothing_else() -> None:
    html = render(
        "{% icon 'home' %}{% icon 'home' %}{% include 'components/choice.html' with icon='user' only %}{% sprite %}"
    )
    assert html.count("<symbol") == 3
    assert {"i-home", "i-user", "i-chevron-right"} == {part.split('"')[0] for part in html.split('symbol id="')[1:]}


def test_a_page_without_icons_has_no_sprite() -> None:
    assert render("{% sprite %}") == ""


def test_one_page_knows_nothing_of_the_icons_of_another() -> None:
    template = Template("{% load ui %}{% if first %}{% icon 'home' %}{% endif %}{% sprite %}")
    assert "i-home" in template.render(Context({"first": True}))
    assert template.render(Context({"first": False})) == ""


def test_icons_used_in_a_child_template_reach_the_frame(rf: object) -> None:
    html = render_to_string("errors/404.html", {})
    assert 'symbol id="i-portico"' in html


@pytest.mark.parametrize("name", ["nonsense", "<script>", "", "../x"])
def test_an_unknown_icon_becomes_the_fallback(name: str) -> None:
    html = render("{% icon name %}{% sprite %}", name=name)
    assert f'href="#i-{sprite.FALLBACK}"' in html
    assert "<script" not in html


def test_arrows_mirror_in_right_to_left_pages() -> None:
    assert 'class="icon flip"' in render("{% icon 'arrow-left' %}")
    assert 'class="icon"' in render("{% icon 'check' %}")


@pytest.mark.parametrize(
    ("turn", "progress", "outcome", "expected"),
    [
        ("us", 0, None, 'data-g="new"'),
        ("us", 62, None, 'data-p="60"'),
        ("us", 100, None, 'data-p="90"'),
        ("customer", 50, None, 'data-g="customer" data-tone="them"'),
        ("nobody", 100, "done", 'data-g="done" data-tone="good"'),
        ("nobody", 100, "stopped", 'data-g="stopped" data-tone="quiet"'),
    ],
)
def test_the_glyph_says_whose_turn_and_how_far(turn: str, progress: int, outcome: str | None, expected: str) -> None:
    assert expected in render("{% glyph status %}", status=Thing(turn=turn, progress=progress, outcome=outcome))


def test_the_baton_says_the_turn_in_words_too() -> None:
    assert "has it now" in render("{% baton 'us' '' 'Nordwarm' %}")
    assert ", it is your turn" in render("{% baton 'customer' '' 'Nordwarm' %}")
    assert ", it is Maren’s turn" in render("{% baton 'customer' 'Maren' 'Nordwarm' %}")
    assert render("{% baton 'nobody' '' 'Nordwarm' %}") == ""


def test_the_baton_escapes_names() -> None:
    assert "<b>" not in render("{% baton 'us' you business %}", you="<b>", business="<b>")


def test_the_course_has_a_bar_for_each_step() -> None:
    html = render("{% course 3 5 %}")
    assert (html.count('class="d"'), html.count('class="c"'), html.count("<span></span>")) == (2, 1, 2)
    assert 'aria-label="Step 3 of 5"' in html
    assert render("{% course 6 5 %}").count('class="d"') == 5
    assert render("{% course 1 0 %}") == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Maren Holt", "MH"), ("maren", "M"), ("Jean-Luc de la Tour", "JT"), ("  ", "?"), ("🙂 Ida", "I"),
        ("ß", "SS"), ("محمد علي", "مع"), ("<b> x", "BX"), ("42 Ltd", "4L"),
    ],
)  # fmt: skip
def test_initials(name: str, expected: str) -> None:
    assert people.initials(name) == expected


def test_a_persons_tone_never_changes() -> None:
    assert people.tone_class("0192-abc") == people.tone_class("0192-abc")
    assert {people.tone_class(str(number)) for number in range(50)} == {"a1", "a2", "a3", "a4"}


@pytest.mark.parametrize(("number", "word"), [(0, "None"), (1, "One"), (4, "Four"), (12, "Twelve"), (13, "13")])
def test_numbers_in_words(number: int, word: str) -> None:
    with translation.override("en"):
        assert render("{{ number|number_word }}", number=number) == word


def test_quoted_words_run_their_own_way_and_are_escaped() -> None:
    assert ui.quotes_apart("Kept as “a<b”.") == "Kept as “<bdi>a&lt;b</bdi>”."
    assert ui.quotes_apart("„x“ und „y & z“") == "„<bdi>x</bdi>“ und „<bdi>y &amp; z</bdi>“"
    assert ui.quotes_apart("No “words <i>") == "No “words &lt;i&gt;"
    # What is markup already, and what is a sentence to be.
    assert ui.quotes_apart(mark_safe("<b>“x”</b>")) == "<b>“x”</b>"
    assert ui.quotes_apart(gettext_lazy("“%s”") % "ש") == "“<bdi>ש</bdi>”"


def test_icons_named_in_templates_exist() -> None:
    import re

    folder = Path(settings.BASE_DIR) / "templates"
    named = {
        (path.name, name)
        for path in folder.rglob("*.html")
        for name in re.findall(r"""{% icon ["']([^"']+)["']""", path.read_text(encoding="utf-8"))
    }
    assert [pair for pair in named if pair[1] not in sprite.symbols()] == []
