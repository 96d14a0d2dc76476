"""What the form fields of all kinds have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_core.config.document.base import TextValue

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledField, CompiledPortal


def common_options(field: CompiledField, portal: CompiledPortal, language: str) -> dict[str, Any]:
    """Label, help and whether an answer is needed. `Any`: keyword arguments of Django's form fields."""
    return {
        "label": portal.text(field.label, language),
        "help_text": portal.text(field.help, language),
        "required": field.required,
    }


def placeholder_attrs(value: TextValue | None, portal: CompiledPortal, language: str) -> dict[str, str]:
    """The attribute for a placeholder, if there is one."""
    words = portal.text(value, language)
    return {"placeholder": words} if words else {}
