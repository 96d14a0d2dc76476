"""The daily mail itself: what waited, by request, in the words that would have gone at once."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal_core.accounts.locks import lock_user
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.notifications import parts
from portal_core.notifications.choices import DIGEST, is_off, takes_digest
from portal_core.notifications.compose_documents import is_paper
from portal_core.notifications.counting import count_notice
from portal_core.notifications.daily import zone_of
from portal_core.notifications.handed_over import handed_over_line
from portal_core.notifications.markdown import escape_value, quoted_html, to_html, to_text
from portal_core.notifications.models import Notice, Way
from portal_core.notifications.remake import mail_of
from portal_core.notifications.rules import may_see
from portal_core.notifications.unsubscribe import address_for
from portal_core.service_requests.guest_links import ensure_link
from portal_core.service_requests.promises import day_words
from portal_core.service_requests.viewer import Viewer
from tenants.outbox.headers import one_click
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import render_mail
from tenants.outbox.mails import OutgoingMail, queue_mail
from tenants.outbox.models import Event
from tenants.ui import dates

logger = logging.getLogger(__name__)

GROUPS_SHOWN: Final = 15
LINES_SHOWN: Final = 8
QUOTE_LENGTH: Final = 1_000
GREETING_LENGTH: Final = 160
_OF_ENTRY: Final = ("entry__actor", "entry__document__request__customer")


@dataclass(frozen=True)
class DigestLine:
    """One thing that happened; HTML is cleaned or escaped where it was made."""

    headline: str
    when: str
    body_html: str = ""
    body_text: str = ""
    quote_html: str = ""
    quote_text: str = ""


@dataclass
class DigestGroup:
    """One request with what happened to it, oldest first; `facts` say how it stands now."""

    title: str
    reference: str
    url: str
    link_label: str
    lines: list[DigestLine] = field(default_factory=list)
    facts: tuple[tuple[str, str], ...] = ()


# By request; what is about none stands together.
Groups: TypeAlias = dict[UUID | str, DigestGroup]
_QUEUE: Final = "queue"
_PAPERS: Final = "documents"


def on_digest(event: Event) -> None:
    """Collects what waits for one person and queues one mail; none when nothing is left to say.

    Everything (the marks, the mail, the person's next date) is one transaction with the event's own done mark.
    """
    if not User.objects.filter(pk=event.payload["user_id"]).exists():
        return
    user = lock_user(event.payload["user_id"])
    portal, now = live_portal(), timezone.now()
    waiting = Notice.objects.filter(user=user, way=Way.DAILY, collected_at=None)
    notices = list(waiting.select_related("user", "request__customer", "request__assignee", *_OF_ENTRY).order_by("id"))
    groups = _groups(user, notices, portal) if user.is_active and takes_digest(user) else []
    user.digest_due_at = None
    if groups:
        _queue(user, groups, portal, event)
        user.digest_day = now.astimezone(zone_of(user, portal)).date()
    user.save(update_fields=["digest_due_at", "digest_day"])
    waiting.filter(pk__in=[notice.pk for notice in notices]).update(collected_at=now)


def _groups(user: User, notices: Iterable[Notice], portal: CompiledPortal) -> list[DigestGroup]:
    """What is still new to the reader, by request; what they have read meanwhile or switched off is left out."""
    viewer = parts.reader(user, portal)
    groups: Groups = {}
    for notice in notices:
        if notice.read_at is not None or is_off(user, notice.kind):
            continue
        try:
            with transaction.atomic():
                _add(groups, notice, viewer, portal)
        except Exception as error:  # noqa: BLE001 - one that cannot be told must not hold back the others for ever.
            kind = type(error).__name__
            # Without the traceback: it may quote what people wrote.
            logger.error("notifications: notice %s is left out of a daily mail: %s", notice.pk, kind)  # noqa: TRY400 - its trace would tell of people
    return list(groups.values())


def _add(groups: Groups, notice: Notice, viewer: Viewer, portal: CompiledPortal) -> None:
    if notice.request is None and not is_paper(notice.what):
        _add_handed_over(groups, notice, viewer)
        return
    mail = mail_of(notice) if _is_theirs(notice, viewer) else None
    if mail is None:
        return
    body = _without_greeting(mail.body_markdown, notice.user)
    with override(viewer.language), timezone.override(viewer.time_zone), dates.read_later():
        when = dates.in_words(notice.at)
        quote = mail.quote if len(mail.quote) <= QUOTE_LENGTH else f"{mail.quote[: QUOTE_LENGTH - 1].rstrip()}…"
        accent = letterhead().accent_text
        line = DigestLine(
            headline=mail.headline,
            when=when,
            body_html=to_html(body, link_colour=accent),
            body_text=to_text(body),
            quote_html=quoted_html(quote),
            quote_text="\n".join(f"> {words}".rstrip() for words in quote.splitlines()),
        )
    where = notice.request_id or _PAPERS
    group = groups.get(where)
    if group is None:
        group = groups[where] = _group(notice, viewer, portal)
    group.lines.append(line)
    del group.lines[:-LINES_SHOWN]


def _is_theirs(notice: Notice, viewer: Viewer) -> bool:
    """Whether the request is (still) the reader's to know of; what changed hands since is somebody else's."""
    if notice.request is None:
        return True
    return may_see(notice.user, notice.request) if viewer.is_staff else notice.request.customer_id == notice.user_id


def _without_greeting(body: str, user: User) -> str:
    """A mail's words without a first line such as "Hello Maren,": many in one mail would greet many times."""
    first, _gap, rest = body.partition("\n\n")
    is_greeting = first.rstrip().endswith(",") and "\n" not in first and escape_value(user.first_name) in first
    return rest.lstrip() if rest and is_greeting and len(first) < GREETING_LENGTH else body


def _group(notice: Notice, viewer: Viewer, portal: CompiledPortal) -> DigestGroup:
    request = notice.request
    if request is None:
        with override(viewer.language):
            return DigestGroup(_("Your documents"), "", parts.address_of("/documents/"), _("See your documents"))
    ensure_link(request)
    view = parts.seen_by(request, viewer, portal)
    with override(viewer.language):
        if viewer.is_staff:
            due = view.status.due_at
            facts: tuple[tuple[str, str], ...] = (
                (_("Now"), view.status.name),
                (_("Who has it"), view.handler_name),
                (_("Due"), day_words(due, viewer=viewer) if due is not None else ""),
            )
        else:
            facts = ((_("Now"), view.status.name), *parts.customer_facts(view, viewer.language)[1:])
        return DigestGroup(
            title=view.title,
            reference=view.reference,
            url=view.words["link"],
            link_label=_("Open the request") if viewer.is_staff else _("See your request"),
            facts=tuple((label, value) for label, value in facts if value),
        )


def _add_handed_over(groups: Groups, notice: Notice, viewer: Viewer) -> None:
    with override(viewer.language), timezone.override(viewer.time_zone), dates.read_later():
        title, body = handed_over_line(notice.data)
        group = groups.setdefault(
            _QUEUE,
            DigestGroup(_("Your queue"), "", parts.address_of("/desk/?view=mine"), _("Open your queue")),
        )
        group.lines.append(DigestLine(title, dates.in_words(notice.at), body_text=body))


def _queue(user: User, groups: Sequence[DigestGroup], portal: CompiledPortal, event: Event) -> None:
    head, viewer = letterhead(), parts.reader(user, portal)
    with override(viewer.language):
        subject = _subject(groups, portal.name)
        context = _context(user, groups, subject, is_staff=viewer.is_staff)
    text, html = render_mail("emails/digest", context, head=head, language=viewer.language)
    queued = queue_mail(
        OutgoingMail(
            to=user.email,
            to_name=user.name,
            sender_name=head.sender_name,
            recipient_user_id=user.pk,
            subject=subject,
            text=text,
            html=html,
            headers=one_click(address_for(user.pk, DIGEST)),
        ),
        event=event,
    )
    if not viewer.is_staff:
        count_notice(queued)


def _subject(groups: Sequence[DigestGroup], business: str) -> str:
    """One request: its name and latest news. More: how many."""
    if len(groups) == 1:
        return _("%(title)s: %(news)s") % {"title": groups[0].title, "news": groups[0].lines[-1].headline}
    words = ngettext("%(portal)s: news on %(count)d request", "%(portal)s: news on %(count)d requests", len(groups))
    return words % {"portal": business, "count": len(groups)}


# `object`: a template context.
def _context(user: User, groups: Sequence[DigestGroup], subject: str, *, is_staff: bool) -> dict[str, object]:
    more = len(groups) - GROUPS_SHOWN
    words = ngettext(
        "There is news on %(count)d more request; it stands in your updates.",
        "There is news on %(count)d more requests; it stands in your updates.",
        more,
    )
    return {
        "subject": subject,
        "headline": _("What is new"),
        "preheader": ", ".join(group.title for group in groups[:3]),
        "groups": groups[:GROUPS_SHOWN],
        "more_line": words % {"count": more} if more > 0 else "",
        "button_label": _("See all updates"),
        # A guest has no list and no account; each request has its own link.
        "button_url": "" if user.is_guest else parts.address_of("/desk/updates/" if is_staff else "/updates/"),
        "reason": _("You get this once a day, and only when there is something in it."),
        "settings_url": "" if user.is_guest else parts.settings_address(),
        "unsubscribe_url": address_for(user.pk, DIGEST),
    }
