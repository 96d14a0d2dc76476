"""What mails about a request have in common, taken from what their reader may see."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config import placeholders
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.notifications.markdown import escape_value, plain_to_markdown
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.guest_links import current_link, is_stopped, path_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from portal_core.service_requests.visible_asks import VisibleAsk
from portal_core.service_requests.visible_values import without_what_is_hidden_now
from tenants.context import current
from tenants.ui import dates
from tenants.ui.directions import isolated


def reader(user: User, portal: CompiledPortal) -> Viewer:
    """The person as a reader of requests: role, language, time zone."""
    return Viewer.of(actor_for(user), portal).by_mail()


def address_of(path: str) -> str:
    """The absolute address of a page of this portal, from the domain table."""
    tenant = current()
    return tenant.url(path) if tenant is not None else path


def settings_address() -> str:
    """Where people choose which mails they get."""
    return address_of("/account/#told")


def seen_by(request: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> VisibleRequest:
    """The request as `viewer` may see it. SECURITY: the only source of what a mail says about it."""
    with dates.read_later():
        return visible(request, viewer, portal=portal, link=address_of(page_of(request, viewer)))


def is_told(request: ServiceRequest) -> bool:
    """Whether the request's customer gets mails about it: not with a closed account, nor as a guest whose link was
    stopped."""
    return request.customer.is_active and not is_stopped(request)


def page_of(request: ServiceRequest, viewer: Viewer) -> str:
    """Where the reader finds the request; a guest by the link, while there is one."""
    if viewer.is_staff:
        return f"/desk/requests/{request.number}/"
    link = current_link(request)
    return path_of(link) if link is not None else f"/requests/{request.number}/"


def seen_since(then: ServiceRequest, now: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> VisibleRequest:
    """A request as it stood at the time of an event, without what was hidden from `viewer` since."""
    return seen_by(without_what_is_hidden_now(then, now, viewer, live_portal()), viewer, portal)


def changes_markdown(line: VisibleEntry) -> str:
    """What was changed, one answer a line."""
    return "\n".join(f"**{label_of(change.label)}** {escape_value(change.after) or '–'}" for change in line.changes)


def label_of(text: str) -> str:
    """A question keeps its mark, everything else gets a colon."""
    return escape_value(text if text.endswith(("?", ":")) else f"{text}:")


def fill_markdown(template: str, words: Mapping[str, str], language: str) -> str:
    """The business's Markdown with the values put in, each escaped; those of several lines keep them."""
    with override(language):
        return placeholders.render(template, words, neutral=_("your details"), escape=_in_markdown)


def _in_markdown(value: str) -> str:
    return plain_to_markdown(isolated(value))


def fill_line(template: str, words: Mapping[str, str], language: str) -> str:
    """A subject or label with the values put in."""
    with override(language):
        return " ".join(placeholders.render(template, words, neutral=_("your details"), escape=isolated).split())


def course(view: VisibleRequest) -> tuple[str, ...]:
    """The bars of the course: "past", "now" or "ahead" for each step."""
    status = view.status
    if not status.step_number:
        return ()
    is_over = status.outcome == "done"
    return tuple(
        "past" if number < status.step_number or is_over else "now" if number == status.step_number else "ahead"
        for number in range(1, status.step_count + 1)
    )


def course_line(view: VisibleRequest, language: str) -> str:
    """The course in words."""
    status = view.status
    if not status.step_number:
        return ""
    with override(language):
        return _("Step %(number)d of %(count)d: %(name)s") % {
            "number": status.step_number,
            "count": status.step_count,
            "name": status.step_name,
        }


def asked(view: VisibleRequest, viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """What the customer is still asked for: the words of each, and what is said about it in one line."""
    return tuple((ask.title, _about(ask, viewer)) for ask in view.asks.open)


def _about(ask: VisibleAsk, viewer: Viewer) -> str:
    with override(viewer.language), timezone.override(viewer.time_zone), dates.read_later():
        until = _("Until %(day)s.") % {"day": dates.in_words(ask.last_day)} if ask.last_day else ""
        optional = "" if ask.is_required else _("If you like.")
        back = _("We cannot use the one that you sent: %(reason)s") % {"reason": ask.sent_back} if ask.sent_back else ""
    return " ".join(words for words in (back, ask.why, until, optional) if words)


def customer_facts(view: VisibleRequest, language: str) -> tuple[tuple[str, str], ...]:
    """Who has it now, what happens next, when; what is not known is left out."""
    with override(language):
        has_it = {"us": view.handler_name, "customer": _("You")}.get(view.turn, "")
        facts = (
            (_("Who has it now"), has_it),
            (_("What happens next"), view.status.next_step),
            (_("When"), view.status.expected),
        )
    return tuple((label, value) for label, value in facts if value)
