"""A page as it is read."""

import html
import re
from typing import Any


def words_of(response: Any) -> str:
    """All its words on one line. What stands apart in a sentence (`<bdi>`) is part of it; other tags end a word."""
    page = re.sub(r"</?bdi>", "", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
