"""manage.py suspend_tenant: closes a tenant for a time."""

from argparse import ArgumentParser

from tenants import lifecycle
from tenants.management.changing import ChangeCommand
from tenants.shell_user import shell_user


class Command(ChangeCommand):
    help = "Closes a tenant: its portal serves one plain page and sends nothing until it is resumed."
    already = "is suspended already."
    done = "is suspended; its mails wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        super().add_arguments(parser)
        parser.add_argument("--reason", required=True, help="one line, kept in the tenant's history")

    def change(self, slug: str, reason: str) -> None:
        """Closes it."""
        lifecycle.suspend(slug, reason=reason, by=shell_user())
