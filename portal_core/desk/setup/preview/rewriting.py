"""A page of the portal made fit for its frame: its addresses stay in the preview, what is new is underlined.

Nothing else is touched: what the customer's own templates wrote goes through as it is, character by character.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

from portal_core.desk.setup.preview.fresh import LONG

# What a browser fetches or sends by itself, besides hx-… and data-….
# (`srcset` is one address here: templates name one.)
_ADDRESSES: Final = frozenset({"href", "action", "formaction", "src", "srcset"})
# Of everybody alike, or answered by a door of their own (files: whoever looks must be let in as themselves).
_LEFT: Final = ("/static/", "/favicon.ico")
_OWN_DOOR: Final = ("/files/",)
_OPENS_ELSEWHERE: Final = re.compile(r"^(?:https?:|//)", re.IGNORECASE)
# Where an <ins> may not stand.
_IS_TEXT: Final = frozenset({"textarea", "title"})
_NO_MARKS: Final = frozenset({"head", "script", "style", "title", "textarea", "option", "template", "svg"})


@dataclass(frozen=True)
class Place:
    """Where the frame's pages lie: `base` before every path; `origin` is the tenant's own address, for mails."""

    base: str
    origin: str = ""
    # A guest's token, which is nobody else's business, and what stands for it in the frame.
    secret: str = ""
    stand_in: str = ""
    # How what is new begins; a mail has no style sheet.
    mark: str = "<ins>"

    def inside(self, address: str) -> str:
        """An address of the portal as one of the frame."""
        path = address.removeprefix(self.origin) if self.origin else address
        return f"{self.base}{path.removeprefix('/')}"


@dataclass
class Rewritten:
    """The page for the frame, and how many places were underlined."""

    html: str
    marked: int


def rewrite(html: str, place: Place, new_words: Sequence[str] = (), *, banner: str = "") -> Rewritten:
    """The page with its addresses inside `place`, `new_words` underlined, and `banner` at the top of its content."""
    html = html.replace(place.secret, place.stand_in) if place.secret else html
    there = unescape(html)
    parser = _Rewriter(place, [words for words in new_words if words in there], banner)
    parser.feed(html)
    parser.close()
    return Rewritten("".join(parser.out), parser.marked)


@dataclass(eq=False)
class _Rewriter(HTMLParser):
    place: Place
    words: list[str]
    banner: str
    out: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    closed_to_marks: list[str] = field(default_factory=list)
    marked: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        raw = self.get_starttag_text() or ""
        changed = None if _IS_TEXT.intersection(self.closed_to_marks) else self._attributes(tag, attrs)
        self.out.append(raw if changed is None else _tag(tag, changed, is_closed=raw.endswith("/>")))
        if tag in _NO_MARKS:
            self.closed_to_marks.append(tag)
        if tag == "main" and self.banner:
            self.out.append(self.banner)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in self.closed_to_marks:
            self.closed_to_marks.remove(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        self.out.append(f"</{tag}>")
        if tag in self.closed_to_marks:
            self.closed_to_marks.remove(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        self.text.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._end_text()
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._end_text()
        self.out.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._end_text()
        self.out.append(f"<?{data}>")

    def close(self) -> None:
        super().close()
        self._end_text()

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> list[tuple[str, str | None]] | None:
        """The attributes as they stand in the frame; None where nothing changes."""
        changed = [(name, self._value(name, value)) for name, value in attrs]
        if tag in ("a", "form") and any(name == "href" and _leaves(value) for name, value in changed):
            changed = [(name, value) for name, value in changed if name not in ("target", "rel")]
            changed += [("target", "_blank"), ("rel", "noopener noreferrer")]
        if tag == "input" and ("type", "file") in attrs:
            changed.append(("disabled", None))
        return None if changed == attrs else changed

    def _value(self, name: str, value: str | None) -> str | None:
        if value is None or not (name in _ADDRESSES or name.startswith(("hx-", "data-"))):
            return value
        is_local = value.startswith("/") and not value.startswith(("//", *_LEFT, *_OWN_DOOR))
        is_ours = bool(self.place.origin) and name in _ADDRESSES and value.startswith(f"{self.place.origin}/")
        if name.startswith("data-") and value.startswith("/files/"):
            is_local = True
        return self.place.inside(value) if is_local or is_ours else value

    def _end_text(self) -> None:
        if not self.text:
            return
        raw = "".join(self.text)
        self.text.clear()
        self.out.append(raw if self.closed_to_marks or not self.words else self._marked(raw))

    def _marked(self, raw: str) -> str:
        plain = unescape(raw)
        found = next((words for words in self.words if _stands_in(words, plain)), None)
        if found is None:
            return raw
        start = plain.index(found)
        self.marked += 1
        before, after = plain[:start], plain[start + len(found) :]
        return f"{self._marked(escape(before))}{self.place.mark}{escape(found)}</ins>{self._marked(escape(after))}"


def _stands_in(words: str, text: str) -> bool:
    return words in text if len(words) >= LONG else text.strip() == words


def _leaves(value: str | None) -> bool:
    """Whether a link leads out of the frame: to another host, or to a file."""
    return value is not None and (bool(_OPENS_ELSEWHERE.match(value)) or value.startswith(_OWN_DOOR))


def _tag(name: str, attrs: list[tuple[str, str | None]], *, is_closed: bool) -> str:
    parts = [key if value is None else f'{key}="{escape(value)}"' for key, value in attrs]
    return f"<{' '.join([name, *parts])}{'/' if is_closed else ''}>"
