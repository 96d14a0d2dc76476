"""The small portal with its people, a draft beside it, and the pages of "See as customer"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import actor_for
from portal_core.config import drafted
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.editing import replace
from tests.factories import make_client
from tests.service_requests import small_portal

ROOT = "/desk/setup/preview/"


def text_of(answer: Any) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@dataclass
class Studio:
    """An owner in front of the preview, with a live portal and a draft."""

    people: dict[str, Any]
    client: Client
    live: dict[str, Any]

    def publish(self, document: dict[str, Any]) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(document))
        self.live = document

    def draft(self, document: dict[str, Any]) -> None:
        replace(actor=actor_for(self.people["alice"]), document=load(document), title="Another document")

    def see(self, who: Any, page: str = "", *, version: str = "live", client: Client | None = None) -> Any:
        """A page inside the frame."""
        key = who if isinstance(who, str) else who.pk
        return (client or self.client).get(f"{ROOT}{version}/{key}/{page}")

    def send(self, who: Any, page: str, data: dict[str, str], *, version: str = "live") -> Any:
        """A form sent inside the frame."""
        key = who if isinstance(who, str) else who.pk
        return self.client.post(f"{ROOT}{version}/{key}/{page}", data)


@pytest.fixture
def studio(people, tenant) -> Studio:
    drafted.cache.clear()
    made = Studio(people, make_client(people["alice"]), {})
    made.publish(small_portal.document())
    return made
