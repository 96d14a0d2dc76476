"""Whatever these tests store lies in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_files(file_store: Path) -> None:
    """Also where a test does not ask for it by name."""
