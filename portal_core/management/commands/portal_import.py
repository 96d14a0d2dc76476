"""`portal_import`: a JSON document, or a bundle with its pictures, becomes the draft or is published at once."""

import json
import sys
from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.assets import missing_assets
from portal_core.config.checks import check
from portal_core.config.document import DocumentRefused, PortalDocument
from portal_core.config.draft.editing import replace
from portal_core.config.earlier_keys import require_own_keys
from portal_core.config.errors import PublishRefused
from portal_core.config.problems import Problem, warnings
from portal_core.documents.bundle import take_portal
from tenants.context import tenant_context
from tenants.management.naming import tenant_named


class Command(BaseCommand):
    """Exits 0 when done, 1 when the document is refused (nothing was changed), 2 for a wrong call."""

    help = "Takes a portal from a JSON document or a bundle with its pictures as the draft, or publishes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The names of contract.md."""
        parser.add_argument("file", metavar="FILE", help="a JSON document or a bundle (.zip), - for standard input")
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--publish", action="store_true", help="make it live at once")
        parser.add_argument("--map", metavar="MAP.json", help="where open requests go whose status or type disappears")

    def handle(self, *args: Any, **options: Any) -> None:
        """Imports. `Any`: Django's own signature."""
        tenant = tenant_named(options["tenant"])
        if options["map"] and not options["publish"]:
            raise CommandError("--map has a meaning with --publish alone.", returncode=2)
        raw = _read(options["file"])
        mapping = _read_mapping(options["map"]) if options["map"] else None
        try:
            with tenant_context(tenant):
                document = take_portal(BytesIO(raw))
                require_own_keys(document)
                told = self._publish(document, mapping) if options["publish"] else self._draft(document)
        except (DocumentRefused, PublishRefused) as error:
            raise self._refusal(error.problems) from error
        self.stdout.write(told)

    def _publish(self, document: PortalDocument, mapping: dict[str, object] | None) -> str:
        version = publish(actor=SYSTEM, document=document, note="Imported from a file", mapping=mapping)
        self._warn(warnings(check(document)))
        return f"Version {version.number} is live."

    def _draft(self, document: PortalDocument) -> str:
        draft = replace(actor=SYSTEM, document=document, title="Read a file into the draft")
        self._warn((*check(document), *missing_assets(document)))
        return f"The draft is at revision {draft.revision}. Nothing is live yet: add --publish for that."

    def _warn(self, problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            before = "To mend before publishing" if problem.level == "stop" else "Note"
            self.stderr.write(f"{before}: {problem}", self.style.WARNING)

    def _refusal(self, problems: tuple[Problem, ...]) -> CommandError:
        for problem in problems:
            self.stderr.write(str(problem))
        counted = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        return CommandError(f"Refused: {counted}. Nothing was changed.", returncode=1)


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=2) from error


def _read_mapping(name: str) -> dict[str, object]:
    try:
        mapping = json.loads(_read(name))
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name} is not JSON.", returncode=2) from error
    if not isinstance(mapping, dict):
        raise CommandError(f"{name} is not a JSON object.", returncode=2)
    return mapping
