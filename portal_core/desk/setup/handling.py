"""Who handles the requests of a type, and how pressing they are: `/desk/setup/types/KEY/handling/`.

Rules stand in an order and have no keys of their own: forms carry a mark of what a rule was, so that nobody changes
another one than they saw.
"""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.desk.setup.frame import offered_of, setup_page
from portal_core.desk.setup.handling_controls import TypeRules, course_controls, rule_controls
from portal_core.desk.setup.handling_words import RuleLine, rest_words, rule_lines
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.saving import (
    Keyless,
    answer_keyless,
    answer_sheet,
    do_edit,
    mark_to_show,
    part_answer,
    posted,
)
from portal_core.desk.setup.sheet import Sheet
from portal_core.desk.setup.types import type_head


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest, type_key: str) -> HttpResponse:
    """The rules in their order; POST saves where requests begin and what they count as."""
    rules = TypeRules.of(current(), type_key)
    sheet = Sheet(course_controls(rules), rules.draft, rules.base, rules.name, posted(request))
    return answer_sheet(request, sheet, rules.href(), lambda again, status: _page(request, rules, again, status))


def _page(request: PersonRequest, rules: TypeRules, sheet: Sheet, status: int) -> HttpResponse:
    context = {
        "sheet": sheet,
        "form": sheet,
        "lines": rule_lines(rules),
        "rest": rest_words(rules),
        "flows": offered_of(rules.draft, "flows", but=rules.flow_key),
        "has_requests": rules.has_requests,
        **type_head(rules.draft, rules.key, "handling"),
    }
    parts = (f"types.{rules.key}",)
    return setup_page(request, "setup/type_handling.html", rules.draft, context, parts=parts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def add(request: PersonRequest, type_key: str) -> HttpResponse:
    """`handling/add/`: one more rule."""
    rules = TypeRules.of(current(), type_key)
    data = posted(request)
    sheet = _sheet(rules, len(rules.rules), data)
    if data is None or not sheet.is_valid():
        return _rule_page(request, rules, None, sheet, 200 if data is None else 400)
    made = sheet.composed()
    title = f"{rules.name}: one more rule of who handles it"
    listed: list[JsonValue] = [*rules.with_rule(made)]
    if sheet.errors or not sheet.save_new(request.actor, Set((*rules.base, "assign"), listed), title):
        return _rule_page(request, rules, None, sheet, 400)
    return HttpResponseRedirect(rules.href())


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def rule(request: PersonRequest, type_key: str, position: int) -> HttpResponse:
    """`handling/NUMBER/`: one rule."""
    rules = TypeRules.of(current(), type_key)
    if position >= len(rules.rules):
        raise Http404
    sheet = _sheet(rules, position, posted(request))
    edited = Keyless(rule_lines(rules)[position].mark, "rules", rules.href())
    return answer_keyless(request, sheet, edited, lambda code: _rule_page(request, rules, position, sheet, code))


def _sheet(rules: TypeRules, position: int, data: QueryDict | None) -> Sheet:
    """The form over one rule; over the one behind the last for a new one."""
    now = rules.rules[position] if position < len(rules.rules) else {}
    path = (*rules.base, "assign", str(position))
    return Sheet(rule_controls(rules, now), rules.draft, path, f"{rules.name}, who handles it", data)


def _rule_page(
    request: PersonRequest, rules: TypeRules, position: int | None, sheet: Sheet, status: int
) -> HttpResponse:
    line: RuleLine | None = None if position is None else rule_lines(rules)[position]
    mark = mark_to_show(request, "" if line is None else line.mark)
    context = {"rules": rules, "line": line, "mark": mark, "sheet": sheet, "form": sheet, "back_href": rules.href()}
    parts = (f"types.{rules.key}",)
    return setup_page(request, "setup/type_rule.html", rules.draft, context, parts=parts, status=status)


@require_POST
@staff_page("manage_setup")
def order(request: PersonRequest, type_key: str) -> HttpResponse:
    """Another place for one rule (`key` is its mark, `to`)."""
    rules = TypeRules.of(current(), type_key)
    marks = [line.mark for line in rule_lines(rules)]
    by_mark = dict(zip(marks, rules.rules, strict=True))
    keys = moved(marks, request.POST.get("key", ""), request.POST.get("to", ""))
    return _save(request, rules, [by_mark[key] for key in keys], f"{rules.name}: order of the rules of who handles it")


@require_POST
@staff_page("manage_setup")
def remove(request: PersonRequest, type_key: str) -> HttpResponse:
    """Takes one rule out (`key` is its mark)."""
    rules = TypeRules.of(current(), type_key)
    key = request.POST.get("key", "")
    lines = rule_lines(rules)
    if key not in [line.mark for line in lines]:
        messages.error(request, "The rules were changed meanwhile. Look at them again.")
        return _rules_part(request, type_key) if request.htmx else HttpResponseRedirect(rules.href())
    kept = [item for line, item in zip(lines, rules.rules, strict=True) if line.mark != key]
    answer = _save(request, rules, kept, f"{rules.name}: a rule of who handles it is taken out")
    return _rules_part(request, type_key) if request.htmx else answer


def _rules_part(request: PersonRequest, type_key: str) -> HttpResponse:
    """The rules as they are now, for the page's script."""
    rules = TypeRules.of(current(), type_key)
    context = {"type_key": type_key, "lines": rule_lines(rules), "rest": rest_words(rules)}
    return part_answer(request, "setup/_type_rules.html", context)


def _save(request: PersonRequest, rules: TypeRules, kept: Sequence[dict[str, JsonValue]], title: str) -> HttpResponse:
    listed: list[JsonValue] = [*kept]
    operation = Set((*rules.base, "assign"), listed or None)
    return do_edit(
        request,
        rules.href(),
        lambda: edit(actor=request.actor, operations=[operation], title=title, expected_revision=rules.draft.revision),
    )


@require_POST
@staff_page("manage_setup")
def change_flow(request: PersonRequest, type_key: str) -> HttpResponse:
    """Other statuses (`flow`) for a type that nobody has asked for yet: requests never change theirs."""
    rules = TypeRules.of(current(), type_key)
    flow = rules.draft.item("flows", request.POST.get("flow", ""))
    if flow is None or flow.get("retired"):
        return HttpResponseRedirect(rules.href())
    if rules.has_requests:
        messages.error(
            request,
            "There are requests of this type, which stay in the statuses they began in. Add a copy of the type, give "
            "that one the other statuses, and take this one out.",
        )
        return HttpResponseRedirect(rules.href())
    title = f"{rules.name} goes through other statuses"
    operations = rules.moved_to(flow)
    return do_edit(
        request,
        rules.href(),
        lambda: edit(actor=request.actor, operations=operations, title=title, expected_revision=rules.draft.revision),
        f"{title}.",
    )
