"""Reading versions and the draft."""

from django.db.models import QuerySet

from portal_core.config.models import ONLY_ROW, PortalDraft, PortalVersion


def draft() -> PortalDraft | None:
    """The draft, if there is one."""
    return PortalDraft.objects.filter(pk=ONLY_ROW).first()


def versions() -> QuerySet[PortalVersion]:
    """All versions, the newest first."""
    return PortalVersion.objects.select_related("author").order_by("-number")
