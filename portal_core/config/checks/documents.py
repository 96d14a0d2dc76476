"""Document kinds that can be used: what they take, who adds and sees them, and the fields and asks that name them."""

from collections.abc import Iterator
from typing import Final

from portal_core.config.checks.index import Index, active_statuses
from portal_core.config.checks.references import unknown
from portal_core.config.document.fields import DocumentKind, FileField
from portal_core.config.document.flows import ApproveAsk, ReadAsk, Status, UploadAsk
from portal_core.config.document.portal_document import RequestType
from portal_core.config.draft.paths import Path
from portal_core.config.file_formats import KNOWN_WORDS
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.visibility import Visibility, visibility

MAX_KINDS: Final = 100
# The largest file that is taken anywhere (tenants.uploads).
MAX_SIZE_MB: Final = 50


def check_documents(index: Index) -> Iterator[Problem]:
    """The kinds themselves, then who names them."""
    kinds = index.document.document_kinds
    if len(kinds) > MAX_KINDS:
        text = f"There are {len(kinds)} document kinds; the limit is {MAX_KINDS}."
        yield Problem("document_kinds", text, "Take some out.", kind=ProblemKind.OVER_LIMIT)
    for kind in kinds:
        yield from _kind(index, kind, f"document_kinds.{kind.key}")
    for request_type in index.types:
        for field in request_type.fields:
            if isinstance(field, FileField) and not field.retired:
                yield from _field(index, request_type, field)
    for flow in index.active_flows():
        for status in active_statuses(flow):
            yield from _asks(index, status, f"flows.{flow.key}.statuses.{status.key}.asks")


def _kind(index: Index, kind: DocumentKind, path: str) -> Iterator[Problem]:
    for word in kind.accept:
        if word not in KNOWN_WORDS:
            mend = f"Use some of: {', '.join(sorted(KNOWN_WORDS))}."
            text = f"There is no kind of file “{word}”."
            yield Problem(f"{path}.accept", text, mend, kind=ProblemKind.INVALID, words=(word,))
    if kind.max_size_mb > MAX_SIZE_MB:
        text = f"Files of {kind.max_size_mb} MB are not taken; the limit is {MAX_SIZE_MB}."
        yield Problem(f"{path}.max_size_mb", text, f"Use at most {MAX_SIZE_MB}.", kind=ProblemKind.OVER_LIMIT)
    for role in kind.show:
        if role not in index.roles:
            yield unknown(f"{path}.show.{role}", ("roles", role), index.roles)
    if kind.retired:
        return
    hidden = _level(index, kind, "customer") == Visibility.HIDDEN
    if hidden and kind.added_by == "customer":
        text = "Customers alone add this kind, and never see it."
        mend = 'Show it to them ("customer": "see"), or let staff add it.'
        yield Problem(f"{path}.added_by", text, mend, kind=ProblemKind.NOT_SEEN)
    if kind.reusable and hidden:
        text = "A kind that customers never see cannot be offered to them again."
        mend = 'Show it to them ("customer": "see"), or take reusable out.'
        yield Problem(f"{path}.reusable", text, mend, kind=ProblemKind.NOT_SEEN)


def _field(index: Index, request_type: RequestType, field: FileField) -> Iterator[Problem]:
    path = f"types.{request_type.key}.fields.{field.key}"
    if field.document_kind is None:
        return
    kind = _known(index, field.document_kind)
    if kind is None:
        yield _unknown(index, f"{path}.document_kind", field.document_kind)
        return
    if field.max_files is not None and field.max_files > kind.max_files:
        text = f"The field takes {field.max_files} files, its document kind {kind.max_files}."
        yield Problem(
            f"{path}.max_files", text, "Lower it here, or raise max_files of the kind.", kind=ProblemKind.OVER_LIMIT
        )
    customer_fills_in = visibility(field, index.customer, None) == Visibility.EDIT
    if customer_fills_in and (kind.added_by == "staff" or _level(index, kind, "customer") == Visibility.HIDDEN):
        text = f"Customers fill this in, and may not add documents of the kind “{kind.key}”."
        mend = 'Let them ("added_by": "both", and show it to them), or hide the field on the form.'
        names = (("document_kinds", kind.key),)
        yield Problem(f"{path}.document_kind", text, mend, kind=ProblemKind.NOT_ADDABLE, names=names)
    yield from _through_the_vault(index, request_type, field, kind)


def _through_the_vault(
    index: Index, request_type: RequestType, field: FileField, kind: DocumentKind
) -> Iterator[Problem]:
    """What a role does not see in the field would reach it as a document of the kind.

    Staff see the papers of a request wherever it stands, so that one status in which the field is hidden is enough.
    Customers see their own papers, and of ours what was shared: for them it matters where a field is always hidden.
    """
    flow = index.flows.get(request_type.flow)
    statuses = [status.key for status in active_statuses(flow)] if flow else []
    for key, role in index.roles.items():
        if key == "guest" or _level(index, kind, key) == Visibility.HIDDEN:
            continue
        hidden = [status for status in statuses if visibility(field, role, status) == Visibility.HIDDEN]
        if role.is_staff and not hidden:
            continue
        on_form = visibility(field, role, None) > Visibility.HIDDEN
        never = len(hidden) == len(statuses) and (role.is_staff or not on_form)
        if not never and not role.is_staff:
            continue
        where = "never sees this field" if never else f"does not see this field in “{hidden[0]}”"
        path = f"types.{request_type.key}.fields.{field.key}.document_kind"
        text = f"“{key}” {where}, and would see its files as documents of the kind “{kind.key}”."
        mend = f'Hide the kind, too: "show": {{"{key}": "hidden"}}, or use another kind here.'
        names: tuple[Path, ...] = (("roles", key), ("document_kinds", kind.key))
        if not never:
            names = (names[0], ("flows", request_type.flow, "statuses", hidden[0]), names[1])
        yield Problem(path, text, mend, kind=ProblemKind.SEEN_AS_DOCUMENT, names=names)


def _asks(index: Index, status: Status, path: str) -> Iterator[Problem]:
    for ask in status.asks:
        here = f"{path}.{ask.key}"
        if isinstance(ask, UploadAsk):
            kind = _known(index, ask.document_kind) if ask.document_kind else None
            if ask.document_kind and kind is None:
                yield _unknown(index, f"{here}.document_kind", ask.document_kind)
            elif kind is not None and (
                kind.added_by == "staff" or _level(index, kind, "customer") == Visibility.HIDDEN
            ):
                text = f"Customers are asked for “{kind.key}” and may not add it."
                mend = 'Let them: "added_by": "both", and show it to them.'
                names = (("document_kinds", kind.key),)
                yield Problem(f"{here}.document_kind", text, mend, kind=ProblemKind.NOT_ADDABLE, names=names)
        if isinstance(ask, ApproveAsk | ReadAsk):
            for key in ask.documents:
                kind = _known(index, key)
                if kind is None:
                    yield _unknown(index, f"{here}.documents", key)
                elif _level(index, kind, "customer") == Visibility.HIDDEN:
                    text = f"Customers are asked about “{key}” and never see it."
                    mend, names = 'Show it to them: "show": {"customer": "see"}.', (("document_kinds", key),)
                    yield Problem(f"{here}.documents", text, mend, kind=ProblemKind.NOT_SEEN, names=names)


def _known(index: Index, key: str | None) -> DocumentKind | None:
    return next((kind for kind in index.document.document_kinds if kind.key == key and not kind.retired), None)


def _unknown(index: Index, path: str, key: str) -> Problem:
    known = (kind.key for kind in index.document.document_kinds if not kind.retired)
    return unknown(path, ("document_kinds", key), known)


def _level(index: Index, kind: DocumentKind, role_key: str) -> Visibility:
    field = FileField.model_validate({"key": kind.key, "kind": "file", "show": dict(kind.show)})
    return visibility(field, index.roles[role_key], "")
