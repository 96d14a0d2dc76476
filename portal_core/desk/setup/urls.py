"""The editor's addresses; part of the desk's."""

from django.urls import path

from portal_core.desk.setup import history, portal, type_fields, types

setup_urls = [
    path("setup/", types.index, name="setup"),
    path("setup/types/add/", types.add, name="setup_type_add"),
    path("setup/types/order/", types.order, name="setup_types_order"),
    path("setup/types/<slug:type_key>/", type_fields.index, name="setup_type"),
    path("setup/types/<slug:type_key>/words/", types.opening, name="setup_type_words"),
    path("setup/types/<slug:type_key>/retire/", types.retire, name="setup_type_retire"),
    path("setup/portal/", portal.index, name="setup_portal"),
    path("setup/history/", history.index, name="setup_history"),
    path("setup/history/<int:revision>/undo/", history.undo_one, name="setup_undo"),
    path("setup/discard/", history.discard_all, name="setup_discard"),
    path("setup/bar/", history.bar, name="setup_bar"),
]
