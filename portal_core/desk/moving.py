"""The move panel: where a request can go, the very mail that will go out, and whose turn it will be."""

from dataclasses import dataclass

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.notifications.compose import ComposedMail, status_mail
from portal_core.notifications.markdown import to_text
from portal_core.service_requests.forms import AnswersForm
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.moving import form_of_move
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleMove, visible


@dataclass(frozen=True)
class MovePanel:
    """One chosen move, all that could be chosen, and what it leads to.

    `mail` is None when the configuration tells the customer nothing about that status.
    """

    moves: tuple[VisibleMove, ...]
    chosen: VisibleMove
    seen_status: str
    mail: ComposedMail | None
    mail_text: str
    tells: bool
    form: AnswersForm
    reason: str
    subject: str
    body: str
    is_edited: bool


@dataclass(frozen=True)
class AskedMove:
    """What the address or the sent form says about a move: where to, whether to tell, why, and the edited mail."""

    to: str = ""
    tell: bool = True
    reason: str = ""
    data: QueryDict | None = None


def move_panel(row: ServiceRequest, asked: AskedMove, *, portal: CompiledPortal, viewer: Viewer) -> MovePanel | None:
    """The panel for moving `row` as asked (or to the first place it can go); None when it can go nowhere."""
    shown = visible(row, viewer, portal=portal)
    if not shown.moves:
        return None
    chosen = next((move for move in shown.moves if move.to == asked.to), shown.moves[0])
    mail = status_mail(row, status_key=chosen.to, portal=portal, reason=asked.reason, shown_to=viewer.role)
    subject, body = (mail.subject, to_text(mail.body_markdown)) if mail else ("", "")
    sent_subject, sent_body = _edited(asked.data, subject, body)
    return MovePanel(
        moves=shown.moves,
        chosen=chosen,
        seen_status=row.status_key,
        mail=mail,
        mail_text=to_text(sent_body),
        tells=asked.tell and mail is not None,
        form=form_of_move(row, chosen, viewer, portal=portal, data=asked.data),
        reason=asked.reason,
        subject=sent_subject,
        body=sent_body,
        is_edited=(sent_subject.strip(), sent_body.strip()) != (subject.strip(), body.strip()),
    )


def _edited(data: QueryDict | None, subject: str, body: str) -> tuple[str, str]:
    """Subject and text as staff left them in the form; as composed where the form has none."""
    if data is None:
        return subject, body
    return data.get("subject") or subject, (data.get("body") or body).replace("\r\n", "\n")
