"""A stored file, and a customer's document: one or more files of a kind, with its validity."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class FileState(models.TextChoices):
    """Whether a file may be fetched."""

    WAITING = "waiting"  # the scanner has not looked yet
    CLEAN = "clean"
    INFECTED = "infected"  # content gone
    GONE = "gone"  # kept as long as it had to be; content gone


class StoredFile(TenantModel):
    """One file. Its content lies under `key` in the private storage, and nowhere under its name.

    `owner_id` is who sent it: a person, or the random id of a guest's browser. Until `attached_at` it belongs to nobody
    else and is swept after a while. Where it is used (a field, a message, a document) is written down there, and
    decides who may fetch it (`access.py`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=160)
    mime = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.CLEAN)
    owner_id = models.UUIDField()
    # Whose requests and documents it has become part of; null until it is attached.
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    document = models.ForeignKey(
        "portal_core.Document", on_delete=models.PROTECT, null=True, related_name="stored_files", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    attached_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "portal_core"
        indexes = [
            models.Index(fields=["owner_id", "created_at"], name="file_unattached", condition=Q(attached_at=None)),
            models.Index(fields=["document"], name="file_by_document", condition=Q(document__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentState(models.TextChoices):
    """Where a document stands. Expiring and expired are told from `valid_until`, not stored."""

    ASKED = "asked"  # staff want it; no files yet
    ON_FILE = "on_file"
    SENT_BACK = "sent_back"  # not good enough; the customer sends another
    WITHDRAWN = "withdrawn"  # was asked for or sent back; staff need it no more
    REPLACED = "replaced"  # a newer one is on file
    GONE = "gone"  # kept as long as the kind says; its files are deleted


class Document(TenantModel):
    """A paper of a customer, kept in the vault. `files` are `{"id", "name", "size", "type"}`: lists need no more.

    `from_staff`: the business added it; the customer sees it once it `is_shared`. `request` is where it came in, if so.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind_key = models.CharField(max_length=64)
    title = models.CharField(max_length=160, blank=True, default="")
    state = models.CharField(max_length=10, choices=DocumentState.choices)
    files = models.JSONField(default=list)
    from_staff = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=True)
    request = models.ForeignKey(
        "portal_core.ServiceRequest", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The business has shown it, and the customer has opened none of its files yet (`opened.py`).
    is_new = models.BooleanField(default=False, db_default=False)
    # What staff wrote with asking or sending back.
    note = models.TextField(blank=True, default="")
    due_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    approved_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    used_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "portal_core"
        indexes = [
            models.Index(fields=["customer", "-id"], name="document_by_customer"),
            models.Index(fields=["request"], name="document_by_request", condition=Q(request__isnull=False)),
            # What nobody has checked yet is counted beside every page of the desk.
            models.Index(
                fields=["id"],
                name="document_to_check",
                condition=Q(state="on_file", from_staff=False, approved_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.kind_key
