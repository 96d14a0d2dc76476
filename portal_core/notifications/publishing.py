"""Whoever had a version go live at a time is told when it could not."""

from datetime import datetime

from portal_core.accounts.models import User
from portal_core.config.live import live_portal
from portal_core.config.localise import moment_in
from tenants.context import current
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe


def connect() -> None:
    """Registers the handler; called once, by the composition root."""
    subscribe("portal.publish_failed")(on_failed)


def on_failed(event: Event) -> None:
    """One mail to the one who had set the time. English, as the desk."""
    user = User.objects.filter(pk=event.payload["by"], is_active=True).first()
    tenant = current()
    if user is None or tenant is None:
        return
    portal = live_portal()
    at = datetime.fromisoformat(event.payload["at"]).astimezone(portal.time_zone)
    letter = Letter(
        template="letter",
        subject=f"{portal.name}: the new version did not go live",
        headline="The new version did not go live",
        paragraphs=(
            f"It was to go live on {moment_in(at, 'en')}. Something stood against it:",
            str(event.payload["problem"]),
            "Nothing was changed. Your draft is as you left it, with what there is to mend.",
        ),
        button_label="Open the review",
        button_url=tenant.url("/desk/setup/publish/"),
        reason="You get this mail because you had set the time.",
    )
    queue_letter(letter, Addressee(email=user.email, name=user.name, language="en", user_id=user.pk), event=event)
