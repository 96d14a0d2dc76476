"""The move panel: where a request can go, the words of the mail that will go out, and whose turn it will be."""

from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.desk.delivery import delivery_words, untold_words
from portal_core.notifications.compose import ComposedMail, status_mail
from portal_core.notifications.markdown import to_text
from portal_core.service_requests.actions import Move
from portal_core.service_requests.forms import AnswersForm
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.moving import form_of_move, with_answers
from portal_core.service_requests.typed_then import Lost
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from portal_core.service_requests.visible_parts import VisibleMove

_LONGEST: Final = 20_000


@dataclass(frozen=True)
class Words:
    """Subject and text of a mail, as plain text."""

    subject: str
    body: str


@dataclass(frozen=True)
class MovePanel:
    """One chosen move, all that could be chosen, and what it leads to.

    `mail` is None when the configuration tells the customer nothing about that status. `composed` are its words with
    the reason and the answers of this form in them; `words` what will go: those, or what staff wrote instead.
    """

    moves: tuple[VisibleMove, ...]
    chosen: VisibleMove
    seen_status: str
    # The version under which the page shows it.
    opened: int
    mail: ComposedMail | None
    composed: Words
    words: Words
    is_edited: bool
    tells: bool
    form: AnswersForm
    reason: str
    # How the mail goes when not at once: with the daily mail, or not at all by the customer's own choice.
    delivery: str = ""
    # Why the customer gets no mail about this request whatever happens; "" where mails go.
    untold: str = ""

    def was_shown(self, data: QueryDict) -> bool:
        """Whether the page that was sent had shown just these words (or nobody is told, or they are staff's own)."""
        return not self.tells or self.is_edited or posted_words(data, "shown_") == self.composed

    def decided(self, seen_status: str) -> Move:
        """The move as it was decided on a page that showed `seen_status`."""
        return Move(
            to=self.chosen.to,
            seen_status=seen_status,
            tell_customer=self.tells,
            reason=self.reason,
            answers=self.form.cleaned_data,
            subject=_storable(self.words.subject) if self.is_edited else None,
            body=_storable(self.words.body) if self.is_edited else None,
            checked_under=self.opened,
        )


@dataclass(frozen=True)
class AskedMove:
    """What the address or the sent form says about a move: where to, whether to tell, why, and the edited mail."""

    to: str = ""
    tell: bool = True
    reason: str = ""
    data: QueryDict | None = None


def move_panel(row: ServiceRequest, asked: AskedMove, *, portal: CompiledPortal, viewer: Viewer) -> MovePanel | None:
    """The panel for moving `row` as asked (or to the first place it can go); None when it can go nowhere."""
    moves = visible(row, viewer, portal=portal).moves
    if not moves:
        return None
    chosen = next((move for move in moves if move.to == asked.to), moves[0])
    form = form_of_move(row, chosen, viewer, portal=portal, data=asked.data)
    answers = form.cleaned_data if form.is_bound and form.is_valid() else {}
    arriving = with_answers(row, answers, portal=portal)
    mail = status_mail(arriving, status_key=chosen.to, portal=portal, reason=asked.reason, shown_to=viewer.role)
    composed = Words(mail.subject, to_text(mail.body_markdown)) if mail else Words("", "")
    words = _written(asked.data, chosen) or composed
    return MovePanel(
        moves=moves,
        chosen=chosen,
        seen_status=row.status_key,
        opened=portal.number,
        mail=mail,
        composed=composed,
        words=words,
        is_edited=words != composed,
        tells=asked.tell and mail is not None,
        form=form,
        reason=asked.reason,
        delivery=delivery_words(row.customer, mail.kind, mail.way) if mail else "",
        untold=untold_words(row),
    )


def _written(data: QueryDict | None, chosen: VisibleMove) -> Words | None:
    """What staff wrote instead of the mail that the page showed; None when they wrote nothing.

    SECURITY: words that were written for another status are never taken along to this one.
    """
    if data is None or data.get("shown_to") != chosen.to:
        return None
    posted = posted_words(data, "")
    return posted if posted != posted_words(data, "shown_") and (posted.subject or posted.body) else None


def mail_typed(data: QueryDict) -> tuple[Lost, ...]:
    """The mail of a move that could not be made, where staff had written another than the page showed."""
    if data.get("body") == data.get("shown_body"):
        return ()
    return tuple(Lost("", text) for name in ("subject", "body") if (text := _storable(data.get(name, ""))))


def _storable(text: str) -> str:
    return text.replace("\x00", "").strip()[:_LONGEST]


def posted_words(data: QueryDict, prefix: str) -> Words:
    """The words of a mail in a form: browsers send line ends as CRLF, and spaces at the ends mean nothing."""
    subject, body = (data.get(f"{prefix}{name}", "").replace("\x00", "") for name in ("subject", "body"))
    return Words(" ".join(subject.split()), body.replace("\r\n", "\n").strip())
