"""What is out of use is deleted for good, where nothing that is kept names it: types, flows, teams, roles, kinds.

Its key is not used again. Should something have come to name it by the time the version goes live (somebody sends the
form of a deleted type meanwhile), publishing keeps it as out of use, as it does with whatever a file leaves out. A role
that somebody works with by then stops publishing (`config/held_roles.py`).
"""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.queries import is_anybody_in, is_anybody_with
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Remove
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.references import ORDER, named_in
from portal_core.config.draft.values import items_of
from portal_core.config.impact import kept_document_kinds, kept_record_kinds
from portal_core.desk.setup.frame import name_of
from portal_core.desk.setup.retiring import is_retired
from portal_core.desk.setup.saving import do_edit
from portal_core.service_requests.impact import has_any, is_any


def _team_stays(key: str) -> str:
    """Publishing keeps every team as soon as there are requests: what has happened in them may name it."""
    if is_anybody_in(key):
        return "people are in it"
    return "there are requests, and what has happened in them may name it" if is_any() else ""


def _role_stays(key: str) -> str:
    """SECURITY: who has left counts, too: should they come back, they must not have a role that nobody knows."""
    return "somebody has it, or had it when they left" if is_anybody_with(key) else ""


def _documents_stay(key: str) -> str:
    return "there are documents of it" if key in kept_document_kinds() else ""


def _records_stay(key: str) -> str:
    return "customers keep some of it" if key in kept_record_kinds() else ""


# What can be deleted, the page of its list, and what may name it from outside of the document.
_LISTS: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "types": ("desk:setup", lambda key: "there are requests of it, which show its words" if has_any(key) else ""),
    "flows": ("desk:setup_flows", lambda _key: ""),
    "teams": ("desk:setup_teams", _team_stays),
    "roles": ("desk:setup_roles", _role_stays),
    "document_kinds": ("desk:setup_document_kinds", _documents_stay),
    "record_kinds": ("desk:setup_record_kinds", _records_stay),
}


@require_POST
@staff_page("manage_setup")
def delete(request: PersonRequest, collection: str, item_key: str) -> HttpResponse:
    """Takes it out of the draft altogether; says what stands against that where something does."""
    draft = current()
    item = draft.item(collection, item_key) if collection in _LISTS else None
    if item is None:
        raise Http404
    name, back = name_of(item, draft), reverse(_LISTS[collection][0])
    reason = _reason(draft, collection, item_key)
    if reason:
        messages.error(request, f"“{name}” cannot be deleted: {reason}. It stays out of use.")
        return HttpResponseRedirect(back)
    title = f"“{name}” is deleted"
    operation = Remove((collection, item_key))
    return do_edit(
        request,
        back,
        lambda: edit(actor=request.actor, operations=[operation], title=title, expected_revision=draft.revision),
        f"{title}. Until you publish, it can be taken back under “What was done”.",
    )


def _reason(draft: Draft, collection: str, key: str) -> str:
    """What names it; "" for nothing."""
    if not is_retired(draft, (collection, key)):
        return "it is in use"
    for other in ORDER:
        for item in draft.items(other):
            if (other, item["key"]) != (collection, key) and (collection, key) in named_in(item):
                return f"“{name_of(item, draft)}” names it"
    promises = items_of(draft.part("assertions"))
    promised = {("types", str(promise.get("field")).partition(".")[0]) for promise in promises}
    if (collection, key) in promised | {("roles", str(promise.get("never"))) for promise in promises}:
        return "a promise under “Who sees what” is about it"
    return _LISTS[collection][1](key)
