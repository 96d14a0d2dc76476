"""manage.py migrate_fleet: public, the template and every tenant to the code's migrations."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from tenants import fleet


class Command(BaseCommand):
    help = "Brings public, the template and every tenant to the code's migrations; can be stopped and repeated."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if anything is behind")
        parser.add_argument("--jobs", type=int, default=1, help="tenants at a time (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Runs the check or the migration."""
        if options["check"]:
            self._report_check(fleet.check())
            return
        report = fleet.migrate(jobs=options["jobs"], progress=self.stdout.write)
        if report.failed:
            lines = [f"{slug}: {error}" for slug, error in report.failed.items()]
            raise CommandError("These tenants failed and are not served; run again:\n" + "\n".join(lines))
        count = len(report.migrated)
        self.stdout.write(f"Everything is current ({count} tenant{pluralize(count)} migrated).")

    def _report_check(self, report: fleet.FleetReport) -> None:
        if report.is_current:
            self.stdout.write("Everything is current.")
            return
        lines = ["public"] if report.public_is_behind else []
        lines += ["the schema template"] if report.template_is_missing else []
        raise CommandError("Behind:\n" + "\n".join(lines + report.behind))
