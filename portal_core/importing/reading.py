"""A file of rows, whatever it is: CSV, JSON or an Excel workbook."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

from portal_core.importing.csv_rows import CsvRows
from portal_core.importing.errors import ImportRefused
from portal_core.importing.json_rows import JsonRows
from portal_core.importing.mapping import FileFormat
from portal_core.importing.rows import HINT_ENCODING, Progress, Row, format_of, open_text
from portal_core.importing.workbook_guard import is_workbook, refused
from portal_core.importing.workbook_rows import WorkbookRows

_SIGN_BYTES = 8


class Rows(Protocol):
    """Rows, each once and from front to back."""

    @property
    def columns(self) -> list[str] | None:
        """Their names; None for JSON, which has none."""

    @property
    def note(self) -> str:
        """What is read of the file where that is not all; "" otherwise."""

    def __iter__(self) -> Iterator[Row]:
        """Reads on."""


def _untold(_done_bytes: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class SourceFile:
    """A file of rows as it was given; of a workbook, `sheet` is the one that is meant, else its first."""

    content: BinaryIO
    name: str = ""
    sheet: str | None = None
    progress: Progress = _untold


def open_rows(source: SourceFile, form: FileFormat, *, encoding_hint: str = HINT_ENCODING) -> Rows:
    """The rows of the file. A workbook is known by its first bytes, whatever it is called.

    Raises:
        ImportRefused: the file as a whole is at fault.
    """
    content = source.content
    buffered = content if isinstance(content, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", content))
    kind = format_of(source.name, form.format)
    if is_workbook(buffered.peek(_SIGN_BYTES)[:_SIGN_BYTES]):
        return WorkbookRows(buffered, sheet=source.sheet, progress=source.progress)
    if kind == "xlsx":
        raise refused("not_what_it_says")
    if source.sheet is not None:
        raise ImportRefused(f"Only a workbook has sheets, and this is {kind.upper()}. Leave out --sheet.")
    text = open_text(buffered, form.encoding, source.progress)
    return JsonRows(text, form) if kind == "json" else CsvRows(text, form, encoding_hint=encoding_hint)
