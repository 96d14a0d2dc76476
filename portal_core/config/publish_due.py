"""A draft goes live at the time that was said: checked again then, and told of when it cannot."""

import uuid
from datetime import timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import Decided, publish
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.draft.decisions import Decisions, Schedule, could_not, decisions, require_mark, schedule
from portal_core.config.draft.reading import current
from portal_core.config.errors import DraftChanged, PublishRefused
from portal_core.config.locks import lock_state
from portal_core.config.models import PortalVersion
from portal_core.config.planning import plan
from portal_core.config.problems import Problem
from tenants.outbox.events import emit
from tenants.outbox.models import Event

_NOT_ALLOWED = Problem("", "Whoever said so may not publish any more.", "Let somebody who may publish do it.")
_CHANGED = Problem("", "The draft was changed since the time was set.", "Read it again and set another time.")
_TOO_LATE = Problem(
    "",
    "Its time came while the portal was closed, or while nothing was handled, and was over by more than a day.",
    "Read it again and set another time.",
)
# What was meant for a day may be wrong on another one: an offer that has ended, hours that were over.
_MOST_LATE: Final = timedelta(days=1)


def on_due(event: Event) -> None:
    """Publishes the draft, unless that was called off, put to another time, or done by hand since."""
    planned = schedule()
    if planned is None or planned.key != event.payload.get("key") or planned.problem:
        return
    if timezone.now() - planned.at > _MOST_LATE:
        _fails(planned, (_TOO_LATE,))
        return
    user = User.objects.filter(pk=planned.by).first()
    try:
        with transaction.atomic():
            if user is None or not user.is_active:
                raise PermissionDenied("publish")
            _publish(actor_for(user), planned)
    except PermissionDenied:
        _fails(planned, (_NOT_ALLOWED,))
    except DraftChanged:
        _fails(planned, (_CHANGED,))
    except (PublishRefused, DocumentRefused) as refused:
        _fails(planned, refused.problems)


def _publish(actor: Actor, planned: Schedule) -> None:
    state = lock_state()
    require_mark(planned.mark)
    document, decided = current().document, decisions()
    withhold = decided.withhold | _undecided(document, decided, state.live if state else None)
    publish(
        actor=actor,
        document=document,
        note=planned.note,
        mapping=decided.mapping,
        decided=Decided(withhold=withhold, restores=decided.restores, key=uuid.UUID(planned.key), uses_draft=True),
    )


def _undecided(document: PortalDocument, decided: Decisions, live: PortalVersion | None) -> frozenset[str]:
    """What came to light only since the time was set: nobody has said that it may be shown."""
    planned = plan(document, live, decided.mapping)
    return planned.to_light - decided.seen.keys() if not planned.stops else frozenset()


def _fails(planned: Schedule, problems: tuple[Problem, ...]) -> None:
    """The draft stays; its author is told why, on the page and by mail."""
    first, more = problems[0].problem, len(problems) - 1
    words = first if not more else f"{first} And {more} more." if more > 1 else f"{first} And one more thing."
    with transaction.atomic():
        could_not(planned.key, words)
        emit("portal.publish_failed", {"by": planned.by, "at": planned.at.isoformat(), "problem": words})
