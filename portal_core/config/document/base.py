"""What every part of the document shares: closed keys, key patterns, texts by language."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainValidator, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

KEY_PATTERN = r"^[a-z][a-z0-9-]{0,39}$"
REFERENCE_PATTERN = r"^[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"
COLOUR_PATTERN = r"^#[0-9a-fA-F]{6}$"
EXTRA_KEY_PATTERN = r"^x-.{1,60}$"

MAX_LABEL = 200
MAX_TEXT = 2_000
MAX_LONG_TEXT = 20_000

# Patterns end in \Z through pydantic's own engine ("$" of Rust's regex does not match before a newline).
Key: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=KEY_PATTERN)]
Reference: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=REFERENCE_PATTERN)]
Language: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=LANGUAGE_PATTERN)]
Colour: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=COLOUR_PATTERN)]
ExtraKey: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=EXTRA_KEY_PATTERN)]
Words: TypeAlias = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=MAX_LABEL)]

# A text as the document holds it: a string in the portal's language, or one string for each language.
TextValue: TypeAlias = str | Mapping[str, str]


def _close(schema: JsonDict) -> None:
    """Says in JSON Schema what the models enforce: no unknown keys but those that begin with x-."""
    schema["additionalProperties"] = False
    schema["patternProperties"] = {EXTRA_KEY_PATTERN: {}}


class Part(BaseModel):
    """One object of the document: immutable, unknown keys refused, keys beginning with x- kept."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, json_schema_extra=_close)
    __pydantic_extra__: dict[ExtraKey, JsonValue]


def _reader(limit: int) -> Callable[[object], TextValue]:
    def read(value: object) -> TextValue:
        if isinstance(value, str):
            return _checked(value, limit)
        if not isinstance(value, dict):
            raise PydanticCustomError("text", "this is not a text")
        if not value:
            raise PydanticCustomError("text_empty", "this text is empty")
        return {_language(key): _checked(words, limit) for key, words in sorted(value.items())}

    return read


def _language(key: object) -> str:
    if not isinstance(key, str) or not re.fullmatch(LANGUAGE_PATTERN[1:-1], key):
        raise PydanticCustomError("text_language", "a text has a key that is no language")
    return key


def _checked(words: object, limit: int) -> str:
    if not isinstance(words, str):
        raise PydanticCustomError("text", "this is not a text")
    if not words.strip():
        raise PydanticCustomError("text_empty", "this text is empty")
    if len(words) > limit:
        raise PydanticCustomError(
            "text_long",
            "this text has {length} characters, the limit is {limit}",
            {"length": len(words), "limit": limit},
        )
    return words


def _text(limit: int) -> PlainValidator:
    """A text of at most `limit` characters in each language; the JSON Schema says what the reader checks."""
    words = Annotated[str, StringConstraints(min_length=1, max_length=limit, pattern=r"\S")]
    closed = Field(min_length=1, json_schema_extra={"additionalProperties": False})
    by_language = Annotated[dict[Language, words], closed]
    return PlainValidator(_reader(limit), json_schema_input_type=words | by_language)


Label: TypeAlias = Annotated[TextValue, _text(MAX_LABEL)]
Text: TypeAlias = Annotated[TextValue, _text(MAX_TEXT)]
LongText: TypeAlias = Annotated[TextValue, _text(MAX_LONG_TEXT)]
