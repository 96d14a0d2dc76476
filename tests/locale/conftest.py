"""A reader of German, and the eye that finds an English text of ours on a page or in a mail."""

from __future__ import annotations

import html
import re

import pytest
from babel.messages.catalog import Message

from deploy.local.marked_texts import read_catalogue
from deploy.local.translations import LOCALE_DIR
from tests.factories import make_client

_LONG_ENOUGH = 12
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|#")
_TAG = re.compile(r"<[^>]*>")
GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}


def _english_pieces() -> set[str]:
    """What would betray a text that was not translated: the source's own words, between its placeholders."""
    found: set[str] = set()
    for entry in read_catalogue(LOCALE_DIR / "de" / "LC_MESSAGES" / "django.po"):
        translated = " ".join(_forms(entry, entry.string))
        for source in _forms(entry, entry.id):
            pieces = (piece.strip(" ,.:;") for piece in _PLACEHOLDER.split(_TAG.sub(" ", source)))
            found |= {piece for piece in pieces if len(piece) > _LONG_ENOUGH and piece not in translated}
    return found


def _forms(entry: Message, value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value) if entry.id else ()


@pytest.fixture(scope="module")
def english() -> set[str]:
    return _english_pieces()


@pytest.fixture
def reads_german(english):
    """`reads_german(text)`: fails when an English text of ours is in it; gives the text as a person reads it."""

    def check(page) -> str:
        raw = page if isinstance(page, str) else page.content.decode()
        text = html.unescape(raw)
        if "<html" in raw:
            assert '<html lang="de"' in raw
        readable = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", text, flags=re.DOTALL)
        # Most are nowhere, and a pattern for each of thousands takes longer than the page.
        near = [piece for piece in english if piece in readable]
        left = [piece for piece in near if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", readable)]
        assert left == []
        return " ".join(_TAG.sub(" ", readable).split())

    return check


@pytest.fixture
def carol(people):
    """Carol, who chose German although the portal is English."""
    carol = people["carol"]
    carol.language = "de"
    carol.save(update_fields=["language"])
    return carol


@pytest.fixture
def stranger(tenant):
    """Nobody yet, with a German browser."""
    client = make_client()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = GERMAN["accept-language"]
    return client
