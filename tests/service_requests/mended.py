"""The small portal with one thing of its document changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from portal_core.accounts.actor import Actor, actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.service_requests.models import ServiceRequest
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests.filing import file_request
from tests.service_requests.small_portal import document

Document = dict[str, Any]


class SmallPortal:
    """A portal with two types, three statuses, the teams desk and shop, and Erin, an engineer of the desk."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer", team_key="desk")
        self.publish(lambda document: None)

    def publish(self, change: Callable[[Document], object]) -> None:
        """Publishes the small document with `change` made to it."""
        changed = document()
        change(changed)
        publish(actor=actor_for(self.people["alice"]), document=load(changed))

    @staticmethod
    def field(document: Document, key: str) -> Document:
        """A field of the repairs."""
        return next(field for field in document["types"][0]["fields"] if field["key"] == key)

    @staticmethod
    def status(document: Document, key: str) -> Document:
        """A status of the only flow."""
        return next(status for status in document["flows"][0]["statuses"] if status["key"] == key)

    @staticmethod
    def step(document: Document, to: str) -> Document:
        """The first transition to a status."""
        return next(step for step in document["flows"][0]["transitions"] if step["to"] == to)

    def actor(self, name: str) -> Actor:
        """Somebody by name."""
        return actor_for(self.people[name])

    def file(self, type_key: str = "repair", **answers: str) -> ServiceRequest:
        """A request of Carol's, read again."""
        filed = file_request(self.people["carol"], type_key, **{"phone": "", **answers})
        return ServiceRequest.objects.select_related("customer", "assignee").get(pk=filed.pk)


@contextmanager
def unchanged() -> Iterator[None]:
    """No row of any table is another after the block: no write, no line of history, no event."""
    rows = Rows()
    before = rows.now()
    yield
    assert rows.now() == before
