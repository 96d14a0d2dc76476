"""The sample portal of the City of Chicago is filled by the command that everybody has."""

from __future__ import annotations

from typing import Any

from deploy.local import chicago
from portal_core.accounts.models import User
from portal_core.service_requests.models import ServiceRequest


def test_chicago_is_filled_by_the_command(tenant: Any, people: dict[str, User], monkeypatch: Any) -> None:
    commands: list[tuple[str, str]] = []
    real = chicago.call_command

    def here(name: str, *arguments: str, **options: Any) -> None:
        commands.append((name, options["tenant"]))
        real(name, *arguments, **{**options, "tenant": "alpha"})

    monkeypatch.setattr(chicago, "call_command", here)
    chicago.fill("alice@example.com")
    assert commands == [("import_requests", "chicago")]
    assert ServiceRequest.objects.filter(source="import").count() == 50
