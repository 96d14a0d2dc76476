"""Row locks of the portal configuration, always taken in this order: state, draft."""

from uuid import UUID

from django.db import connection

from portal_core.accounts.actor import Actor
from portal_core.config.models import ONLY_ROW, PortalDraft, PortalState


def lock_state() -> PortalState | None:
    """The row that says what is live, locked until the transaction ends; None before the first version."""
    # No join with the live version: after waiting, PostgreSQL checks the changed row against the version that was
    # joined before, finds no match and gives no row at all.
    return PortalState.objects.select_for_update().filter(pk=ONLY_ROW).first()


def share_live_id() -> UUID | None:
    """Which version is live, held until the transaction ends; any number hold it at once, publishing waits for all.

    Lock and answer are one statement: whoever waited for a publishing gets the version that it made.
    """
    with connection.cursor() as cursor:
        # The ORM knows no shared row locks.
        cursor.execute("SELECT live_id FROM portal_core_portalstate WHERE id = %s FOR KEY SHARE", [ONLY_ROW])
        row = cursor.fetchone()
    return None if row is None else row[0]


def lock_draft() -> PortalDraft | None:
    """The draft, locked until the transaction ends."""
    return PortalDraft.objects.select_for_update().filter(pk=ONLY_ROW).first()


def lock_or_make_draft(live_number: int, actor: Actor) -> PortalDraft:
    """The draft, made where there is none, locked until the transaction ends. After `share_live_id`."""
    found = lock_draft()
    if found is not None:
        return found
    fresh = PortalDraft(revision=0, based_on=live_number, author_id=actor.user_id)
    PortalDraft.objects.bulk_create([fresh], ignore_conflicts=True)
    return PortalDraft.objects.select_for_update().get(pk=ONLY_ROW)
