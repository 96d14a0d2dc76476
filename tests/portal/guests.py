"""The small portal with a guest at its door."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.handling import handle_next_event
from tenants.outbox.models import Mail
from tenants.outbox.steps import Step
from tests.service_requests.small_portal import document

CODE = "314159"
GUEST = "gina@example.net"


def portal_document(**portal: Any) -> dict[str, Any]:
    """The small portal, open to guests for repairs alone; customers are told what arrives."""
    made = document()
    made["portal"] |= {"guests": True, **portal}
    made["types"][1]["for"] = {"who": "signed_in"}
    for status in made["flows"][0]["statuses"]:
        status["notify"] = [{"who": "customer", "when": "now", "message": "news"}]
    made["messages"] = [{"key": "news", "subject": "News of {reference}", "body": "It is {status}.", "button": "See"}]
    return made


@dataclass
class House:
    """The portal with a guest at the door."""

    people: dict[str, Any]
    tenant: Any
    client: Any

    def publish(self, **portal: Any) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(portal_document(**portal)))

    def form(self, **more: str) -> dict[str, str]:
        filled = {"f-what": "A drip", "f-kind": "leak", "f-gauge": "2", "name": "Gina Guest", "email": GUEST}
        return {**filled, "key": str(uuid.uuid4()), "do": "send", **more}

    def send(self, client: Any = None, *, source: str = "127.0.0.1", **more: str) -> Any:
        """The form, from a browser at the address `source`."""
        return (client or self.client).post("/new/repair/", self.form(**more), REMOTE_ADDR=source)

    def confirm(self, code: str = CODE, client: Any = None) -> Any:
        return (client or self.client).post("/new/repair/confirm/", {"code": code})

    def filed(self, **more: str) -> tuple[ServiceRequest, str]:
        """A guest's request, and the path of its link."""
        self.send(**more)
        path = self.confirm()["Location"].split("?")[0]
        return ServiceRequest.objects.select_related("customer").latest("number"), path

    def mails(self, address: str = GUEST) -> list[Mail]:
        """As they are queued, before the server has them: what is secret is wiped then."""
        while handle_next_event(self.tenant.schema_name) is Step.DONE:
            pass
        return list(Mail.objects.filter(to_address=address).order_by("created_at", "id"))


def links(house: House) -> list[str]:
    """The links that were mailed to the guest, oldest first."""
    found = (re.search(r"/new/by-link/[^/\s]+/", mail.text) for mail in house.mails())
    return [link[0] for link in found if link is not None]
