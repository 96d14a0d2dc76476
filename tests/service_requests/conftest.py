"""The small portal and one request of Carol's in it."""

from __future__ import annotations

import pytest

from portal_core.service_requests.models import ServiceRequest
from tests.service_requests.small_portal import Shop


@pytest.fixture
def shop(people) -> Shop:
    return Shop(people)


@pytest.fixture
def row(shop) -> ServiceRequest:
    return shop.file(kind="noise")
