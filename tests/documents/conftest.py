"""A portal with files in every place, its people, and a storage of the test's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.documents.papers import Papers


@pytest.fixture(autouse=True)
def file_store(settings: Any, tmp_path: Any) -> Any:
    """The private folder of this test; everything that is stored lies below it."""
    folder = tmp_path / "files"
    stores = {**settings.STORAGES}
    stores["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    }
    settings.STORAGES = stores
    return folder


@pytest.fixture
def papers(people: Any, tenant: Any, client_for: Any) -> Papers:
    """The portal of `papers.py` with its people."""
    return Papers(people, tenant, client_for)
