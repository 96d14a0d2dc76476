"""The small portal and one request of Carol's in it; the portal with papers."""

from __future__ import annotations

import pytest

from portal_core.service_requests.models import ServiceRequest
from tests.service_requests.papers_portal import House
from tests.service_requests.small_portal import Shop


@pytest.fixture
def shop(people) -> Shop:
    return Shop(people)


@pytest.fixture
def row(shop) -> ServiceRequest:
    return shop.file(kind="noise")


@pytest.fixture
def house(people, client_for, file_store) -> House:
    return House(people, client_for)
