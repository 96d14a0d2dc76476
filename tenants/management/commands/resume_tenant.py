"""manage.py resume_tenant: opens a suspended tenant again."""

from argparse import ArgumentParser

from tenants import lifecycle
from tenants.management.changing import ChangeCommand
from tenants.shell_user import shell_user


class Command(ChangeCommand):
    help = "Opens a suspended tenant again; what waited in its outbox goes out."
    already = "is not suspended."
    done = "is open again; what waited goes out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="one line, kept in the tenant's history")

    def change(self, slug: str, reason: str) -> None:
        """Opens it."""
        lifecycle.resume(slug, reason=reason, by=shell_user())
