"""What a list understands of its address, saying so where it does not; and addresses inside of addresses.

While an update rolls out, code of today gets addresses that the code of tomorrow has written. A filter that it does not
know must not pass for none: whoever follows such an address would take the whole list for the narrowed one.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase, QueryDict

# What mail programs and networks add to any address that somebody passes on; it asks for nothing.
_TRACKING: Final = re.compile(
    r"(?:utm|mtm|pk)_\w+|_g[al]|(?:fb|g|dc|y)clid|msclkid|[gw]braid|gad_(?:source|campaignid)"
    r"|mc_[ce]id|_hs(?:enc|mi)|mkt_tok|srsltid|igshid"
)
_NAMED_AT_MOST: Final = 3
_LONGEST_NAME: Final = 40

# Of the 8,190 that a web server takes in a line; a list that is narrowed by all there is fits.
LONGEST_ADDRESS: Final = 8_000
# Written out while it is short, so that people can read it.
_PACKED_FROM: Final = 1_000
_PACKED: Final = "~"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Unknown = Callable[[QueryDict], Iterable[str]]


@dataclass(frozen=True)
class NotUnderstood:
    """The parts of an address that a list does not know, by name, and the same list without them."""

    names: list[str]
    href: str


def understands(*names: str, but: Unknown = lambda asked: ()) -> Callable[[View], View]:
    """Decorates a list: it knows these names in its address, `but` finds those whose value it does not.

    What is left stands in `request.not_understood`, which the base templates show above the list.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        # `Any`: whatever the view takes from its address.
        def listed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            unknown = _unknown(request.GET, names, but)
            if unknown:
                request.not_understood = _said(request, unknown)  # type: ignore[attr-defined]  # read by templates
            return view(request, *args, **kwargs)

        listed.understands = names  # type: ignore[attr-defined]  # read by the contract test of all lists
        return cast("View", listed)

    return decorate


def outside(asked: QueryDict, known: Mapping[str, Collection[str]]) -> list[str]:
    """The names that have one of a few values, and in this address another one."""
    return [name for name, values in known.items() if asked.get(name) and asked[name] not in values]


def _unknown(asked: QueryDict, names: Collection[str], but: Unknown) -> list[str]:
    strange = [name for name in asked if name not in names and not _TRACKING.fullmatch(name)]
    return [*strange, *but(asked)]


def _said(request: HttpRequest, unknown: list[str]) -> NotUnderstood:
    kept = request.GET.copy()
    for name in unknown:
        kept.pop(name, None)
    named = [name.replace("\x00", "")[:_LONGEST_NAME] for name in unknown[:_NAMED_AT_MOST]]
    return NotUnderstood(named, f"{request.path}?{kept.urlencode()}" if kept else request.path)


def packed(address: str) -> str:
    """An address of this host as it stands inside of another one; a long one pressed together.

    Written out, each of its signs would count up to five times there.
    """
    if len(quote(address, safe="")) < _PACKED_FROM:
        return address
    return _PACKED + base64.urlsafe_b64encode(zlib.compress(address.encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> str:
    """What `packed` was given; "" for what it has not made, and beyond LONGEST_ADDRESS.

    SECURITY: anybody may have made it; whoever goes there checks where it leads, as of any address that was handed in.
    """
    if not text.startswith(_PACKED):
        return text if len(text) <= LONGEST_ADDRESS else ""
    pressed = text.removeprefix(_PACKED)
    try:
        given = base64.b64decode(pressed + "=" * (-len(pressed) % 4), altchars=b"-_", validate=True)
        press = zlib.decompressobj()
        # A few signs can stand for gigabytes.
        address = press.decompress(given, LONGEST_ADDRESS + 1).decode()
    except (binascii.Error, zlib.error, ValueError):
        return ""
    # Of an address that was cut off on its way, the beginning would be another list.
    is_whole = press.eof and not press.unused_data
    return address if is_whole and len(address) <= LONGEST_ADDRESS else ""
