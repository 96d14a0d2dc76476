"""Taking something out of the draft, and bringing it back."""

from portal_core.config.draft.operations import Operation, Remove, Set
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft


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
