"""What holds for all templates and static files: nothing inline, nothing from elsewhere, small."""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "emails" not in path.parts]
OWN_HOST = re.compile(r"""(?:src|href|action)=["']?(?:https?:)?//""")


def text_of(path: Path) -> str:
    """The template without its comments and the arguments of its tags."""
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"{%(?!.*(autoescape)).*?%}", "", text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = text_of(path)
    assert not re.search(r"\sstyle\s*=", text), "a style attribute"
    assert not re.search(r"<style\b", text), "an inline style sheet"
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", text), "an inline script"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "an event handler in an attribute"
    assert "javascript:" not in text
    assert not re.search(r"hx-(on|vars)|js:", text), "htmx would have to evaluate"
    assert not OWN_HOST.search(text), "something from another host"
    assert not re.search(r"\|\s*safe\b|autoescape off|mark_safe", text), "a text that is not escaped"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_script_carries_the_nonce(path: Path) -> None:
    for tag in re.findall(r"<script\b[^>]*>", text_of(path)):
        assert "nonce=" in tag


@pytest.mark.parametrize("name", ["portico.css", "app.js", "signup.js", "icons.svg"])
def test_static_files_load_nothing(name: str) -> None:
    text = (ROOT / "static" / name).read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|\beval\(|new Function|innerHTML|document\.write", text)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)


def test_what_a_first_page_loads_leaves_room_for_the_page() -> None:
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    files = [ROOT / "static" / "portico.css", ROOT / "static" / "app.js", htmx]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 45 * 1024


def test_the_classes_of_the_composer_and_menu_are_in_the_stylesheet() -> None:
    css = (ROOT / "static" / "portico.css").read_text(encoding="utf-8")
    for name in ("for-reply", "for-note", "menu-list", "swatch-pick", "only-script"):
        assert f".{name}" in css


def test_what_turns_a_list_around_outweighs_the_rule_for_all_lists() -> None:
    """Both say where the list begins: with equal weight the later rule wins, and one pressed flat shows nothing."""
    css = (ROOT / "static" / "portico.css").read_text(encoding="utf-8")
    assert re.search(r"(?<=\s)\.menu-list \{[^}]*inset-block-start", css)
    turned = set(re.findall(r'class="menu-list (?:[\w-]+ )*?(menu-[\w-]+)', "".join(map(text_of, PAGES))))
    assert turned == {"menu-up", "menu-end"}
    for name in turned:
        assert f".menu-list.{name} {{" in css and not re.search(
            rf"(?<![\w-])\.{name} \{{", css.replace(f".menu-list.{name}", "")
        )


def test_a_long_word_in_a_status_wraps_on_a_phone_instead_of_being_cut() -> None:
    css = (ROOT / "static" / "portico.css").read_text(encoding="utf-8")
    narrow = re.search(r"@media \(max-width: 47\.99rem\) { \.status-chip {([^}]*)}", css)
    assert narrow and "white-space: normal" in narrow[1] and "overflow-wrap: anywhere" in narrow[1]
    mini = re.search(r"\.colonnade-mini \.c {([^}]*)}", css)
    assert mini and "nowrap" in mini[1]


def test_the_stylesheet_needs_no_style_attribute() -> None:
    css = (ROOT / "static" / "portico.css").read_text(encoding="utf-8")
    assert "attr(style" not in css
    assert css.count("{") == css.count("}")
