"""`portal_export`: the live (or draft) portal configuration: its JSON document on standard output, or a bundle."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal_core.config.canonical import canonical_json
from portal_core.config.document import PortalDocument
from portal_core.config.draft.reading import current
from portal_core.config.errors import PortalNotSetUp
from portal_core.config.live import live_portal
from portal_core.documents.bundle import Bundle, bundle_of
from tenants.context import tenant_context
from tenants.management.naming import tenant_named


class Command(BaseCommand):
    """Writes the document; exits 2 for an unknown tenant, 1 where there is nothing to export, and 3 where a bundle is
    written without a picture that the storage has lost.
    """

    help = "Writes a tenant's portal configuration as a JSON document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The names of contract.md."""
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--bundle", metavar="FILE.zip", help="writes the document with its pictures there instead")
        parser.add_argument("--draft", action="store_true", help="the draft instead of what is live")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exports. `Any`: Django's own signature."""
        tenant = tenant_named(options["tenant"])
        with tenant_context(tenant):
            document = _document(use_draft=options["draft"])
            if options["bundle"]:
                _write(Path(options["bundle"]), bundle_of(document))
            else:
                self.stdout.write(canonical_json(document), ending="")


def _write(path: Path, bundle: Bundle) -> None:
    try:
        path.write_bytes(bundle.content)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=2) from error
    if bundle.lost:
        raise CommandError(
            f"{bundle.lost_words} gone from the storage: {path} is written without. Send it anew under Brand and "
            "address, or bring the storage back, and export again.",
            returncode=3,
        )


def _document(*, use_draft: bool) -> PortalDocument:
    try:
        if use_draft:
            draft = current()
            if not draft.is_changed:
                raise CommandError("There is no draft. Leave --draft out to export what is live.", returncode=1)
            return draft.document
        return live_portal().document
    except PortalNotSetUp as error:
        raise CommandError("This tenant has no published portal yet.", returncode=1) from error
