"""manage.py tenants: the catalogue."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants.context import public_context
from tenants.migrating import tenant_fingerprint
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Lists all tenants: slug, schema, domains, status, schema version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Prints one line for each tenant, or a JSON list."""
        with public_context():
            rows = [_row(tenant) for tenant in Tenant.objects.prefetch_related("domains").order_by("slug")]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            state = "current" if row["is_current"] else "behind"
            domains = ", ".join(row["domains"])
            self.stdout.write(f"{row['slug']}  {row['schema']}  {domains}  {row['status']}  {row['version']} ({state})")


def _row(tenant: Tenant) -> dict[str, Any]:
    """One tenant as JSON; Any because the values are of several kinds."""
    domains = sorted(tenant.domains.all(), key=lambda domain: (not domain.is_primary, domain.host))
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "schema": tenant.schema_name,
        "domains": [domain.host for domain in domains],
        "status": tenant.status,
        "version": tenant.fingerprint[:12],
        "is_current": tenant.fingerprint == tenant_fingerprint(),
        "created_at": tenant.created_at.isoformat(),
    }
