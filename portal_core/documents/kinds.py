"""Document kinds of the configuration: what is taken, how long it is valid, who may see it."""

from datetime import date, timedelta
from typing import Final

from portal_core.accounts.roles import CUSTOMER, Role, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.fields import DocumentKind
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.uploads import USUAL_FILES, USUAL_SIZE_MB, Rules

# A document is asked for again this long before it runs out.
EXPIRING_DAYS: Final = 30


def kind_of(portal: CompiledPortal, key: str | None) -> DocumentKind | None:
    """The kind by its key, retired ones too; None for none and for one that the document does not know (any more)."""
    return portal.document_kinds.get(key or "")


def rules_of(kind: DocumentKind | None, max_files: int | None = None) -> Rules:
    """What is taken for a kind; a field may ask for fewer files than its kind allows."""
    if kind is None:
        return Rules(max_files=max_files or USUAL_FILES, max_size_mb=USUAL_SIZE_MB)
    return Rules(tuple(kind.accept), min(max_files or kind.max_files, kind.max_files), kind.max_size_mb)


def may_add(kind: DocumentKind, role: Role) -> bool:
    """Whether people of this role add documents of the kind."""
    if kind.retired or kind_visibility(kind, role) < Visibility.SEE:
        return False
    if role.is_staff:
        return kind.added_by in ("staff", "both") and kind_visibility(kind, role) >= Visibility.EDIT
    return kind.added_by in ("customer", "both")


def may_give(kind: DocumentKind, role: Role) -> bool:
    """Whether people of this role answer what asks for a document of the kind; staff for the customer."""
    return kind_visibility(kind, role) >= Visibility.EDIT if role.is_staff else may_add(kind, role)


def kinds_shown(portal: CompiledPortal, role: Role) -> list[DocumentKind]:
    """The kinds of which people of this role meet documents; retired ones not."""
    kinds = portal.document_kinds.values()
    return [kind for kind in kinds if not kind.retired and kind_visibility(kind, role) >= Visibility.SEE]


def kinds_to_add(portal: CompiledPortal, role: Role) -> list[DocumentKind]:
    """The kinds of which people of this role add documents."""
    return [kind for kind in portal.document_kinds.values() if may_add(kind, role)]


def kinds_to_ask_for(portal: CompiledPortal, role: Role) -> list[DocumentKind]:
    """The kinds of which staff of this role ask a customer for a document."""
    kinds = kinds_to_add(portal, resolve_role(CUSTOMER))
    return [kind for kind in kinds if kind_visibility(kind, role) >= Visibility.EDIT]


def wanted_kinds(portal: CompiledPortal) -> tuple[str, ...]:
    """The kinds of which customers can be asked for a document: those that they see and may add, retired ones not."""
    return tuple(kind.key for kind in kinds_to_add(portal, resolve_role(CUSTOMER)))


def valid_until(kind: DocumentKind | None, today: date) -> date | None:
    """The last day of a document that was made today; None for a kind without validity."""
    if kind is None or kind.valid_months is None:
        return None
    return add_months(today, kind.valid_months)


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    month = day.month - 1 + months
    year, month = min(day.year + month // 12, 9999), month % 12 + 1
    next_month = date(year + month // 12, month % 12 + 1, 1) if year < 9999 else date(year, 12, 31)
    return date(year, month, min(day.day, (next_month - timedelta(days=1)).day))


def is_expiring(until: date | None, today: date) -> bool:
    """Whether it runs out within a month."""
    return until is not None and today <= until <= today + timedelta(days=EXPIRING_DAYS)


def is_expired(until: date | None, today: date) -> bool:
    """Whether its last day is over."""
    return until is not None and until < today
