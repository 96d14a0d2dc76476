"""`import_customers`: customers from a CSV file or an Excel workbook."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from portal_core.accounts.actor import SYSTEM
from portal_core.config.errors import PortalNotSetUp
from portal_core.importing.console import how_many, plain_output, there_already
from portal_core.importing.customers import CheckedCustomers, check_customers, write_customers
from portal_core.importing.errors import ImportRefused
from portal_core.importing.reading import SourceFile
from tenants.context import tenant_context
from tenants.management.naming import tenant_named

_SHOWN = 20
_ENCODINGS = ("utf-8", "latin-1", "windows-1252", "utf-16")


class Command(BaseCommand):
    """Exits 0 when done, 1 when rows or the file are refused (nothing was written), 2 for a wrong call."""

    help = (
        "Brings in customers from a CSV file or an Excel workbook (.xlsx) with a header: email, name (or first name "
        "and last name), phone, language. Who is there already stays as they are; nobody is told."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The names of contract.md."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--skip-bad", action="store_true", help="bring in the good rows although others are bad")
        parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook, instead of its first")
        parser.add_argument("--encoding", choices=_ENCODINGS, default="utf-8")

    def handle(self, *args: Any, **options: Any) -> None:
        """Imports. `Any`: Django's own signature."""
        tenant = tenant_named(options["tenant"])
        path = Path(options["file"])
        try:
            with tenant_context(tenant), path.open("rb") as file:
                source = SourceFile(file, path.name, options["sheet"])
                checked = check_customers(actor=SYSTEM, source=source, encoding=options["encoding"])
                self._finish(checked, options)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        except ImportRefused as error:
            raise CommandError(f"{error} Nothing was written.", returncode=1) from error
        except PortalNotSetUp as error:
            raise CommandError("This tenant has no published portal yet.", returncode=2) from error

    def _finish(self, checked: CheckedCustomers, options: dict[str, Any]) -> None:
        """`Any`: the options of a command."""
        for bad in checked.bad:
            self.stderr.write(f"line {bad.line}: {bad.reason}")
        if checked.source_note:
            self.stderr.write(f"Note: {checked.source_note}")
        if checked.ignored:
            self.stderr.write(f"Note: not used: {', '.join(checked.ignored)}.")
        known, bad_rows = checked.known, len(checked.bad)
        counted = f"{len(checked.new)} new, {known} there already, {bad_rows} bad"
        is_kept_out = bool(checked.bad) and not options["skip_bad"]
        if options["dry_run"]:
            self._show(checked)
            self.stdout.write(f"{counted}. Nothing was written: this was a dry run.")
        if is_kept_out:
            words = "" if options["dry_run"] else f"{counted}. Nothing was written. "
            raise CommandError(f"{words}Mend the bad rows, or add --skip-bad.", returncode=1)
        if not options["dry_run"]:
            written = write_customers(actor=SYSTEM, checked=checked)
            told = f"{how_many(written, 'customer')} brought in; {there_already(known)}. Nobody was told."
            self.stdout.write(told)

    def _show(self, checked: CheckedCustomers) -> None:
        table = Table(title=f"The first {min(_SHOWN, len(checked.new))} of {len(checked.new)}", title_justify="left")
        table.add_column("Line", justify="right")
        for name in ("E-mail", "Name", "Phone", "Language"):
            table.add_column(name)
        for one in checked.new[:_SHOWN]:
            table.add_row(str(one.line), *map(Text, (one.email, one.name, one.phone, one.language)))
        Console(file=plain_output(self.stdout), width=140).print(table)
