"""What the tests of the editor share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal_core.accounts.actor import Actor, actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from tests.config.documents import sound
from tests.factories import make_user


@pytest.fixture
def time_machine_to() -> Callable[..., Any]:
    """Some hours from now, as a context."""

    def to(hours: int) -> Any:
        return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True)

    return to


@pytest.fixture
def alice(shop: Any, client_for: Any, people: Any) -> Client:
    """The owner, signed in."""
    return client_for(people["alice"])


@pytest.fixture
def mona(shop: Any, client_for: Any) -> Client:
    """Somebody else who may configure, signed in."""
    return client_for(make_user("mona@example.com", "Mona Manager", "manager"))


@pytest.fixture
def owner(people: Any, client_for: Any) -> Client:
    """The owner of a portal with the sound document, signed in."""
    publish(actor=actor_for(people["alice"]), document=load(sound()))
    return client_for(people["alice"])


@pytest.fixture
def acting(people: Any) -> Actor:
    """The owner, as whoever does something."""
    return actor_for(people["alice"])
