"""The small portal with its people, and requests in it."""

from __future__ import annotations

import pytest

from portal_core.service_requests import misspelt
from tests.service_requests.small_portal import Shop


@pytest.fixture
def shop(people) -> Shop:
    return Shop(people)


@pytest.fixture(autouse=True)
def _whole_index(monkeypatch) -> None:
    """What earlier tests took back still stands in the index of words, so that a sample of it would hold that alone."""
    monkeypatch.setattr(misspelt, "_ENTRIES_READ", 0)
