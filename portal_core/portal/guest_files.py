"""Addresses of files on a page that is opened by a link: each carries the link, for nobody is signed in."""

from dataclasses import replace

from portal_core.documents.shown import ShownFile
from portal_core.service_requests.pages import RequestPage
from portal_core.service_requests.visible_parts import VisibleField


def with_token(page: RequestPage, token: str) -> RequestPage:
    """The page with addresses of files that work by the link."""
    entries = tuple(replace(entry, files=_files(entry.files, token)) for entry in page.history.entries)
    fields = tuple(_field(field, token) for field in page.request.fields)
    papers = tuple(replace(document, files=_files(document.files, token)) for document in page.documents)
    asks = tuple(replace(ask, papers=_files(ask.papers, token)) for ask in page.request.asks.all)
    request = replace(page.request, fields=fields, asks=replace(page.request.asks, all=asks))
    history = replace(page.history, entries=entries)
    replaced = _files(page.replaced, token)
    return replace(page, request=request, history=history, documents=papers, replaced=replaced)


def _field(field: VisibleField, token: str) -> VisibleField:
    links = tuple(replace(link, href=_href(link.href, token)) for link in field.shown.links)
    # Answers are changed by whoever is signed in; a link to do so would lead nowhere.
    return replace(field, shown=replace(field.shown, links=links), files=_files(field.files, token), may_edit=False)


def _files(files: tuple[ShownFile, ...], token: str) -> tuple[ShownFile, ...]:
    return tuple(replace(file, href=_href(file.href, token)) for file in files)


def _href(href: str, token: str) -> str:
    return f"{href}?g={token}" if href.startswith("/files/") else href
