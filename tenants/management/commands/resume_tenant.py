"""manage.py resume_tenant: opens a suspended tenant again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import lifecycle
from tenants.errors import AlreadySo, TenantGone
from tenants.shell_user import shell_user

USAGE_ERROR = 2


class Command(BaseCommand):
    help = "Opens a suspended tenant again; what waited in its outbox goes out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("slug")
        parser.add_argument("--reason", default="", help="one line, kept in the tenant's history")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Changes the tenant and notes who did it."""
        slug = options["slug"]
        try:
            lifecycle.resume(slug, reason=options["reason"], by=shell_user())
        except TenantGone as error:
            raise CommandError(f"There is no tenant {slug}.", returncode=USAGE_ERROR) from error
        except AlreadySo as error:
            raise CommandError(f"{slug} is not suspended.") from error
        self.stdout.write(f"{slug} is open again; what waited goes out.")
