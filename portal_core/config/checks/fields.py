"""Fields that can be asked: labelled, and with options that their kind can work with."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index
from portal_core.config.document.fields import AnyField, InfoField
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import kind_for
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_fields(index: Index) -> Iterator[Problem]:
    """Every field of every type that can be started, and of every kind of record."""
    for kind in index.types:
        for field in kind.fields:
            if not field.retired:
                yield from _field(field, index.document, f"types.{kind.key}.fields.{field.key}")
    for record in index.document.record_kinds:
        for field in record.fields:
            if not (record.retired or field.retired):
                yield from _field(field, index.document, f"record_kinds.{record.key}.fields.{field.key}")


def _field(field: AnyField, document: PortalDocument, path: str) -> Iterator[Problem]:
    kind = kind_for(field.kind)
    if isinstance(field, InfoField):
        if not field.text:
            yield Problem(
                f"{path}.text",
                "This text between the questions says nothing.",
                "Add text.",
                kind=ProblemKind.INCOMPLETE,
            )
    elif not field.label:
        yield Problem(
            f"{path}.label",
            "This field has no label.",
            "Add the question as people read it.",
            kind=ProblemKind.INCOMPLETE,
        )
    if field.required and not kind.is_input:
        text = f"A field of the kind {field.kind} takes no answer."
        yield Problem(f"{path}.required", text, "Take required out.", kind=ProblemKind.NOT_ALLOWED_HERE)
    for fault in kind.faults(field, document):
        yield Problem(f"{path}.{fault.key}", fault.problem, fault.mend, kind=fault.kind)
