"""Files that are sent along: refused everywhere at their first byte, but at the addresses that say they take them.

`@takes_files` opens one address. What comes there is written to a file without a name as it arrives, up to the limit of
the address; what is longer is counted and thrown away, so that the page can say which file was too large and keep what
was typed beside it.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final, NoReturn, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

V = TypeVar("V", bound=Callable[..., Any])

MEGABYTE: Final = 1024 * 1024
# The largest file that is taken anywhere; document kinds ask for less.
FILE_BYTES: Final = 50 * MEGABYTE


@dataclass(frozen=True)
class UploadLimits:
    """What an address takes at once: bytes of one file, of the whole request, and how many files."""

    file_bytes: int = FILE_BYTES
    total_bytes: int = 2 * FILE_BYTES
    files: int = 20


def takes_files(limits: UploadLimits) -> Callable[[V], V]:
    """Opens a view for files. Below the page decorator, which hands the mark on."""

    def mark(view: V) -> V:
        view.takes_files = limits  # type: ignore[attr-defined]  # read where files come in
        return view

    return mark


def limits_of(view: Callable[..., Any]) -> UploadLimits | None:
    """What the view takes; None for one that takes no files."""
    limits = getattr(view, "takes_files", None)
    return limits if isinstance(limits, UploadLimits) else None


class SentFile(UploadedFile):  # type: ignore[type-arg]  # not generic at run time
    """A file as it came in, in a file of the operating system that vanishes with it.

    `is_too_large`: it was longer than the address takes and its content is not here.
    """

    def __init__(self, content: IO[bytes], name: str, content_type: str | None, size: int) -> None:
        super().__init__(content, name, content_type, size)
        self.is_too_large = False


class SpoolFiles(FileUploadHandler):
    """Writes what comes to nameless files, within the limits of the address."""

    def __init__(self, request: HttpRequest, limits: UploadLimits) -> None:
        super().__init__(request)
        self.limits = limits
        self.count = 0
        self.content: IO[bytes] = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Called for each file (Django's signature). Raises RequestDataTooBig, answered with 413, for too many."""
        super().new_file(*args, **kwargs)
        self.count += 1
        if self.count > self.limits.files:
            raise RequestDataTooBig(f"more than {self.limits.files} files")
        self.content = tempfile.SpooledTemporaryFile(max_size=MEGABYTE)  # noqa: SIM115 - lives with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keeps a piece while there is room."""
        if start + len(raw_data) <= self.limits.file_bytes:
            self.content.write(raw_data)

    def file_complete(self, file_size: int) -> "SentFile":
        """The file, ready to be read."""
        self.content.seek(0)
        sent = SentFile(self.content, self.file_name or "", self.content_type, file_size)
        sent.is_too_large = file_size > self.limits.file_bytes
        return sent


class RefuseFiles(FileUploadHandler):
    """Refuses a request at the first byte of a file: files are outside Django's limit for the body of a request."""

    def new_file(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Called for each file. Raises RequestDataTooBig, answered with 413."""
        raise RequestDataTooBig("no file is taken here")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never reached; a handler has to have it."""

    def file_complete(self, file_size: int) -> None:
        """Never reached; a handler has to have it."""
