"""Items of a JSON file, one at a time: a list, or one object after another (JSON lines); never the whole in memory."""

import json
from collections.abc import Iterator
from typing import TextIO

from portal_core.importing.errors import ImportRefused
from portal_core.importing.mapping import FileFormat
from portal_core.importing.rows import HINT_ENCODING, LARGEST_CELL, NumberCell, Row

_CHUNK = 64 * 1024
_LARGEST_OBJECT = 64 * 1024 * 1024
_BLANK = " \t\r\n"
# Numbers stay as they were written: no rounding, and no number is too long.
_DECODER = json.JSONDecoder(parse_float=NumberCell, parse_int=NumberCell, parse_constant=str)


class JsonRows:
    """Rows are read when iterated. Raises `ImportRefused` where the file as a whole is at fault."""

    columns: None = None
    note = ""

    def __init__(self, file: TextIO, form: FileFormat) -> None:
        self._text = _Text(file)
        self._path = form.rows

    def __iter__(self) -> Iterator[Row]:
        if self._path:
            yield from self._inside(self._path)
            return
        first = self._text.peek()
        in_list = first == "["
        if in_list:
            self._text.skip(1)
        elif first != "{":
            raise ImportRefused("The file is no list of objects. JSON begins with [ or {.", self._text.line)
        yield from self._items(in_list=in_list)

    def _items(self, *, in_list: bool) -> Iterator[Row]:
        is_first = True
        while (sign := self._text.peek()) not in ("", "]"):
            if in_list and not is_first:
                if sign != ",":
                    raise ImportRefused("A comma is missing between two items here.", self._text.line)
                self._text.skip(1)
                if not self._text.peek():
                    break
            is_first = False
            line = self._text.line
            yield _row(line, self._text.value(LARGEST_CELL))
        if in_list and self._text.peek() != "]":
            raise ImportRefused("The list is not closed with ]: the file is cut off here.", self._text.line)

    def _inside(self, path: str) -> Iterator[Row]:
        """The list at `path` of one object, which is read whole: such files are answers of an interface, not dumps."""
        self._text.peek()
        found = self._text.value(_LARGEST_OBJECT)
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if not isinstance(found, list):
            raise ImportRefused(f"There is no list at “{path}” (file.rows of the mapping).")
        yield from (_row(position, item) for position, item in enumerate(found, start=1))


def _row(line: int, item: object) -> Row:
    return Row(line, item) if isinstance(item, dict) else Row(line, problem="This item is no object { … }.")


class _Text:
    """The file's text, read as far as it is needed."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._rest = ""
        self._start = 0
        self._is_over = False
        self.line = 1

    def peek(self) -> str:
        """The next sign that is no blank; "" at the end."""
        while True:
            position = self._start
            while position < len(self._rest) and self._rest[position] in _BLANK:
                position += 1
            self.skip(position - self._start)
            if self._start < len(self._rest):
                return self._rest[self._start]
            if not self._more(_CHUNK):
                return ""

    def skip(self, count: int) -> None:
        """Goes on by `count` signs."""
        self.line += self._rest.count("\n", self._start, self._start + count)
        self._start += count

    def value(self, limit: int) -> object:
        """The JSON value that begins here, at most `limit` signs long."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._rest, self._start)
            except RecursionError as error:
                raise ImportRefused("The item that begins here is nested too deep to be read.", self.line) from error
            except json.JSONDecodeError as error:
                # Perhaps only cut off: double what is there, so that a long item costs no more than twice its length.
                length = len(self._rest) - self._start
                if length > limit or not self._more(max(length, _CHUNK)):
                    raise self._broken(error) from error
            else:
                # A number at the end of what was read could go on; items of ours never are numbers.
                self.skip(end - self._start)
                return value

    def _broken(self, error: json.JSONDecodeError) -> ImportRefused:
        line = self.line + self._rest.count("\n", self._start, error.pos)
        words = error.msg[:1].lower() + error.msg[1:]
        return ImportRefused(f"The file is not JSON here ({words}). Mend it there and try again.", line)

    def _more(self, size: int) -> bool:
        if self._is_over:
            return False
        try:
            piece = self._file.read(size)
        except UnicodeError as error:
            raise ImportRefused(f"The file is not of the encoding that was said. {HINT_ENCODING}") from error
        self._is_over = not piece
        self._rest = self._rest[self._start :] + piece
        self._start = 0
        return not self._is_over
