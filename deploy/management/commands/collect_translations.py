"""Brings the .po files up to the texts that are marked in code and templates."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deploy.local.marked_texts import merge_marked_texts
from deploy.local.paths import PROJECT_DIR
from deploy.local.translations import LOCALE_DIR


class Command(BaseCommand):
    """For whoever changed a marked text. Does what makemessages does, without gettext and without guesses."""

    help = "Reads the marked texts into locale/*/LC_MESSAGES/django.po and names those without a translation."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Any: what Django passes."""
        missing = 0
        for file in sorted(LOCALE_DIR.glob("*/LC_MESSAGES/django.po")):
            for text in merge_marked_texts(file):
                missing += 1
                self.stderr.write(f"{file.relative_to(PROJECT_DIR)}: no translation of {text}")
        if missing:
            message = f"{missing} texts need a translation."
            raise CommandError(message)
        self.stdout.write("Every marked text is translated.")
