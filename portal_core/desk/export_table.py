"""The queue as a table for a spreadsheet program: its heads, and a row for each request.

In the portal's language and time zone, whoever takes it: two colleagues get the same table. Its fixed heads are English
like the desk.

SECURITY: what stands in a row comes through `visible_line` and `exported_values`; the heads are those of questions that
this role sees in some status.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.moments import by_clock
from portal_core.desk.columns import Column, answers_of, shown_columns
from portal_core.desk.request import due_of
from portal_core.service_requests.models import Priority, ServiceRequest, Turn
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_line import visible_line
from portal_core.service_requests.visible_values import exported_values
from portal_core.service_requests.whole_queue import WholeQueue
from tenants.ui import spreadsheet
from tenants.ui.spreadsheet import Cell, Style

FIXED: Final = (
    "Reference",
    "Type",
    "Title",
    "Customer",
    "E-mail",
    "Status",
    "Whose turn",
    "Due",
    "Who has it",
    "Team",
    "Priority",
    "Sent",
    "Last news",
    "Closed",
)
_SHEET: Final = "Requests"
_TURNS: Final = {Turn.US: "Us", Turn.CUSTOMER: "Customer", Turn.NOBODY: "Nobody"}


@dataclass(frozen=True)
class QueueTable:
    """What stands in the table beside what every request has: `answers`, a column each."""

    viewer: Viewer
    portal: CompiledPortal
    answers: tuple[Column, ...]

    @classmethod
    def of(cls, actor: Actor, portal: CompiledPortal, filters: Filters, own_columns: str) -> "QueueTable":
        """Of one type all answers; of several those that stand as columns in the queue (`own_columns` usually)."""
        viewer = replace(Viewer.of(actor, portal).by_mail(), language=portal.language, time_zone=portal.time_zone)
        if filters.type_key:
            return cls(viewer, portal, answers_of(filters.type_key, viewer, portal))
        shown = shown_columns(filters.columns or own_columns, viewer, portal)
        return cls(viewer, portal, tuple(column for column in shown if column.field_key))

    @cached_property
    def answer_heads(self) -> tuple[str, ...]:
        """The labels of the answers with their units; of those alike in several types, with the type."""
        alike = Counter(column.label.casefold() for column in self.answers)
        heads = [self._head(column, is_alike=alike[column.label.casefold()] > 1) for column in self.answers]
        return tuple(spreadsheet.told_apart([*FIXED, *heads])[len(FIXED) :])

    def _head(self, column: Column, *, is_alike: bool) -> str:
        request_type = self.portal.type_or_unknown(column.type_key)
        field = request_type.field(column.field_key)
        notes = [field.kind.export_unit(field, self.portal)]
        if is_alike and len({other.type_key for other in self.answers}) > 1:
            notes.append(self.portal.text(request_type.name))
        return " ".join([column.label or column.field_key, *(f"({note})" for note in notes if note)])

    def as_csv(self, whole: WholeQueue, style: Style) -> Iterator[bytes]:
        """A CSV file: its heads, then a stretch of requests at a time."""
        yield spreadsheet.encoded(spreadsheet.BOM + spreadsheet.lines([self._heads], style))
        for rows in whole.stretches():
            yield spreadsheet.encoded(spreadsheet.lines(map(self._row, rows), style))

    def as_workbook(self, whole: WholeQueue) -> Iterator[bytes]:
        """An Excel workbook of one sheet, a stretch of requests at a time."""
        # Its library takes a quarter of a second to load, in every process; few make a workbook.
        from tenants.ui import workbook

        stretches = ([self._row(row) for row in rows] for rows in whole.stretches())
        return workbook.pieces(_SHEET, self._heads, stretches, at_most=len(whole))

    @property
    def _heads(self) -> list[str]:
        return [*FIXED, *self.answer_heads]

    def _row(self, row: ServiceRequest) -> list[Cell]:
        shown = visible_line(row, self.viewer, portal=self.portal)
        keys = [column.field_key for column in self.answers if column.type_key == row.type_key]
        values = exported_values(row, self.viewer, portal=self.portal, keys=keys)
        return [
            shown.reference,
            shown.type_name,
            shown.title,
            shown.customer.name,
            shown.customer.email,
            shown.status_name,
            _TURNS[shown.turn],
            self._moment(due_of(row)),
            (shown.handler.name or shown.handler.email) if shown.handler else "",
            shown.team_name,
            str(Priority(row.priority).label),
            self._moment(row.created_at),
            self._moment(row.last_entry_at),
            self._moment(row.closed_at),
            *(values.get(column.field_key, "") if column.type_key == row.type_key else "" for column in self.answers),
        ]

    def _moment(self, moment: datetime | None) -> Cell:
        return "" if moment is None else by_clock(moment, self.portal.time_zone)
