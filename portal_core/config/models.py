"""The rows behind the portal configuration: immutable versions, one draft, and which version is live."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portal_core.config.errors import ImmutableVersion
from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class PortalVersion(TenantModel):
    """One published version of the document. Written once, never changed, never deleted.

    A trigger holds the same in the database, for what does not come through here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    document = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "portal_core"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts. Raises `ImmutableVersion` for a version that exists."""
        if not self._state.adding:
            raise ImmutableVersion(str(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises `ImmutableVersion`."""
        raise ImmutableVersion(str(self))


# Both single rows have this key, in every tenant.
ONLY_ROW = uuid.UUID(int=1)


class PortalDraft(TenantModel):
    """The draft, if there is one. It may hold a document that could not be published yet."""

    id = models.UUIDField(primary_key=True, default=ONLY_ROW, editable=False)
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    based_on = models.PositiveIntegerField()  # the version that was live when the draft was begun
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "portal_core"
        constraints = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="portal_draft_single_row")]

    def __str__(self) -> str:
        return f"draft, revision {self.revision}"


class PortalState(TenantModel):
    """Which version is live; also the row that publishing locks."""

    id = models.UUIDField(primary_key=True, default=ONLY_ROW, editable=False)
    live = models.ForeignKey(PortalVersion, on_delete=models.PROTECT, related_name="+")
    # How long requests usually stand, in hours by type and status (see service_requests/usual.py). Here because every
    # page reads this row: it costs no query of its own.
    usual_hours = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        app_label = "portal_core"
        constraints = [models.CheckConstraint(condition=models.Q(id=ONLY_ROW), name="portal_state_single_row")]

    def __str__(self) -> str:
        return f"live is {self.live_id}"
