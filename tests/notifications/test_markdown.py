"""Markdown of the business becomes plain text and clean HTML; values in it stay text."""

import re

import pytest

from portal_core.notifications.markdown import escape_value, quoted_html, to_html, to_text
from portal_core.notifications.parts import fill_markdown

RED = "#a83412"


def test_text_keeps_words_and_addresses():
    source = "Hello *Maren*,\n\nread [the terms](https://example.com/t) and\n\n- one\n- two\n\nBye"
    assert to_text(source) == "Hello Maren,\n\nread the terms (https://example.com/t) and\n\n- one\n- two\n\nBye"


def test_html_carries_its_styles_with_it():
    html = to_html("Read [this](https://example.com).", link_colour=RED)
    assert f'<a style="color:{RED};" href="https://example.com"' in html
    assert html.startswith('<p style="margin')


@pytest.mark.parametrize(
    "source",
    ["<script>x</script>", "[a](javascript:alert(1))", "![a](https://e.example/p.png)", "<a onclick=x href=y>z</a>"],
)
def test_nothing_that_runs_or_loads(source):
    html = to_html(source, link_colour=RED)
    assert not [part for part in ("<script", 'href="', "<img", "<a ") if part in html]


@pytest.mark.parametrize(
    "value",
    ["*bold* _em_", "[a](https://e.example)", "# head", "1. item", "12) item", "- item", "+ item", "> quote", "a\nb",
     "`code`", "a | b ~ c", "\\ back", "<https://e.example>", "e-mail 3.5 (ok)!", "===", "C:\\temp\\*"],
)  # fmt: skip
def test_escaped_value_comes_out_as_it_was(value):
    escaped = escape_value(value)
    assert to_text(escaped) == " ".join(value.split())
    html = to_html(escaped, link_colour=RED)
    assert html.count("<") == 2  # the paragraph alone


def test_quote_keeps_lines_and_shows_tags():
    assert quoted_html("a\n<b>\n\nc") == '<p style="margin:10px 0;">a<br>&lt;b&gt;</p><p style="margin:10px 0;">c</p>'


def test_a_value_of_several_lines_keeps_them_and_stays_text():
    values = {"field:papers": "Statement\n- invoice\n\n    # head"}
    filled = fill_markdown("We need:\n\n{field:papers}\n\nBye", values, "en")
    assert to_text(filled) == "We need:\n\nStatement\n- invoice\n\n# head\n\nBye"
    html = to_html(filled, link_colour="#123456")
    assert "Statement<br>" in html and not re.search("<(ul|h1|pre|code)", html)
