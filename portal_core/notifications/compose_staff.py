"""What staff are told: something new, something given to them, an answer, a note, a change."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import HistoryEntry
from portal_core.notifications import parts
from portal_core.notifications.choices import STAFF_KIND_OF
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import escape_value, plain_to_markdown
from portal_core.service_requests.entries import for_viewer, line_for
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import day_words
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest
from portal_core.service_requests.visible_parts import VisibleField

QUOTE_LENGTH = 10_000


@dataclass(frozen=True)
class _Saying:
    """What a mail says for one kind of news. Any: lazy translations, read in the language of whoever gets it."""

    template: str
    subject: Any
    headline: Any
    reason: Any
    quotes: bool = False
    # What to do about it, instead of the request's answers.
    advice: Any = ""
    # What is to be known of it, instead of the request's answers.
    says: Any = ""

    def filled(self, words: dict[str, str]) -> "_Saying":
        """With names and titles in place, in the language in force."""
        return replace(
            self,
            subject=str(self.subject) % words,
            headline=str(self.headline) % words,
            reason=str(self.reason),
            says=str(self.says),
            advice=str(self.advice) % {name: escape_value(word) for name, word in words.items()},
        )


@dataclass(frozen=True)
class Told:
    """What a colleague is told about: what happened, to which request (as it stood then and stands now)."""

    what: str
    request: ServiceRequest
    now: ServiceRequest
    portal: CompiledPortal
    entry: HistoryEntry | None = None


def staff_mail(told: Told, user: User) -> ComposedMail | None:
    """The mail to one colleague about created, moved, assigned, replied, noted, changed or late.

    None when the entry is not for them to see.
    """
    entry, viewer = told.entry, parts.reader(user, told.portal)
    if entry is not None and not for_viewer(told.now, viewer).filter(pk=entry.pk).exists():
        return None
    if entry is not None and told.what == "infected" and line_for(entry, told.now, viewer, portal=told.portal) is None:
        return None
    view = parts.seen_since(told.request, told.now, viewer, told.portal)
    doer = entry.actor if entry is not None and entry.actor is not None else view.customer
    # Who has signed in by a code alone has given no name yet.
    name = doer.name or doer.first_name
    with override(viewer.language):
        words = {
            "first_name": view.customer.first_name,
            "name": name,
            "title": view.title,
            "reference": view.reference,
            "status": view.status.name,
            "file": str(entry.data.get("file", "")) if entry is not None else "",
        }
        said = _SAYINGS[told.what].filled(words)
        lead = _("%(name)s writes:") % {"name": name}
        button = _("Post an update") if said.advice else _("Open the request")
        facts = _facts(view, viewer)
    quote = entry.body[:QUOTE_LENGTH] if said.quotes and entry is not None else ""
    return ComposedMail(
        template=said.template,
        to=user.email,
        to_name=user.name,
        recipient_id=user.pk,
        language=viewer.language,
        subject=said.subject,
        headline=said.headline,
        body_markdown="" if quote else said.advice or said.says or _answers(view),
        button_label=button,
        button_url=parts.address_of(f"{view.desk_path}#write" if said.advice else view.desk_path),
        reason=said.reason,
        about_id=told.request.pk,
        reference=view.reference,
        title="" if told.what == "created" else view.title,
        facts=facts,
        quote=quote,
        quote_lead=lead if quote else "",
        kind=STAFF_KIND_OF[told.what],
    )


def _facts(view: VisibleRequest, viewer: Viewer) -> tuple[tuple[str, str], ...]:
    due = view.status.due_at
    facts = (
        (_("Status"), view.status.name),
        (_("Customer"), view.customer.name),
        (_("Who has it"), view.handler_name),
        (_("Due"), day_words(due, viewer=viewer) if due is not None else ""),
    )
    return tuple((label, value) for label, value in facts if value)


def _answers(view: VisibleRequest) -> str:
    """The answers that this colleague may see, one a line."""
    return "\n".join(f"**{parts.label_of(field.label)}** {_value(field)}" for field in view.fields if field.text)


def _value(field: VisibleField) -> str:
    """What is an enumeration (the lines of an address, rows) keeps its lines, below the label."""
    if not field.shown.one_line or field.shown.one_line == field.text:
        return escape_value(field.text)
    return "\n" + plain_to_markdown(field.text)


_WITH_YOU = gettext_lazy("You get this because the request is with you or your team.")

# Filled in with name (who did it), title, reference, status and file.
_SAYINGS = {
    "created": _Saying(
        template="staff_new",
        subject=gettext_lazy("New: %(title)s (%(reference)s)"),
        headline="%(title)s",
        reason=gettext_lazy("You get this because new requests of this kind come to you."),
    ),
    "moved": _Saying(
        template="staff_new",
        subject=gettext_lazy("%(status)s: %(title)s (%(reference)s)"),
        headline="%(status)s",
        reason=gettext_lazy("You get this because this status is for you to know."),
    ),
    "assigned": _Saying(
        template="staff_assigned",
        subject=gettext_lazy("Yours now: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(name)s gave you a request"),
        reason=gettext_lazy("You get this because the request was given to you."),
    ),
    "replied": _Saying(
        template="staff_replied",
        subject=gettext_lazy("%(name)s answered: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(name)s answered"),
        reason=_WITH_YOU,
        quotes=True,
    ),
    "noted": _Saying(
        template="staff_replied",
        subject=gettext_lazy("Note by %(name)s: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(name)s left a note for staff"),
        reason=_WITH_YOU,
        quotes=True,
    ),
    "changed": _Saying(
        template="staff_assigned",
        subject=gettext_lazy("%(name)s made a change: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(name)s made a change"),
        reason=_WITH_YOU,
    ),
    "infected": _Saying(
        template="staff_new",
        subject=gettext_lazy("Harmful file: %(title)s (%(reference)s)"),
        headline=gettext_lazy("“%(file)s” was not kept"),
        reason=_WITH_YOU,
        says=gettext_lazy(
            "Harmful software was found in it, and it was removed before anybody could open it. Whoever sent it is told"
            " so, and reads on the request what to do."
        ),
    ),
    "planned": _Saying(
        template="staff_assigned",
        subject=gettext_lazy("%(name)s planned it: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(name)s planned it for another day"),
        reason=_WITH_YOU,
    ),
    "late": _Saying(
        template="staff_new",
        subject=gettext_lazy("Late: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(status)s takes longer than promised"),
        reason=_WITH_YOU,
        advice=gettext_lazy(
            "Post an update before %(first_name)s has to ask: what holds it up, and when it goes on. If there is a"
            " day, plan the request for it, and %(first_name)s reads that day instead."
        ),
    ),
    "lapsed": _Saying(
        template="staff_new",
        subject=gettext_lazy("Not approved in time: %(title)s (%(reference)s)"),
        headline=gettext_lazy("%(first_name)s has not answered in time"),
        reason=_WITH_YOU,
        advice=gettext_lazy(
            "It cannot be approved any more. Post an update, and move the request there once more if it still holds:"
            " then %(first_name)s can approve it again."
        ),
    ),
}
