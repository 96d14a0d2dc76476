"""Editing the draft. Each action is one transaction and one revision; nothing is changed when it raises.

Who edits holds the draft's row, so edits of two people come one after the other; which version is live is held too
(publishing waits), so that an edit is never laid over a version that is not live any more.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from pydantic import JsonValue

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config.canonical import canonical
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.document.clean import NotADocument, clean, clean_text
from portal_core.config.draft.checking import canonical_value, language_of
from portal_core.config.draft.decisions import still_decided
from portal_core.config.draft.live_parts import NOTHING_LIVE, live_parts
from portal_core.config.draft.operations import Change, Insert, Operation, Order, Put, Remove, Set, Working, as_kept
from portal_core.config.draft.parts import KEYED, head_of, split
from portal_core.config.draft.paths import Path, index_of, keys_of
from portal_core.config.draft.reading import Draft, changes_of, draft_over
from portal_core.config.errors import DraftChanged, EditConflict
from portal_core.config.locks import lock_or_make_draft, share_live_id
from portal_core.config.models import CAME_TO_NOTHING, DraftOperation, DraftPart, PortalDraft
from portal_core.history.audit import note_deed
from portal_core.history.models import Deed

# How many edits can be taken back.
MAX_UNDO: Final = 50
# Who types on in the same box within this time makes one edit of it.
_GOES_ON: Final = timedelta(minutes=2)


def edit(*, actor: Actor, operations: Sequence[Operation], title: str, expected_revision: int | None = None) -> int:
    """Applies small operations together; gives the revision after it. `title` says in words what was done.

    With `expected_revision` raises `DraftChanged` when somebody was quicker. Also raises `PermissionDenied`,
    `DocumentRefused` (what it would become cannot be read), `NoSuchPlace`.
    """
    _require(actor)
    with transaction.atomic():
        table = _open(actor)
        table.expect(expected_revision)
        return table.close([table.working.apply(_cleaned(operation)) for operation in operations], title)


def _cleaned(operation: Operation) -> Operation:
    """With every text as the document will keep it: the change is kept as well, and no database takes a NUL."""
    try:
        match operation:
            case Set():
                return dataclasses.replace(operation, value=clean(operation.value))
            case Insert():
                return dataclasses.replace(operation, item=cast("dict[str, JsonValue]", clean(operation.item)))
    except NotADocument as error:
        raise DocumentRefused([error.problem]) from error
    return operation


def undo(*, actor: Actor, revision: int) -> int:
    """Takes one edit back, whoever made it; taking that back again does it anew.

    Raises `PermissionDenied`, `EditConflict` (the same place was changed since, or it is too long ago).
    """
    _require(actor)
    with transaction.atomic():
        table = _open(actor)
        row = DraftOperation.objects.filter(revision=revision, is_undone=False).first()
        if row is None:
            raise EditConflict("")
        changes = [Change.from_json(kept) for kept in reversed(row.changes)]
        done = []
        for change in changes:
            if not table.working.stands(change):
                raise EditConflict(row.title)
            done.append(table.working.apply(change.back))
        row.is_undone = True
        row.save(update_fields=["is_undone"])
        return table.close(done, row.title, undoes=revision)


def restore(*, actor: Actor, paths: Sequence[Path], title: str, then: Sequence[Operation] = ()) -> int:
    """Makes these places what they are in the live version: new ones go, lost ones come back where they stood.

    `then` is done to what has come back, as part of the same edit. Raises `PermissionDenied`, `DocumentRefused`,
    `NoSuchPlace`.
    """
    _require(actor)
    with transaction.atomic():
        table = _open(actor)
        live = Working(table.draft.live.get)
        done = [table.working.apply(operation) for path in paths for operation in as_live(path, live, table.working)]
        done += [table.working.apply(operation) for operation in then]
        return table.close(done, title)


def replace(
    *,
    actor: Actor,
    document: PortalDocument,
    title: str,
    expected_revision: int | None = None,
    restores: int | None = None,
) -> PortalDraft:
    """Makes a whole document the draft; it need not pass the checks, only be readable.

    What was decided about the draft before is forgotten; `restores` is the version that the document is.
    With `expected_revision`, 0 for "there is none yet", raises `DraftChanged` when somebody else was quicker.
    Also raises `PermissionDenied`, `DocumentRefused` (a key stands twice in a list).
    """
    _require(actor)
    parts = split(canonical(document))
    with transaction.atomic():
        table = _open(actor)
        table.expect(expected_revision)
        names = dict.fromkeys((*parts, *table.draft.live.names, *table.draft.changed))
        table.draft.preload(*table.draft.changed)
        table.begin_anew(restores)
        table.close([table.working.apply(Put(name, parts.get(name))) for name in names], title, is_checked=True)
        return table.row


def discard(*, actor: Actor, title: str) -> bool:
    """Makes everything what is live; whether there was anything else. Can be undone. Raises `PermissionDenied`."""
    _require(actor)
    with transaction.atomic():
        table = _open(actor)
        if not table.draft.is_changed:
            return False
        table.draft.preload(*table.draft.changed)
        live = table.draft.live
        table.begin_anew(None)
        table.close(
            [table.working.apply(Put(name, live.get(name))) for name in table.draft.changed], title, is_checked=True
        )
        return True


@dataclass
class _Table:
    """The draft while it is edited."""

    actor: Actor
    row: PortalDraft
    draft: Draft
    working: Working

    def begin_anew(self, restores: int | None) -> None:
        """What was decided was about a draft that is none any more; `restores` is the version that comes instead."""
        self.row.decisions = {} if restores is None else {"restores": restores}

    def expect(self, revision: int | None) -> None:
        """Raises `DraftChanged` when the draft is at another revision; None expects nothing."""
        if revision is not None and revision != self.draft.revision:
            raise DraftChanged(revision, self.draft.revision)

    def close(
        self, done: Sequence[Change | None], title: str, *, undoes: int | None = None, is_checked: bool = False
    ) -> int:
        """Writes what has changed as the next revision, which it gives; nothing when nothing has."""
        # In part it is what somebody typed.
        title = clean_text(title)
        changed = self._changed(is_checked=is_checked)
        changes = as_kept([change for change in done if change is not None], self.working)
        if all(value == self.draft.part(name) for name, value in changed.items()):
            self.row.save(update_fields=["decisions"])
            return self.draft.revision
        self._write(changed)
        revision = self.draft.revision + 1
        if undoes is not None or not self._joined(changes, title, revision):
            DraftOperation.objects.create(
                revision=revision,
                author_id=self.actor.user_id,
                title=title,
                changes=[change.as_json() for change in changes],
                undoes=undoes,
            )
            note_deed(actor=self.actor, deed=Deed.EDITED if undoes is None else Deed.TAKEN_BACK, words=title)
        self.row.decisions = still_decided(self.row.decisions, changes)
        self.row.forgotten = max(self.row.forgotten, _forget(revision))
        self.row.revision, self.row.author_id, self.row.document = revision, self.actor.user_id, None
        self.row.save(update_fields=["revision", "forgotten", "author", "updated_at", "document", "decisions"])
        return revision

    def _joined(self, changes: Sequence[Change], title: str, revision: int) -> bool:
        """Whether this went on with the last edit: the same person writing on at the same places is one edit."""
        if any(change.do != "set" for change in changes):
            return False
        last = DraftOperation.objects.filter(
            revision=self.draft.revision,
            author_id=self.actor.user_id,
            title=title,
            undoes=None,
            is_undone=False,
            created_at__gt=timezone.now() - _GOES_ON,
        ).first()
        before = [] if last is None else [Change.from_json(kept) for kept in last.changes]
        if last is None or [(c.do, c.path) for c in before] != [(c.do, c.path) for c in changes]:
            return False
        joined = [now.going_on(was, last.revision) for was, now in zip(before, changes, strict=True)]
        if all(change.is_nothing for change in joined):
            self._come_to_nothing(last, changes, revision)
            return True
        last.changes, last.revision = [change.as_json() for change in joined], revision
        last.save(update_fields=["changes", "revision"])
        return True

    def _come_to_nothing(self, last: DraftOperation, changes: Sequence[Change], revision: int) -> None:
        """There is nothing to take back. Who looked at the page in between is still told, so both steps are kept."""
        last.undoes, last.is_undone = last.revision, True
        last.save(update_fields=["undoes", "is_undone"])
        DraftOperation.objects.create(
            revision=revision,
            author_id=self.actor.user_id,
            title=last.title,
            changes=[change.as_json() for change in changes],
            undoes=revision,
            is_undone=True,
        )

    def _write(self, changed: Mapping[str, JsonValue]) -> None:
        if self.row.document is not None:
            # A draft that was kept whole goes into parts with its first edit.
            changed = {**{name: self.draft.part(name) for name in self.draft.changed}, **changed}
        same = [name for name, value in changed.items() if value == self.draft.live.get(name)]
        if same:
            DraftPart.objects.filter(name__in=same).delete()
        rows = [self._row(name, value) for name, value in changed.items() if name not in same]
        DraftPart.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["name"], update_fields=["value", "head", "changes"]
        )

    def _changed(self, *, is_checked: bool) -> dict[str, JsonValue]:
        """The parts to write, each read by its model."""
        touched = self.working.touched
        changed = {name: value for name, value in touched.items() if value != self.draft.part(name)}
        if not is_checked:
            language = language_of(self.working.get("portal"))
            changed = {name: canonical_value(name, value, language) for name, value in changed.items()}
            for name, value in changed.items():
                self.working.put(name, value)
        return changed

    def _row(self, name: str, value: JsonValue) -> DraftPart:
        count = changes_of(name, self.draft.live.get(name), value)
        return DraftPart(name=name, value=value, head=head_of(name, value), changes=count)


def _forget(revision: int) -> int:
    """Drops edits that are too long ago, every tenth time; says up to which revision (0: nothing was dropped)."""
    if revision % 10:
        return 0
    revisions = DraftOperation.objects.order_by("-revision").values_list("revision", flat=True)
    standing, nothing = revisions.filter(is_undone=False), revisions.filter(CAME_TO_NOTHING)
    oldest = standing[MAX_UNDO - 1 : MAX_UNDO].first() or 0
    # Nobody can take these back: as many of them as of the others are kept.
    useless = nothing[MAX_UNDO : MAX_UNDO + 1].first() or 0
    if not (oldest or useless):
        return 0
    DraftOperation.objects.filter(Q(revision__lt=oldest) | (Q(revision__lte=useless) & CAME_TO_NOTHING)).delete()
    return max(oldest - 1, useless)


def _open(actor: Actor) -> _Table:
    """The draft, held until the transaction ends."""
    live_id = share_live_id()
    live = NOTHING_LIVE if live_id is None else live_parts(live_id)
    row = lock_or_make_draft(live.number, actor)
    draft = draft_over(row, live)
    return _Table(actor, row, draft, Working(draft.part))


def as_live(path: Path, live: Working, now: Working) -> list[Operation]:
    """What makes one place as it is in the live version."""
    wanted, found = live.read(path), now.read(path)
    if wanted == found:
        return []
    around = [now.read(path[:-1]), live.read(path[:-1])] if len(path) > 1 else []
    if not any(isinstance(value, list) for value in around):
        is_order = bool(keys_of(wanted) and keys_of(found)) or (len(path) == 1 and path[0] in KEYED)
        return [Order(path, tuple(keys_of(wanted)))] if is_order else [Set(path, wanted)]
    if wanted is None:
        return [Remove(path)]
    if found is None and isinstance(wanted, dict):
        return [Insert(path[:-1], wanted, _place(path, live, now))]
    return [Put(".".join(path), wanted) if len(path) == 2 and path[0] in KEYED else Set(path, wanted)]


def _place(path: Path, live: Working, now: Working) -> int:
    """Behind the last of those that stand before it in the live version."""
    before = keys_of(live.read(path[:-1]))
    before = before[: before.index(path[-1])] if path[-1] in before else before
    items = now.read(path[:-1])
    items = items if isinstance(items, list) else []
    return max((index + 1 for key in before if (index := index_of(items, key)) is not None), default=0)


def _require(actor: Actor) -> None:
    """SYSTEM is provisioning and the commands of people with shell access."""
    if actor is not SYSTEM and not actor.may("manage_setup"):
        raise PermissionDenied("manage_setup")
