"""What is decided on the way to publishing a draft, and when it is to go live; both kept on the draft's row.

Decisions are about requests that exist, not about the document: where they go, what stays hidden. They go with the
version that is published, and what no longer applies then does no harm.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from pydantic import JsonValue

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config.draft.operations import Change
from portal_core.config.errors import DraftChanged
from portal_core.config.live import live_portal
from portal_core.config.locks import lock_draft, lock_or_make_draft, share_live_id
from portal_core.config.models import ONLY_ROW, PortalDraft
from portal_core.history.audit import note_deed
from portal_core.history.models import Deed
from tenants.outbox.events import emit

# What in a field says whether customers see its value; the rest of it is words.
_OF_FIELD: Final = frozenset({"show", "at", "retired"})
_OF_KIND: Final = frozenset({"show", "retired"})
# A kind of documents among the keys of `Decisions.seen`; no field is named so.
_PAPERS: Final = "document:"
# A note among what the row keeps: it is no part of what is read before publishing.
_NOTE: Final = "note"


@dataclass(frozen=True)
class Decisions:
    """`statuses`, `types` and `requests` are the mapping; `tell` the statuses whose customers get the mail.

    `seen` says of each field (type.field) and document kind (document:kind) that customers newly see whether what there
    is of it now is kept hidden.
    `restores` is the version that was loaded into the draft, to be brought back. `note` was written for a version that
    was to go live at a time and was called off; it decides nothing.
    """

    statuses: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, str] = field(default_factory=dict)
    tell: tuple[str, ...] = ()
    seen: Mapping[str, bool] = field(default_factory=dict)
    restores: int | None = None
    note: str = ""

    @property
    def mapping(self) -> dict[str, object]:
        """The mapping as `publish` takes it."""
        return {"status": self.statuses, "type": self.types, "request": self.requests, "tell": list(self.tell)}

    @property
    def withhold(self) -> frozenset[str]:
        """The fields and document kinds of which what there is now stays hidden."""
        return frozenset(key for key, is_kept in self.seen.items() if is_kept)

    def remapped(self) -> "Decisions":
        """After requests are sent elsewhere than was decided: other values may come to light; all is asked again."""
        return replace(self, seen={})

    def as_json(self) -> dict[str, JsonValue]:
        """For the row."""
        return {
            "statuses": dict(self.statuses),
            "types": dict(self.types),
            "requests": dict(self.requests),
            "tell": list(self.tell),
            "seen": dict(self.seen),
            "restores": self.restores,
            **({_NOTE: self.note} if self.note else {}),
        }


@dataclass(frozen=True)
class Schedule:
    """When the draft is to go live, and who said so. `problem` says why it could not, after the time has come."""

    key: str
    at: datetime
    by: str
    by_name: str
    note: str
    # What was read when the time was set (see mark_of): nothing else goes live by it.
    mark: str = ""
    problem: str = ""


def decisions() -> Decisions:
    """What was decided so far."""
    row = PortalDraft.objects.filter(pk=ONLY_ROW).values_list("decisions", flat=True).first()
    return _decisions(row or {})


def schedule() -> Schedule | None:
    """When the draft is to go live, if that was said."""
    return schedule_from(PortalDraft.objects.filter(pk=ONLY_ROW).values_list("schedule", flat=True).first())


def mark_of(row: PortalDraft | None) -> str:
    """What the review shows, in short: another edit or another decision makes another mark."""
    decided = {} if row is None else {name: value for name, value in row.decisions.items() if name != _NOTE}
    said = [0 if row is None else row.revision, decided]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:24]


def mark() -> str:
    """The mark of the draft as it is."""
    return mark_of(PortalDraft.objects.filter(pk=ONLY_ROW).first())


def require_mark(expected: str) -> None:
    """Raises `DraftChanged` when the draft is not as it was read; in the transaction of the caller, which holds it."""
    row = lock_draft()
    if mark_of(row) != expected:
        raise DraftChanged(0, 0 if row is None else row.revision)


def decide(*, actor: Actor, how: Callable[[Decisions], Decisions]) -> Decisions:
    """Writes down what is decided: `how` makes the new decisions of those that stand. Raises `PermissionDenied`."""
    _require(actor, "manage_setup")
    with transaction.atomic():
        row = _open(actor)
        now = how(_decisions(row.decisions))
        row.decisions = now.as_json()
        row.save(update_fields=["decisions"])
        return now


def plan_publishing(*, actor: Actor, at: datetime, note: str, as_read: str) -> Schedule:
    """Has the draft go live at a time as it was read (`as_read` is its mark); it is checked again then.

    Raises `PermissionDenied`, `DraftChanged`.
    """
    _require(actor, "publish")
    with transaction.atomic():
        row = _open(actor)
        require_mark(as_read)
        planned = Schedule(str(uuid.uuid4()), at, str(actor.user_id), actor.name, note.strip(), as_read)
        row.schedule = _as_json(planned)
        row.save(update_fields=["schedule"])
        emit("portal.publish_due", {"key": planned.key}, due_at=at)
        note_deed(actor=actor, deed=Deed.SCHEDULED, words=planned.note, data={"for": at.isoformat()})
        return planned


def call_off(*, actor: Actor) -> bool:
    """Takes the time back; whether there was one. What was written for the version is kept for the next try.

    Raises `PermissionDenied`.
    """
    _require(actor, "publish")
    with transaction.atomic():
        row = lock_draft()
        if row is None or row.schedule is None:
            return False
        # What was written for an earlier try gives way, also to nothing.
        kept = {name: value for name, value in row.decisions.items() if name != _NOTE}
        note = row.schedule.get("note")
        row.decisions = {**kept, _NOTE: note} if note else kept
        row.schedule = None
        row.save(update_fields=["schedule", "decisions"])
        note_deed(actor=actor, deed=Deed.CALLED_OFF)
        return True


def could_not(key: str, problem: str) -> None:
    """Writes down why the draft did not go live at its time, in the transaction of the caller."""
    row = lock_draft()
    planned = None if row is None else schedule_from(row.schedule)
    if row is not None and planned is not None and planned.key == key:
        row.schedule = _as_json(replace(planned, problem=problem))
        row.save(update_fields=["schedule"])


def still_decided(kept: Mapping[str, JsonValue], changes: Iterable[Change]) -> dict[str, JsonValue]:
    """What stays decided after an edit, as the row keeps it.

    SECURITY: what was said about the values of a field, or about the documents of a kind, ends with the next change to
    who sees them, and is asked again. What is hidden and later shown once more would come to light by the old word.
    """
    seen = kept.get("seen")
    if not isinstance(seen, dict) or not seen:
        return dict(kept)
    done = [change for change in changes if change.do != "order"]
    left = {key: value for key, value in seen.items() if not any(_opens(change, key) for change in done)}
    return {**kept, "seen": left}


def _opens(change: Change, key: str) -> bool:
    """Whether a change may show or hide the values of a field (type.field), or what there is of a document kind."""
    if key.startswith(_PAPERS):
        return _opens_papers(change, key.removeprefix(_PAPERS))
    type_key, _, field_key = key.partition(".")
    match change.path:
        case ("types", found, "fields", field, *rest) if (found, field) == (type_key, field_key):
            return not rest or rest[0] in _OF_FIELD
        case ("types", found, *rest) if found == type_key:
            return not rest or rest in (["fields"], ["flow"], ["retired"])
        case ("flows", _, "statuses", _, *rest):
            # Statuses that come or go move requests.
            return not rest or rest == ["retired"]
        case ("flows", *rest):
            return len(rest) < 2 or rest[1] in ("statuses", "retired")
    return change.path == ("types",)


def _opens_papers(change: Change, kind_key: str) -> bool:
    match change.path:
        case ("document_kinds", found, *rest) if found == kind_key:
            return not rest or rest[0] in _OF_KIND
    return change.path == ("document_kinds",)


def forget() -> None:
    """After publishing nothing is decided any more; in the transaction of the caller."""
    PortalDraft.objects.filter(pk=ONLY_ROW).update(decisions={}, schedule=None)


def schedule_from(kept: Mapping[str, str] | None) -> Schedule | None:
    """A schedule from what the row keeps."""
    return None if kept is None else Schedule(**{**kept, "at": datetime.fromisoformat(kept["at"])})  # type: ignore[arg-type]  # its own fields


def _open(actor: Actor) -> PortalDraft:
    """The draft's row, locked, in the order in which edits lock."""
    share_live_id()
    return lock_or_make_draft(live_portal().number, actor)


def _require(actor: Actor, permission: str) -> None:
    if actor is not SYSTEM and not actor.may(permission):
        raise PermissionDenied(permission)


def _as_json(planned: Schedule) -> dict[str, JsonValue]:
    return {
        "key": planned.key,
        "at": planned.at.isoformat(),
        "by": planned.by,
        "by_name": planned.by_name,
        "note": planned.note,
        "mark": planned.mark,
        "problem": planned.problem,
    }


def _decisions(kept: Mapping[str, JsonValue]) -> Decisions:
    def pairs(name: str) -> dict[str, str]:
        value = kept.get(name)
        return {key: str(item) for key, item in value.items()} if isinstance(value, dict) else {}

    seen, tell, restores = kept.get("seen"), kept.get("tell"), kept.get("restores")
    return Decisions(
        statuses=pairs("statuses"),
        types=pairs("types"),
        requests=pairs("requests"),
        tell=tuple(str(item) for item in tell) if isinstance(tell, list) else (),
        seen={key: bool(item) for key, item in seen.items()} if isinstance(seen, dict) else {},
        restores=restores if isinstance(restores, int) else None,
        note=str(kept.get(_NOTE, "")),
    )
