"""What customers would newly see: how many, the very words, and whether what stands there now is kept hidden.

Of what the reader's own role does not see, nothing is counted; that it has to be decided is said, whether there is
anything or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.draft.decisions import Decisions
from portal_core.config.draft.paths import Path
from portal_core.config.newly_seen import NewlySeen, NewlySeenPapers
from portal_core.config.planning import Plan
from portal_core.desk.filters import QUEUE
from portal_core.service_requests.publish_facts import SeenRow, seen_count, seen_rows
from portal_core.service_requests.publish_papers import paper_rows, papers_count
from portal_core.service_requests.queue import Filters

SHOWN_AT_ONCE = 3


@dataclass(frozen=True)
class SeenLine:
    """One thing that a customer would newly read, and where to look at it as that very customer; "" for nowhere."""

    row: SeenRow
    look_href: str

    @property
    def look_name(self) -> str:
        """What the customer is called there."""
        return self.row.person.first_name or self.row.customer


def lines_of(actor: Actor, rows: Iterable[SeenRow]) -> tuple[SeenLine, ...]:
    """The rows with their ways to the draft as that customer meets it, for who may look at real customers by it."""
    may_look = actor.may("publish")
    return tuple(SeenLine(row, _look(row) if may_look else "") for row in rows)


def _look(row: SeenRow) -> str:
    asked = {"version": "draft", "as": str(row.person.pk), "page": row.page}
    return f"{reverse('desk:setup_preview')}?{urlencode(asked)}"


@dataclass(frozen=True)
class Seeing:
    """One field, or one kind of documents, that comes to light. `kept` is what was decided, None while nothing is.

    `requests` is how many requests hold a value, or how many documents there are.
    """

    key: str
    place: Path
    label: str
    customers: int
    requests: int
    rows: tuple[SeenLine, ...]
    kept: bool | None
    # Where its requests stand at the desk, to be changed before customers read them; "" for documents.
    edit_href: str = ""
    # Not where there may be more than the reader's role sees, or something at all: it is decided all the same.
    is_whole: bool = True

    @property
    def is_papers(self) -> bool:
        """Whether it is about documents."""
        return self.place[0] == "document_kinds"

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return anchor_of(self.key)

    @property
    def is_decided(self) -> bool:
        """Whether somebody has said what becomes of it."""
        return self.kept is not None

    @property
    def more(self) -> int:
        """How many are not shown at once."""
        return max(0, self.requests - len(self.rows))


def anchor_of(key: str) -> str:
    """Where a decision stands on the page."""
    return f"seen-{key.replace('.', '-').replace(':', '-')}"


def come_to_light(planned: Plan) -> tuple[tuple[NewlySeen, ...], tuple[NewlySeenPapers, ...]]:
    """Fields and document kinds that customers would newly see; a document that cannot work yet shows nothing."""
    try:
        return planned.newly_seen, planned.newly_seen_papers
    except (KeyError, ValueError):  # it leads to what is not there; the findings say so
        return (), ()


def seeings(actor: Actor, planned: Plan, decided: Decisions) -> tuple[Seeing, ...]:
    """Those of which there is anything."""
    items, papers = come_to_light(planned)
    if not (items or papers):
        return ()
    portals = planned.portals
    found = [
        *(_seeing(actor, planned, decided, item, portals) for item in items),
        *(_papers(actor, decided, item, portals) for item in papers),
    ]
    return tuple(item for item in found if item is not None)


def _papers(
    actor: Actor, decided: Decisions, item: NewlySeenPapers, portals: tuple[CompiledPortal, CompiledPortal]
) -> Seeing | None:
    count = papers_count(actor, item.kind_key, portals[0])
    if count.is_whole and not count.requests:
        return None
    rows = lines_of(actor, paper_rows(actor, item.kind_key, portals).rows[:SHOWN_AT_ONCE])
    label = portals[0].text(portals[0].document_kinds[item.kind_key].name)
    place = ("document_kinds", item.kind_key)
    kept = decided.seen.get(item.key)
    return Seeing(item.key, place, label, count.customers, count.requests, rows, kept, is_whole=count.is_whole)


def _seeing(
    actor: Actor, planned: Plan, decided: Decisions, item: NewlySeen, portals: tuple[CompiledPortal, CompiledPortal]
) -> Seeing | None:
    count = seen_count(actor, item, portals[0])
    if count.is_whole and not count.requests:
        return None
    rows = tuple(row for row in seen_rows(actor, item, portals, planned.moves).rows if isinstance(row, SeenRow))
    field = portals[0].type(item.type_key).field(item.field_key)
    place = ("types", item.type_key, "fields", item.field_key)
    label = portals[0].text(field.label)
    shown = lines_of(actor, rows[:SHOWN_AT_ONCE])
    edit_href = QUEUE.of(Filters(view="all", state="any", holds=holds_of(item)))
    kept = decided.seen.get(item.key)
    edit_href = edit_href if count.requests else ""
    return Seeing(
        item.key, place, label, count.customers, count.requests, shown, kept, edit_href, is_whole=count.is_whole
    )


def holds_of(item: NewlySeen) -> str:
    """The filter of the desk's list that leaves exactly the requests which hold a value that comes to light."""
    return f"{item.key}:{','.join(item.status_keys)}"
