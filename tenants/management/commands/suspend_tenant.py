"""manage.py suspend_tenant: closes a tenant for a time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import lifecycle
from tenants.errors import AlreadySo, ReasonMissing, TenantGone
from tenants.shell_user import shell_user

USAGE_ERROR = 2


class Command(BaseCommand):
    help = "Closes a tenant: its portal serves one plain page and sends nothing until it is resumed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("slug")
        parser.add_argument("--reason", required=True, help="one line, kept in the tenant's history")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Changes the tenant and notes who did it."""
        slug = options["slug"]
        try:
            lifecycle.suspend(slug, reason=options["reason"], by=shell_user())
        except TenantGone as error:
            raise CommandError(f"There is no tenant {slug}.", returncode=USAGE_ERROR) from error
        except ReasonMissing as error:
            raise CommandError("Say why: the reason stays in the tenant's history.", returncode=USAGE_ERROR) from error
        except AlreadySo as error:
            raise CommandError(f"{slug} is suspended already.") from error
        self.stdout.write(f"{slug} is suspended; its mails wait.")
