"""The house with its records."""

from __future__ import annotations

import pytest

from tests.saved_records.house import House


@pytest.fixture
def house(people) -> House:
    return House(people)
