"""A few words for a browser, so that people recognise their own in the list of sessions."""

from dataclasses import dataclass
from typing import Final

_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
# In this order: most browsers also name the ones they descend from.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Browser:
    """`icon` is mobile or desktop; the names are empty where the browser does not say."""

    icon: str
    browser: str
    system: str


def describe(user_agent: str) -> Browser:
    """What a User-Agent header says, in words; it is a hint and never trusted."""
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    is_mobile = system in ("iPhone", "iPad", "Android") or "Mobile" in user_agent
    return Browser("mobile" if is_mobile else "desktop", browser, system)
