"""A workbook opened by openpyxl: its sheets, and nothing that is not needed to read one of them."""

from collections.abc import Sequence
from typing import IO, Final, cast

from openpyxl.cell.text import Text
from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS
from openpyxl.xml.functions import iterparse

from portal_core.importing.workbook_bounds import MAIN, Bounds, LookedThrough, Sheets

# Texts that cells share.
_MOST_TEXTS: Final = 2_000_000
_TEXT: Final = f"{{{MAIN}}}si"


class _Reader(ExcelReader):
    def read_chartsheet(self, sheet: object, rel: object) -> None:
        """There are no cells in it."""


class Opened:
    """Raises `Refused` for parts beyond their bounds, and whatever the library raises of a spoilt file."""

    def __init__(self, content: IO[bytes]) -> None:
        # Values, not formulas; links to other files are not followed.
        reader = _Reader(content, read_only=True, data_only=True, keep_links=False)
        archive = LookedThrough(content)
        reader.archive = archive
        reader.read_manifest()
        reader.shared_strings = _texts(archive, reader.package)
        reader.read_workbook()
        apply_stylesheet(archive, reader.wb)
        self._parts = Sheets(archive)
        reader.wb._archive = self._parts  # type: ignore[attr-defined]  # where its sheets look for themselves
        reader.read_worksheets()
        # As it was opened, all of them are.
        self.sheets = cast("Sequence[ReadOnlyWorksheet]", reader.wb.worksheets)

    def choose(self, sheet: ReadOnlyWorksheet, bounds: Bounds) -> None:
        """Makes its rows readable, once they have been looked through."""
        self._parts.choose(sheet._worksheet_path, bounds)  # type: ignore[attr-defined]  # told by nothing else


def _texts(archive: LookedThrough, package: Manifest) -> list[str]:
    """As they are spelt: the library would take the spelling of some signs out of them, and never let go of one."""
    found = package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]  # theirs
    texts: list[str] = []
    if found is None:
        return texts
    with archive.bounded(found.PartName[1:], Bounds("si", _MOST_TEXTS)) as content:
        for _event, node in iterparse(content):
            if node.tag == _TEXT:
                text = Text.from_tree(node)
                texts.append(text.content if text is not None else "")
                node.clear()
    return texts
