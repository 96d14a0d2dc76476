"""The editor's addresses; part of the desk's."""

from django.urls import URLPattern, path

from portal_core.desk.setup import (
    catalogue,
    deleting,
    field,
    handling,
    history,
    hours,
    languages,
    live_form,
    notifications,
    others,
    portal,
    starters,
    texts,
    told_order,
    told_rules,
    type_fields,
    types,
    visibility,
)
from portal_core.desk.setup.catalogues import CATALOGUES, Catalogue
from portal_core.desk.setup.flows.urls import flow_urls


def _field_urls(start: str, prefix: str) -> list[URLPattern]:
    """The addresses of a list of fields: of a request type, or of a kind of saved record.

    No key begins with "_": what is done to a list, this one or another, has an address that nothing in it can have.
    """
    one = f"{start}fields/<slug:field_key>/"
    return [
        path(f"{start}fields/_add/", type_fields.add, name=f"{prefix}field_add"),
        path(f"{start}fields/_order/", type_fields.order, name=f"{prefix}fields_order"),
        path(f"{start}fields/_show/", type_fields.switch_many, name=f"{prefix}fields_show"),
        path(one, field.index, name=f"{prefix}field"),
        path(f"{one}switch/", type_fields.switch, name=f"{prefix}field_switch"),
        path(f"{one}parts/", field.change_parts, name=f"{prefix}field_parts"),
        path(f"{one}parts/<slug:part_key>/", field.part, name=f"{prefix}field_part"),
    ]


def _catalogue_urls(made: Catalogue) -> list[URLPattern]:
    """The addresses of one shared list."""
    start, name, what = f"setup/{made.stem}/", f"setup_{made.url_name}", {"what": made.url_name}
    return [
        path(start, catalogue.index, what, name=name),
        path(f"{start}_add/", catalogue.add, what, name=f"{name}_add"),
        path(f"{start}_order/", catalogue.order, what, name=f"{name}_order"),
        path(f"{start}<slug:item_key>/", catalogue.item, what, name=f"{name}_item"),
        path(f"{start}<slug:item_key>/retire/", catalogue.retire, what, name=f"{name}_retire"),
    ]


_HANDLING = "setup/types/<slug:type_key>/handling/"

setup_urls = [
    *(address for made in CATALOGUES.values() for address in _catalogue_urls(made)),
    path("setup/", types.index, name="setup"),
    path("setup/here/", others.here, name="setup_here"),
    path("setup/starters/", starters.index, name="setup_starters"),
    path("setup/types/_add/", types.add, name="setup_type_add"),
    path("setup/types/_order/", types.order, name="setup_types_order"),
    path("setup/types/<slug:type_key>/", type_fields.index, name="setup_type"),
    *_field_urls("setup/types/<slug:type_key>/", "setup_"),
    path("setup/record-kinds/<slug:kind_key>/fields/", type_fields.index, name="setup_record_fields"),
    *_field_urls("setup/record-kinds/<slug:kind_key>/", "setup_record_"),
    path("setup/types/<slug:type_key>/words/", types.opening, name="setup_type_words"),
    path("setup/types/<slug:type_key>/form/", live_form.index, name="setup_type_form"),
    path(_HANDLING, handling.index, name="setup_type_handling"),
    path(f"{_HANDLING}add/", handling.add, name="setup_type_rule_add"),
    path(f"{_HANDLING}order/", handling.order, name="setup_type_rules_order"),
    path(f"{_HANDLING}remove/", handling.remove, name="setup_type_rule_remove"),
    path(f"{_HANDLING}flow/", handling.change_flow, name="setup_type_flow"),
    path(f"{_HANDLING}<int:position>/", handling.rule, name="setup_type_rule"),
    path("setup/types/<slug:type_key>/retire/", types.retire, name="setup_type_retire"),
    *flow_urls,
    path("setup/portal/", portal.index, name="setup_portal"),
    path("setup/portal/logo/", portal.logo, name="setup_logo"),
    path("setup/portal/look/", portal.look, name="setup_look"),
    path("setup/portal/colour/<str:digits>.css", portal.colour, name="setup_colour"),
    path("setup/portal/languages/", languages.change, name="setup_languages"),
    path("setup/hours/", hours.index, name="setup_hours"),
    path("setup/texts/", texts.index, name="setup_texts"),
    path("setup/visibility/", visibility.index, name="setup_visibility"),
    path("setup/visibility/promises/", visibility.promise, name="setup_promise"),
    path("setup/notifications/", notifications.index, name="setup_notifications"),
    path("setup/notifications/order/", told_order.order, name="setup_told_order"),
    path("setup/notifications/rules/<slug:event>/<slug:reader>/add/", told_rules.add, name="setup_told_rule_add"),
    path("setup/notifications/rules/<int:position>/", told_rules.rule, name="setup_told_rule"),
    path("setup/notifications/rules/<int:position>/remove/", told_rules.remove, name="setup_told_rule_remove"),
    path("setup/out-of-use/<slug:collection>/<slug:item_key>/delete/", deleting.delete, name="setup_delete"),
    path("setup/history/", history.index, name="setup_history"),
    path("setup/history/<int:revision>/undo/", history.undo_one, name="setup_undo"),
    path("setup/discard/", history.discard_all, name="setup_discard"),
    path("setup/bar/", history.bar, name="setup_bar"),
]
