"""What happened to a service request: one append-only row each."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class Kind(models.TextChoices):
    """What an entry tells; the words a reader gets are made in service_requests.visible."""

    SUBMITTED = "submitted"
    MOVED = "moved"
    REPLIED = "replied"
    NOTED = "noted"
    CHANGED = "changed"
    ASSIGNED = "assigned"
    DOCUMENT = "document"
    # Something that happened elsewhere, in words that came with it: `data["title"]`.
    RECORDED = "recorded"
    PRIORITISED = "prioritised"
    MERGED = "merged"
    UNMERGED = "unmerged"
    # Something that was asked of the customer was done (filled in, read); approved; declined; ran out.
    ANSWERED = "answered"
    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REMINDED = "reminded"
    PLANNED = "planned"
    REPEATED = "repeated"


# In which of them words stand that people look for.
WRITTEN = (
    Kind.REPLIED,
    Kind.NOTED,
    Kind.MOVED,
    Kind.RECORDED,
    Kind.ANSWERED,
    Kind.APPROVED,
    Kind.DECLINED,
    Kind.DOCUMENT,
)


class Audience(models.TextChoices):
    """Who may read an entry at all. A change of fields is filtered field by field on top of this."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Side(models.TextChoices):
    """From which side of the door the entry came."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


class HistoryEntry(TenantModel):
    """One line of a request's history. Rows are only ever added; a trigger refuses UPDATE and DELETE (but of what
    belongs to a made-up customer, where samples are removed).

    What happens to a document of a customer that belongs to no request has a `document` and no request.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(
        "portal_core.ServiceRequest", on_delete=models.PROTECT, null=True, related_name="entries", db_index=False
    )
    document = models.ForeignKey(
        "portal_core.Document", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    side = models.CharField(max_length=8, choices=Side.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    submission_key = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "portal_core"
        indexes = [
            models.Index(fields=["request", "id"], name="history_by_request"),
            models.Index(
                fields=["document", "id"], name="history_by_document", condition=models.Q(document__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class CustomerLook(TenantModel):
    """Somebody of the staff has looked at the portal as a customer. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    looker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Which page, as the portal's own address; and whether it was the draft.
    page = models.CharField(max_length=300)
    is_draft = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        app_label = "portal_core"
        indexes = [models.Index(fields=["customer", "-at"], name="look_by_customer")]

    def __str__(self) -> str:
        return f"look at {self.at:%Y-%m-%d %H:%M}"


class Deed(models.TextChoices):
    """What somebody has done to the portal itself, to the team, or with all its data; the desk makes words of it."""

    EDITED = "edited"
    TAKEN_BACK = "taken_back"
    SCHEDULED = "scheduled"
    CALLED_OFF = "called_off"
    PUBLISHED = "published"
    INVITED = "invited"
    JOINED = "joined"
    ROLE_GIVEN = "role_given"
    DEACTIVATED = "deactivated"
    BROUGHT_BACK = "brought_back"
    ADDRESS_MOVED = "address_moved"
    EXPORTED = "exported"


class AuditEntry(TenantModel):
    """Who has changed the portal, published it, given a colleague a role, or taken requests out as a table.

    Rows are only ever added (by a trigger). Keys are times: they are read by key, the newest first. Without `actor`:
    Portico itself, or a command.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deed = models.CharField(max_length=16, choices=Deed.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The colleague whom it was done to.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What the edit was called, the note of the version, or which requests they were.
    words = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "portal_core"

    def __str__(self) -> str:
        return f"{self.deed} at {self.at:%Y-%m-%d %H:%M}"
