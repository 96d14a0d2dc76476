"""What is due in the current schema, in the order in which it is worked on."""

from django.db.models import QuerySet
from django.utils import timezone

from tenants.outbox.models import Event, Mail


def due_events() -> QuerySet[Event]:
    """Events whose handlers have not run and whose time has come, oldest first."""
    return Event.objects.filter(done_at__isnull=True, due_at__lte=timezone.now()).order_by("due_at", "id")


def due_mails() -> QuerySet[Mail]:
    """Mails that are neither sent nor given up and whose time has come, oldest first."""
    waiting = Mail.objects.filter(sent_at__isnull=True, failed_at__isnull=True)
    return waiting.filter(due_at__lte=timezone.now()).order_by("due_at", "id")


def any_event_due() -> bool:
    """Whether an event waits for its handlers."""
    return due_events().exists()


def any_mail_due() -> bool:
    """Whether a mail waits for the server."""
    return due_mails().exists()


def stuck_events(minimum_attempts: int = 3) -> QuerySet[Event]:
    """Events whose handlers keep failing, for the console and the logs."""
    return Event.objects.filter(done_at__isnull=True, attempts__gte=minimum_attempts).order_by("created_at")
