"""Answers one by one, as one reader may see them: for forms, for lines of history, for the search index.

The part of the one door (`visible.py`) that gives values instead of a whole request.
"""

import copy
from collections.abc import Collection

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.kinds.shown import NOTHING, Shown
from portal_core.config.visibility import Visibility
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.titles import title_of
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.withholding import seen_data
from tenants.ui.spreadsheet import Cell


def field_values(
    request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal, at_least: Visibility
) -> dict[str, JsonValue]:
    """The stored values that `viewer` may see (or edit), for forms and for comparing with what a page showed."""
    request_type = portal.type_or_unknown(request.type_key)
    data = seen_data(request, viewer)
    return {
        field.key: data.get(field.key)
        for field in request_type.fields
        if field.kind.is_input and viewer.visibility(field, request.status_key) >= at_least
    }


def exported_values(
    request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal, keys: Collection[str]
) -> dict[str, Cell]:
    """The answers to the fields `keys` for a table of data, as far as `viewer` sees them where the request stands."""
    request_type = portal.type_or_unknown(request.type_key)
    data = seen_data(request, viewer)
    return {
        key: field.kind.export(value, field, portal)
        for key in keys
        if (value := data.get(key)) is not None
        and (field := request_type.field_or_none(key)) is not None
        and field.kind.is_input
        and viewer.visibility(field, request.status_key) >= Visibility.SEE
    }


def without_what_is_hidden_now(
    then: ServiceRequest, now: ServiceRequest, viewer: Viewer, live: CompiledPortal
) -> ServiceRequest:
    """A request as it stood `then`, without the answers that `viewer` may not see any more.

    SECURITY: a mail may be written long after the event, and under the version of the event; what was hidden since
    (by a newer version, or because the request stands elsewhere now) leaves with neither its words nor its title.
    """
    request_type = live.type_or_unknown(then.type_key)

    def is_shown(key: str) -> bool:
        field = request_type.field_or_none(key)
        if field is None:
            return False
        return all(viewer.visibility(field, status) > Visibility.HIDDEN for status in (then.status_key, now.status_key))

    kept = copy.copy(then)
    kept.data = {key: value for key, value in seen_data(then, viewer).items() if is_shown(key)}
    return kept


def form_values(
    request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal, keys: Collection[str]
) -> dict[str, JsonValue]:
    """What a form with the fields `keys` starts from: their values as far as `viewer` sees them, and all the others.

    SECURITY: the others decide on conditions only and are never shown; a condition holds or not whoever looks.
    """
    seen = field_values(request, viewer, portal=portal, at_least=Visibility.SEE)
    deciding = {key: value for key, value in request.data.items() if key not in keys}
    return {**deciding, **{key: seen[key] for key in keys if key in seen}}


def field_text(field: CompiledField, value: JsonValue, portal: CompiledPortal, viewer: Viewer) -> str:
    """A stored value in the reader's words; nothing for no answer. Whether it may be shown is the caller's question."""
    if value is None:
        return ""
    return field.kind.display(value, field, portal, viewer.language, viewer.time_zone)


def field_shown(field: CompiledField, value: JsonValue, portal: CompiledPortal, viewer: Viewer) -> Shown:
    """A stored value as pages show it. Whether it may be shown is the caller's question."""
    if value is None:
        return NOTHING
    return field.kind.shown(value, field, portal, viewer.language, viewer.time_zone)


def title_for(request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal) -> str:
    """The title from what this reader sees now, in their language: the stored one is in the portal's, and may hold a
    field that was hidden since."""
    request_type, data = portal.type_or_unknown(request.type_key), seen_data(request, viewer)
    shown = {
        key: value
        for key in request_type.title_fields
        if (value := data.get(key)) is not None
        and (field := request_type.field_or_none(key)) is not None
        and viewer.visibility(field, request.status_key) >= Visibility.SEE
    }
    return title_of(request_type, shown, portal, viewer.language)


def texts_for_reader(request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal) -> list[str]:
    """Number, title, kind, status and answers, each as far as this reader sees it and in the reader's words: for
    finding a request by words without making a whole page of it."""
    request_type = portal.type_or_unknown(request.type_key)
    status = request_type.flow.status_or_unknown(request.status_key)
    values = field_values(request, viewer, portal=portal, at_least=Visibility.SEE)
    answers = (field_text(request_type.field(key), value, portal, viewer) for key, value in values.items())
    name = status.name if viewer.is_staff else status.customer_name
    # What goes on elsewhere does not show the status in which it was left.
    standing = [portal.text(name, viewer.language)] if request.merged_into_number is None else []
    return [
        str(request.number),
        portal.reference(request.number),
        title_for(request, viewer, portal=portal),
        portal.text(request_type.name, viewer.language),
        *standing,
        *(answer for answer in answers if answer),
    ]


def texts_for_all_staff(request: ServiceRequest, portal: CompiledPortal) -> list[str]:
    """The type and the answers in the portal's words, as far as every colleague sees them in every status.

    For the search index. SECURITY: which fields those are is decided in `config/searchable.py`, nowhere else.
    """
    request_type = portal.type_or_unknown(request.type_key)
    shared = portal.searchable(request.type_key).field_keys
    answers = [
        field.kind.display(request.data[field.key], field, portal, portal.language, portal.time_zone)
        for field in request_type.fields
        if field.key in shared and field.kind.is_input and request.data.get(field.key) is not None
    ]
    return [portal.text(request_type.name), *answers]
