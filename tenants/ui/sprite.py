"""The icon sprite: one file of symbols, of which a page carries only those it uses."""

import re
from functools import lru_cache
from pathlib import Path
from typing import cast

from django.conf import settings
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

_SYMBOL = re.compile(r'<symbol id="i-([a-z0-9-]+)".*?</symbol>', re.DOTALL)
_STATE_KEY = "ui_used_icons"
#: Drawn when a document names an icon that the sprite does not hold.
FALLBACK = "message"
#: Icons that point somewhere; they mirror in right-to-left languages.
POINTING = frozenset({"arrow-left", "arrow-right", "chevron-right", "send", "external", "logout", "undo"})
#: Names that people write for icons the sprite calls otherwise.
ALIASES = {"wrench": "tool", "phone-call": "phone", "edit": "pen", "document": "doc", "house": "home"}


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    """Every symbol of static/icons.svg by its name, read once per process."""
    text = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text(encoding="utf-8")
    return {match.group(1): match.group(0) for match in _SYMBOL.finditer(text)}


def resolve(name: str) -> str:
    """The name of a symbol that exists: the asked one, the one it is an alias of, or the fallback."""
    known = ALIASES.get(name, name)
    return known if known in symbols() else FALLBACK


def remember(context: Context, name: str) -> None:
    """Note that this rendering uses the symbol `name`."""
    _used(context)[name] = None


def _used(context: Context) -> dict[str, None]:
    # The bottom layer of the render context is one object for a whole rendering: includes (also with
    # "only") and extended templates copy the list of layers, never the layers themselves.
    bottom = cast("dict[str, dict[str, None]]", context.render_context.dicts[0])
    return bottom.setdefault(_STATE_KEY, {})


def rendered(context: Context) -> SafeString:
    """The inline sprite with the symbols noted so far, or nothing."""
    used = _used(context)
    if not used:
        return SafeString("")
    inside = "".join(symbols()[name] for name in used)
    # Safe: the text is our own file's, picked by names that are its keys.
    return mark_safe(  # noqa: S308 - our own file
        f'<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">{inside}</svg>'
    )
