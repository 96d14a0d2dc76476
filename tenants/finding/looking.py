"""Looks through all portals for an address: in a worker, so many at a time, never in a web request.

SECURITY: what is found goes to the address alone. Suspended portals are not looked into.
"""

from typing import Final

from tenants import registry
from tenants.finding.mails import send_list
from tenants.models import Tenant
from tenants.outbox.events import emit
from tenants.outbox.models import Event

# Looked through for one event; the next one goes on behind them.
STRETCH: Final = 1_000
# More than anybody has; a mail is no catalogue.
MOST_LISTED: Final = 100


def ask(email: str, language: str) -> None:
    """Notes the wish, inside a transaction of public; it is answered in that language."""
    emit("portals.wanted", {"email": email, "language": language, "after": "", "found": []})


def on_wanted(event: Event) -> None:
    """Looks through a stretch of portals, then through the next, or sends the list."""
    email, after = str(event.payload["email"]), str(event.payload["after"])
    active = Tenant.objects.filter(status=Tenant.Status.ACTIVE, schema_name__gt=after).order_by("schema_name")
    schemas = list(active.values_list("schema_name", flat=True)[:STRETCH])
    found = [*event.payload["found"], *sorted(registry.schemas_that_know(schemas, email))][:MOST_LISTED]
    if len(schemas) == STRETCH and len(found) < MOST_LISTED:
        emit("portals.wanted", {**event.payload, "after": schemas[-1], "found": found})
    elif found:
        send_list(email, found, language=str(event.payload["language"]), event=event)
