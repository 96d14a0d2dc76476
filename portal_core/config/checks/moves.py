"""Moves can be made: what must be filled in for one can be filled in by somebody who makes it."""

from collections.abc import Iterator

from portal_core.accounts.roles import Role
from portal_core.config.checks.index import Index, inputs
from portal_core.config.document.fields import AnyField
from portal_core.config.document.flows import Flow, Transition
from portal_core.config.document.portal_document import RequestType
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.visibility import Visibility, visibility


def check_moves(index: Index) -> Iterator[Problem]:
    """The fields of every move, for every type that goes this way and every status that it starts from."""
    for flow in index.active_flows():
        for position, move in enumerate(flow.transitions):
            for kind in index.types_of(flow.key) if move.must_fill else ():
                yield from _fillable(index, flow, kind, move, f"flows.{flow.key}.transitions.{position}.must_fill")


def _fillable(index: Index, flow: Flow, kind: RequestType, move: Transition, path: str) -> Iterator[Problem]:
    # Roles, statuses and fields that do not exist are reported as references.
    movers = [index.roles[key] for key in move.by if key in index.roles]
    statuses = {status.key for status in flow.statuses}
    fields = {field.key: field for field in inputs(kind)}
    for key in move.must_fill:
        for origin in move.from_:
            if key not in fields or origin not in statuses or not movers or _by_one(movers, fields[key], origin):
                continue
            text = f"“{key}” of “{kind.key}” must be filled in, and none of those who move can edit it in “{origin}”."
            mend = (
                f'Let one of {", ".join(move.by)} edit it there: "at": {{"{origin}": {{"{move.by[0]}": "edit"}}}}; '
                "or take it out."
            )
            names = (("types", kind.key, "fields", key), ("types", kind.key), ("flows", flow.key, "statuses", origin))
            yield Problem(path, text, mend, kind=ProblemKind.NOT_EDITABLE, names=names)


def _by_one(movers: list[Role], field: AnyField, status: str) -> bool:
    return any(visibility(field, role, status) is Visibility.EDIT for role in movers)
