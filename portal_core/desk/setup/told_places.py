"""What an address of the table of notifications names: a flow, and in it a cell or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse
from pydantic import JsonValue

from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft
from portal_core.desk.setup.frame import name_of
from portal_core.desk.setup.told import EVENTS, READERS, can_be_told, rules_in


@dataclass(frozen=True)
class Place:
    """What an address names: a flow, and in it a cell or none."""

    draft: Draft
    flow: Mapping[str, JsonValue]
    at: str = ""
    event: str = ""
    who: str = ""

    @classmethod
    def of(cls, draft: Draft, query: QueryDict) -> "Place":
        """Raises `Http404`."""
        heads = [head for head in draft.heads("flows") if not head.get("retired")]
        wanted = query.get("flow") or (str(heads[0]["key"]) if heads else "")
        flow = draft.item("flows", wanted)
        place = cls(draft, flow or {}, query.get("at", ""), query.get("event", ""), query.get("who", ""))
        is_known = not wanted or flow is not None
        if not is_known or not place.is_real:
            raise Http404
        return place

    @property
    def is_real(self) -> bool:
        """Whether there is such a cell."""
        if not (self.at or self.event or self.who):
            return True
        if self.who not in dict(READERS):
            return False
        if self.event:
            return self.event in dict(EVENTS) and can_be_told(self.event, self.who)
        return any(status["key"] == self.at for status in self.statuses)

    @property
    def statuses(self) -> list[dict[str, JsonValue]]:
        """Those in use, in order."""
        return [status for status in rules_in(self.flow.get("statuses")) if not status.get("retired")]

    @property
    def is_customers_turn(self) -> bool:
        """Whether customers are to do something in the status."""
        return any(status["key"] == self.at and status.get("turn") == "customer" for status in self.statuses)

    @property
    def key(self) -> str:
        """The flow's."""
        return str(self.flow.get("key", ""))

    @property
    def flow_name(self) -> str:
        """What the flow is called."""
        return name_of(self.flow, self.draft)

    @property
    def base(self) -> Path:
        """The path of the status."""
        return ("flows", self.key, "statuses", self.at)

    @property
    def rules_path(self) -> Path:
        """Where the rules of the cell stand: of a status, or of all that happens otherwise."""
        return ("notifications",) if self.event else (*self.base, "notify")

    def href(self, **cell: str) -> str:
        """The address of a cell of the same flow."""
        return f"{reverse('desk:setup_notifications')}?{urlencode({'flow': self.key, **cell})}"

    @property
    def here(self) -> str:
        """The address of this cell."""
        return self.href(**self._cell)

    @property
    def order_href(self) -> str:
        """Where its rules get another order."""
        return f"{reverse('desk:setup_told_order')}?{urlencode({'flow': self.key, **self._cell})}"

    @property
    def _cell(self) -> dict[str, str]:
        named = {"at": self.at, "event": self.event, "who": self.who}
        return {name: value for name, value in named.items() if value}

    @property
    def reader(self) -> str:
        """Who is told."""
        return dict(READERS).get(self.who, "")

    @property
    def name(self) -> str:
        """What it is about."""
        if self.event:
            return dict(EVENTS)[self.event]
        return next((name_of(status, self.draft) for status in self.statuses if status["key"] == self.at), "")
