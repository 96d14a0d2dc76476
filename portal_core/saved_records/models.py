"""A saved record, and what happened to it."""

from django.conf import settings
from django.db import models

from portal_core.history.models import Side
from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class SavedRecord(TenantModel):
    """One thing of one customer's.

    `kind_key` points into `record_kinds` of the portal configuration; `data` holds the answers by field key, in the
    stored form of their kinds. SECURITY: nothing but `visible.py` hands `data` to a reader, since what a reader may
    see differs by role. `title` is made only of fields that every role sees (publish check), so it stands in lists.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind_key = models.CharField(max_length=64)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    data = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    # Raised by every write.
    revision = models.PositiveIntegerField(default=1)
    # Put away: no form offers it any more; requests that name it still show it.
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "portal_core"
        indexes = [models.Index(fields=["customer", "kind_key", "id"], name="record_by_customer")]

    def __str__(self) -> str:
        return f"{self.kind_key} {self.id}"


class RecordEvent(models.TextChoices):
    """What happened to a record."""

    ADDED = "added"
    CHANGED = "changed"
    ARCHIVED = "archived"
    RESTORED = "restored"


class RecordEntry(TenantModel):
    """One line of a record's history. Rows are only ever added; a trigger refuses UPDATE, DELETE and TRUNCATE.

    `changes` are `{"field", "before", "after"}` in stored form; each passes to a reader only where its field does.
    A table of its own: the history of requests is the largest table of a tenant and stays bound to requests.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    record = models.ForeignKey(SavedRecord, on_delete=models.PROTECT, related_name="entries", db_index=False)
    kind = models.CharField(max_length=16, choices=RecordEvent.choices)
    side = models.CharField(max_length=8, choices=Side.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    changes = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        app_label = "portal_core"
        indexes = [models.Index(fields=["record", "id"], name="record_history")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
