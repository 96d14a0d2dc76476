"""The portal with a guest at its door."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.accounts import address_proof, signin_limits
from tests.portal.guests import CODE, House


@pytest.fixture
def house(people: Any, tenant: Any, client_for: Any, monkeypatch: Any) -> House:
    """Open to guests, each of whom is sent the same code."""
    monkeypatch.setattr(address_proof, "new_code", lambda: CODE)
    made = House(people, tenant, client_for())
    made.publish()
    return made


@pytest.fixture
def flooded(house: House, client_for: Any, monkeypatch: Any) -> House:
    """Strangers, from many sources, have had all codes of the hour sent to the guest: few, where that makes no odds."""
    monkeypatch.setattr(signin_limits, "STRANGER_PER_ADDRESS", signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE + 1)
    for number in range(signin_limits.STRANGER_PER_ADDRESS + 1):
        house.send(client_for(), source=f"203.0.113.{number}")
    house.client = client_for()
    return house
