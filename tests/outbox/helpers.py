"""What the tests of the outbox share."""

from datetime import timedelta

from django.utils import timezone

from tenants.outbox.mails import OutgoingMail
from tenants.outbox.models import Event, Mail


def due_now() -> None:
    """Ends every wait in the schema of now."""
    past = timezone.now() - timedelta(seconds=1)
    Event.objects.filter(done_at=None).update(due_at=past)
    Mail.objects.filter(sent_at=None).update(due_at=past)


def a_mail(number: int = 1, **changes) -> OutgoingMail:
    """A mail like any other."""
    values = {"to": f"reader{number}@example.com", "subject": f"Subject {number}", "text": "Words", **changes}
    return OutgoingMail(**values)
