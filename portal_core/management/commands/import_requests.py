"""`import_requests`: service requests with their history from CSV, JSON or a workbook, as a mapping file says."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from portal_core.accounts.actor import SYSTEM
from portal_core.config.errors import PortalNotSetUp
from portal_core.config.live import live_portal
from portal_core.importing.console import bad_rows, bar, counted, how_many, plain_output, preview, there_already
from portal_core.importing.errors import ImportRefused
from portal_core.importing.fitting import passed_over
from portal_core.importing.mapping import ImportMapping, MappingRefused, load_mapping
from portal_core.importing.reading import SourceFile
from portal_core.importing.run import Checked, check_file, write_checked
from portal_core.importing.writing import Written
from tenants.context import tenant_context
from tenants.management.naming import tenant_named

# Wide enough for the table where no terminal says how wide it is.
_WIDTH = 200


class Command(BaseCommand):
    """Exits 0 when done, 1 when rows or the file are refused (nothing was written), 2 for a wrong call or mapping."""

    help = (
        "Brings in service requests with their history from a CSV or JSON file or an Excel workbook (.xlsx). "
        "See portal_core/importing/README.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The names of contract.md."""
        parser.add_argument("file", metavar="FILE", help="a CSV, JSON or .xlsx file, - for standard input")
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--type", metavar="KEY", help="the request type of all rows, instead of the mapping's")
        parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook, instead of its first")
        parser.add_argument("--mapping", required=True, metavar="MAP.json", help="which column becomes what")
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything, show what would come in, write nothing"
        )
        parser.add_argument("--skip-bad", action="store_true", help="bring in the good rows although others are bad")

    def handle(self, *args: Any, **options: Any) -> None:
        """Imports. `Any`: Django's own signature."""
        tenant = tenant_named(options["tenant"])
        try:
            mapping = load_mapping(_read(options["mapping"]))
            with tenant_context(tenant), _open(options["file"]) as (file, size):
                self._import(file, size, mapping, options)
        except MappingRefused as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            counted = "1 problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
            raise CommandError(f"The mapping has {counted}. Nothing was written.", returncode=2) from error
        except ImportRefused as error:
            raise CommandError(f"{error} Nothing was written.", returncode=1) from error
        except PortalNotSetUp as error:
            raise CommandError("This tenant has no published portal yet.", returncode=2) from error

    def _import(self, file: BinaryIO, size: int | None, mapping: ImportMapping, options: dict[str, Any]) -> None:
        """Inside the tenant. `Any`: the options of a command."""
        # To the command's own streams, so that a caller that keeps its output gets all of it.
        console = Console(file=plain_output(self.stderr), soft_wrap=not self.stderr.isatty())
        with bar(console, "Checking", size, counts=False) as checking:
            source = SourceFile(file, options["file"], options["sheet"], checking.at)
            checked = check_file(actor=SYSTEM, source=source, mapping=mapping, type_key=options["type"])
            checking.end()
        with closing(checked.spool):
            self._tell(checked, passed_over(mapping, options["type"]))
            if options["dry_run"]:
                self._show(checked, skip_bad=options["skip_bad"])
            else:
                self._write(checked, console, skip_bad=options["skip_bad"])

    def _tell(self, checked: Checked, passed: str) -> None:
        if checked.source_note:
            self.stderr.write(f"Note: {checked.source_note}")
        if passed:
            self.stderr.write(f"Note: {passed}", self.style.WARNING)
        for line in bad_rows(checked.spool.refused()):
            self.stderr.write(line)
        for place in checked.never_filled:
            self.stderr.write(f"Note: {place} is empty in every row. Is it the right name?", self.style.WARNING)

    def _show(self, checked: Checked, *, skip_bad: bool) -> None:
        console = Console(file=plain_output(self.stdout), width=None if self.stdout.isatty() else _WIDTH)
        for table in preview(checked, live_portal()):
            console.print(table)
        self.stdout.write(f"{counted(checked)}. Nothing was written: this was a dry run.")
        if checked.refused and not skip_bad:
            raise CommandError("The bad rows keep the file out. Mend them, or add --skip-bad.", returncode=1)

    def _write(self, checked: Checked, console: Console, *, skip_bad: bool) -> None:
        if checked.refused and not skip_bad:
            words = f"{counted(checked)}. Nothing was written. Mend the bad rows, or add --skip-bad."
            raise CommandError(words, returncode=1)
        written = _written(checked, console, skip_bad=skip_bad)
        told = f"{how_many(written.requests, 'request')} brought in with {how_many(written.lines, 'line')} of history"
        people = f"; {how_many(written.customers, 'new customer')}" if written.customers else ""
        already = f"; {there_already(checked.known)}" if checked.known else ""
        skipped = f"; {how_many(checked.refused, 'bad row')} left out" if checked.refused else ""
        self.stdout.write(f"{told}{people}{already}{skipped}. Nobody was told.")


def _written(checked: Checked, console: Console, *, skip_bad: bool) -> Written:
    if not checked.new:
        # A bar over nothing stays at 0 %, as if it had failed.
        return write_checked(actor=SYSTEM, checked=checked, skip_bad=skip_bad)
    with bar(console, "Writing ", checked.new, counts=True) as writing:
        return write_checked(actor=SYSTEM, checked=checked, skip_bad=skip_bad, progress=writing.further)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=2) from error


@contextmanager
def _open(name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The file and its size in bytes, None where nobody knows it."""
    if name == "-":
        yield sys.stdin.buffer, None
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed just below
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=2) from error
    with file:
        yield file, Path(name).stat().st_size
