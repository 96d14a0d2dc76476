"""Whatever is wrong with a document leads to the page that shapes it."""

from __future__ import annotations

import pytest
from django.urls import resolve

from portal_core.desk.setup.places import page_of

PLACES = {
    "types.repair.fields.what.label": "setup_field",
    "types.repair.title": "setup_type_words",
    "types.repair.assign.0": "setup_type_handling",
    "types.repair.start": "setup_type_handling",
    "types.repair.fields": "setup_type",
    "record_kinds.boiler.fields.maker": "setup_record_field",
    "record_kinds.boiler": "setup_record_kinds_item",
    "flows.way.statuses.new.meaning": "setup_status",
    "flows.way.transitions.0": "setup_flow",
    "messages.received.body": "setup_messages_item",
    "roles.engineer": "setup_roles_item",
    "portal.brand.colour": "setup_portal",
    "hours.mon.0": "setup_hours",
    "notifications.0": "setup_notifications",
    "assertions.0": "setup_visibility",
    "rules.0": "setup",
    "types.Not a key.fields": "setup",
    "": "setup",
}


@pytest.mark.parametrize("place,name", PLACES.items())
def test_a_place_leads_to_its_page(place, name, tenant):
    assert resolve(page_of(place.split("."))).url_name == name
