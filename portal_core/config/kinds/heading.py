"""`heading`: a section of the form. Asks nothing."""

from portal_core.config.document.fields import HeadingField
from portal_core.config.kinds.base import FieldKind


class HeadingKind(FieldKind[HeadingField]):
    """A section's question."""

    key = "heading"
    options = HeadingField
    is_input = False
    operators = frozenset()
