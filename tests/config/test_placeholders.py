"""Placeholders: a closed list, values that are never looked at again (hazard 24)."""

from __future__ import annotations

import html
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_core.config.placeholders import NAMES, field_keys_in, names_in, render

ATTACKS = [
    "{user.__class__}",
    "{user.settings.SECRET_KEY}",
    "{user.__init__.__globals__}",
    "{user[settings]}",
    "{0}",
    "{}",
    "{user!r}",
    "{portal:>999999999}",
    "{portal.__class__}",
    "{{portal}}",
    "{% debug %}",
    "{{ settings.SECRET_KEY }}",
    "${portal}",
    "%(portal)s",
]


def test_str_format_gives_the_secret_away() -> None:
    """What happens without our own language: any value leads to the settings."""
    user = SimpleNamespace(settings=SimpleNamespace(SECRET_KEY="the-secret"))
    assert f"{user.settings.SECRET_KEY}" == "the-secret"
    assert render("{user.settings.SECRET_KEY}", {"user": str(user)}) == "{user.settings.SECRET_KEY}"


@pytest.mark.parametrize("template", ATTACKS)
def test_nothing_but_names_is_put_in(template: str) -> None:
    rendered = render(template, {"portal": "Acme", "user": "x", "0": "x", "": "x"}, neutral="?")
    assert rendered.replace("Acme", "{portal}") == template


@pytest.mark.parametrize("value", ["{link}", "{field:cost}", "{portal}", "{{link}}", "\\{link}"])
def test_a_value_is_never_expanded_again(value: str) -> None:
    rendered = render("{customer}", {"customer": value, "link": "SECRET", "field:cost": "62.40", "portal": "P"})
    assert rendered == value


def test_values_are_escaped_by_the_channel() -> None:
    assert render("<b>{customer}</b>", {"customer": "<i>"}, escape=html.escape) == "<b>&lt;i&gt;</b>"


def test_what_the_reader_may_not_see_leaves_a_neutral_word() -> None:
    assert render("Cost: {field:cost}", {}) == "Cost: not given"
    assert render("Cost: {field:cost}", {"field:cost": ""}, neutral="—") == "Cost: —"


def test_every_name_is_put_in() -> None:
    for name in NAMES:
        assert render(f"a {{{name}}} b", {name: "X"}) == "a X b"
    assert render("{field:what-is-wrong}", {"field:what-is-wrong": "No heat"}) == "No heat"


def test_names_are_found_known_or_not() -> None:
    assert names_in("{portal} {Engineer} {u.x} { no } {a b}") == ("portal", "Engineer", "u.x", "a b")


def test_fields_of_all_languages_are_found_once() -> None:
    assert set(field_keys_in({"en": "{field:a}", "de": "{field:b} {field:a}"})) == {"a", "b"}


@given(template=st.text(max_size=60), value=st.text(max_size=30))
def test_rendering_never_fails(template: str, value: str) -> None:
    assert isinstance(render(template, {"portal": value}, neutral=""), str)
