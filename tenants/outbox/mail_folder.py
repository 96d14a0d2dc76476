"""Reading the .eml files that the local mail sink writes."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

from django.utils.text import slugify


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """One stored message. `name` is what its address bears."""

    name: str
    arrived_at: datetime
    subject: str
    sender: str
    to: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    # What travels inside it, by its Content-ID, as data: addresses.
    pictures: tuple[tuple[str, str], ...] = ()

    @property
    def whole_html(self) -> str:
        """The HTML with its pictures in it, as a mail program shows it."""
        html = self.html
        for name, address in self.pictures:
            html = html.replace(f'src="cid:{name}"', f'src="{address}"')
        return html


class MailFolder:
    """A folder of .eml files whose names sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self, limit: int, *, to: str = "") -> list[StoredMail]:
        """At most `limit` mails, newest first; with `to`, only those to this address."""
        found: list[StoredMail] = []
        for path in self._paths():
            mail = _read(path)
            if mail is not None and to in mail.to.lower():
                found.append(mail)
            if len(found) == limit:
                break
        return found

    def get(self, name: str) -> StoredMail | None:
        """The mail of this name. SECURITY: looked up among the files that are there, never built into a path."""
        for path in self._paths():
            if _name(path) == name:
                return _read(path)
        return None

    def _paths(self) -> Iterator[Path]:
        return iter(sorted(self._folder.glob("*.eml"), key=lambda path: path.name, reverse=True))


def _name(path: Path) -> str:
    return slugify(path.stem.replace(".", "-"))


def _read(path: Path) -> StoredMail | None:
    try:
        return _parsed(path, path.stat().st_mtime)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=512)
def _parsed(path: Path, changed: float) -> StoredMail:
    """Whoever waits for a mail looks twenty times a second, and reading one takes milliseconds."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return StoredMail(
        name=_name(path),
        arrived_at=datetime.fromtimestamp(changed, tz=UTC),
        subject=str(message.get("Subject", "")),
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((key, str(value)) for key, value in message.items()),
        pictures=tuple(_pictures(message)),
    )


def _pictures(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for part in message.walk():
        name = str(part.get("Content-ID", "")).strip(" \r\n\t<>")
        if name and part.get_content_type() == "image/png":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield name, f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part is not None else ""
