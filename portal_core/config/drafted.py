"""The draft, compiled as if it were published: for looking at it before it is.

Kept in a bounded cache of its own, by (schema, "draft", live version, revision): live requests never read from it. Like
a version, a draft goes on knowing what requests still refer to: what it leaves out counts as retired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple

from portal_core.config import impact
from portal_core.config.assets import marks_of
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import PortalDocument
from portal_core.config.document.loading import DocumentRefused
from portal_core.config.draft.reading import Draft, current
from portal_core.config.live import live_portal
from portal_core.config.logo import digests_in
from portal_core.config.problems import Problem, stops
from portal_core.config.retiring import Kept, carry_retired
from tenants.context import current_schema

# Drafts that somebody looks at just now; each is as large as a live version.
MAX_CACHED: Final = 20


@dataclass(frozen=True, eq=False)
class Drafted:
    """The draft as it would be live. `portal` is None where it cannot be shown; `problems` stand against publishing."""

    live: CompiledPortal
    portal: CompiledPortal | None
    revision: int
    problems: tuple[Problem, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether there is a draft at all."""
        return self.revision > 0


class _Key(NamedTuple):
    schema: str
    name: str
    live: int
    revision: int
    updated_at: datetime | None


@dataclass
class _Cache:
    entries: dict[_Key, Drafted] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: _Key) -> Drafted | None:
        with self.lock:
            return self.entries.get(key)

    def put(self, key: _Key, drafted: Drafted) -> Drafted:
        with self.lock:
            # Earlier revisions are never asked for again.
            for old in [old for old in self.entries if old.schema == key.schema]:
                del self.entries[old]
            while len(self.entries) >= MAX_CACHED:
                del self.entries[next(iter(self.entries))]
            self.entries[key] = drafted
        return drafted

    def clear(self) -> None:
        """Empties the cache."""
        with self.lock:
            self.entries.clear()


cache: Final = _Cache()


def drafted_portal(draft: Draft | None = None) -> Drafted:
    """The draft of the tenant at hand (or one that was read before), compiled; the live portal where nothing differs.

    Raises `PortalNotSetUp`.
    """
    live = live_portal()
    draft = draft or current()
    if not draft.is_changed:
        return Drafted(live, live, 0)
    # Revisions may begin anew with a draft: the moment tells two drafts apart.
    key = _Key(current_schema(), "draft", live.number, draft.revision, draft.updated_at)
    found = cache.get(key)
    if found is not None:
        return found
    try:
        document = draft.document
    except DocumentRefused as refused:
        return cache.put(key, Drafted(live, None, draft.revision, refused.problems))
    drafted = compiled_draft(live, document, draft.revision)
    # A picture that is not here may be chosen again, which changes nothing about the draft: looked for each time.
    return drafted if _lacks_pictures(drafted, document) else cache.put(key, drafted)


def _lacks_pictures(drafted: Drafted, document: PortalDocument) -> bool:
    logo = None if drafted.portal is None else drafted.portal.logo
    return bool(set(digests_in(document.portal.brand)) - set(() if logo is None else logo.digests))


def compiled_draft(live: CompiledPortal, document: PortalDocument, revision: int) -> Drafted:
    """A document compiled as the draft that follows `live`."""
    complete = _complete(live.document, document)
    problems = stops(check(complete, live.document))
    try:
        return Drafted(live, compile_portal(complete, 0, marks_of(complete)), revision, problems)
    except (LookupError, ValueError):
        # A reference that leads nowhere, a colour or a zone that is none: the checks have named it.
        return Drafted(live, None, revision, problems)


def _complete(previous: PortalDocument, wanted: PortalDocument) -> PortalDocument:
    standing: Sequence[impact.Standing] = impact.standing()
    kept = Kept(impact.kept_record_kinds(), impact.kept_document_kinds())
    return carry_retired(previous, wanted, standing, kept)
