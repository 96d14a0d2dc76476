"""Publishing. One transaction; nothing is changed when it raises. The draft is edited in draft/editing.py."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config import impact
from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.document import PortalDocument, load
from portal_core.config.draft.settling import settle
from portal_core.config.errors import PublishRefused
from portal_core.config.locks import lock_state
from portal_core.config.mapping import plan_moves
from portal_core.config.models import PortalState, PortalVersion
from portal_core.config.pinned import unpin
from portal_core.config.problems import stops
from portal_core.config.retiring import Kept, carry_retired
from tenants.outbox.events import emit


def publish(
    *,
    actor: Actor,
    document: PortalDocument | Mapping[str, object],
    note: str = "",
    mapping: Mapping[str, object] | None = None,
) -> PortalVersion:
    """Checks a document, makes it the next version and switches to it, all or nothing.

    `mapping` says where open requests go whose status or type disappears:
    `{"status": {"flow.old": "new"}, "type": {"old": "new"}}`. What requests still refer to and the document no
    longer has is kept as retired. A document equal to the live one makes no new version.

    Raises `PermissionDenied`, `DocumentRefused` (cannot be read), `PublishRefused` (does not pass).
    """
    _require(actor, "publish")
    wanted = document if isinstance(document, PortalDocument) else load(document)
    with transaction.atomic():
        state = lock_state()
        live = None if state is None else state.live
        previous = None if live is None else load(live.document)
        standing = impact.standing()
        complete = wanted if previous is None else _complete(previous, wanted, standing)
        moves, problems = plan_moves(previous, wanted, complete, standing, mapping)
        found = (*stops(check(complete, previous)), *problems)
        if found:
            raise PublishRefused(tuple(sorted(set(found))))
        content = canonical(complete)
        if live is not None and live.document == content and not moves:
            return live
        number = 1 if live is None else _last_number() + 1
        version = PortalVersion.objects.create(
            number=number, document=content, author_id=actor.user_id, note=note.strip()
        )
        _switch(state, version)
        settle(live, version, canonical(wanted))
        unpin()
        emit("portal.published", {"number": number})
        impact.apply_moves(actor, moves, number)
        return version


def _complete(previous: PortalDocument, wanted: PortalDocument, standing: Sequence[impact.Standing]) -> PortalDocument:
    return carry_retired(previous, wanted, standing, Kept(impact.kept_record_kinds(), impact.kept_document_kinds()))


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
