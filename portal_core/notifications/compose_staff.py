"""What staff are told: something new, something given to them, an answer, a note, a change."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import HistoryEntry
from portal_core.notifications import parts
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import escape_value
from portal_core.service_requests.entries import for_viewer
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import day_words
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest

QUOTE_LENGTH = 10_000


@dataclass(frozen=True)
class _Said:
    template: str
    subject: str
    headline: str
    reason: str
    quotes: bool = False


def staff_mail(
    what: str, request: ServiceRequest, user: User, *, portal: CompiledPortal, entry: HistoryEntry | None
) -> ComposedMail | None:
    """The mail to one colleague about `what` (created, moved, assigned, replied, noted, changed).

    None when the entry is not for them to see.
    """
    viewer = parts.reader(user, portal)
    if entry is not None and not for_viewer(request, viewer).filter(pk=entry.pk).exists():
        return None
    view = parts.seen_by(request, viewer, portal)
    name = entry.actor.name if entry is not None and entry.actor is not None else view.customer.name
    with override(viewer.language):
        said = _SAYINGS[what](view, name)
        lead = _("%(name)s writes:") % {"name": name}
        button = _("Open the request")
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
        body_markdown="" if quote else _answers(view),
        button_label=button,
        button_url=parts.address_of(view.desk_path),
        reason=said.reason,
        request_id=request.pk,
        reference=view.reference,
        title="" if what == "created" else view.title,
        facts=facts,
        quote=quote,
        quote_lead=lead if quote else "",
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
    return "\n".join(f"**{_label(field.label)}** {escape_value(field.text)}" for field in view.fields if field.text)


def _label(text: str) -> str:
    """A question keeps its mark, everything else gets a colon."""
    return escape_value(text if text.endswith(("?", ":")) else f"{text}:")


def _created(view: VisibleRequest, name: str) -> _Said:
    return _Said(
        template="staff_new",
        subject=_("New: %(title)s (%(reference)s)") % {"title": view.title, "reference": view.reference},
        headline=view.title,
        reason=_("You get this because new requests of this kind come to you."),
    )


def _moved(view: VisibleRequest, name: str) -> _Said:
    return _Said(
        template="staff_new",
        subject=_("%(status)s: %(title)s (%(reference)s)")
        % {"status": view.status.name, "title": view.title, "reference": view.reference},
        headline=view.status.name,
        reason=_("You get this because this status is for you to know."),
    )


def _assigned(view: VisibleRequest, name: str) -> _Said:
    return _Said(
        template="staff_assigned",
        subject=_("Yours now: %(title)s (%(reference)s)") % {"title": view.title, "reference": view.reference},
        headline=_("%(name)s gave you a request") % {"name": name},
        reason=_("You get this because the request was given to you."),
    )


def _replied(view: VisibleRequest, name: str) -> _Said:
    return _Said(
        template="staff_replied",
        subject=_("%(name)s answered: %(title)s (%(reference)s)")
        % {"name": name, "title": view.title, "reference": view.reference},
        headline=_("%(name)s answered") % {"name": name},
        reason=_("You get this because the request is with you or your team."),
        quotes=True,
    )


def _noted(view: VisibleRequest, name: str) -> _Said:
    return _Said(
        template="staff_replied",
        subject=_("Note by %(name)s: %(title)s (%(reference)s)")
        % {"name": name, "title": view.title, "reference": view.reference},
        headline=_("%(name)s left a note for staff") % {"name": name},
        reason=_("You get this because the request is with you or your team."),
        quotes=True,
    )


def _changed(view: VisibleRequest, name: str) -> _Said:
    return _Said(
        template="staff_assigned",
        subject=_("%(name)s made a change: %(title)s (%(reference)s)")
        % {"name": name, "title": view.title, "reference": view.reference},
        headline=_("%(name)s made a change") % {"name": name},
        reason=_("You get this because the request is with you or your team."),
    )


_SAYINGS: dict[str, Callable[[VisibleRequest, str], _Said]] = {
    "created": _created,
    "moved": _moved,
    "assigned": _assigned,
    "replied": _replied,
    "noted": _noted,
    "changed": _changed,
}
