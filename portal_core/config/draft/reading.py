"""The draft as it stands: the live version with the draft's own parts laid over it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.config.document import PortalDocument, load
from portal_core.config.draft.decisions import mark_of
from portal_core.config.draft.differences import differences
from portal_core.config.draft.live_parts import LiveParts, live_parts
from portal_core.config.draft.operations import Change, Working
from portal_core.config.draft.parts import KEYED, head_of, is_item, join, split
from portal_core.config.draft.paths import Path
from portal_core.config.live import live_version_id
from portal_core.config.models import ONLY_ROW, DraftOperation, DraftPart, PortalDraft


@dataclass(frozen=True, slots=True)
class Changed:
    """A part of the draft that differs: in how many places, and what a list shows of it."""

    count: int
    head: Mapping[str, JsonValue] | None


@dataclass
class Draft:
    """What the editor reads. `changed` are the parts that differ from the live version; values come when asked for."""

    live: LiveParts
    revision: int
    changed: Mapping[str, Changed]
    author: str = ""
    updated_at: datetime | None = None
    forgotten: int = 0
    _values: dict[str, JsonValue] = field(default_factory=dict)
    # When it is to go live, as draft/decisions.py keeps it; every page of the editor says so.
    schedule: Mapping[str, str] | None = None
    # The draft with what was decided about it, in short: a time that was set holds for this alone.
    mark: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what is live."""
        return bool(self.changed)

    @property
    def count(self) -> int:
        """In how many places it differs."""
        return sum(part.count for part in self.changed.values())

    def count_in(self, *names: str) -> int:
        """In how many places of these parts it differs."""
        return sum(part.count for name, part in self.changed.items() if name in names)

    def preload(self, *names: str) -> None:
        """Reads the values of these parts at once, instead of each when it is asked for."""
        missing = [name for name in names if name in self.changed and name not in self._values]
        if missing:
            self._values |= dict(DraftPart.objects.filter(name__in=missing).values_list("name", "value"))

    def part(self, name: str) -> JsonValue:
        """A part as it is in the draft."""
        if name not in self.changed:
            return self.live.get(name)
        self.preload(name)
        return self._values.get(name)

    def keys(self, collection: str) -> list[str]:
        """The keys of a list at the top, in order."""
        order = self.part(collection)
        return [str(key) for key in order] if isinstance(order, list) else []

    def head(self, collection: str, key: str) -> Mapping[str, JsonValue]:
        """What a list shows of one item: its key, name, icon, whether it is retired. Empty where there is none."""
        name = f"{collection}.{key}"
        found = self.changed[name].head if name in self.changed else self.live.head(name)
        return found or {}

    def heads(self, collection: str) -> list[Mapping[str, JsonValue]]:
        """What lists show of the items of a list at the top, in order."""
        return [self.head(collection, key) for key in self.keys(collection)]

    def items(self, collection: str) -> Iterator[dict[str, JsonValue]]:
        """The items of a list at the top, in order, whole."""
        keys = self.keys(collection)
        self.preload(*(f"{collection}.{key}" for key in keys))
        for key in keys:
            item = self.part(f"{collection}.{key}")
            if isinstance(item, dict):
                yield item

    def item(self, collection: str, key: str) -> dict[str, JsonValue] | None:
        """One item of a list at the top; None where the draft has none of this key."""
        found = self.part(f"{collection}.{key}") if key in self.keys(collection) else None
        return found if isinstance(found, dict) else None

    def read(self, path: Path) -> JsonValue:
        """The value at a place of the draft."""
        return Working(self.part).read(path)

    def live_value(self, path: Path) -> JsonValue:
        """What is live at a place."""
        return Working(self.live.get).read(path)

    def as_json(self) -> dict[str, JsonValue]:
        """The whole document as plain values."""
        self.preload(*self.changed)
        return join({name: self.part(name) for name in (*self.live.names, *self.changed)})

    @cached_property
    def document(self) -> PortalDocument:
        """The whole document. Slow for a large one. Raises `DocumentRefused` beyond 2 MB."""
        return load(self.as_json())


def current() -> Draft:
    """The draft of the tenant at hand; without one, what is live. Two or three queries. Raises `PortalNotSetUp`."""
    row = PortalDraft.objects.select_related("author").filter(pk=ONLY_ROW).first()
    return draft_over(row, live_parts(live_version_id()))


def draft_over(row: PortalDraft | None, live: LiveParts) -> Draft:
    """The draft of `row` over a live version."""
    if row is None:
        return Draft(live, 0, {})
    if row.document is not None:
        values = _taken_apart(row.document, live)
        changed = {
            name: Changed(changes_of(name, live.get(name), value), head_of(name, value))
            for name, value in values.items()
        }
        return _draft(row, live, changed, values)
    rows = DraftPart.objects.values_list("name", "changes", "head")
    changed = {name: Changed(count, head) for name, count, head in rows}
    return _draft(row, live, changed, {})


def _draft(row: PortalDraft, live: LiveParts, changed: dict[str, Changed], values: dict[str, JsonValue]) -> Draft:
    return Draft(
        live,
        row.revision,
        changed,
        author="" if row.author is None else str(row.author),
        updated_at=row.updated_at,
        forgotten=row.forgotten,
        schedule=row.schedule,
        mark=mark_of(row),
        _values=values,
    )


def _taken_apart(document: Mapping[str, JsonValue], live: LiveParts) -> dict[str, JsonValue]:
    now = split(document)
    return {name: now.get(name) for name in now.keys() | live.names if now.get(name) != live.get(name)}


def changes_of(name: str, live: JsonValue, now: JsonValue) -> int:
    """In how many places a part differs. What went out of a list counts there, and not again as a part."""
    if name in KEYED:
        before = [str(key) for key in live] if isinstance(live, list) else []
        after = [str(key) for key in now] if isinstance(now, list) else []
        gone = [key for key in before if key not in after]
        has_moved = [key for key in before if key in after] != [key for key in after if key in before]
        return len(gone) + int(has_moved)
    if now is None and is_item(name):
        return 0
    return sum(1 for _ in differences(live, now))


def as_seen(draft: Draft, revision: int) -> Working | None:
    """The draft as it stood at an earlier revision; None when too much has happened since. One query, if any."""
    working = Working(draft.part)
    if revision >= draft.revision:
        return working
    if revision < draft.forgotten:
        return None
    for changes in DraftOperation.objects.filter(revision__gt=revision).values_list("changes", flat=True):
        for kept in reversed(changes):
            working.apply(Change.from_json(kept).back_to(revision))
    return working


def editors_since(revision: int, parts: Collection[str], actor: Actor) -> list[str]:
    """The names of the others who have changed one of these parts since a revision, each once; "" for no person."""
    rows = DraftOperation.objects.filter(revision__gt=revision).exclude(author_id=actor.user_id).order_by("revision")
    found = {
        name or email or "": None
        for name, email, changes in rows.values_list("author__name", "author__email", "changes")
        if any(_is_in(Change.from_json(kept).path, part) for kept in changes for part in parts)
    }
    return list(found)


def _is_in(path: Path, part: str) -> bool:
    """Whether a change is one of a part; of a list with keys, what its items are called in it and their order."""
    named = tuple(part.split("."))
    return path[: len(named)] == named and (part not in KEYED or len(path) <= 2 or path[2:] == ("name",))


def places_of_others(draft: Draft, revision: int, actor: Actor) -> list[Change] | None:
    """What others have changed since an earlier revision; None when nobody can tell any more. One query, if any."""
    if revision >= draft.revision:
        return []
    if revision < draft.forgotten:
        return None
    rows = DraftOperation.objects.filter(revision__gt=revision).exclude(author_id=actor.user_id)
    return [Change.from_json(kept) for changes in rows.values_list("changes", flat=True) for kept in changes]
