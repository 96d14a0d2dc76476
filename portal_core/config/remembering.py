"""The vocabulary of `remember`: where an answer comes from before it is asked, and where it is kept afterwards.

- `customer.phone`, `customer.name`: what the customer's account says
- `customer.KEY`: any other detail of the customer, kept on the account under a key of the business's own
- `record.FIELD.KEY`: the field KEY of the saved record that is chosen in FIELD, a record field of the same form
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# Details that are columns of the account, not part of what is remembered, with the kinds of field that fit them.
ACCOUNT_KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"phone": ("phone",), "name": ("text",)})
ACCOUNT_KEYS: Final = frozenset(ACCOUNT_KINDS)
# Files lie with the documents, records and rows are kept in their own ways.
NOT_REMEMBERED: Final = frozenset({"file", "record", "rows"})


@dataclass(frozen=True, slots=True)
class Remembered:
    """One place of `remember`: a detail of the customer, or (with `record_field`) of a chosen record."""

    key: str
    record_field: str = ""

    @property
    def is_of_record(self) -> bool:
        """Whether it lies in a saved record."""
        return bool(self.record_field)


def parse(path: str | None) -> Remembered | None:
    """The place that a path names; None for none and for a path that names no place."""
    parts = path.split(".") if path else []
    if len(parts) == 2 and parts[0] == "customer":
        return Remembered(parts[1])
    if len(parts) == 3 and parts[0] == "record":
        return Remembered(parts[2], parts[1])
    return None
