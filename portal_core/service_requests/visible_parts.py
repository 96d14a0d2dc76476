"""The parts of a visible request: an answer, where it stands, a move. Part of the one door (see `visible.py`)."""

from dataclasses import dataclass
from datetime import datetime

from portal_core.config.kinds.shown import NOTHING, Shown
from portal_core.documents.shown import ShownFile


@dataclass(frozen=True)
class VisibleField:
    """One answer, in the reader's words. `text` is empty when there is no answer.

    `shown` says the same and what a page can make of it: links, a table, stars.
    """

    key: str
    label: str
    text: str
    kind: str
    may_edit: bool
    # For staff only: what the customer can do with it in this status ("hidden", "see" or "edit"); "" for customers.
    customer_mark: str = ""
    shown: Shown = NOTHING
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True)
class VisibleStatus:
    """Where a request stands: the four answers (what it means, who has it, what happens next, when)."""

    key: str
    name: str
    customer_name: str
    meaning: str
    next_step: str
    expected: str
    turn: str
    outcome: str
    progress: int
    step_number: int
    step_count: int
    step_name: str
    since: datetime
    due_at: datetime | None
    usually: str = ""  # "Usually moves within 2 days", beside the promise; "" while it is the promise, or not known
    said: str = ""  # what staff wrote with the move that brought it here
    glyph: str = ""  # the sign before it, where turn and progress do not say it: "new"


@dataclass(frozen=True)
class VisibleMove:
    """One move that the reader may make from here."""

    to: str
    label: str
    to_name: str
    turn_after: str
    ends_stopped: bool
    asks_reason: bool
    must_fill: tuple[str, ...]
