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
from portal_core.documents.vault import MOST_OFFERED, Offer, offers_of_kinds
from portal_core.documents.visible import seen_by
from portal_core.service_requests.attaching import file_ids
from portal_core.service_requests.forms import asked_about
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.taking import Given
from portal_core.service_requests.viewer import Viewer

_FILES: Final = "files"
# So many of what is on file are shown one by one; those before them stand in a list to choose from.
ONE_BY_ONE: Final = 100
_OF_THE_VAULT: Final = "d-"


class DayField(forms.CharField):
    """A day as browsers send it or people write it; None for none."""

    def clean(self, value: object) -> date | None:
        """The day. Raises ValidationError for what is none."""
        typed = super().clean(value)
        day = parse_day(typed) if typed else None
        if typed and day is None:
            raise forms.ValidationError(_("Write the day as in 27/11/2027, or leave it empty."))
        return day


class UploadForm(forms.Form):
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
    """One `upload` ask being answered. `offers` can be used instead, each with one press."""

    form: UploadForm
    offers: tuple[Offer, ...]
    seen_by: str

    @property
    def newest_offers(self) -> tuple[Offer, ...]:
        """Those in sight."""
        return self.offers[:IN_SIGHT]

    @property
    def older_offers(self) -> tuple[Offer, ...]:
        """Those that are folded away below them."""
        return self.offers[IN_SIGHT:ONE_BY_ONE]

    @property
    def oldest_offers(self) -> tuple[Offer, ...]:
        """All others, for a list to choose from."""
        return self.offers[ONE_BY_ONE:]

    @property
    def folded(self) -> int:
        """How many are not in sight."""
        return len(self.offers[IN_SIGHT:])

    @property
    def is_cut(self) -> bool:
        """Whether there may be more on file than is offered here."""
        return len(self.offers) >= MOST_OFFERED


@dataclass(frozen=True)
class Giver:
    """Who answers, with what is on file for it by kind. `sender_id`: a guest's browser, whose the files are until
    they are given."""

    viewer: Viewer
    offers: Mapping[str, tuple[Offer, ...]]
    sender_id: uuid.UUID | None = None


def offers_for(
    row: ServiceRequest, asks: Iterable[UploadAsk], viewer: Viewer, portal: CompiledPortal
) -> Mapping[str, tuple[Offer, ...]]:
    """What is on file for all that is asked, by kind: one query, or none.

    SECURITY: nobody who has only the link of a request sees what else is on file.
    """
    kinds = [ask.document_kind for ask in asks]
    if viewer.role.key == "guest" or not kinds:
        return {}
    return offers_of_kinds(kinds, asked_about(row, viewer, portal))


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
    on_file = offers.get(kind.key, ())
    chosen = data.getlist(f"u-{_FILES}") if data is not None else []
    uses_vault = any(key.startswith(_OF_THE_VAULT) for key in chosen)
    with override(viewer.language):
        files = FilesField(
            rules=rules_of(kind),
            sender=Sender(giver.sender_id or viewer.user_id, row.customer_id),
            kind_key=kind.key,
            # On the page they have buttons of their own; in the form they count only where one was pressed.
            offers=on_file if uses_vault else (),
            label=portal.text(kind.name, viewer.language),
        )
        form = UploadForm(data, kind, files, f"ask-{row.number}-{ask.key}-%s")
    return Uploading(form, on_file, seen_by(kind.key, portal, viewer))
