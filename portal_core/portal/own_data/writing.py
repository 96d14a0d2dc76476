"""Writes a customer's archive: pages to read, the same as JSON, and the files that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from uuid import UUID

import structlog
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_core.config.pinned import Live
from portal_core.config.streaming import made_while_sent
from portal_core.documents import storage
from portal_core.portal.own_data import words
from portal_core.portal.own_data.packing import Archive
from portal_core.portal.own_data.reading import (
    Files,
    Lines,
    PageOfRequests,
    Whose,
    lines_of,
    pages_of_papers,
    pages_of_records,
    pages_of_requests,
)
from portal_core.portal.own_data.words import Part

log = structlog.get_logger(__name__)
# Where the content of a page stands between its beginning and its end.
_MARK: Final = "\x00content\x00"
# Of a page, and of its JSON, before it lies on disk until its turn comes.
_SPOOLED_BYTES: Final = 512 * 1024
_READ_BYTES: Final = 64 * 1024
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#231a17}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:1px solid #ddd}"
    "h3{font-size:1rem;margin:1.2rem 0 .3rem}dt,small{color:#666}dd{margin:0 0 .6rem}dd,p,li{overflow-wrap:anywhere}"
    "ul{padding-inline-start:1.2rem}a{color:#0b6153}"
)


def archive_of(whose: Whose, live: Live, made_at: datetime) -> Iterator[bytes]:
    """The archive, piece by piece, in the reader's language and by one version of the portal."""
    return made_while_sent(_Writer(whose, made_at).pieces(), whose.viewer, live)


class _Writer:
    """What is written so far: which files came along, and what the first page lists."""

    def __init__(self, whose: Whose, made_at: datetime) -> None:
        self.whose, self.made_at = whose, made_at
        self.archive = Archive(timezone.localtime(made_at, whose.viewer.time_zone))
        self.packed: set[UUID] = set()
        self.lost: set[UUID] = set()
        self.contents: list[tuple[str, str]] = []

    def pieces(self) -> Iterator[bytes]:
        """Everything in order; what stands in it is listed last, when it is known."""
        yield from self.archive.entry("style.css", [_STYLE.encode()])
        yield from self._page("account", _("About you"), "account", words.of_account(self.whose))
        for number, records in enumerate(pages_of_records(self.whose), 1):
            kept: list[Part] = [words.of_record(record) for record in records]
            yield from self._page(f"saved-{number}", _numbered(_("What you keep"), number), "saved", kept)
        for number, papers in enumerate(pages_of_papers(self.whose), 1):
            yield from self._files(papers.files)
            files = self._as_packed(papers.files)
            told: list[Part] = [words.of_document(paper, files) for paper in papers.shown]
            yield from self._page(f"documents-{number}", _numbered(_("Documents"), number), "documents", told)
        for number, page in enumerate(pages_of_requests(self.whose), 1):
            yield from self._requests(f"requests-{number}", _numbered(_("Requests"), number), page)
        yield from self.archive.entry(
            "index.html", self._framed(self.whose.portal.name, [self._index().encode()], is_first=True)
        )
        yield self.archive.end()

    def _index(self) -> str:
        context = {"contents": self.contents, "made_at": self.made_at, "email": self.whose.user.email}
        return render_to_string("portal/own_data/_index.html", context)

    def _page(self, name: str, title: str, template: str, part: Part) -> Iterator[bytes]:
        """A page that is small enough to be made at once, and the same as JSON."""
        self.contents.append((title, f"{name}.html"))
        content = render_to_string(f"portal/own_data/_{template}.html", {"part": part})
        yield from self.archive.entry(f"{name}.html", self._framed(title, [content.encode()]))
        yield from self.archive.entry(f"{name}.json", [words.as_json(part).encode()])

    def _framed(self, title: str, content: Iterable[bytes], *, is_first: bool = False) -> Iterator[bytes]:
        context = {"title": title, "mark": _MARK, "is_first": is_first, "portal": self.whose.portal.name}
        begin, end = render_to_string("portal/own_data/_frame.html", context).split(_MARK)
        yield begin.encode()
        yield from content
        yield end.encode()

    def _requests(self, name: str, title: str, page: PageOfRequests) -> Iterator[bytes]:
        """A page of requests with their history, which can be long: written line by line, after the files in it."""
        self.contents.append((title, f"{name}.html"))
        with _spooled() as shown, _spooled() as told:
            yield from self._told(page, shown, told)
            yield from self.archive.entry(f"{name}.html", self._framed(title, _read(shown)))
            yield from self.archive.entry(f"{name}.json", _read(told))

    def _told(self, page: PageOfRequests, shown: IO[bytes], told: IO[bytes]) -> Iterator[bytes]:
        """The page's content goes into `shown`, the same as JSON into `told`; sent are the files that it names."""
        yield from self._files(page.files)
        files, lines = self._as_packed(page.files), lines_of(page, self.whose)
        told.write(b"[")
        following = next(lines, None)
        for position, row in enumerate(page.rows):
            part = words.of_request(page.shown[row.pk], files)
            # An object that stays open for its history.
            told.write((",\n" if position else "").encode() + words.as_json(part)[:-2].encode() + b',\n "history": [')
            shown.write(render_to_string("portal/own_data/_request.html", {"part": part}).encode())
            is_first = True
            while following is not None and following[0] == row.pk:
                yield from self._files(following[1].files)
                some = self._history(following[1])
                told.write(("" if is_first or not some else ",\n").encode())
                told.write(",\n".join(words.as_json(line) for line in some).encode())
                is_first = is_first and not some
                shown.write(render_to_string("portal/own_data/_lines.html", {"lines": some}).encode())
                following = next(lines, None)
            told.write(b"]}")
        told.write(b"]\n")

    def _history(self, lines: Lines) -> list[Part]:
        files = self._as_packed(lines.files)
        return [words.of_line(entry, files) for entry in lines.entries]

    def _files(self, files: Files) -> Iterator[bytes]:
        """Each file once, before the page that names it: only when it is opened shows whether the storage has it."""
        for file in files.values():
            if file.id in self.packed or file.id in self.lost:
                continue
            try:
                content = storage.read(file.key)
            except storage.NoSuchFile:
                log.warning("file_missing", file_id=str(file.id))
                self.lost.add(file.id)
                continue
            self.packed.add(file.id)
            yield from self.archive.entry(file.path, content, is_packed=True)

    def _as_packed(self, files: Files) -> Files:
        """The same files once they are packed: what could not be is known as lost."""
        return {key: replace(file, is_lost=file.id in self.lost) for key, file in files.items()}


def _spooled() -> SpooledTemporaryFile[bytes]:
    return SpooledTemporaryFile(max_size=_SPOOLED_BYTES)


def _read(written: IO[bytes]) -> Iterator[bytes]:
    """All that was written, from the beginning."""
    written.seek(0)
    yield from iter(lambda: written.read(_READ_BYTES), b"")


def _numbered(title: str, number: int) -> str:
    return title if number == 1 else f"{title} ({number})"
