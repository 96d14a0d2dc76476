"""`file`: files of a document kind, kept as `[{"id", "name", "size", "type"}, …]`."""

from zoneinfo import ZoneInfo

from django import forms
from pydantic import JsonValue

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.document.fields import FileField
from portal_core.config.kinds.base import Asked, FieldKind
from portal_core.config.kinds.common import common_options
from portal_core.config.kinds.shown import Link, Shown
from portal_core.documents.field import FilesField, Sender
from portal_core.documents.kinds import kind_of, rules_of
from portal_core.documents.shown import shown_files
from portal_core.documents.vault import on_shelf
from tenants.ui.spreadsheet import Cell


class FileKind(FieldKind[FileField]):
    """Several files, or documents that are on file already."""

    key = "file"
    options = FileField
    operators = frozenset({"filled", "empty"})
    filters = ("filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        config = self.config(field)
        shelf = on_shelf(config.document_kind, asked)
        made = FilesField(
            rules=rules_of(kind_of(asked.portal, config.document_kind), config.max_files),
            sender=Sender(asked.person_id, asked.customer_id),
            kind_key=config.document_kind or "",
            offers=shelf.newest,
            beyond=shelf if shelf.has_more else None,
            **common_options(field, asked.portal, asked.language),
        )
        made.starts_with(asked.stored)
        return made

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return cleaned if isinstance(cleaned, list) and cleaned else None

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        return ", ".join(file.name for file in shown_files(value))

    def shown(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> Shown:
        files = shown_files(value)
        links = tuple(Link(file.name, file.href, note=file.size) for file in files)
        return Shown(text=", ".join(file.name for file in files), links=links)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        return "; ".join(file.name for file in shown_files(value))
