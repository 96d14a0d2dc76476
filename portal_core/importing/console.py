"""What an import shows on a terminal: bars while it works, a table of what would come in, bad rows, a summary."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from django.core.management.base import OutputWrapper
from django.template.defaultfilters import pluralize
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from portal_core.config.compiled import CompiledPortal
from portal_core.importing.picking import shown
from portal_core.importing.prepared import PreparedRow
from portal_core.importing.run import Checked
from portal_core.importing.spool import RefusedRow


@contextmanager
def bar(console: Console, words: str, total: int | None, *, counts: bool) -> Iterator["Bar"]:
    """A progress bar; where the output is no terminal, one line at its end. `counts` shows numbers beside it."""
    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()]
    more = [MofNCompleteColumn()] if counts else []
    with Progress(*columns, *more, TimeRemainingColumn(), console=console) as progress:
        one = Bar(progress, words, total)
        try:
            yield one
        except BaseException:
            # What went wrong is said below; half a bar says nothing.
            one.hide()
            raise


class Bar:
    """Moves one bar on."""

    def __init__(self, progress: Progress, words: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(words, total=total)

    def at(self, done: int) -> None:
        """So much is done in all."""
        self._progress.update(self._task, completed=done)

    def further(self, more: int) -> None:
        """So much more is done."""
        self._progress.advance(self._task, more)

    def hide(self) -> None:
        """Takes it off the screen."""
        self._progress.update(self._task, visible=False)

    def end(self) -> None:
        """All is done, also where nobody knew how much that was."""
        task = self._progress.tasks[0]
        self._progress.update(self._task, total=task.total or task.completed, completed=task.total or task.completed)


def preview(checked: Checked, portal: CompiledPortal) -> Iterator[Table | Text]:
    """The first rows as they would come in, and how many there are of each type and status."""
    if checked.sample:
        yield _sample(checked.sample, portal)
    counts = Table(title="By type and status", title_justify="left")
    for name in ("Type", "Status", "Customers read"):
        counts.add_column(name)
    counts.add_column("Rows", justify="right")
    for (type_key, status_key), count in sorted(checked.by_status.items()):
        request_type = portal.type(type_key)
        status = request_type.flow.status(status_key)
        words = (portal.text(request_type.name), portal.text(status.name), portal.text(status.customer_name))
        counts.add_row(*map(Text, words), str(count))
    if checked.by_status:
        yield counts
    if left := left_alone(checked, portal):
        yield Text(left)


def left_alone(checked: Checked, portal: CompiledPortal) -> str:
    """What the clock does with those that are open; nothing where none is."""
    count = sum(
        many
        for (type_key, status_key), many in checked.by_status.items()
        if portal.type(type_key).flow.status(status_key).turn != "nobody"
    )
    if not count:
        return ""
    those = "1 of them is open" if count == 1 else f"{count} of them are open"
    return f"{those}. Nobody is reminded and nothing is closed by itself until somebody acts on the request."


def _sample(rows: list[PreparedRow], portal: CompiledPortal) -> Table:
    title = "The first row" if len(rows) == 1 else f"The first {len(rows)} rows"
    table = Table(title=title, title_justify="left")
    table.add_column("Line", justify="right")
    for name in ("Id", "Type"):
        table.add_column(name)
    table.add_column("Title", max_width=40)
    for name in ("Status", "Customer", "Made", "In status since"):
        table.add_column(name)
    table.add_column("History", justify="right")
    for row in rows:
        request_type = portal.type(row.type_key)
        status = portal.text(request_type.flow.status(row.status_key).name)
        table.add_row(
            str(row.line),
            Text(row.external_id),
            Text(portal.text(request_type.name)),
            Text(row.title),
            Text(status),
            Text(row.customer.name or row.customer.email),
            *(f"{each.astimezone(portal.time_zone):%Y-%m-%d %H:%M}" for each in (row.created_at, row.status_since)),
            str(len(row.lines)),
        )
    return table


def bad_rows(refused: Iterator[RefusedRow]) -> Iterator[str]:
    """One line for everything that is wrong: where, which row, why."""
    for row in refused:
        which = f" (id {shown(row.external_id)})" if row.external_id else ""
        for problem in row.problems:
            yield f"line {row.line}{which}: {problem}"


def counted(checked: Checked) -> str:
    """How many rows are what."""
    known = f", {checked.known} there already" if checked.known else ""
    bad = f", {checked.refused} bad" if checked.refused else ""
    return f"{checked.new} new{known}{bad}"


def how_many(count: int, thing: str) -> str:
    """A number and what it counts: "1 request", "117 requests"."""
    return f"{count} {thing}{pluralize(count)}"


def there_already(count: int) -> str:
    """How many rows came in before: "1 was there already"."""
    return f"{count} {pluralize(count, 'was,were')} there already"


def plain_output(output: OutputWrapper) -> IO[str]:
    """Where a command's words go, without the line ends that Django adds."""
    return cast("IO[str]", output._out)
