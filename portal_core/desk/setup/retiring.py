"""Taking something out of the draft, and bringing it back."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from portal_core.config.draft.operations import Operation, Remove, Set
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft


class MayBeRetired(Protocol):
    """A line of a list."""

    @property
    def is_retired(self) -> bool:
        """Whether it is out of use."""
        ...


Line = TypeVar("Line", bound=MayBeRetired)


def split(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Those in use, and those taken out, which pages show below: `lines` and `retired`."""
    found = list(lines)
    return {
        "lines": [line for line in found if not line.is_retired],
        "retired": [line for line in found if line.is_retired],
    }


def is_retired(draft: Draft, path: Path) -> bool:
    """Whether what stands there is out of use."""
    item = draft.read(path)
    return isinstance(item, dict) and bool(item.get("retired"))


def take_out_or_back(draft: Draft, path: Path, *, can_retire: bool = True) -> Operation:
    """Retires what is live, since requests may refer to it, and brings it back; what is in the draft alone goes."""
    if is_retired(draft, path):
        return Set((*path, "retired"), None)
    if can_retire and draft.live_value(path) is not None:
        return Set((*path, "retired"), True)
    return Remove(path)
