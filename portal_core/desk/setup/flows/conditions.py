"""When a rule of a status holds: `/desk/setup/flows/FLOW/statuses/STATUS/rules/LIST/NUMBER/`.

Rules have no keys of their own, so a form carries a mark of what the rule was, as those of ways do.
"""

from typing import Final

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import current
from portal_core.config.draft.values import items_of
from portal_core.desk.setup.composing import When
from portal_core.desk.setup.flows.reading import FlowView, Item
from portal_core.desk.setup.flows.wording import mark_of, rule_words
from portal_core.desk.setup.frame import setup_page, words
from portal_core.desk.setup.saving import Keyless, answer_keyless, mark_to_show, posted
from portal_core.desk.setup.sentences import Asked, askable, in_short
from portal_core.desk.setup.sheet import Sheet

# The lists of rules, what they are called in the panel, and where a rule keeps its condition.
LISTS: Final = {
    "handler": ("Who handles it", "when"),
    "if_late": ("If it takes longer", "when"),
    "notify": ("When a request arrives here", "if"),
    "remind": ("Reminders", "when"),
}


def asked_in(flow: FlowView) -> list[Asked]:
    """The questions that a condition of this flow may be about: those that every type asks."""
    return askable(flow.fields, lambda text: words(text, flow.draft))


def condition_words(flow: FlowView, part: str, rule: Item) -> str:
    """The condition of a rule, read aloud; "" for none."""
    return in_short(rule.get(LISTS[part][1]), asked_in(flow))


def rule_href(flow: FlowView, status_key: str, part: str, position: int) -> str:
    """The address of one rule's condition."""
    return reverse("desk:setup_rule", args=[flow.key, status_key, part, position])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest, flow_key: str, status_key: str, part_key: str, position: int) -> HttpResponse:
    """The page."""
    flow = FlowView.of(current(), flow_key)
    rule = _rule(flow, status_key, part_key, position)
    sheet = _sheet(flow, status_key, part_key, position, posted(request))
    back = f"{reverse('desk:setup_status', args=[flow_key, status_key])}#{part_key.replace('_', '-')}"

    def page(code: int) -> HttpResponse:
        context = {
            "flow": flow,
            "title": LISTS[part_key][0],
            "status_name": flow.status_name(status_key),
            "rule": rule_words(flow, part_key, rule),
            "when": condition_words(flow, part_key, rule),
            "mark": mark_to_show(request, mark_of(rule)),
            "sheet": sheet,
            "form": sheet,
            "action": rule_href(flow, status_key, part_key, position),
            "back_href": back,
        }
        return setup_page(request, "setup/flow_rule.html", flow.draft, context, parts=(flow.part,), status=code)

    return answer_keyless(request, sheet, Keyless(mark_of(rule), "rules", back), page)


def _rule(flow: FlowView, status_key: str, part: str, position: int) -> Item:
    rules: list[dict[str, JsonValue]] = items_of(flow.status(status_key).get(part)) if part in LISTS else []
    if position >= len(rules):
        raise Http404
    return rules[position]


def _sheet(flow: FlowView, status_key: str, part: str, position: int, data: QueryDict | None) -> Sheet:
    title, key = LISTS[part]
    control = When(name="when", path=(key,), label="It holds", asked=asked_in(flow))
    name = f"{flow.name}, {flow.status_name(status_key)}, {title}"
    return Sheet([control], flow.draft, (*flow.status_path(status_key), part, str(position)), name, data)
