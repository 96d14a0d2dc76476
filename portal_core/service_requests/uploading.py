"""The form of an `upload` ask: its files, until when they are valid, and what is on file already."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.fields import DocumentKind
from portal_core.config.document.flows import UploadAsk
from portal_core.config.kinds.date import parse_day
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.field import IN_SIGHT, FilesField, Sender
from portal_core.documents.kinds import kind_of, may_give, rules_of
from portal_core.documents.vault import Offer, OnShelf, shelves
from portal_core.documents.visible import seen_by
from portal_core.service_requests.attaching import file_ids
from portal_core.service_requests.forms import asked_about
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.taking import Given
from portal_core.service_requests.viewer import Viewer
from tenants.ui.rows import FormWithButtons

_FILES: Final = "files"


class DayField(forms.CharField):
    """A day as browsers send it or people write it; None for none."""

    def clean(self, value: object) -> date | None:
        """The day. Raises ValidationError for what is none."""
        typed = super().clean(value)
        day = parse_day(typed) if typed else None
        if typed and day is None:
            raise forms.ValidationError(_("Write the day as in 27/11/2027, or leave it empty."))
        return day


class UploadForm(FormWithButtons):
    """The files of one document, and its last day where its kind has one."""

    def __init__(self, data: QueryDict | None, kind: DocumentKind, files: FilesField, auto_id: str) -> None:
        super().__init__(data, prefix="u", auto_id=auto_id)
        self.fields[_FILES] = files
        if kind.valid_months is not None:
            self.fields["until"] = DayField(
                required=False,
                label=_("Until when is it valid?"),
                help_text=_("If a day stands on it. Left empty, we write down the usual time."),
                widget=forms.TextInput(attrs={"type": "date"}),
            )

    @property
    def given(self) -> Given:
        """What was sent, once it is valid."""
        return Given(file_ids(self.cleaned_data[_FILES]), self.cleaned_data.get("until"))


@dataclass(frozen=True)
class Uploading:
    """One `upload` ask being answered. What is on `shelf` can be used instead, each with one press; None where nothing
    is, and for staff, whose form holds it."""

    form: UploadForm
    shelf: OnShelf | None
    seen_by: str

    @property
    def newest_offers(self) -> tuple[Offer, ...]:
        """Those in sight."""
        return self.shelf.newest[:IN_SIGHT] if self.shelf is not None else ()

    @property
    def older_offers(self) -> tuple[Offer, ...]:
        """Those that are folded away below them."""
        return self.shelf.newest[IN_SIGHT:] if self.shelf is not None else ()

    @property
    def has_more(self) -> bool:
        """Whether there are others, to be looked for."""
        return self.shelf is not None and self.shelf.has_more


@dataclass(frozen=True)
class Giver:
    """Who answers, with what is on file for it by kind. `sender_id`: a guest's browser, whose the files are until
    they are given."""

    viewer: Viewer
    offers: Mapping[str, OnShelf]
    sender_id: uuid.UUID | None = None


def offers_for(
    row: ServiceRequest, asks: Iterable[UploadAsk], viewer: Viewer, portal: CompiledPortal
) -> Mapping[str, OnShelf]:
    """What is on file for all that is asked, by kind: one query, or none.

    SECURITY: nobody who has only the link of a request sees what else is on file.
    """
    kinds = [ask.document_kind for ask in asks]
    if viewer.role.key == "guest" or not kinds:
        return {}
    return shelves(kinds, asked_about(row, viewer, portal))


def open_uploading(
    row: ServiceRequest,
    ask: UploadAsk,
    giver: Giver,
    *,
    portal: CompiledPortal,
    data: QueryDict | None = None,
) -> Uploading | None:
    """The form of `ask` for this reader; None for who may not give documents of the kind (as `taking.take` has it).

    SECURITY: the form says what the kind is called, and staff may have no business with it.
    """
    viewer, offers = giver.viewer, giver.offers
    kind = kind_of(portal, ask.document_kind)
    if kind is None or not may_give(kind, viewer.role):
        return None
    if viewer.shown_to is not None and kind_visibility(kind, viewer.shown_to) < Visibility.SEE:
        return None
    with override(viewer.speech):
        files = _files_field(kind, offers.get(kind.key), giver, row, label=portal.text(kind.name, viewer.language))
        form = UploadForm(data, kind, files, f"ask-{row.number}-{ask.key}-%s")
    shelf = None if viewer.is_staff else offers.get(kind.key)
    return Uploading(form, shelf, seen_by(kind.key, portal, viewer))


def _files_field(
    kind: DocumentKind, shelf: OnShelf | None, giver: Giver, row: ServiceRequest, *, label: str
) -> FilesField:
    """For customers what is on file has buttons of its own on the page; in the form it counts where one was pressed."""
    sender, rules = Sender(giver.sender_id or giver.viewer.user_id, row.customer_id), rules_of(kind)
    if shelf is None:
        return FilesField(rules=rules, sender=sender, kind_key=kind.key, label=label)
    offers = shelf.newest if giver.viewer.is_staff else ()
    # What is on file says nothing of what came in by another way just now.
    return FilesField(
        rules=rules, sender=sender, kind_key=kind.key, offers=offers, beyond=shelf, ticks_newest=False, label=label
    )
