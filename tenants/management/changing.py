"""What the commands that suspend and resume a tenant have in common."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.errors import AlreadySo, ChangedMeanwhile, ReasonMissing, TenantGone
from tenants.management.naming import USAGE_ERROR


class ChangeCommand(BaseCommand):
    """Changes one tenant; `already` and `done` are said after its slug."""

    already: str
    done: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("slug")

    def change(self, slug: str, reason: str) -> None:
        """What the command does."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Changes the tenant and notes who did it."""
        slug = options["slug"]
        try:
            self.change(slug, options["reason"])
        except TenantGone as error:
            raise CommandError(f"There is no tenant {slug!r}.", returncode=USAGE_ERROR) from error
        except ReasonMissing as error:
            raise CommandError("Say why: the reason stays in the tenant's history.", returncode=USAGE_ERROR) from error
        except AlreadySo as error:
            raise CommandError(f"{slug} {self.already}") from error
        except ChangedMeanwhile as error:
            raise CommandError("Somebody else has suspended it anew meanwhile: read why, and decide again.") from error
        self.stdout.write(f"{slug} {self.done}")
