"""Runs every check over a document."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from portal_core.config.checks.answers import check_answers
from portal_core.config.checks.asks import check_asks
from portal_core.config.checks.availability import check_availability
from portal_core.config.checks.changes import check_changes
from portal_core.config.checks.conditions import check_conditions
from portal_core.config.checks.contract import check_contract
from portal_core.config.checks.documents import check_documents
from portal_core.config.checks.fields import check_fields
from portal_core.config.checks.index import Index
from portal_core.config.checks.keys import check_keys
from portal_core.config.checks.limits import check_limits
from portal_core.config.checks.moves import check_moves
from portal_core.config.checks.names import check_names
from portal_core.config.checks.notices import check_notices
from portal_core.config.checks.placeholders import check_placeholders
from portal_core.config.checks.portal import check_portal
from portal_core.config.checks.reach import check_reach
from portal_core.config.checks.records import check_records
from portal_core.config.checks.references import check_references
from portal_core.config.checks.remember import check_remember
from portal_core.config.checks.roles import check_roles
from portal_core.config.checks.shown import check_shown
from portal_core.config.checks.texts import check_texts
from portal_core.config.checks.time import check_time
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.problems import Problem, in_order

CHECKS: Final[tuple[Callable[[Index], Iterator[Problem]], ...]] = (
    check_answers,
    check_asks,
    check_availability,
    check_changes,
    check_conditions,
    check_contract,
    check_documents,
    check_fields,
    check_keys,
    check_limits,
    check_moves,
    check_names,
    check_notices,
    check_placeholders,
    check_portal,
    check_reach,
    check_records,
    check_references,
    check_remember,
    check_roles,
    check_shown,
    check_texts,
    check_time,
)


def check(
    document: PortalDocument,
    previous: PortalDocument | None = None,
    content: Mapping[str, JsonValue] | None = None,
) -> tuple[Problem, ...]:
    """All problems at once, sorted by path; `previous` is what is live now, for what may not change.

    `content` is the document in canonical form, for whoever has it already.
    """
    index = Index(document, previous, content)
    return in_order(problem for run in CHECKS for problem in run(index))
