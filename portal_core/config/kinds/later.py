"""Kinds that the document knows and that are not available yet: documents with them cannot be published."""

from portal_core.config.document import fields
from portal_core.config.kinds.base import FieldKind


class LaterKind(FieldKind[fields.FieldBase]):
    """A kind without a form field so far; values that an import brought are shown as they are."""

    def __init__(self, key: str, options: type[fields.FieldBase]) -> None:
        self.key = key  # type: ignore[misc]  # one class stands for several kinds
        self.options = options  # type: ignore[misc]


# The packages that own what these store register the kinds at start (deploy/wiring.py), in place of these.
LATER_KINDS = (
    LaterKind("file", fields.FileField),
    LaterKind("record", fields.RecordField),
)
