"""House rules of the templates that no ready-made linter knows. Prints every breach; exit code 1 if there is one.

- no `style=` attribute, no `<style>`, no inline script and no `on…=` handler outside e-mails: the content security
  policy would refuse them anyway, in front of the user
- a component (and a partial of components) begins with a comment that names its variables
- nothing from another host
- no loose words beside a name in a notice: its columns would set each of them apart
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from deploy.local.paths import PROJECT_DIR

TEMPLATES = PROJECT_DIR / "templates"
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
_LOADS = re.compile(r"{%\s*load\b[^%]*%}")
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
# What a template does, not what it prints.
_BLOCK = re.compile(r"{%.*?%}", re.DOTALL)
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SAFE = re.compile(r"\|\s*safe\b")
_RULES = (
    (re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE), "style attribute"),
    (re.compile(r"<style\b", re.IGNORECASE), "style element"),
    (re.compile(r"<script\b(?![^>]*\ssrc\s*=)(?![^>]*type=\"application/json\")", re.IGNORECASE), "inline script"),
    (re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE), "inline event handler"),
    (re.compile(r"\bjavascript:", re.IGNORECASE), "javascript: address"),
    (
        re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE),
        "other host",
    ),
    (_SAFE, "|safe: mark text as safe where it is made"),
)


def problems(name: str, text: str) -> Iterator[str]:
    """The breaches in one template; `name` is its path below templates/."""
    is_email = name.startswith("emails/")
    if name.startswith("components/") and not _LOADS.sub("", text).lstrip().startswith(("{#", "{% comment")):
        yield f"{name}:1: a component begins with a comment that names its variables"
    visible = _blank(_COMMENT, text)
    for pattern, what in _RULES:
        if is_email and what in ("style attribute", "style element"):
            continue
        searched = visible if pattern is _SAFE else _blank(_TAG, visible)
        for found in pattern.finditer(searched):
            yield f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {what}"
    notices = _Notices()
    notices.feed(_blank(_BLOCK, visible))
    yield from (
        f"{name}:{line}: loose words beside a name in a notice: put a span around both" for line in notices.found
    )


class _Notices(HTMLParser):
    """Finds the lines of notices that hold words and a `<bdi>` side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[int] = []
        self._open: list[_Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A name directly in a notice; everything else is a place of its own."""
        if tag == "bdi" and self._open:
            self._open[-1].has_name = True
        if tag not in _VOID:
            classes = (dict(attrs).get("class") or "").split()
            self._open.append(_Element(tag, self.getpos()[0], "notice" in classes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What holds nothing."""

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._open and data.strip():
            self._open[-1].has_words = True

    def handle_endtag(self, tag: str) -> None:
        """Closes the nearest element of its name; conditional blocks may open one twice."""
        if not any(element.tag == tag for element in self._open):
            return
        while (element := self._open.pop()).tag != tag:
            pass
        if element.is_notice and element.has_name and element.has_words:
            self.found.append(element.line)


@dataclass
class _Element:
    tag: str
    line: int
    is_notice: bool
    has_name: bool = False
    has_words: bool = False


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Without what matches, every line where it was."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def main() -> int:
    """All templates."""
    found = [
        problem
        for file in sorted(TEMPLATES.rglob("*.html"))
        for problem in problems(str(file.relative_to(TEMPLATES)), file.read_text())
    ]
    print("\n".join(found) or "templates: no problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
