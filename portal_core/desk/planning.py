"""The plan panel: for which day a request is planned, and the very mail that its customer gets of it."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.config.kinds.date import parse_day
from portal_core.desk.delivery import delivery_words, untold_words
from portal_core.desk.moving import Words, posted_words
from portal_core.notifications.compose_plan import plan_preview
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import to_text
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer


@dataclass(frozen=True)
class PlanPanel:
    """What is typed, what it means, and the mail that would go; `mail` is None where nobody is told of this."""

    typed: str
    day: date | None
    mail: ComposedMail | None
    words: Words
    tells: bool
    delivery: str = ""
    # As of a move: why there is never a mail.
    untold: str = ""
    # No day any more was asked for, by its own button.
    clears: bool = False

    @property
    def is_understood(self) -> bool:
        """Whether what was typed is a day (or nothing)."""
        return self.day is not None or not self.typed

    def was_shown(self, data: QueryDict) -> bool:
        """Whether the page that was sent had shown just these words, or nobody is told."""
        return not self.tells or self.mail is None or posted_words(data, "shown_") == self.words


def plan_panel(row: ServiceRequest, asked: QueryDict, *, portal: CompiledPortal, viewer: Viewer) -> PlanPanel:
    """The panel for what the address or the form asks for; as the request is planned now where it asks for nothing."""
    clears = "clear" in asked
    stands = row.planned_for.isoformat() if row.planned_for else ""
    typed = "" if clears else asked.get("day", stands).replace("\x00", "").strip()[:40]
    day = parse_day(typed) if typed else None
    mail = None
    # What stands nowhere has no mail.
    if row.closed_at is None and (day is not None or not typed) and portal.knows(row.type_key, row.status_key):
        mail = plan_preview(row, day, portal=portal, shown_to=viewer.role)
    return PlanPanel(
        typed=typed,
        day=day,
        mail=mail,
        words=Words(mail.subject, to_text(mail.body_markdown)) if mail else Words("", ""),
        tells=asked.get("tell", "yes") == "yes",
        delivery=delivery_words(row.customer, mail.kind, mail.way) if mail else "",
        untold=untold_words(row),
        clears=clears,
    )
