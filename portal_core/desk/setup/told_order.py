"""The order of the rules by which one reader is told of one thing: `/desk/setup/notifications/order/`.

Of the rules for a reader the first that holds applies. Rules for others, and those by which nobody is told, decide
nothing among these and keep their places.
"""

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.desk.setup.flows.wording import mark_of
from portal_core.desk.setup.moving import counted, moved
from portal_core.desk.setup.saving import do_edit
from portal_core.desk.setup.told import Rule, rules_in
from portal_core.desk.setup.told_places import Place


def own_places(rules: Sequence[Rule], event: str, who: str) -> list[int]:
    """Where the rules for a reader stand in a list, in their order; `event` is "" in the list of a status."""
    return [at for at, rule in enumerate(rules) if rule.get("who") == who and str(rule.get("event", "")) == event]


def marks_of(rules: Sequence[Rule], places: Sequence[int]) -> dict[int, str]:
    """A mark for each of those that hold under a condition, by place; equal ones are told apart."""
    held = [at for at in places if "if" in rules[at]]
    return dict(zip(held, counted([mark_of(rules[at]) for at in held]), strict=True))


def reordered(rules: Sequence[Rule], places: Sequence[int], wanted: Sequence[int]) -> list[JsonValue]:
    """The list with the rules at `places` in the order `wanted`, and after them what always holds."""
    always = [at for at in places if at not in wanted]
    now = dict(zip(places, [rules[at] for at in (*wanted, *always)], strict=True))
    return [now.get(at, rule) for at, rule in enumerate(rules)]


@require_POST
@staff_page("manage_setup")
def order(request: PersonRequest) -> HttpResponse:
    """Another place for one rule of a cell (`key` is its mark, `to`); the address names the cell."""
    place = Place.of(current(), request.GET)
    if not place.who:
        raise Http404
    draft, path = place.draft, place.rules_path
    rules = rules_in(draft.read(path))
    places = own_places(rules, place.event, place.who)
    marks = marks_of(rules, places)
    by_mark = {mark: at for at, mark in marks.items()}
    keys = moved([*marks.values()], request.POST.get("key", ""), request.POST.get("to", ""))
    listed = reordered(rules, places, [by_mark[key] for key in keys])
    title = f"Notifications, {place.name} to {place.reader.lower()}: order of the rules under conditions"
    return do_edit(
        request,
        f"{place.here}#cell",
        lambda: edit(
            actor=request.actor,
            operations=[Set(path, listed or None)],
            title=title,
            expected_revision=draft.revision,
        ),
    )
