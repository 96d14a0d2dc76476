"""Runs the command as an operator does, and looks at what came of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from portal_core.history.models import HistoryEntry
from portal_core.service_requests.models import NumberCounter, ServiceRequest
from tenants.outbox.models import Event, Mail


def importing(*arguments: str, slug: str = "alpha") -> str:
    """What the command said; when it refuses, `CommandError` carries that as well."""
    out = io.StringIO()
    try:
        call_command("import_requests", "--tenant", slug, *arguments, stdout=out, stderr=out)
    except CommandError as error:
        raise CommandError(f"{error}\n{out.getvalue()}", returncode=error.returncode) from error
    return out.getvalue()


def written(folder: Path, name: str, content: Any) -> str:
    """The path of a file with this content: bytes, text, or JSON."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def standing() -> tuple[int, ...]:
    """How many rows there are of everything that an import, or a mail because of it, would write.

    That words are wanted for the search is an event too; nobody hears of it.
    """
    counter = NumberCounter.objects.first()
    return (
        ServiceRequest.objects.count(),
        HistoryEntry.objects.count(),
        counter.last_number if counter else 1000,
        Event.objects.filter(kind__startswith="request").count(),
        Mail.objects.count(),
    )
