"""Publishing. One transaction; nothing is changed when it raises. The draft is edited in draft/editing.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config import impact
from portal_core.config.assets import marks_of
from portal_core.config.compile import compile_portal
from portal_core.config.document import PortalDocument, load
from portal_core.config.draft.decisions import forget, require_mark
from portal_core.config.draft.settling import settle
from portal_core.config.errors import PortalChanged, PublishRefused
from portal_core.config.live import keep_compiled
from portal_core.config.locks import lock_state
from portal_core.config.models import PortalState, PortalVersion
from portal_core.config.pinned import unpin
from portal_core.config.planning import plan
from portal_core.history.audit import note_deed
from portal_core.history.models import Deed
from tenants.outbox.events import emit


@dataclass(frozen=True)
class Decided:
    """What was decided on the review page beside the document.

    `withhold` names the fields (type.field) whose present values, and the document kinds (document:kind) whose present
    documents stay hidden although customers see them from now on. `restores` is the version whose content comes back.
    `expected_live` is the version that the page compared with. `key` came with the form: the same one publishes once.
    With `uses_draft` what was decided about the draft, and its time, are done with.
    """

    withhold: frozenset[str] = frozenset()
    restores: int | None = None
    expected_live: int | None = None
    key: UUID | None = None
    uses_draft: bool = False
    # The mark of the draft as it was read (draft/decisions.py); None does not ask.
    as_read: str | None = None


_NOTHING: Final = Decided()


def publish(
    *,
    actor: Actor,
    document: PortalDocument | Mapping[str, object],
    note: str = "",
    mapping: Mapping[str, object] | None = None,
    decided: Decided = _NOTHING,
) -> PortalVersion:
    """Checks a document, makes it the next version and switches to it, all or nothing.

    `mapping` says where open requests go whose status or type disappears, all at once or by their number, and of which
    statuses customers are told: `{"status": {"flow.old": "new"}, "type": {"old": "new"}, "request": {"1042": "new"},
    "tell": ["flow.old"]}`. What requests still refer to and the document no longer has is kept as retired. A document
    equal to the live one makes no new version.

    Raises `PermissionDenied`, `DocumentRefused` (cannot be read), `PublishRefused` (does not pass), `PortalChanged`,
    `DraftChanged` (with `as_read`: the draft or a decision is another one).
    """
    _require(actor, "publish")
    wanted = document if isinstance(document, PortalDocument) else load(document)
    with transaction.atomic():
        state = lock_state()
        live = None if state is None else state.live
        if (done := _done_before(decided)) is not None:
            return done
        if live is not None and decided.expected_live not in (None, live.number):
            raise PortalChanged(decided.expected_live or 0, live.number)
        if decided.as_read is not None:
            require_mark(decided.as_read)
        planned = plan(wanted, live, mapping)
        if planned.stops:
            raise PublishRefused(planned.stops)
        if live is not None and planned.is_empty:
            return live
        number = 1 if live is None else _last_number() + 1
        version = PortalVersion.objects.create(
            number=number,
            document=planned.content,
            author_id=actor.user_id,
            note=note.strip(),
            restores=decided.restores,
            form_key=decided.key,
        )
        keep_compiled(version.pk, compile_portal(planned.complete, number, marks_of(planned.complete)))
        impact.withhold(planned.withheld(decided.withhold))
        impact.withhold_papers(planned.withheld_papers(decided.withhold))
        _switch(state, version)
        settle(live, version, lambda: planned.handed_in)
        if decided.uses_draft:
            forget()
        unpin()
        emit("portal.published", {"number": number})
        restored = {} if decided.restores is None else {"restores": decided.restores}
        moved = impact.apply_moves(actor, planned.moves, number)
        data = {"number": number, **({"moved": moved} if moved else {}), **restored}
        note_deed(actor=actor, deed=Deed.PUBLISHED, words=version.note, data=data)
        return version


def _done_before(decided: Decided) -> PortalVersion | None:
    if decided.key is None:
        return None
    return PortalVersion.objects.filter(form_key=decided.key).first()


def _last_number() -> int:
    """The highest number so far; the lock on the state makes it safe to add one."""
    return PortalVersion.objects.order_by("-number").values_list("number", flat=True)[0]


def _switch(state: PortalState | None, version: PortalVersion) -> None:
    if state is None:
        PortalState.objects.create(live=version)
    else:
        state.live = version
        state.save(update_fields=["live"])


def _require(actor: Actor, permission: str) -> None:
    """SYSTEM is provisioning and the commands of people with shell access."""
    if actor is not SYSTEM and not actor.may(permission):
        raise PermissionDenied(permission)
