"""The small portal with its people, and requests in it."""

from __future__ import annotations

import pytest

from tests.service_requests.small_portal import Shop


@pytest.fixture
def shop(people) -> Shop:
    return Shop(people)
