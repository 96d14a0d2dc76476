"""`info`: a text between the questions. Asks nothing."""

from portal_core.config.document.fields import InfoField
from portal_core.config.kinds.base import FieldKind


class InfoKind(FieldKind[InfoField]):
    """A text in Markdown; it stands in the field's `text`."""

    key = "info"
    options = InfoField
    is_input = False
    operators = frozenset()
