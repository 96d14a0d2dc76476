"""Pictures that travel inside a mail. A higher layer says what they are.

Inside, not fetched: most mail programs ask before they fetch anything, what is fetched tells when a mail is read, and
an address would have to go on showing an old logo. A mail of years ago looks as it did when it was sent.
"""

import re
from collections.abc import Callable
from email.mime.image import MIMEImage
from typing import Final

from tenants.context import current

# As our own templates write it; what people write reaches a mail's HTML without such attributes.
_NAMED: Final = re.compile(r'src="cid:logo-([0-9a-f]{32})"')
# So much of a hash fits into one line of a mail's head, which not every mail program reads when it is folded.
_LENGTH: Final = 32

Source = Callable[[str], bytes | None]


def _nothing(_digest: str) -> bytes | None:
    return None


_source: list[Source] = [_nothing]


def set_source(source: Source) -> None:
    """Registers who holds a tenant's pictures, by the beginning of their hash; called once, by the composition root."""
    _source[:] = [source]


def name_of(digest: str) -> str:
    """How a mail's HTML names a picture: `cid:` and this."""
    return f"logo-{digest[:_LENGTH]}"


def pictures_of(html: str) -> list[MIMEImage]:
    """The pictures (PNG) that a mail's HTML names, each once; one that is gone is left out: its words are read."""
    if current() is None:
        return []
    found = []
    for digest in dict.fromkeys(_NAMED.findall(html)):
        content = _source[0](digest)
        if content is not None:
            part = MIMEImage(content, "png")
            part.add_header("Content-ID", f"<{name_of(digest)}>")
            part.add_header("Content-Disposition", "inline", filename="logo.png")
            found.append(part)
    return found
