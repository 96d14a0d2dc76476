"""What history tells of documents: who reads it, and in which words."""

from django.utils.translation import gettext as _

from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.kinds import kind_of
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.withholding_papers import is_told_of


def sees_document_line(row: HistoryEntry, request: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> bool:
    """SECURITY: what happened to a document is told only to those who see documents of its kind; to customers not from
    before the kind was shown to them, where that was kept hidden."""
    if "kind" not in row.data:
        return True
    if not is_told_of(request, str(row.data["kind"]), row.at, viewer):
        return False
    kind = kind_of(portal, str(row.data["kind"]))
    roles = [viewer.role] if viewer.shown_to is None else [viewer.role, viewer.shown_to]
    return all(kind_visibility(kind, role) >= Visibility.SEE for role in roles)


def document_title(row: HistoryEntry, viewer: Viewer, portal: CompiledPortal) -> str:
    """The sentence of the line, in the language in force."""
    kind = kind_of(portal, str(row.data.get("kind", "")))
    kind_name = portal.text(kind.name, viewer.language) if kind else _("Document")
    words = {"document": row.data.get("title") or kind_name, "file": row.data.get("file", "")}
    what = str(row.data.get("what"))
    if what == "infected" and not viewer.is_staff:
        return (
            _("“%(file)s” contained harmful software and was not kept. Check your device and send another copy.")
            % words
        )
    return {
        "added": _("“%(document)s” is on file"),
        "shared": _("“%(document)s” is shared"),
        "approved": _("“%(document)s” is approved"),
        "sent_back": _("“%(document)s” was sent back"),
        "asked": _("“%(document)s” is asked for"),
        "withdrawn": _("“%(document)s” is no longer asked for"),
        "expiring": _("“%(document)s” runs out soon"),
        "dated": _("“%(document)s” has another date"),
        "infected": _("“%(file)s” contained harmful software and was not kept"),
    }.get(what, "%(document)s") % words
