"""Texts of people in headers: one line, no control characters, bounded."""

import unicodedata

# Control, format (zero-width, direction overrides), surrogate, line and paragraph separators.
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Joins letters of Indic scripts and emoji; harmless in a header.
_WANTED_FORMAT = frozenset({"\u200c", "\u200d"})


def one_click(address: str) -> dict[str, str]:
    """The headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058); none without an address."""
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def one_line(value: str, *, limit: int) -> str:
    """`value` without line breaks and invisible characters, white space collapsed, at most `limit` characters.

    SECURITY: a line break in a subject or a name would start a header of the sender's choice.
    """
    # White space first: a tab or line break becomes a space, not nothing.
    words = " ".join(value.split())
    kept = "".join(c for c in words if c in _WANTED_FORMAT or unicodedata.category(c) not in _UNWANTED).strip()
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"
