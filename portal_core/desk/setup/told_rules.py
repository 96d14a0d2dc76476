"""Who is told of an event under a condition: `/desk/setup/notifications/rules/`.

These rules come before what the table says. Once an event has one, what the table says of it is written down in full,
so that nothing of it changes with the rule.
"""

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.values import in_use, items_of
from portal_core.desk.setup import told
from portal_core.desk.setup.composing import When
from portal_core.desk.setup.controls import Control, Pick
from portal_core.desk.setup.flows.wording import mark_of
from portal_core.desk.setup.frame import name_of, setup_page, words
from portal_core.desk.setup.saving import Keyless, answer_keyless, do_edit, mark_to_show, posted
from portal_core.desk.setup.sentences import Asked, askable, in_short, status_asked
from portal_core.desk.setup.sheet import Sheet
from portal_core.desk.setup.told_places import Place

_PART: Final = "notifications"
_FIRST: Final = "By the table nobody is told of this: choose “In the portal only” there first."


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A rule under a condition: what it is, how it reads."""

    mark: str
    words: str


def asked_anywhere(draft: Draft) -> list[Asked]:
    """What rules of any request may be about: the questions of all types, each once, and the status."""
    found: dict[tuple[str, str], Asked] = {}
    for item in draft.items("types"):
        for one in askable(in_use(item.get("fields")), lambda text: words(text, draft)):
            other = found.get((one.key, one.kind), one)
            answers = dict([*other.answers, *one.answers])
            found[one.key, one.kind] = Asked(one.key, one.kind, other.label, list(answers.items()))
    statuses = [
        (str(status["key"]), name_of(status, draft))
        for flow in draft.items("flows")
        for status in in_use(flow.get("statuses"))
    ]
    once = {one.key: one for one in reversed(found.values())}
    return [*reversed(once.values()), *status_asked(statuses)]


def rule_words(rule: told.Rule, asked: list[Asked]) -> str:
    """How a rule reads: “In the daily mail, when Priority is High”."""
    how = "Nobody is told" if rule.get("who") == "nobody" else dict(told.WHEN)[told.when_of(rule)]
    return f"{how}, when {in_short(rule['if'], asked)}"


def _controls(draft: Draft, who: str) -> list[Control]:
    controls: list[Control] = [
        When(name="if", path=("if",), label="It holds", asked=asked_anywhere(draft), required=True)
    ]
    if who != "nobody":
        # All but “Not at all”: one rule cannot say that of one reader.
        ways = told.WHEN[:-1]
        controls.append(Pick(name="when", path=("when",), label="They are told", choices=ways, default="now"))
    return controls


def _sheet(place: Place, who: str, position: int, data: QueryDict | None) -> Sheet:
    title = f"Notifications, {place.name} to {place.reader.lower()}, under a condition"
    return Sheet(_controls(place.draft, who), place.draft, (_PART, str(position)), title, data)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def add(request: PersonRequest, event: str, reader: str) -> HttpResponse:
    """`rules/EVENT/READER/add/`: one more."""
    place = Place(current(), {}, event=event, who=reader)
    if not place.is_real:
        raise Http404
    rules = told.rules_in(place.draft.part(_PART))
    sheet = _sheet(place, reader, len(rules), posted(request))
    if not sheet.is_bound:
        return _page(request, place, sheet, 200)
    made = sheet.composed() if sheet.is_valid() else {}
    new: told.Rule = {"event": event, "who": reader, **made}
    if new in rules:
        # The form was sent twice.
        return HttpResponseRedirect(f"{place.here}#cell")
    written = told.with_condition(rules, new) if made else []
    if not written and not sheet.errors:
        sheet.add_error(None, _FIRST)
    title = _title(place, "one more rule under a condition")
    if sheet.errors or not sheet.save_new(request.actor, Set((_PART,), written), title):
        return _page(request, place, sheet, 400)
    return HttpResponseRedirect(f"{place.here}#cell")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def rule(request: PersonRequest, position: int) -> HttpResponse:
    """`rules/NUMBER/`: one rule; `?who=` is the reader from whom one came."""
    draft = current()
    found = _rule(draft, position)
    place = _place(draft, found, request)
    sheet = _sheet(place, str(found["who"]), position, posted(request))
    edited = Keyless(mark_of(found), "rules", f"{place.here}#cell")
    line = ToldLine(mark_to_show(request, mark_of(found)), rule_words(found, asked_anywhere(draft)))
    return answer_keyless(request, sheet, edited, lambda code: _page(request, place, sheet, code, line))


@require_POST
@staff_page("manage_setup")
def remove(request: PersonRequest, position: int) -> HttpResponse:
    """Takes one rule out (`mark` says what it was)."""
    draft = current()
    found = _rule(draft, position)
    place = _place(draft, found, request)
    if not Keyless(mark_of(found), "rules", "").is_meant(request):
        return HttpResponseRedirect(f"{place.here}#cell")
    rules = told.rules_in(draft.part(_PART))
    kept = [*rules[:position], *rules[position + 1 :]]
    wanted = told.of_event(rules, place.event)
    written = told.rules_for(kept, place.event, wanted)
    is_same = told.of_event(told.rules_in(written), place.event) == wanted
    left: list[JsonValue] = written if is_same else [*kept]
    title, revision = _title(place, "a rule under a condition is taken out"), place.draft.revision
    operations = [Set((_PART,), left or None)]
    return do_edit(
        request,
        f"{place.here}#cell",
        lambda: edit(actor=request.actor, operations=operations, title=title, expected_revision=revision),
    )


def _title(place: Place, what: str) -> str:
    return f"Notifications, {place.name} to {place.reader.lower()}: {what}"


def _rule(draft: Draft, position: int) -> told.Rule:
    rules = items_of(draft.part(_PART))
    if position >= len(rules) or "if" not in rules[position]:
        raise Http404
    return rules[position]


def _place(draft: Draft, rule: told.Rule, request: PersonRequest) -> Place:
    """The cell that a rule belongs to: its own reader's; what nobody is told, stands with each."""
    own = str(rule["who"])
    asked = (request.POST if request.method == "POST" else request.GET).get("who", "")
    event = str(rule["event"])
    readers = [who for who, _ in told.READERS if told.can_be_told(event, who)]
    who = own if own in readers else asked if asked in readers else readers[-1]
    return Place(draft, {}, event=event, who=who)


def _page(request: PersonRequest, place: Place, sheet: Sheet, code: int, line: ToldLine | None = None) -> HttpResponse:
    context = {"place": place, "line": line, "sheet": sheet, "form": sheet, "back_href": f"{place.here}#cell"}
    return setup_page(request, "setup/told_rule.html", place.draft, context, parts=(_PART,), status=code)
