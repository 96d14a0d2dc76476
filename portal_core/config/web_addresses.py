"""Web addresses that people give: what may become a link, and what only pretends to be the address it looks like."""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

import idna

LONGEST: Final = 2_000
_ORDINARY: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_SCHEME: Final = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# Letters that look like Latin ones; a name made of nothing else is a disguise.
_LOOKS_LATIN: Final = frozenset("аеорсухіјѕԁһԛԝвкмнтցոսօνορικτυχαєӏɡ")
# Scripts that one name may mix; all other mixtures are disguises.
_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)


class AddressRefused(ValueError):
    """Not an address to link to. `code` says why: form, scheme, credentials or disguise."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def web_address(typed: str) -> str:
    """The address as it is kept: with its scheme, otherwise as typed. Raises `AddressRefused`."""
    words = typed.strip()
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp") for letter in words) or "\\" in words:
        raise AddressRefused("form")
    scheme = _SCHEME.match(words)
    if scheme is None or re.match(r"^[^/?#]*:\d+(/|$|\?|#)", words):
        words = f"https://{words.removeprefix('//')}"
    elif scheme[1].lower() not in ("http", "https"):
        raise AddressRefused("scheme")
    _check(words)
    return words


def is_web_address(words: str) -> bool:
    """Whether a kept value may become a link: asked again when it is shown."""
    try:
        return web_address(words) == words
    except AddressRefused:
        return False


def _check(words: str) -> None:
    try:
        parts = urlsplit(words)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("form") from None
    if parts.username is not None or parts.password is not None:
        # https://bank.example@evil.example leads to evil.example.
        raise AddressRefused("credentials")
    if not words.lower().startswith(f"{parts.scheme}://") or "@" in parts.netloc or port == 0:
        raise AddressRefused("form")
    _check_host(host.removesuffix("."))


def _check_host(host: str) -> None:
    labels = host.split(".")
    if _ORDINARY.fullmatch(host) and "xn--" not in host:
        _check_end(labels)
        return
    try:
        encoded = idna.encode(host, uts46=True, transitional=False).decode()
        labels = [idna.decode(label) if label.startswith("xn--") else label for label in encoded.split(".")]
    except (idna.IDNAError, UnicodeError):
        # Underscores and the like stand in names that are in use; other signs do not.
        if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", host):
            raise AddressRefused("form") from None
    _check_end(labels)
    if any(_is_disguise(label) for label in labels):
        raise AddressRefused("disguise")


def _check_end(labels: list[str]) -> None:
    """A name of at least two parts whose last one is no number: neither localhost nor an address of machines."""
    if len(labels) < 2 or not any(letter.isalpha() for letter in labels[-1]) or labels[-1].startswith("0x"):
        raise AddressRefused("form")


def _is_disguise(label: str) -> bool:
    letters = [letter for letter in label if letter.isalpha()]
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in letters}
    if "LATIN" not in scripts and letters and all(letter in _LOOKS_LATIN for letter in letters):
        return True
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)
