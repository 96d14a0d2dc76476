"""How the files on a request's page stand: sent back and why, replaced by what, being checked, or harmful.

An answer goes on naming a file that staff have sent back or that a newer one has replaced: the history is what it was.
Wherever such a file is shown, it says so, lest it look as if it were good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.config.kinds.shown import Link
from portal_core.config.viewer import Viewer
from portal_core.documents.models import Document, DocumentState, FileState
from portal_core.documents.shown import ShownFile
from portal_core.documents.visible import VisibleDocument
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.visible_parts import VisibleField


@dataclass(frozen=True)
class Mark:
    """What is said beside a file, and its tone ("bad", or "" for what is over)."""

    words: str
    tone: str = ""
    # Said of all files of a document but the last: the reason stands once.
    short: str = ""


Marks: TypeAlias = Mapping[str, Mark]


def marks_of(rows: Iterable[Document], shown: Iterable[VisibleDocument], here: ServiceRequest, viewer: Viewer) -> Marks:
    """By file: what became of the documents that the reader sees; nothing for those that stand."""
    seen = {document.id for document in shown}
    with override(viewer.speech):
        found = [(row, _mark(row, here, viewer)) for row in rows if row.pk in seen]
    return {str(file["id"]): mark for row, mark in found if mark is not None for file in row.files}


def _mark(row: Document, here: ServiceRequest, viewer: Viewer) -> Mark | None:
    if row.state == DocumentState.SENT_BACK:
        return Mark(_("Sent back: %(reason)s") % {"reason": row.note}, "bad", _("Sent back"))
    if row.state == DocumentState.WITHDRAWN:
        return Mark(_("Sent back, and no longer asked for"))
    if row.state == DocumentState.REPLACED:
        names = _names_of_newer(row, here, viewer)
        return Mark(_("Replaced by %(file)s") % {"file": names} if names else _("A newer one is on file"))
    return None


def _names_of_newer(row: Document, here: ServiceRequest, viewer: Viewer) -> str:
    """SECURITY: a colleague reads no name of a file that came in with a request beyond their reach."""
    newer = row.replaced_by
    if newer is None or newer.state == DocumentState.GONE:
        return ""
    is_near = newer.request_id in (None, here.pk) or (viewer.is_staff and viewer.role.reaches_all)
    is_near = is_near or (not viewer.is_staff and newer.is_shared)
    return ", ".join(str(file["name"]) for file in newer.files) if is_near else ""


def marked(files: tuple[ShownFile, ...], marks: Marks, states: Mapping[str, str]) -> tuple[ShownFile, ...]:
    """The files with what is said beside each, and what the scanner has found."""
    found = [marks.get(file.id) for file in files]
    return tuple(
        _marked(file, mark, states.get(file.id, file.state), is_last=mark != after)
        for file, mark, after in zip(files, found, (*found[1:], None), strict=False)
    )


def _marked(file: ShownFile, mark: Mark | None, state: str, *, is_last: bool) -> ShownFile:
    known = file if state == file.state else replace(file, state=state)
    if mark is None:
        return known
    return replace(known, remark=mark.words if is_last else mark.short or mark.words, tone=mark.tone)


def marked_field(field: VisibleField, marks: Marks, states: Mapping[str, str]) -> VisibleField:
    """An answer whose files, and the links to them, say how they stand."""
    files = marked(field.files, marks, states)
    if files == field.files:
        return field
    said = {file.href: file for file in files}
    links = tuple(_marked_link(link, said.get(link.href)) for link in field.shown.links)
    return replace(field, files=files, shown=replace(field.shown, links=links))


def _marked_link(link: Link, file: ShownFile | None) -> Link:
    if file is None:
        return link
    if file.state == FileState.INFECTED:
        return replace(
            link,
            remark=file.remark or _("Harmful software was found in it; it was not kept."),
            tone="bad",
            is_gone=True,
        )
    if file.state == FileState.WAITING:
        return replace(link, remark=file.remark or _("is being checked"), tone=file.tone, is_gone=True)
    return replace(link, remark=file.remark, tone=file.tone, is_gone=file.is_gone)
