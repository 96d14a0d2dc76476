"""The move panel: where a request can go, the very mail that will go out, and whose turn it will be."""

from dataclasses import dataclass

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility
from portal_core.notifications.compose import ComposedMail, status_mail
from portal_core.notifications.markdown import to_text
from portal_core.service_requests.forms import AnswersForm, Asked, edit_form
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleMove, field_values, visible


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


def move_panel(
    row: ServiceRequest,
    *,
    portal: CompiledPortal,
    viewer: Viewer,
    to: str,
    tell: bool = True,
    reason: str = "",
    data: QueryDict | None = None,
) -> MovePanel | None:
    """The panel for moving `row` to `to` (or to the first place it can go); None when it can go nowhere."""
    shown = visible(row, viewer, portal=portal)
    if not shown.moves:
        return None
    chosen = next((move for move in shown.moves if move.to == to), shown.moves[0])
    mail = status_mail(row, status_key=chosen.to, portal=portal, reason=reason)
    subject, body = (mail.subject, to_text(mail.body_markdown)) if mail else ("", "")
    sent_subject = data.get("subject", subject) if data is not None else subject
    sent_body = data.get("body", body).replace("\r\n", "\n") if data is not None else body
    return MovePanel(
        moves=shown.moves,
        chosen=chosen,
        seen_status=row.status_key,
        mail=mail,
        mail_text=to_text(sent_body),
        tells=tell and mail is not None,
        form=_form(row, chosen, portal, viewer, data),
        reason=reason,
        subject=sent_subject,
        body=sent_body,
        is_edited=(sent_subject.strip(), sent_body.strip()) != (subject.strip(), body.strip()),
    )


def _form(
    row: ServiceRequest, chosen: VisibleMove, portal: CompiledPortal, viewer: Viewer, data: QueryDict | None
) -> AnswersForm:
    """The fields that this move needs, with what stands in them."""
    request_type = portal.type(row.type_key)
    asked = Asked(portal, viewer.role, viewer.language, row.status_key)
    values = field_values(row, viewer, portal=portal, at_least=Visibility.SEE)
    fields = [
        field
        for field in (request_type.field(key) for key in chosen.must_fill)
        if field.visibility(viewer.role, row.status_key) == Visibility.EDIT
    ]
    return edit_form(fields, asked, values, data)
