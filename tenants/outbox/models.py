"""The two tables of the outbox: events wait for their handlers, mails wait for the mail server."""

from django.db import models
from django.utils import timezone

from tenants.identifiers import uuid7
from tenants.tenant_model import TenantModel


class Event(TenantModel):
    """Something that happened, written in the commit in which it happened; its handlers run afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], name="outbox_event_due", condition=models.Q(done_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Mail(TenantModel):
    """One e-mail to one address. Sent exactly when `sent_at` is set; given up exactly when `failed_at` is set."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the unique constraint below begins with it.
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    # A plain id: people live in another app, and operators in another schema.
    recipient_user_id = models.UUIDField(null=True, blank=True)
    to_address = models.CharField(max_length=320)
    to_name = models.CharField(max_length=200, blank=True, default="")
    sender_name = models.CharField(max_length=200, blank=True, default="")
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(default=dict, blank=True)
    message_id = models.CharField(max_length=320)
    # Codes and links that sign somebody in are wiped from the row as soon as the server has them.
    is_secret = models.BooleanField(default=False)
    # After this moment the mail is worthless (an expired code) and is not sent any more.
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "to_address"], name="outbox_mail_once_per_event"),
            models.UniqueConstraint(fields=["message_id"], name="outbox_mail_message_id"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="outbox_mail_due",
                condition=models.Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.id}"
