"""Placeholders in the business's texts: a closed list of names, nothing that can be computed.

SECURITY: never `str.format` on such texts: `{u.__class__…}` walks from any value to the secret key.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from django.utils.translation import gettext

from portal_core.config.document.base import TextValue

NAMES: Final = frozenset({"reference", "customer", "handler", "team", "status", "expected", "link", "portal"})
FIELD_PREFIX: Final = "field:"

_PLACEHOLDER = re.compile(r"\{(field:[a-z][a-z0-9-]{0,39}|[a-z]{1,20})\}")
# What an author may have meant as a placeholder, so that the check can name it.
_LIKELY = re.compile(r"\{([^{}\s][^{}\n]{0,80})\}")


def render(
    template: str,
    values: Mapping[str, str],
    *,
    neutral: str | None = None,
    escape: Callable[[str], str] = str,
) -> str:
    """Puts the values in, each escaped and never looked at again.

    A known name without a value (or with an empty one) leaves `neutral`; anything else in braces stays as it is.
    Values of `{field:KEY}` stand in the mapping as `field:KEY`; hand in only what the reader may see.
    """
    word = gettext("not given") if neutral is None else neutral

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if not is_known(name):
            return match[0]
        found = values.get(name, "")
        return escape(found) if found else word

    return _PLACEHOLDER.sub(put, template)


def is_known(name: str) -> bool:
    """Whether a placeholder of this name can have a value at all."""
    return name in NAMES or (name.startswith(FIELD_PREFIX) and len(name) > len(FIELD_PREFIX))


def names_in(template: str) -> tuple[str, ...]:
    """Everything in braces, in order, known or not."""
    return tuple(match[1] for match in _LIKELY.finditer(template))


def names_in_text(value: TextValue | None) -> tuple[str, ...]:
    """The same over all languages of a text, each name once."""
    if value is None:
        return ()
    versions: Iterable[str] = (value,) if isinstance(value, str) else value.values()
    return tuple(dict.fromkeys(name for words in versions for name in names_in(words)))


def field_keys_in(value: TextValue | None) -> tuple[str, ...]:
    """The fields that a text names."""
    prefix = len(FIELD_PREFIX)
    return tuple(name[prefix:] for name in names_in_text(value) if name.startswith(FIELD_PREFIX))
