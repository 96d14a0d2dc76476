"""What the tests of the editor share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def time_machine_to() -> Callable[..., Any]:
    """Some hours from now, as a context."""

    def to(hours: int) -> Any:
        return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True)

    return to
