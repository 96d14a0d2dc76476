"""Conditions: a small tree of tests, the same everywhere the document says `when` or `if`."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from portal_core.config.document.base import Key, Part

Operand: TypeAlias = (
    StrictBool | StrictInt | StrictFloat | Annotated[str, StringConstraints(strict=True, max_length=1_000)]
)
OPERATORS = (
    "is_",
    "is_not",
    "one_of",
    "contains",
    "more_than",
    "less_than",
    "before",
    "after",
    "filled",
    "empty",
)
_SUBJECTS = ("field", "about")
_GROUPS = ("all_", "any_", "not_")


class Condition(Part):
    """Either a group (`all`, `any`, `not`) or one test of a field or of what `about` names."""

    all_: tuple["Condition", ...] | None = Field(default=None, alias="all", min_length=1, max_length=50)
    any_: tuple["Condition", ...] | None = Field(default=None, alias="any", min_length=1, max_length=50)
    not_: "Condition | None" = Field(default=None, alias="not")
    field: Key | None = None
    about: Literal["status", "organisation", "membership"] | None = None
    is_: Operand | None = Field(default=None, alias="is")
    is_not: Operand | None = None
    one_of: tuple[Operand, ...] | None = Field(default=None, min_length=1, max_length=1_000)
    contains: Operand | None = None
    more_than: Operand | None = None
    less_than: Operand | None = None
    before: Operand | None = None
    after: Operand | None = None
    filled: Literal[True] | None = None
    empty: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Condition":
        groups = [name for name in _GROUPS if getattr(self, name) is not None]
        subjects = [name for name in _SUBJECTS if getattr(self, name) is not None]
        tests = [name for name in OPERATORS if getattr(self, name) is not None]
        is_group = len(groups) == 1 and not subjects and not tests
        is_test = not groups and len(subjects) == 1 and len(tests) == 1
        if not (is_group or is_test):
            raise PydanticCustomError("condition", "this condition is neither one group nor one test")
        return self

    @property
    def parts(self) -> tuple["Condition", ...]:
        """The conditions directly inside this one."""
        return (self.all_ or ()) + (self.any_ or ()) + ((self.not_,) if self.not_ else ())

    @property
    def operator(self) -> str:
        """The name of the test's operator as in the document, "" for a group."""
        for name in OPERATORS:
            if getattr(self, name) is not None:
                return name.rstrip("_")
        return ""
