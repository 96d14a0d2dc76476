"""How the history tells of what was asked: done, approved, declined, run out, reminded of."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.documents.kinds import kind_of
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.service_requests.document_line import sees_document_line
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer

# For the reader who did it and for everybody else: in German the verb differs, so each is a sentence of its own.
_OWN: Final = {
    Kind.ANSWERED: (gettext_lazy("You did this: %(asked)s"), gettext_lazy("%(name)s did this: %(asked)s")),
    Kind.APPROVED: (gettext_lazy("You approved: %(asked)s"), gettext_lazy("%(name)s approved: %(asked)s")),
    Kind.DECLINED: (gettext_lazy("You declined: %(asked)s"), gettext_lazy("%(name)s declined: %(asked)s")),
}
_ON_BEHALF: Final = {
    Kind.ANSWERED: (
        gettext_lazy("You wrote this down for the customer: %(asked)s"),
        gettext_lazy("%(name)s wrote this down for the customer: %(asked)s"),
    ),
    Kind.APPROVED: (
        gettext_lazy("You wrote down the approval: %(asked)s"),
        gettext_lazy("%(name)s wrote down the approval: %(asked)s"),
    ),
    Kind.DECLINED: (
        gettext_lazy("You wrote down that this was declined: %(asked)s"),
        gettext_lazy("%(name)s wrote down that this was declined: %(asked)s"),
    ),
}


@dataclass(frozen=True)
class AskLine:
    """One entry about an ask.

    SECURITY: the words of an ask name no fields (publish check), so they may stay for ever.
    """

    row: HistoryEntry
    request: ServiceRequest
    type: CompiledType
    portal: CompiledPortal
    viewer: Viewer

    def title(self, *, is_mine: bool, name: str) -> str:
        """The sentence of the entry; "" for an entry about something else."""
        asked = self._asked()
        if self.row.kind == Kind.LAPSED:
            return _("The time to answer is over: %(asked)s") % {"asked": asked}
        if self.row.kind == Kind.REMINDED:
            return _("The customer was reminded by e-mail")
        if self.row.kind not in _OWN:
            return ""
        said = _ON_BEHALF if self.row.side == Side.STAFF else _OWN
        mine, theirs = said[Kind(self.row.kind)]
        return str(mine if is_mine else theirs) % {"name": name, "asked": asked}

    def _asked(self) -> str:
        status = self.type.flow.status_or_unknown(str(self.row.data.get("status", "")))
        ask = next((ask for ask in status.asks if ask.key == self.row.data.get("ask")), None)
        words = self.portal.text(ask.label, self.viewer.language) if ask is not None else ""
        row = self.row
        if not words and "kind" in row.data and sees_document_line(row, self.request, self.viewer, self.portal):
            kind = kind_of(self.portal, str(row.data["kind"]))
            words = self.portal.text(kind.name, self.viewer.language) if kind is not None else ""
        return words or self.portal.text(status.customer_name, self.viewer.language)
