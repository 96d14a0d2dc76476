"""No bare words in the templates that customers see."""

from __future__ import annotations

import re

import pytest

from deploy.local.paths import PROJECT_DIR

_FOLDERS = ("base", "components", "emails", "errors", "portal", "platform")
_ENGLISH = {
    # Pages of a local start, for whoever develops.
    "platform/dev_mail.html",
    "platform/dev_mail_one.html",
    # Components of the desk alone, which speaks English.
    "components/desk_composer.html",
    "components/desk_search.html",
    "components/keys.html",
    "components/keys_help.html",
}
# Names and made-up addresses; the same in every language.
_NAMES = {"Portico", "Nordwarm", "Jonas", "Beck", "nordwarm.portico.example", "MH", "AC"}
_SPOKEN_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-busy|data-failed|data-done)="([^"]*)"')
_NOT_WORDS = (
    re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.DOTALL),
    re.compile(r"\{#.*?#\}"),
    # Blocks that stand inside a tag.
    re.compile(r"\{% block \w+_(?:classes|attributes) %\}.*?\{% endblock[^%]*%\}", re.DOTALL),
    re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL),
    re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL),
)
_NOT_TEXT = (
    re.compile(r"<!doctype[^>]*>"),
    re.compile(r"<(style|script|svg|kbd)\b.*?</\1>", re.DOTALL),
    re.compile(r"<[^>]*>", re.DOTALL),
    re.compile(r"&\w+;"),
)

TEMPLATES = [
    file
    for folder in _FOLDERS
    for file in sorted((PROJECT_DIR / "templates" / folder).rglob("*"))
    if file.is_file() and str(file.relative_to(PROJECT_DIR / "templates")) not in _ENGLISH
]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_bare_words(file):
    source = file.read_text()
    for pattern in _NOT_WORDS:
        source = pattern.sub("", source)
    spoken = " ".join(_SPOKEN_ATTRIBUTES.findall(source))
    for pattern in _NOT_TEXT:
        source = pattern.sub(" ", source)
    words = set(re.findall(r"[^\W\d_][\w.’-]{2,}", f"{source} {spoken}"))
    assert words - _NAMES == set()


@pytest.mark.parametrize("folder", ["desk", "setup"])
def test_what_staff_alone_see_is_not_marked(folder):
    """The desk speaks English; a text that is marked by chance would ask for a translation that nobody reads."""
    # What is printed is what the customer sees.
    files = set((PROJECT_DIR / "templates" / folder).glob("*.html")) - {PROJECT_DIR / "templates/desk/print.html"}
    assert files
    marked = [file.name for file in sorted(files) if re.search(r"\{% (?:block)?trans", file.read_text())]
    assert marked == []
