"""`/desk/setup/notifications/`: who is told what, and when. One cell is open beside the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import current
from portal_core.config.drafted import drafted_portal
from portal_core.desk.setup import told
from portal_core.desk.setup.calm import Calm, kept_calm
from portal_core.desk.setup.controls import Control
from portal_core.desk.setup.frame import name_of, setup_page, words
from portal_core.desk.setup.placing import without_braces
from portal_core.desk.setup.saving import answer_sheet
from portal_core.desk.setup.sheet import Sheet
from portal_core.desk.setup.told import EVENTS, READERS, Reminders, ToldInStatus, ToldOfEvent, can_be_told, rules_in
from portal_core.desk.setup.told_lines import conditions
from portal_core.desk.setup.told_places import Place
from portal_core.service_requests.queries import latest_of
from tenants.framing import with_frame

_SHORT: Final = {"now": "now", "daily": "daily", "never": "portal", "nobody": "–"}
_ICONS: Final = {"now": "mail", "daily": "clock", "never": "bell"}


@dataclass(frozen=True)
class Cell:
    """When one reader is told of one thing."""

    who: str
    reader: str
    when: str
    then: str
    href: str
    is_changed: bool
    is_open: bool
    has_conditions: bool

    @property
    def is_silent(self) -> bool:
        """Whether nobody is told, not even later."""
        return self.when == "nobody" and not self.then

    @property
    def icon(self) -> str:
        """The sign for it; none where nobody is told."""
        return _ICONS.get(self.when, "clock" if self.then else "")

    @property
    def text(self) -> str:
        """As the table says it."""
        if self.when == "nobody" and self.then:
            return self.then
        return _SHORT[self.when] + (f", then {self.then}" if self.then else "")


@dataclass(frozen=True)
class Row:
    """One status or event with its cells; None stands for readers whom no rule may tell."""

    key: str
    name: str
    cells: Sequence[Cell | None]

    @property
    def is_open(self) -> bool:
        """Whether one of its cells is beside the table."""
        return any(cell is not None and cell.is_open for cell in self.cells)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page. A script asks for the open row alone (`part=row`) after something was saved."""
    draft = current()
    place = Place.of(draft, request.GET)
    if request.htmx and request.GET.get("part") == "row" and place.who:
        return render(request, "setup/_told_row.html", {"row": _open_row(place), "place": place})
    if request.method != "POST":
        return _page(request, place, _sheet(place) if place.who else None, 200)
    if not place.who:
        raise Http404
    sheet = _sheet(place, request.POST)
    return answer_sheet(request, sheet, place.here, lambda again, status: _page(request, place, again, status))


def _sheet(place: Place, data: QueryDict | None = None) -> Sheet:
    title = f"Notifications, {place.name} to {place.reader.lower()}"
    if place.event:
        rules = rules_in(place.draft.part("notifications"))
        of_event = ToldOfEvent(
            name="when", path=("notifications",), label="When", event=place.event, who=place.who, rules=rules
        )
        return Sheet([of_event], place.draft, (), title, data)
    mails = [
        (str(mail["key"]), without_braces(words(mail.get("subject"), place.draft), place.draft) or "Without a subject")
        for mail in place.draft.items("messages")
    ]
    of_status = ToldInStatus(name="when", path=("notify",), label="When", who=place.who, mails=mails)
    controls: list[Control] = [of_status]
    if place.who == "customer" and place.is_customers_turn:
        hint = "While it is the customer’s turn; an empty box sends none."
        controls.append(Reminders(name="remind", path=("remind",), label="If they do nothing", help=hint))
    return Sheet(controls, place.draft, place.base, title, data)


def _page(request: PersonRequest, place: Place, sheet: Sheet | None, status: int) -> HttpResponse:
    draft = place.draft
    context = {
        "place": place,
        "flows": [(str(h["key"]), name_of(h, draft)) for h in draft.heads("flows") if not h.get("retired")],
        "readers": [name for _, name in READERS],
        "statuses": _status_rows(place),
        "events": _event_rows(place),
        "sheet": sheet,
        "form": sheet,
        "conditions": conditions(place) if sheet else [],
        "more_href": _more_href(place) if sheet else "",
        "reader": place.reader,
        "mails_href": reverse("desk:setup_messages"),
        "calm": _calm(place),
        "own_address": request.user.email,
        **(_preview(request, place) if sheet and place.at and place.who == "customer" else {}),
    }
    parts = (f"flows.{place.key}", "notifications")
    # The mail is shown in a frame.
    return with_frame(setup_page(request, "setup/notifications.html", draft, context, parts=parts, status=status))


def _calm(place: Place) -> list[Calm]:
    names = {str(status["key"]): name_of(status, place.draft) for status in place.statuses}
    cells = {key: f"{place.href(at=key, who='customer')}#cell" for key in names}
    return kept_calm(place.statuses, names, cells)


def _open_row(place: Place) -> Row:
    rows = _event_rows(place) if place.event else _status_rows(place)
    return next(row for row in rows if row.is_open)


def _status_rows(place: Place) -> list[Row]:
    rows = []
    for status in place.statuses:
        key = str(status["key"])
        live = place.draft.live_value(("flows", place.key, "statuses", key))
        before = rules_in(live.get("notify")) if isinstance(live, dict) else []
        cells = [_status_cell(place, status, before, who) for who, _ in READERS]
        rows.append(Row(key, name_of(status, place.draft), cells))
    return rows


def _status_cell(place: Place, status: Mapping[str, JsonValue], before: Sequence[told.Rule], who: str) -> Cell:
    key, rules = str(status["key"]), rules_in(status.get("notify"))
    rule = told.of_status(rules, who)
    asked = sorted({str(item.get("after_days")) for item in rules_in(status.get("remind"))}, key=int)
    then = f"day {' and '.join(asked)}" if who == "customer" and asked else ""
    return Cell(
        who=who,
        reader=dict(READERS)[who],
        when=told.when_of(rule),
        then=then,
        href=place.href(at=key, who=who),
        is_changed=[r for r in rules if r.get("who") == who] != [r for r in before if r.get("who") == who],
        is_open=(place.at, place.who) == (key, who),
        has_conditions=bool(told.conditional(rules, who)),
    )


def _event_rows(place: Place) -> list[Row]:
    now = rules_in(place.draft.part("notifications"))
    before = rules_in(place.draft.live_value(("notifications",)))
    return [
        Row(event, name, [_event_cell(place, event, who, now, before) for who, _ in READERS]) for event, name in EVENTS
    ]


def _event_cell(
    place: Place, event: str, who: str, now: Sequence[told.Rule], before: Sequence[told.Rule]
) -> Cell | None:
    if not can_be_told(event, who):
        return None
    ways, were = told.of_event(now, event), told.of_event(before, event)
    return Cell(
        who=who,
        reader=dict(READERS)[who],
        when=ways.get(who, "nobody"),
        then="",
        href=place.href(event=event, who=who),
        is_changed=ways.get(who) != were.get(who),
        is_open=(place.event, place.who) == (event, who),
        has_conditions=any(r.get("event") == event and "if" in r and r["who"] in (who, "nobody") for r in now),
    )


def _more_href(place: Place) -> str:
    """Where one more rule under a condition is made."""
    if place.event:
        return reverse("desk:setup_told_rule_add", args=[place.event, place.who])
    return f"{reverse('desk:setup_status', args=[place.key, place.at])}#notify"


def _preview(request: PersonRequest, place: Place) -> dict[str, object]:
    """The address of the mail as a real customer gets it, by "See as customer": it is logged there, and only read."""
    drafted = drafted_portal(place.draft)
    kinds = [str(head["key"]) for head in place.draft.heads("types") if head.get("flow") == place.key]
    if drafted.portal is None or not kinds:
        return {}
    row = latest_of(request.actor, kinds) if not drafted.is_changed or request.actor.may("publish") else None
    who, kind, name = ("example", kinds[0], "an example customer")
    if row is not None:
        who, kind, name = str(row.customer_id), row.type_key, row.customer.first_name
    inner = f"mail/{kind}/{place.at}/"
    version = "draft" if drafted.is_changed else "live"
    href = reverse("desk:setup_preview_page", args=[version, who, inner])
    return {"mail_href": href, "mail_to": name, "mail_of": {"version": version, "as": who, "type": kind}}
