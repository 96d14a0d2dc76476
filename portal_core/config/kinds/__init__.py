"""Field kinds: one class for each, one file for each."""

from portal_core.config.kinds.base import FieldKind, NotAnInput
from portal_core.config.kinds.registry import all_kinds, is_in_force, kind_for, kinds_in_force

__all__ = ["FieldKind", "NotAnInput", "all_kinds", "is_in_force", "kind_for", "kinds_in_force"]
