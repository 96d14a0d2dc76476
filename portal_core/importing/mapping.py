"""The mapping file: what in a row becomes what of a request. The README beside this shows one, line by line."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from portal_core.config.document.base import Key, Part, Words
from portal_core.config.document.clean import NotADocument, clean, parse_json
from portal_core.config.document.loading import MAX_PROBLEMS, problems_in
from portal_core.config.problems import Problem

ISO = "iso"
UNIX = "unix"


class MappingRefused(Exception):
    """The mapping cannot be used; `problems` says where, why, and how to mend it."""

    code = "mapping-refused"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:5]))
        self.problems = problems


class Pick(Part):
    """Where a value stands in a row: columns (CSV, workbook) or paths (JSON), or one value for every row.

    `map` turns what stands there into what is wanted; a key of it may hold `*` for any letters. `default` stands in for
    an empty cell, `otherwise` for what the map does not know.
    """

    from_: tuple[str, ...] = Field(default=(), alias="from")
    value: str | None = None
    join: str = " "
    map_: dict[str, str] | None = Field(default=None, alias="map")
    default: str | None = None
    otherwise: str | None = None
    cut: StrictBool = False

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if bool(self.from_) == (self.value is not None):
            raise PydanticCustomError("pick", "neither a column nor a value, or both")
        if self.otherwise is not None and self.map_ is None:
            raise PydanticCustomError("otherwise", "otherwise without a map")
        return self


class MomentPick(Pick):
    """Where a date and time stand. Without a format or zone of its own, those of the whole mapping."""

    format: Words | None = None
    time_zone: Words | None = None


class AnswerPick(MomentPick):
    """Where an answer stands. `separator` parts several choices, `parts` are the lines of an address."""

    from_: tuple[str, ...] = Field(default=(), alias="from")
    separator: str = Field(default=",", min_length=1)
    parts: "dict[str, PickPlace] | None" = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = [bool(self.from_), self.value is not None, self.parts is not None]
        if sum(origins) != 1:
            raise PydanticCustomError("pick", "neither a column nor a value, or both")
        if self.otherwise is not None and self.map_ is None:
            raise PydanticCustomError("otherwise", "otherwise without a map")
        return self


def _written_short(value: object) -> object:
    """A column's name alone stands for {"from": name}; one name there for a list of one."""
    if isinstance(value, str):
        return {"from": [value]}
    if isinstance(value, dict) and isinstance(value.get("from"), str):
        return {**value, "from": [value["from"]]}
    return value


PickPlace: TypeAlias = Annotated[Pick, BeforeValidator(_written_short)]
MomentPlace: TypeAlias = Annotated[MomentPick, BeforeValidator(_written_short)]
AnswerPlace: TypeAlias = Annotated[AnswerPick, BeforeValidator(_written_short)]


class FileFormat(Part):
    """How the file is written. What is not said is seen from its name and first line."""

    format: Literal["csv", "json", "xlsx"] | None = None
    encoding: Literal["utf-8", "latin-1", "windows-1252", "utf-16"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    rows: Words | None = None  # JSON: the path of the list, where the file is one object


class StandIn(Part):
    """The one customer of all rows that name none. Without an address nobody signs in as them or is written to."""

    name: Words
    email: Words | None = None


class CustomerRule(Part):
    """Whose request a row is: by e-mail address, else the stand-in's."""

    email: PickPlace | None = None
    name: PickPlace | None = None
    phone: PickPlace | None = None
    stand_in: StandIn | None = None


class HistoryRule(Part):
    """Dated lines of history: one of each row, or with `each` one of every item of a list in the row.

    Inside `each`, places are looked for in the item. `kind` gives message, note (staff only), event, or skip; `status`
    the status that the request entered with it.
    """

    each: Words | None = None
    at: MomentPlace
    kind: PickPlace = Pick(value="message")
    side: PickPlace = Pick(value="staff")
    title: PickPlace | None = None
    text: PickPlace | None = None
    status: PickPlace | None = None
    author: PickPlace | None = None
    author_email: PickPlace | None = None


class ImportMapping(Part):
    """The whole mapping. `source` names where the rows come from and must not change from one run to the next."""

    source: Key
    source_name: Words | None = None
    file: FileFormat = FileFormat()
    time_zone: Words | None = None
    date_format: Words = ISO
    id: PickPlace
    type: PickPlace | None = None
    status: PickPlace
    created: MomentPlace
    status_since: MomentPlace | None = None
    closed: MomentPlace | None = None
    customer: CustomerRule
    assignee: PickPlace | None = None
    team: PickPlace | None = None
    priority: PickPlace | None = None
    answers: dict[Key, AnswerPlace] = {}
    answers_by_type: dict[Key, dict[Key, AnswerPlace]] = {}
    history: tuple[HistoryRule, ...] = ()
    missing_required: Literal["refuse", "accept"] = "refuse"

    @property
    def source_words(self) -> str:
        """The name of the source that people read."""
        return self.source_name or self.source

    def answers_for(self, type_key: str) -> dict[str, AnswerPick]:
        """Where the answers of one type stand: those of all types, then its own."""
        return {**self.answers, **self.answers_by_type.get(type_key, {})}

    def picks(self) -> Iterator[tuple[str, Pick]]:
        """Every place of a row that is read, by its path in the mapping; those inside `each` are not of the row."""
        yield from _picks(self, "")


def _picks(value: object, path: str) -> Iterator[tuple[str, Pick]]:
    if isinstance(value, Pick):
        yield path, value
    if isinstance(value, HistoryRule) and value.each:
        return
    for name, child in _children(value):
        yield from _picks(child, f"{path}.{name}".lstrip("."))


def _children(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Part):
        fields = type(value).model_fields
        yield from ((fields[name].alias or name if name in fields else name, child) for name, child in value)
    elif isinstance(value, dict):
        yield from ((str(name), child) for name, child in value.items())
    elif isinstance(value, tuple):
        yield from ((str(position), child) for position, child in enumerate(value))


def load_mapping(raw: bytes) -> ImportMapping:
    """Reads a mapping from JSON. Raises `MappingRefused`, never anything else."""
    try:
        value = clean(parse_json(raw))
    except NotADocument as error:
        raise MappingRefused((error.problem,)) from error
    if not isinstance(value, dict):
        raise MappingRefused((Problem("", "The mapping is not an object.", "Write it as { … }."),))
    try:
        return ImportMapping.model_validate(value)
    except ValidationError as error:
        raise MappingRefused(problems_in(error, value)[:MAX_PROBLEMS]) from error
