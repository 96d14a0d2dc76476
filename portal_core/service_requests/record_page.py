"""What the page of a saved record shows of its past, at the desk and in the portal: how much, the address says."""

from django.http import QueryDict

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.saved_records.history import lines_of
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.record_files import FilesPart
from portal_core.service_requests.service_history import Part, history_of
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid
from tenants.ui.paging import page_number, pager_by_number


# `object`: parts of a template's context.
def past_of(
    record: SavedRecord, asked: QueryDict, *, actor: Actor, viewer: Viewer, portal: CompiledPortal
) -> dict[str, object]:
    """Requests (`?page=2`), their files (`?files=all`, `&before=ID`) and changes (`?changes=all`) for the template."""
    page = page_number(asked)
    part = Part(page, FilesPart(asked.get("files") == "all", parse_uuid(asked.get("before", ""))))
    history = history_of(record, actor, viewer, portal=portal, part=part)
    lines, has_more_lines = lines_of(record, viewer, portal=portal, everything=asked.get("changes") == "all")
    return {
        "history": history,
        "page": page,
        "pager": pager_by_number(asked, page, has_more=history.has_more),
        "lines": lines,
        "has_more_lines": has_more_lines,
        "show_changes": asked.get("changes") == "all",
    }
