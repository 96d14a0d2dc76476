"""What an answer says, also where it is an archive or a workbook."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl

from tenants.ui import spreadsheet


def content_of(answer: Any) -> str:
    """What an answer says; of an archive, everything that lies in it; of a workbook, its cells as text, too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.get("Content-Type")
    if kind == spreadsheet.WORKBOOK_TYPE:
        return f"{_cells(content)}\n{_packed(content)}"
    return _packed(content) if kind == "application/zip" else content.decode(errors="replace")


def _cells(content: bytes) -> str:
    """As the CSV has them; a number with the decimals that it is shown with."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(_cell_text(cell) for sheet in book for row in sheet.iter_rows() for cell in row)


def _cell_text(cell: Any) -> str:
    if isinstance(cell.value, datetime):
        return f"{cell.value:%Y-%m-%d %H:%M}"
    if cell.data_type == "n" and cell.value is not None:
        return f"{cell.value:.{len(cell.number_format.partition('.')[2])}f}"
    return str(cell.value or "")


def _packed(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode(errors='replace')}" for name in archive.namelist())
