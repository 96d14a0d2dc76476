"""A document of the vault as one reader may see it, in the reader's words.

SECURITY: the one door for documents, as `service_requests/visible.py` is for requests: by kind and role, by whose they
are, and for customers by whether they were shared.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal_core.accounts.roles import CUSTOMER, Role, resolve_role, staff_roles
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.fields import DocumentKind
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.kinds import is_expired, is_expiring, kind_of, may_add
from portal_core.documents.models import Document, DocumentState
from portal_core.documents.shown import ShownFile, shown_files
from portal_core.documents.vault import is_asked_by_request
from portal_core.documents.words import day_words


@dataclass(frozen=True)
class VisibleDocument:
    """One document. `standing` is asked, sent_back, on_file, expiring, expired, withdrawn, replaced or gone."""

    id: uuid.UUID
    name: str
    kind_name: str
    kind_key: str
    standing: str
    verdict: str
    tone: str
    icon: str
    share_used: int
    source: str
    files: tuple[ShownFile, ...]
    from_staff: bool
    is_shared: bool
    is_approved: bool
    may_edit: bool
    note: str
    due_on: date | None
    valid_until: date | None
    seen_by: str
    added_at: datetime
    request_id: uuid.UUID | None
    reference: str = ""
    request_path: str = ""
    # Whether its request asks for it itself: then it is answered there.
    is_asked_there: bool = False
    # Whether the business has shown it to this customer, who has not opened it yet.
    is_new: bool = False
    # Whether customers add documents of its kind; nobody is asked for what they cannot do.
    is_addable: bool = True

    @property
    def answer_path(self) -> str:
        """Where the customer sends it."""
        return f"{self.request_path}#now" if self.is_asked_there else f"/documents/add/?for={self.id}"

    @property
    def other_file_name(self) -> str:
        """What its one file is called, where the document's own name does not say it."""
        name = self.files[0].name if len(self.files) == 1 else ""
        return "" if name.rpartition(".")[0] == self.name else name

    @property
    def is_wanted(self) -> bool:
        """Whether the customer is asked for it."""
        return self.is_open and self.is_addable

    @property
    def is_open(self) -> bool:
        """Whether staff have asked for it or sent it back, and it was neither answered nor withdrawn."""
        return self.standing in ("asked", "sent_back")

    @property
    def is_being_checked(self) -> bool:
        """Whether the scanner has not looked at all its files yet (see `scanned.py`); nobody can open those."""
        return any(file.state == "waiting" for file in self.files)

    @property
    def may_withdraw(self) -> bool:
        """Whether staff can take back that it is asked for; what its request asks for is the request's matter."""
        return self.is_open and not self.is_asked_there

    @property
    def is_listed(self) -> bool:
        """Whether it stands on its customer's page of documents."""
        return self.is_wanted or self.is_current or (self.valid_until is not None and self.standing != "gone")

    @property
    def is_current(self) -> bool:
        """Whether it stands on file now, valid or not."""
        return self.standing in ("on_file", "expiring", "expired")


def visible_documents(rows: Iterable[Document], viewer: Viewer, portal: CompiledPortal) -> tuple[VisibleDocument, ...]:
    """Those of `rows` (of one customer, whom the reader may know) that the reader sees, in the same order."""
    found = (visible_document(row, viewer, portal) for row in rows)
    return tuple(document for document in found if document is not None)


def visible_document(row: Document, viewer: Viewer, portal: CompiledPortal) -> VisibleDocument | None:
    """One document for a reader, or None. Its request, if any, should be loaded."""
    level = _level(row, viewer, portal)
    if level < Visibility.SEE or (not viewer.is_staff and not _is_the_customers(row, viewer)):
        return None
    with override(viewer.speech):
        return _Words(row, viewer, portal).build(may_edit=viewer.is_staff and level >= Visibility.EDIT)


def seen_by(kind_key: str, portal: CompiledPortal, viewer: Viewer, *, is_shared: bool = True) -> str:
    """Who can see documents of a kind, as a sentence for this reader."""
    kind = kind_of(portal, kind_key)
    staff = staff_roles()
    seeing = [role for role in staff if kind_visibility(kind, role) >= Visibility.SEE]
    with override(viewer.speech):
        people = _("everybody who works at %(portal)s") % {"portal": portal.name}
        if len(seeing) < len(staff):
            people = _("at %(portal)s: %(roles)s") % {"portal": portal.name, "roles": _names(seeing)}
        if not viewer.is_staff:
            return _("Seen by you and %(people)s.") % {"people": people}
        if is_shared and kind_visibility(kind, resolve_role(CUSTOMER)) >= Visibility.SEE:
            return _("Seen by the customer and %(people)s.") % {"people": people}
        return _("Not seen by the customer; seen by %(people)s.") % {"people": people}


def _names(roles: Sequence[Role]) -> str:
    return ", ".join(role.name for role in roles)


def kinds_seen(viewer: Viewer, portal: CompiledPortal) -> tuple[str, ...]:
    """The kinds whose documents this reader sees, retired ones too: for statements that count or choose."""
    kinds = portal.document_kinds.values()
    return tuple(kind.key for kind in kinds if _level_of_kind(kind, viewer) >= Visibility.SEE)


def _level(row: Document, viewer: Viewer, portal: CompiledPortal) -> Visibility:
    return _level_of_kind(kind_of(portal, row.kind_key), viewer)


def _level_of_kind(kind: DocumentKind | None, viewer: Viewer) -> Visibility:
    level = kind_visibility(kind, viewer.role)
    return level if viewer.shown_to is None else min(level, kind_visibility(kind, viewer.shown_to))


def _is_the_customers(row: Document, viewer: Viewer) -> bool:
    return row.customer_id == viewer.user_id and row.is_shared


class _Words:
    """One document in words; the language is in force."""

    def __init__(self, row: Document, viewer: Viewer, portal: CompiledPortal) -> None:
        self.row, self.viewer, self.portal = row, viewer, portal
        self.today = timezone.now().astimezone(portal.time_zone).date()
        self.kind = kind_of(portal, row.kind_key)

    def build(self, *, may_edit: bool) -> VisibleDocument:
        row = self.row
        kind_name = self.portal.text(self.kind.name, self.viewer.language) if self.kind else _("Document")
        verdict, tone, icon = self._verdict()
        made = VisibleDocument(
            id=row.pk,
            name=row.title or kind_name,
            kind_name=kind_name,
            kind_key=row.kind_key,
            standing=self._standing(),
            verdict=verdict,
            tone=tone,
            icon=icon,
            share_used=self._share_used(),
            source=self._source(),
            files=shown_files(row.files) if row.state != DocumentState.GONE else (),
            from_staff=row.from_staff,
            is_shared=row.is_shared,
            is_approved=row.approved_at is not None,
            may_edit=may_edit,
            note=row.note,
            due_on=row.due_on,
            valid_until=row.valid_until,
            seen_by=seen_by(row.kind_key, self.portal, self.viewer, is_shared=row.is_shared),
            added_at=row.created_at,
            request_id=row.request_id,
            is_addable=self._is_addable(),
            is_new=row.is_new and not self.viewer.is_staff and row.state == DocumentState.ON_FILE,
        )
        if row.request is None:
            return made
        number = row.request.number
        path = f"/desk/requests/{number}/" if self.viewer.is_staff else f"/requests/{number}/"
        return replace(
            made,
            reference=self.portal.reference(number),
            request_path=path,
            is_asked_there=is_asked_by_request(row),
        )

    def _is_addable(self) -> bool:
        return self.kind is not None and may_add(self.kind, resolve_role(CUSTOMER))

    def _standing(self) -> str:
        if self.row.state != DocumentState.ON_FILE:
            return str(self.row.state)
        if is_expired(self.row.valid_until, self.today):
            return "expired"
        return "expiring" if is_expiring(self.row.valid_until, self.today) else "on_file"

    def _verdict(self) -> tuple[str, str, str]:
        """Words, tone and icon."""
        standing = self._standing()
        until = day_words(self.row.valid_until, self.viewer.speech) if self.row.valid_until else ""
        if standing == "expiring" and self.row.valid_until is not None:
            days = (self.row.valid_until - self.today).days
            words = ngettext("Until %(day)s, %(count)s day left", "Until %(day)s, %(count)s days left", days)
            return words % {"day": until, "count": days}, "warn", "clock"
        if standing == "asked" and not self._is_addable():
            return _("Asked for, but customers do not add this kind any more"), "quiet", ""
        return {
            "asked": (_("Asked for"), "them", "upload"),
            "sent_back": (_("Sent back"), "bad", "undo"),
            "withdrawn": (_("No longer asked for"), "quiet", ""),
            "on_file": self._on_file(until),
            "expired": (_("Ran out on %(day)s") % {"day": until}, "quiet", ""),
            "replaced": (_("A newer one is on file"), "quiet", ""),
            "gone": (_("No longer kept"), "quiet", ""),
        }[standing]

    def _on_file(self, until: str) -> tuple[str, str, str]:
        """What a customer sent counts as valid once somebody has looked at it."""
        words = {"day": until}
        if self.row.approved_at is not None or self.row.from_staff:
            return _("Valid until %(day)s") % words if until else _("On file"), "good", "check"
        if self.viewer.is_staff:
            return _("Not checked yet, valid until %(day)s") % words if until else _("Not checked yet"), "us", "clock"
        return _("Sent to us, valid until %(day)s") % words if until else _("Sent to us"), "us", "check"

    def _share_used(self) -> int:
        """How much of its time is over, in hundredths."""
        if self.row.valid_until is None:
            return 0
        start = self.row.created_at.astimezone(self.portal.time_zone).date()
        whole = max(1, (self.row.valid_until - start).days)
        return max(0, min(100, round(100 * (self.today - start).days / whole)))

    def _source(self) -> str:
        row = self.row
        day = day_words(row.created_at.astimezone(self.viewer.time_zone).date(), self.viewer.speech)
        if not row.files:
            return ""
        if row.from_staff:
            first = _("From %(portal)s") % {"portal": self.portal.name}
        else:
            first = _("From the customer") if self.viewer.is_staff else _("From you")
        parts = [first, day]
        if row.used_count:
            used = ngettext(
                "used %(count)s time instead of asking", "used %(count)s times instead of asking", row.used_count
            )
            parts.append(used % {"count": row.used_count})
        return " · ".join(parts)


def most_pressing_first(dated: Sequence[VisibleDocument]) -> list[VisibleDocument]:
    """What ran out with nothing valid in its place, then what is valid, soonest over first; then what is past."""
    valid = {document.kind_key for document in dated if document.is_current and document.standing != "expired"}

    def place(document: VisibleDocument) -> tuple[int, int]:
        assert document.valid_until is not None
        day = document.valid_until.toordinal()
        if not document.is_current:
            return 3, 0
        if document.standing != "expired":
            return 1, day
        return 2 if document.kind_key in valid else 0, -day

    return sorted(dated, key=place)
