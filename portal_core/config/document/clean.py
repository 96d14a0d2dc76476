"""The first look at a document: bounded in size and depth, every string normalised."""

import json
import math
import re
import unicodedata
from typing import NoReturn

from pydantic import JsonValue

from portal_core.config.problems import Problem

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
# Control characters but tab and line feed, lone surrogates, and what no text may hold (noncharacters).
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class NotADocument(Exception):
    """What was given cannot be read as a document at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def clean_text(words: str) -> str:
    """NFC, Unix line ends, no control characters, no lone surrogates."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", words.replace("\r\n", "\n").replace("\r", "\n")))


def parse_json(raw: str | bytes) -> JsonValue:
    """JSON text into plain values. Raises `NotADocument` for anything else, however hostile."""
    if len(raw) > MAX_BYTES:
        raise _too_large()
    try:
        words = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise NotADocument(Problem("", "The file is not UTF-8 text.", "Save it as UTF-8.")) from error
    try:
        value: JsonValue = json.loads(words, object_pairs_hook=_single_keys, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotADocument(Problem("", f"The file is not JSON: {where}.", "Mend it there and try again.")) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # a number of thousands of digits
        raise NotADocument(Problem("", "The file holds a number too long to read.", "Shorten it.")) from error
    return value


def clean(value: object) -> JsonValue:
    """A copy of plain JSON values with every string cleaned. Raises `NotADocument` beyond depth or size."""
    cleaned = _clean(value, 0, "")
    if len(json.dumps(cleaned, ensure_ascii=False).encode()) > MAX_BYTES:
        raise _too_large()
    return cleaned


def _clean(value: object, depth: int, path: str) -> JsonValue:
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, path)
    if isinstance(value, list | tuple):
        return [_clean(item, depth + 1, f"{path}.{index}") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _clean_object(value, depth, path)
    raise NotADocument(
        Problem(path.lstrip("."), "This is no JSON value.", "Use text, numbers, true, false, lists or objects.")
    )


def _clean_object(value: dict[object, object], depth: int, path: str) -> dict[str, JsonValue]:
    cleaned: dict[str, JsonValue] = {}
    for key, item in value.items():
        name = clean_text(str(key))
        if name in cleaned:
            raise NotADocument(_twice(f"{path}.{name}".lstrip(".")))
        cleaned[name] = _clean(item, depth + 1, f"{path}.{name}")
    return cleaned


def _number(value: int | float, path: str) -> int | float:
    if abs(value) > 1e18 or math.isnan(value):
        raise NotADocument(Problem(path.lstrip("."), "This number cannot be kept.", "Write a smaller one."))
    # 4.0 and 4 are the same number; the canonical form knows one of them.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _single_keys(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise NotADocument(_twice(next(name for name in names if names.count(name) > 1)))
    return found


def _no_constant(name: str) -> NoReturn:
    raise NotADocument(Problem("", f"The file holds {name[:20]}, which is no number.", "Leave it out."))


def _twice(path: str) -> Problem:
    return Problem(clean_text(path)[:200], "This key stands twice in one object.", "Keep one of them.")


def _too_large() -> NotADocument:
    return NotADocument(Problem("", "The document is larger than 2 MB.", "Take out what is no longer used."))


def _too_deep() -> NotADocument:
    return NotADocument(Problem("", f"The document is nested deeper than {MAX_DEPTH} levels.", "Flatten it."))
