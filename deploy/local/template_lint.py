"""House rules of the templates that no ready-made linter knows. Prints every breach; exit code 1 if there is one.

- no `style=` attribute, no `<style>`, no inline script and no `on…=` handler outside e-mails: the content security
  policy would refuse them anyway, in front of the user
- a component (and a partial of components) begins with a comment that names its variables
- nothing from another host
"""

import re
import sys
from collections.abc import Iterator

from deploy.local.paths import PROJECT_DIR

TEMPLATES = PROJECT_DIR / "templates"
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
_LOADS = re.compile(r"{%\s*load\b[^%]*%}")
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
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
