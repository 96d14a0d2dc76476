"""`portal_export`: the live (or draft) portal configuration as a JSON document, on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal_core.config.canonical import canonical_json
from portal_core.config.draft.reading import current
from portal_core.config.errors import PortalNotSetUp
from portal_core.config.live import live_portal
from tenants import catalog
from tenants.context import tenant_context


class Command(BaseCommand):
    """Writes the document; exits 2 for an unknown tenant, 1 where there is nothing to export."""

    help = "Writes a tenant's portal configuration as a JSON document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The names of contract.md."""
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--draft", action="store_true", help="the draft instead of what is live")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exports. `Any`: Django's own signature."""
        tenant = catalog.by_slug(options["tenant"])
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}.", returncode=2)
        with tenant_context(tenant):
            self.stdout.write(_document(use_draft=options["draft"]), ending="")


def _document(*, use_draft: bool) -> str:
    try:
        if use_draft:
            draft = current()
            if not draft.is_changed:
                raise CommandError("There is no draft. Leave --draft out to export what is live.", returncode=1)
            return canonical_json(draft.document)
        return canonical_json(live_portal().document)
    except PortalNotSetUp as error:
        raise CommandError("This tenant has no published portal yet.", returncode=1) from error
