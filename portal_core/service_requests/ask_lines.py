"""How the history tells of what was asked: done, approved, declined, run out, reminded of."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal_core.config.compiled import CompiledPortal, CompiledType
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.service_requests.viewer import Viewer


@dataclass(frozen=True)
class AskLine:
    """One entry about an ask.

    SECURITY: the words of an ask name no fields (publish check), so they may stay for ever.
    """

    row: HistoryEntry
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
        if self.row.kind not in (Kind.ANSWERED, Kind.APPROVED, Kind.DECLINED):
            return ""
        who = _("You") if is_mine else name
        words = {"who": who, "asked": asked}
        if self.row.side == Side.STAFF:
            return self._on_behalf(words)
        if self.row.kind == Kind.APPROVED:
            return _("%(who)s approved: %(asked)s") % words
        if self.row.kind == Kind.DECLINED:
            return _("%(who)s declined: %(asked)s") % words
        return _("%(who)s did this: %(asked)s") % words

    def _on_behalf(self, words: dict[str, str]) -> str:
        if self.row.kind == Kind.APPROVED:
            return _("%(who)s wrote down the approval: %(asked)s") % words
        if self.row.kind == Kind.DECLINED:
            return _("%(who)s wrote down that this was declined: %(asked)s") % words
        return _("%(who)s wrote this down for the customer: %(asked)s") % words

    def _asked(self) -> str:
        status = self.type.flow.status_or_unknown(str(self.row.data.get("status", "")))
        ask = next((ask for ask in status.asks if ask.key == self.row.data.get("ask")), None)
        words = self.portal.text(ask.label, self.viewer.language) if ask is not None else ""
        return words or self.portal.text(status.customer_name, self.viewer.language)
