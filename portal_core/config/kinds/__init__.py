"""Field kinds: one class for each, one file for each."""

from portal_core.config.kinds.base import FieldKind, NotAnInput
from portal_core.config.kinds.registry import all_kinds, kind_for

__all__ = ["FieldKind", "NotAnInput", "all_kinds", "kind_for"]
