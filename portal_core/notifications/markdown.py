"""The business's Markdown as mail HTML and as plain text, and values made harmless inside it."""

import re
from typing import Final

import nh3
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS: Final = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "h1", "h2", "h3", "code", "hr"}
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#~|!&])")
# A value that begins with "1." or "-" would start a list; the space after keeps "e-mail" as it is.
_LIST_START: Final = re.compile(r"^(\s*)(\d{1,9})([.)])(\s|$)|^(\s*)([-+=])")
_STYLES: Final = {
    "<p>": '<p style="margin:0 0 16px;">',
    "<ul>": '<ul style="margin:0 0 16px;padding:0 0 0 22px;">',
    "<ol>": '<ol style="margin:0 0 16px;padding:0 0 0 22px;">',
    "<li>": '<li style="margin:0 0 6px;">',
}

# SECURITY: raw HTML is off; what the parser lets through is checked again by nh3.
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True})


def escape_value(value: str) -> str:
    """A value that stays text inside Markdown: one line, nothing that could become a link, a tag or a list."""
    text = _SPECIAL.sub(r"\\\1", " ".join(value.split()))
    return _LIST_START.sub(_escaped_start, text)


def plain_to_markdown(text: str) -> str:
    """Plain text as Markdown that shows just that text: paragraphs and line breaks kept, nothing becomes a link."""
    return "\n".join(escape_value(line) for line in text.replace("\r\n", "\n").split("\n"))


def to_html(markdown: str, *, link_colour: str) -> SafeString:
    """Markdown as HTML with inline styles. `link_colour` is a colour of ours, never a text of the business."""
    clean = nh3.clean(
        _parser.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    for plain, styled in _STYLES.items():
        clean = clean.replace(plain, styled)
    clean = clean.replace("<a ", f'<a style="color:{escape(link_colour)};" ')
    # SECURITY: cleaned by nh3 two lines above; the replacements add constants.
    return mark_safe(clean.strip())  # noqa: S308 - cleaned just above


def to_text(markdown: str) -> str:
    """Markdown as plain text: escapes undone, links as "label (address)", items with a dash."""
    blocks: list[str] = []
    in_item = False
    for token in _parser.parse(markdown):
        if token.type in ("list_item_open", "list_item_close"):
            in_item = token.type == "list_item_open"
        elif token.type == "inline":
            words = _inline_text(token.children or [])
            blocks.append(f"- {words}" if in_item else words)
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.rstrip())
    return _joined(blocks)


def quoted_html(text: str) -> SafeString:
    """What somebody typed, as it is: escaped, paragraphs and line breaks kept."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if part.strip()]
    html = SafeString("")
    for paragraph in paragraphs:
        lines = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in paragraph.splitlines()))  # a constant
        html += format_html('<p style="margin:10px 0;">{}</p>', lines)
    return html


def _escaped_start(found: re.Match[str]) -> str:
    if found[2]:
        return f"{found[1]}{found[2]}\\{found[3]}{found[4]}"
    return f"{found[5]}\\{found[6]}"


def _inline_text(tokens: list[Token]) -> str:
    words: list[str] = []
    addresses: list[str] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            words.append("\n")
        elif token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            words.append(f" ({addresses.pop()})")
        else:
            words.append(token.content)
    return "".join(words)


def _joined(blocks: list[str]) -> str:
    text = ""
    for before, block in zip(["", *blocks], blocks, strict=False):
        gap = "\n" if before.startswith("- ") and block.startswith("- ") else "\n\n"
        text += (gap if text else "") + block
    return text
