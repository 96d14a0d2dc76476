"""The starting point against which removed work is measured."""

from django.db import models
from django.utils import timezone

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class AskedPerDay(models.TextChoices):
    """How often customers ask for news, in the owner's own estimate."""

    HARDLY = "hardly", "Hardly"
    FEW = "1-5", "1 to 5"
    SOME = "6-15", "6 to 15"
    MANY = "more", "More"


class Beginning(TenantModel):
    """How it was before the portal, and whether the owner has put the first steps away: one row a tenant."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    asked_per_day = models.CharField(max_length=8, choices=AskedPerDay.choices, blank=True)
    minutes_each = models.PositiveSmallIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    first_steps_closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "portal_core"

    def __str__(self) -> str:
        return f"asked {self.asked_per_day or 'unknown'}"


class RemovedWork(TenantModel):
    """One line of the ledger of removed work: what somebody did not have to do, when, and for which request.

    Written once for each event and kind (`event_id` with `what` is unique), so that an event that is handled again
    changes nothing. A line outlives its event: every figure that is added up here opens to its lines.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_id = models.UUIDField()
    what = models.CharField(max_length=32)
    count = models.PositiveIntegerField()
    # In the portal's time zone.
    day = models.DateField()
    request_id = models.UUIDField(null=True)

    class Meta:
        app_label = "portal_core"
        indexes = [models.Index(fields=["day", "what"], name="removed_by_day")]
        constraints = [models.UniqueConstraint(fields=["event_id", "what"], name="one_line_an_event_and_kind")]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"
