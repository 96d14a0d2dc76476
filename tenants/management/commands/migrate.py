"""manage.py migrate: refused, because it knows nothing of public, template and tenants."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.autodetector import MigrationAutodetector


class Command(BaseCommand):
    help = "Not here: use migrate_fleet."
    requires_system_checks = ()
    # Django's checks compare it with makemigrations' own.
    autodetector = MigrationAutodetector

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Says which command does it."""
        raise CommandError("Use migrate_fleet: it migrates public, the schema template and every tenant.")
