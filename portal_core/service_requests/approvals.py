"""What is approved: the exact words that the customer was shown, and a hash of them.

The hash is SHA-256, in hexadecimal, over one JSON text in UTF-8, with sorted keys and without white space:

    {"ask": KEY, "consent": TEXT, "language": CODE, "lines": [LINE, …], "request": UUID, "status": KEY}
    with each LINE: {"field": KEY, "label": TEXT, "text": TEXT, "value": JSON}

Where the ask names kinds of documents, there is one part more, in the order of the keys: "documents": [PAPER, …]
    with each PAPER: {"document": UUID, "files": [{"name": NAME, "sha256": HASH, "size": BYTES}, …], "kind": KEY}

`lines` are the fields that the ask names, in its order, as far as the customer sees them; `text` is what stood on the
page, `value` what is stored. Anybody who has a history entry can compute it again from the entry and its request.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.document.flows import ApproveAsk, Ask, ReadAsk
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.kinds import kind_of
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.documents.shown import ShownFile, shown_file
from portal_core.documents.uploads import stored_value
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.withholding import is_withheld
from tenants.context import current_schema


@dataclass(frozen=True)
class ApprovalLine:
    """One value that is approved, in the customer's words, and as it is stored."""

    field: str
    label: str
    text: str
    value: JsonValue


@dataclass(frozen=True)
class PaperFile:
    """One file of a document that is approved: `sha256` is the hash of its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Paper:
    """A document of the request that is approved or read; `shown` is how its files stand in the page."""

    document: str
    kind: str
    files: tuple[PaperFile, ...]
    shown: tuple[ShownFile, ...] = field(default=(), compare=False)

    def record(self) -> dict[str, JsonValue]:
        """What is hashed and kept."""
        return {"document": self.document, "kind": self.kind, "files": [asdict(file) for file in self.files]}


@dataclass(frozen=True)
class Approval:
    """All that one customer is shown and approves."""

    request_id: str
    status: str
    ask: str
    language: str
    consent: str
    lines: tuple[ApprovalLine, ...]
    papers: tuple[Paper, ...] = ()
    names_documents: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether what is to be read is not here yet."""
        return self.names_documents and not self.papers

    def _documents(self) -> dict[str, JsonValue]:
        return {"documents": [paper.record() for paper in self.papers]} if self.names_documents else {}

    @property
    def digest(self) -> str:
        """The hash that stays in the history; how it is made stands at the top of this module."""
        content = {
            "request": self.request_id,
            "status": self.status,
            "ask": self.ask,
            "language": self.language,
            "consent": self.consent,
            "lines": [asdict(line) for line in self.lines],
            **self._documents(),
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def token(self) -> str:
        """What the page carries, to tell whether something has changed since.

        SECURITY: keyed, for a plain hash of a price that a colleague may not see could be found by trying prices.
        """
        return salted_hmac(f"approvals:{current_schema()}", self.digest, algorithm="sha256").hexdigest()

    def was_shown(self, token: str) -> bool:
        """Whether the page that sent `token` had shown just this."""
        return constant_time_compare(self.token, token)

    def record(self) -> dict[str, JsonValue]:
        """What the history keeps of it."""
        return {
            "ask": self.ask,
            "status": self.status,
            "language": self.language,
            "consent": self.consent,
            "lines": [asdict(line) for line in self.lines],
            **self._documents(),
            "hash": self.digest,
        }


def papers_of(request: ServiceRequest, asks: Iterable[Ask]) -> tuple[Paper, ...]:
    """The shared documents of the request that stand on file, of all kinds that these asks name: one query, or none.

    SECURITY: not for a reader yet; `approval_of` leaves out what they do not see.
    """
    keys = {key for ask in asks if isinstance(ask, ApproveAsk | ReadAsk) for key in ask.documents}
    if not keys:
        return ()
    rows = StoredFile.objects.filter(
        document__request=request,
        document__kind_key__in=keys,
        document__state=DocumentState.ON_FILE,
        document__is_shared=True,
    )
    by_document: dict[Document, list[StoredFile]] = {}
    for row in rows.select_related("document").order_by("document_id", "pk"):
        if row.document is not None:
            by_document.setdefault(row.document, []).append(row)
    return tuple(_paper(document, found) for document, found in by_document.items())


def _paper(document: Document, rows: Sequence[StoredFile]) -> Paper:
    files = tuple(PaperFile(row.name, row.size_bytes, row.sha256) for row in rows)
    shown = tuple(shown_file(stored_value(row), row.state) for row in rows)
    return Paper(str(document.pk), document.kind_key, files, shown)


def _seen_papers(
    papers: Iterable[Paper], ask: ApproveAsk | ReadAsk, viewer: Viewer, portal: CompiledPortal
) -> tuple[Paper, ...]:
    kinds = [kind for key in ask.documents if (kind := kind_of(portal, key)) is not None]
    seen = {kind.key for kind in kinds if kind_visibility(kind, viewer.role) >= Visibility.SEE}
    if viewer.shown_to is not None:
        seen = {kind.key for kind in kinds if kind.key in seen and kind_visibility(kind, viewer.shown_to) > 0}
    return tuple(paper for paper in papers if paper.kind in seen)


def approval_of(
    request: ServiceRequest,
    ask: ApproveAsk | ReadAsk,
    viewer: Viewer,
    portal: CompiledPortal,
    papers: Iterable[Paper] = (),
) -> Approval:
    """What `viewer` (the customer) would approve or read now; `papers` come from `papers_of`.

    SECURITY: a field or a document that they do not see is not among it.
    """
    request_type = portal.type_or_unknown(request.type_key)
    keys = ask.fields if isinstance(ask, ApproveAsk) else ()
    fields = (request_type.field_or_none(key) for key in keys)
    lines = (_line(field, request.data, portal, viewer) for field in fields if _is_seen(field, request, viewer))
    return Approval(
        request_id=str(request.pk),
        status=request.status_key,
        ask=ask.key,
        language=viewer.language,
        consent=portal.text(ask.consent, viewer.language) if isinstance(ask, ApproveAsk) else "",
        lines=tuple(line for line in lines if line is not None),
        papers=_seen_papers(papers, ask, viewer, portal),
        names_documents=bool(ask.documents),
    )


def _is_seen(field: CompiledField | None, request: ServiceRequest, viewer: Viewer) -> bool:
    if field is None or is_withheld(request, field.key, viewer):
        return False
    return viewer.visibility(field, request.status_key) >= Visibility.SEE


def _line(
    field: CompiledField | None, data: Mapping[str, JsonValue], portal: CompiledPortal, viewer: Viewer
) -> ApprovalLine | None:
    if field is None or data.get(field.key) is None:
        return None
    value = data[field.key]
    text = field.kind.display(value, field, portal, viewer.language, viewer.time_zone)
    return ApprovalLine(field.key, portal.text(field.label, viewer.language), text, value)
