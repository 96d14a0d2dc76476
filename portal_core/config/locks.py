"""Row locks of the portal configuration, always taken in this order: state, draft."""

from portal_core.config.models import ONLY_ROW, PortalDraft, PortalState


def lock_state() -> PortalState | None:
    """The row that says what is live, locked until the transaction ends; None before the first version."""
    # No join with the live version: after waiting, PostgreSQL checks the changed row against the version that was
    # joined before, finds no match and gives no row at all.
    return PortalState.objects.select_for_update().filter(pk=ONLY_ROW).first()


def lock_draft() -> PortalDraft | None:
    """The draft, locked until the transaction ends."""
    return PortalDraft.objects.select_for_update().filter(pk=ONLY_ROW).first()
