"""How much may stand in a part of a workbook, and the way to open one: no part before it has been looked through.

SECURITY: openpyxl keeps every element of most parts, and of the long ones all but the insides of their items (rows,
texts), whatever they are called. Which part it opens stands in the workbook, too, so a part is bounded when it is
opened, not by its name.
"""

import io
import zipfile
from typing import IO, Final
from xml.parsers import expat

from portal_core.documents.checking.refused import Refused
from portal_core.importing.rows import LARGEST_CELL

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Beside the sheets and their texts, parts are read whole.
LARGEST_WHOLE_PART: Final = 16 * 1024 * 1024
# Elements: that are kept, and of one item while it is read. A row may have 16,384 cells of three each.
MOST_KEPT: Final = 250_000
MOST_IN_ONE: Final = 100_000
_DEEPEST: Final = 100
# Different names of elements, attributes and namespaces: the parser keeps each.
_MOST_NAMES: Final = 10_000
_CHUNK: Final = 1024 * 1024
_EMPTY: Final = b"<worksheet/>"


class Bounds:
    """Counts the elements of a part; those inside of an `item` are gone with it. Raises `Refused` at a bound."""

    def __init__(self, item: str = "", most_items: int = 0) -> None:
        self._item = f"{MAIN} {item}"
        self._most_items = most_items
        self._items = self._inside = self._kept = 0
        self.depth = self.item_depth = 0

    def begins(self, tag: str, _attributes: dict[str, str]) -> None:
        """As the parser tells. `depth` is the element's own, `item_depth` that of the item around it or 0."""
        self.depth += 1
        if self.item_depth:
            self._inside += 1
        elif tag == self._item:
            self.item_depth = self.depth
            self._items += 1
            self._inside = 0
        else:
            self._kept += 1
        if (
            self.depth > _DEEPEST
            or self._inside > MOST_IN_ONE
            or self._kept > MOST_KEPT
            or self._items > self._most_items
        ):
            raise Refused("bomb")

    def ends(self, _tag: str) -> None:
        """As the parser tells."""
        if self.depth == self.item_depth:
            self.item_depth = 0
        self.depth -= 1

    def text(self, _words: str) -> None:
        """As the parser tells."""


def look_through(content: IO[bytes], bounds: Bounds) -> None:
    """To its end; raises `Refused` for what declares entities, is no XML, has a piece longer than any cell, or is
    beyond its bounds."""
    names: dict[str, str] = {}
    parser = expat.ParserCreate(None, " ", names)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.StartNamespaceDeclHandler = lambda prefix, _address: names.setdefault(prefix or "", prefix or "")
    parser.StartElementHandler = bounds.begins
    parser.EndElementHandler = bounds.ends
    parser.CharacterDataHandler = bounds.text
    given = 0
    try:
        while chunk := content.read(_CHUNK):
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - parser.CurrentByteIndex > LARGEST_CELL or len(names) > _MOST_NAMES:
                raise Refused("bomb")
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Refused("spoilt_office") from None


def _refuse_declarations(*_declared: object) -> None:
    raise Refused("spoilt_office")


class LookedThrough(zipfile.ZipFile):
    """An archive of which a part is bounded before it is read: as one that is kept whole, or as `bounded` says."""

    def __init__(self, content: IO[bytes]) -> None:
        super().__init__(content)
        self._sound: set[str] = set()

    def open(self, name: str | zipfile.ZipInfo, *_more: object, **_rest: object) -> IO[bytes]:
        """As of any archive. Raises `Refused`."""
        part = self.getinfo(name) if isinstance(name, str) else name
        if part.filename not in self._sound:
            if part.file_size > LARGEST_WHOLE_PART:
                raise Refused("bomb")
            self.bounded(part.filename, Bounds()).close()
            self._sound.add(part.filename)
        return super().open(part)

    def bounded(self, name: str, bounds: Bounds) -> IO[bytes]:
        """A part that is read piece by piece. Raises `Refused`."""
        with super().open(name) as content:
            look_through(content, bounds)
        return super().open(name)


class Sheets:
    """The sheets, for a library that would look into each of them for its size: empty, until one is `chosen`."""

    def __init__(self, archive: LookedThrough) -> None:
        self._archive = archive
        self._chosen = ""

    def choose(self, name: str, bounds: Bounds) -> None:
        """From now on this one can be read. Raises `Refused`."""
        self._archive.bounded(name, bounds).close()
        self._chosen = name

    def open(self, name: str) -> IO[bytes]:
        """As of an archive."""
        return zipfile.ZipFile.open(self._archive, name) if name == self._chosen else io.BytesIO(_EMPTY)
