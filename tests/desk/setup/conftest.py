"""What the tests of the editor share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

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
