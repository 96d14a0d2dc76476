"""A file or document as people are shown it: name, size, kind, where to fetch it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal_core.documents.words import size_words
from portal_core.history.record import JsonValue


@dataclass(frozen=True)
class ShownFile:
    """One file in a list. `face`: the letters on its sign (PDF, JPG). `is_picture`: it may be looked at in the page.

    `remark` says, in its `tone`, how its document stands where that is not on file: sent back, replaced.
    """

    id: str
    name: str
    face: str
    size: str
    href: str
    is_picture: bool
    state: str = "clean"
    remark: str = ""
    tone: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing to fetch (any more)."""
        return self.state in ("infected", "gone")


def shown_file(value: Mapping[str, JsonValue], state: str = "clean") -> ShownFile:
    """A stored value (`{"id", "name", "size", "type"}`) for people; spoilt parts count as empty."""
    key, name = str(value.get("id", "")), str(value.get("name", ""))
    size = value.get("size")
    return ShownFile(
        id=key,
        name=name,
        face=(name.rpartition(".")[2] or "file").upper()[:4],
        size=size_words(size) if isinstance(size, int) else "",
        href=f"/files/{key}/",
        is_picture=str(value.get("type", "")).startswith("image/"),
        state=state,
    )


def shown_files(value: JsonValue) -> tuple[ShownFile, ...]:
    """All files of a stored value; none of anything else."""
    items: Iterable[JsonValue] = value if isinstance(value, list) else ()
    return tuple(shown_file(item) for item in items if isinstance(item, dict) and item.get("id"))
