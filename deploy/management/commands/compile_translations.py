"""Makes the catalogues that Django loads."""

from typing import Any

from django.core.management.base import BaseCommand

from deploy.local.paths import PROJECT_DIR
from deploy.local.translations import compile_catalogues


class Command(BaseCommand):
    """A step of building an image for production: run once, after the sources are copied. Needs no database."""

    help = "Compiles the translations (locale/*/LC_MESSAGES/*.po) where they changed; gettext is not needed."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Any: what Django passes."""
        written = compile_catalogues()
        for file in written:
            self.stdout.write(f"Written: {file.relative_to(PROJECT_DIR)}")
        if not written:
            self.stdout.write("All translations are compiled already.")
