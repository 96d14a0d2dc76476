"""What customers are told of their documents, in their words: the same at once, in the daily mail and in the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from portal_core.accounts.guests import can_enter
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.localise import date_in
from portal_core.documents.models import Document
from portal_core.documents.visible import VisibleDocument, visible_document
from portal_core.notifications import parts
from portal_core.notifications.choices import ALWAYS, STAFF_KIND_OF
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import escape_value
from portal_core.notifications.models import Notice, Way
from portal_core.service_requests.guest_links import current_link, is_stopped, path_of


@dataclass(frozen=True)
class Saying:
    """How one kind of news is told. `Any`: lazy translations, read in the language of whoever gets it.

    `subject` and `body` are filled in with the document's name; `usual` counts where the reader has not chosen.
    """

    subject: Any
    button: Any
    icon: str
    body: Any = ""
    kind: str = "documents"
    usual: Way = Way.NOW


# By what a notice tells (Notice.what).
SAYINGS: Final[Mapping[str, Saying]] = {
    "paper_asked": Saying(
        gettext_lazy("We need from you: %(document)s"), gettext_lazy("Add the document"), "upload", kind=ALWAYS
    ),
    "paper_back": Saying(
        gettext_lazy("We need another copy: %(document)s"), gettext_lazy("Add another copy"), "undo", kind=ALWAYS
    ),
    "paper_withdrawn": Saying(
        gettext_lazy("No longer needed: %(document)s"),
        gettext_lazy("See your documents"),
        "x",
        gettext_lazy("We have asked you for it, and do not need it any more. There is nothing for you to do."),
    ),
    "paper_approved": Saying(
        gettext_lazy("Approved: %(document)s"),
        gettext_lazy("See your documents"),
        "check",
        gettext_lazy("What you sent is good as it is."),
        usual=Way.DAILY,
    ),
    "paper_shared": Saying(gettext_lazy("New in your documents: %(document)s"), gettext_lazy("See it"), "doc"),
    "paper_expiring": Saying(gettext_lazy("Runs out soon: %(document)s"), gettext_lazy("See your documents"), "clock"),
}
_YOURS = gettext_lazy("You get this because the document is about you.")


# What staff are told of a customer's document that came with no request.
_HARMFUL: Final = "paper_infected"


def is_paper(what: str) -> bool:
    """Whether a notice is about a document, by what it tells."""
    return what in SAYINGS or what == _HARMFUL


def icon_of(what: str) -> str:
    """The sign before a line about a document."""
    return SAYINGS[what].icon if what in SAYINGS else "alert"


def document_of(notice: Notice) -> Document | None:
    """The document that a notice is about (with its request, where the notice was loaded with it)."""
    return notice.entry.document if notice.entry is not None else None


def paper_mail(notice: Notice) -> ComposedMail | None:
    """The mail about a document; None when it is not true any more, not for its reader, or leads them nowhere."""
    row, portal = document_of(notice), live_portal()
    if row is not None and notice.what == _HARMFUL:
        return _harmful_mail(notice, row, portal)
    if row is None or row.customer_id != notice.user_id:
        return None
    document = visible_document(row, parts.reader(notice.user, portal), portal)
    if document is None or not _is_true(notice, document):
        return None
    path = _page_for(notice.user, document, row)
    return _composed(notice, document, portal, path) if path is not None else None


def _is_true(notice: Notice, document: VisibleDocument) -> bool:
    """Whether the document stands where the event left it."""
    if notice.what in ("paper_asked", "paper_back"):
        return document.is_wanted and (document.standing == "asked") == (notice.what == "paper_asked")
    if notice.what == "paper_withdrawn":
        return document.standing == "withdrawn"
    if notice.what == "paper_approved":
        return document.is_current and document.is_approved
    if notice.what == "paper_expiring":
        return document.standing == "expiring" and notice.data.get("until") == str(document.valid_until)
    return document.is_current


def _page_for(reader: User, document: VisibleDocument, row: Document) -> str | None:
    """Where the reader finds it: in their documents, or by the link to its request for a guest; None for nowhere."""
    page = document.answer_path if document.is_wanted else "/documents/"
    if not reader.is_guest:
        return page
    if row.request is not None and is_stopped(row.request):
        return None
    link = current_link(row.request) if row.request is not None else None
    by_link = None if link is None else path_of(link) + ("#now" if document.is_asked_there else "")
    if not can_enter(reader):
        return by_link
    # With a code a guest has an account, and the page on which a paper is sent.
    return page if document.is_wanted and not document.is_asked_there else by_link or page


def _composed(notice: Notice, document: VisibleDocument, portal: CompiledPortal, path: str) -> ComposedMail:
    said, reader = SAYINGS[notice.what], notice.user
    language = parts.reader(reader, portal).language
    with override(language):
        subject = str(said.subject) % {"document": document.name}
        body = "\n\n".join(escape_value(line) for line in _lines(said, document, language) if line)
        button = said.button if path == "/documents/" or path.startswith("/documents/add/") else _("See your request")
        return ComposedMail(
            template="status",
            to=reader.email,
            to_name=reader.name,
            recipient_id=reader.pk,
            language=language,
            subject=subject,
            headline=subject,
            body_markdown=body,
            button_label=str(button),
            button_url=parts.address_of(path),
            reason=str(_YOURS),
            # In one conversation with its request's other mails.
            about_id=document.request_id or document.id,
            reference=document.reference,
            kind=said.kind,
            has_account=not reader.is_guest,
        )


def _lines(said: Saying, document: VisibleDocument, language: str) -> tuple[str, ...]:
    """What the mail says, in the language in force."""
    names = ", ".join(file.name for file in document.files)
    if document.is_wanted:
        due = document.due_on
        back = f"{_('We cannot use the one that you sent:')} {names}" if names else ""
        until = _("Until %(day)s.") % {"day": date_in(due, language)} if due is not None else ""
        return back, document.note, until
    if document.standing == "expiring" and said.icon == "clock" and document.valid_until is not None:
        until = _("It is valid until %(day)s.") % {"day": date_in(document.valid_until, language)}
        if document.from_staff or not document.is_addable:
            return (until,)
        return until, _("You can send us the new one as soon as you have it; then nobody has to ask you for it.")
    return str(said.body), names if document.from_staff else ""


def _harmful_mail(notice: Notice, row: Document, portal: CompiledPortal) -> ComposedMail | None:
    """To a colleague who sees all customers; None for anybody else."""
    reader, entry = notice.user, notice.entry
    viewer = parts.reader(reader, portal)
    document = visible_document(row, viewer, portal)
    if entry is None or document is None or not viewer.is_staff or not viewer.role.reaches_all:
        return None
    with override(viewer.language):
        words = {"name": row.customer.name or row.customer.email, "document": document.name}
        headline = _("Harmful file from %(name)s: %(document)s") % words
        body = _("Harmful software was found in it, and it was removed before anybody could open it.")
        asked = _("%(name)s is asked for another copy.") % words if document.is_wanted else ""
        return ComposedMail(
            template="staff_new",
            to=reader.email,
            to_name=reader.name,
            recipient_id=reader.pk,
            language=viewer.language,
            subject=headline,
            headline=headline,
            body_markdown="\n\n".join(escape_value(line) for line in (body, asked) if line),
            button_label=_("See the documents"),
            button_url=parts.address_of(f"/desk/customers/{row.customer_id}/documents/"),
            reason=_("You get this because you see all customers’ documents."),
            about_id=document.id,
            kind=STAFF_KIND_OF[_HARMFUL],
        )
