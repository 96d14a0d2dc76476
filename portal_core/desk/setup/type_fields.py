"""`/desk/setup/types/KEY/`: the fields of a request type, in the order in which customers fill them in."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import Draft, current
from portal_core.desk.setup.field_kinds import KINDS
from portal_core.desk.setup.frame import setup_page, words
from portal_core.desk.setup.types import type_head


@dataclass(frozen=True)
class FieldLine:
    """One line of the table."""

    key: str
    label: str
    kind: str
    icon: str
    is_required: bool
    is_retired: bool
    is_changed: bool


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest, type_key: str) -> HttpResponse:
    """The page."""
    draft = current()
    item = draft.item("types", type_key)
    if item is None:
        raise Http404
    fields = item.get("fields")
    part = f"types.{type_key}"
    changed = {path[3] for path in draft.changed_in(part) if path[2:3] == ("fields",) and len(path) > 3}
    lines = [
        _line(draft, field, changed)
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, dict)
    ]
    context = {
        "lines": [line for line in lines if not line.is_retired],
        "retired": [line for line in lines if line.is_retired],
        **type_head(draft, type_key, "fields"),
    }
    return setup_page(request, "setup/type_fields.html", draft, context, parts=(part,))


def _line(draft: Draft, field: Mapping[str, JsonValue], changed: set[str]) -> FieldLine:
    key, kind = str(field["key"]), KINDS[str(field["kind"])]
    return FieldLine(
        key,
        words(field.get("label"), draft) or key,
        kind.name,
        kind.icon,
        bool(field.get("required")),
        bool(field.get("retired")),
        key in changed,
    )
