"""What a person was told, one row each: the list of updates, and what waits for the daily mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class Way(models.TextChoices):
    """How a notice reaches its reader by mail; in the portal it always stands."""

    NOW = "now"
    DAILY = "daily"
    NEVER = "never"


class Notice(TenantModel):
    """Something that one person is told about one request. The words are made when it is read, not kept here.

    `data` is what its mail needs to be right later: version, status, who had it and until when, words of staff.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # None: about several requests at once (a colleague's were handed over).
    request = models.ForeignKey(
        "portal_core.ServiceRequest", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    entry = models.ForeignKey(
        "portal_core.HistoryEntry", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # A plain id: events are removed after a month.
    event_id = models.UUIDField()
    what = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    way = models.CharField(max_length=8, choices=Way.choices)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "portal_core"
        constraints = [models.UniqueConstraint(fields=["event_id", "user"], name="one_notice_an_event_and_person")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_by_person"),
            models.Index(fields=["user", "request"], name="notice_new", condition=Q(read_at=None)),
            models.Index(fields=["user", "id"], name="notice_to_collect", condition=Q(way="daily", collected_at=None)),
            models.Index(fields=["at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.what} for {self.user_id}"
