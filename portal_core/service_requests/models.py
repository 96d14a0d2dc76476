"""A service request, the counter of their numbers, and half-filled forms."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class Turn(models.TextChoices):
    """Whose move it is."""

    US = "us"
    CUSTOMER = "customer"
    NOBODY = "nobody"


class Priority(models.IntegerChoices):
    """How pressing; higher sorts first among equals."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Source(models.TextChoices):
    """Where the request came in."""

    PORTAL = "portal"
    DESK = "desk"
    IMPORTED = "import"
    # Put in with the other samples of a starter; what an owner sends as the made-up customer came in by the portal.
    SAMPLE = "sample"


class ServiceRequest(TenantModel):
    """One request of one customer.

    `type_key` and `status_key` point into the portal configuration; `version_number` is the version under which
    it was filed. `data` holds the answers by field key: nothing but `visible.py` reads it, since what a reader may
    see differs by role and status. `turn`, `due_at`, `title` and `last_entry_at` are derived at each write so that
    lists need no configuration to sort and count.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    type_key = models.CharField(max_length=64)
    status_key = models.CharField(max_length=64)
    turn = models.CharField(max_length=8, choices=Turn.choices)
    data = models.JSONField(default=dict)
    # Built only from fields that customers see in every status (publish check), so it may stand in any list.
    title = models.CharField(max_length=200)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team_key = models.CharField(max_length=64, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    version_number = models.PositiveIntegerField()
    # Raised by every write; a page that was opened at an older revision may not overwrite a newer one.
    revision = models.PositiveIntegerField(default=1)
    submission_key = models.UUIDField(unique=True)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.PORTAL)
    # The earlier request that this one was made from, "request again". No index: it is asked from this side alone.
    again_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # Nobody at the desk has acted on it yet.
    is_new = models.BooleanField(default=True)
    # The customer wrote and staff have not answered or moved it since: it needs us, whoever's turn it is.
    unanswered_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    status_since = models.DateTimeField()
    # Far future instead of NULL, so that one index orders the queue and keyset paging needs no special case.
    due_at = models.DateTimeField()
    last_entry_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # It goes on in the request of this number (of the same customer): see actions/merge.py. A number, which never
    # changes, instead of a key: lists say where a request went without another join.
    merged_into_number = models.PositiveIntegerField(null=True)
    # What has happened since the request came into its status: see stays.py, which alone reads and writes it.
    stay = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # Answers that are kept from customers although the field is shown to them; withholding.py alone reads it.
    withheld = models.JSONField(null=True)
    # The day that staff have planned it for; customers read it instead of the usual promise.
    planned_for = models.DateField(null=True)
    # Since when we wait for the customer; None while it is not their turn, or while they wrote and wait for us.
    waiting_since = models.DateTimeField(null=True)
    # When the clock looks at it next (see clock.py); an event for any other moment is out of date.
    tick_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "portal_core"
        indexes = [
            models.Index(fields=["customer", "-last_entry_at"], name="request_by_customer"),
            models.Index(fields=["due_at", "id"], name="request_open_by_due", condition=Q(closed_at=None)),
            models.Index(fields=["created_at", "id"], name="request_open_by_age", condition=Q(closed_at=None)),
            models.Index(fields=["created_at", "id"], name="request_by_age"),
            models.Index(
                fields=["created_at", "id"], name="request_closed_by_age", condition=Q(closed_at__isnull=False)
            ),
            models.Index(fields=["turn", "due_at", "id"], name="request_open_by_turn", condition=Q(closed_at=None)),
            models.Index(
                fields=["assignee", "due_at", "id"], name="request_open_by_person", condition=Q(closed_at=None)
            ),
            models.Index(fields=["due_at", "id"], name="request_new", condition=Q(closed_at=None, is_new=True)),
            models.Index(fields=["status_key", "type_key"], name="request_open_by_status", condition=Q(closed_at=None)),
            models.Index(
                fields=["-priority", "due_at", "id"], name="request_open_by_priority", condition=Q(closed_at=None)
            ),
            models.Index(fields=["team_key", "due_at", "id"], name="request_open_by_team", condition=Q(closed_at=None)),
            # What a role reaches that does not see all, open and closed; in the order of search results.
            models.Index(fields=["assignee"], name="request_by_person"),
            models.Index(fields=["team_key", "id"], name="request_by_team"),
            models.Index(fields=["type_key", "id"], name="request_by_type"),
            # Which requests have an answer: see answer_filters.py. Without the pending list, as below.
            GinIndex(name="request_answers", fields=["data"], opclasses=["jsonb_path_ops"], fastupdate=False),
            models.Index(
                fields=["merged_into_number"], name="request_merged", condition=Q(merged_into_number__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class GuestLink(TenantModel):
    """The way to one request without an account; one row a request and customer.

    The token is signed, not stored: a later mail can say the same link again, and a copied row opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="guest_links", db_index=False)
    # Of the customer when the link was made: a request that changes hands is not opened by the old link.
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Part of the token: a new link makes the ones before it worthless.
    generation = models.PositiveIntegerField(default=1)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # Then only staff send another.
    is_stopped_by_staff = models.BooleanField(default=False, db_default=False)

    class Meta:
        app_label = "portal_core"
        constraints = [models.UniqueConstraint(fields=["request", "customer"], name="one_guest_link_a_request")]

    def __str__(self) -> str:
        return f"guest link {self.id}"


class RequestSearch(TenantModel):
    """The words by which one request is found: see `search_index.py`, which alone writes them.

    `plain` holds what every colleague sees whatever is published (number, customer, messages, notes); `words` the same
    and the fields that every staff role sees in every status, and the names of files that came as documents of kinds
    that all of them see, under the configuration that `signature` stands for.
    """

    request = models.OneToOneField(ServiceRequest, on_delete=models.CASCADE, primary_key=True, related_name="search")
    plain = SearchVectorField()
    words = SearchVectorField()
    signature = models.CharField(max_length=32)

    class Meta:
        app_label = "portal_core"
        indexes = [
            # Without the pending list, which every search would have to read through. `words` holds all of `plain`.
            GinIndex(fields=["words"], name="search_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"words of {self.request_id}"


class SavedView(TenantModel):
    """A queue that somebody has kept under a name: filters and order as they stand in the address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    is_shared = models.BooleanField(default=False)
    filters = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "portal_core"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_view_a_name_and_owner")]

    def __str__(self) -> str:
        return self.name


class NumberCounter(TenantModel):
    """The last number given out: one row a tenant, locked while a request is filed, so numbers have no gaps."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_number = models.PositiveIntegerField(default=1000)

    class Meta:
        app_label = "portal_core"

    def __str__(self) -> str:
        return str(self.last_number)


class RequestDraft(TenantModel):
    """A half-filled form, kept on our side: one a person and request type (and customer, at the desk)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    type_key = models.CharField(max_length=64)
    # Exactly what was typed, by form field name; it is checked when it is sent, not before.
    typed = models.JSONField(default=dict)
    submission_key = models.UUIDField(default=uuid7)
    version_number = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "portal_core"
        constraints = [models.UniqueConstraint(fields=["author", "type_key"], name="one_draft_a_person_and_type")]

    def __str__(self) -> str:
        return f"draft of {self.type_key}"
