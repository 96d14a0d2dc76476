"""Where a file is used in a request: an answer, a message or a note."""

from django.db import models

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class RequestFile(TenantModel):
    """One use of a stored file. `field_key` for an answer; `entry` for a message or a note, whose audience decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey("portal_core.StoredFile", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(
        "portal_core.ServiceRequest", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    field_key = models.CharField(max_length=64, blank=True, default="")
    entry = models.ForeignKey(
        "portal_core.HistoryEntry", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        app_label = "portal_core"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "file", "field_key", "entry"], nulls_distinct=False, name="file_once_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id} in {self.request_id}"
