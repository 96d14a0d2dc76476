"""A portal with boilers and addresses, and people who keep some."""

from __future__ import annotations

import copy
from typing import Any

from portal_core.accounts.actor import Actor, actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.saved_records.actions import add_record
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7
from tests.factories import make_user
from tests.service_requests import small_portal
from tests.service_requests.filing import file_request

BOILER: dict[str, Any] = {
    "key": "boiler",
    "name": "Boiler",
    "icon": "boiler",
    "title": "{field:maker} {field:model}",
    "fields": [
        {"key": "maker", "kind": "text", "label": "Maker", "required": True},
        {"key": "model", "kind": "text", "label": "Model"},
        {"key": "gas", "kind": "yes_no", "label": "Does it burn gas?"},
        {"key": "meter", "kind": "text", "label": "Meter number", "when": {"field": "gas", "is": True}},
        {"key": "cover", "kind": "text", "label": "Cover", "show": {"customer": "see"}},
        {"key": "worth", "kind": "text", "label": "What it is worth", "show": {"customer": "hidden"}},
        {"key": "shelf", "kind": "text", "label": "Shelf", "show": {"customer": "hidden", "engineer": "hidden"}},
    ],
}
PLACE: dict[str, Any] = {
    "key": "place",
    "name": "Address",
    "icon": "home",
    "title": "{field:street}",
    "fields": [
        {"key": "street", "kind": "text", "label": "Street", "required": True},
        {"key": "way-in", "kind": "text", "label": "How we get in"},
    ],
}
FIELDS: list[dict[str, Any]] = [
    {"key": "what", "kind": "text", "label": "What?", "required": True},
    {"key": "appliance", "kind": "record", "record_kind": "boiler", "label": "Which one?", "required": True},
    {"key": "at", "kind": "record", "record_kind": "place", "label": "Where?"},
    {"key": "way-in", "kind": "text", "label": "How do we get in?", "remember": "record.at.way-in"},
    {"key": "phone", "kind": "phone", "label": "Phone", "remember": "customer.phone"},
    {"key": "notes", "kind": "text", "label": "Anything to mind?", "remember": "customer.notes"},
    {"key": "cause", "kind": "text", "label": "Cause", "show": {"customer": "hidden"}},
    {"key": "spare", "kind": "record", "record_kind": "boiler", "label": "Spare", "show": {"customer": "hidden"}},
]


def document(**more: Any) -> dict[str, Any]:
    """The small portal with kinds of record; one type asks for them, can be made again and remembers."""
    made = small_portal.document()
    made["record_kinds"] = [copy.deepcopy(BOILER), copy.deepcopy(PLACE)]
    repair = made["types"][0]
    repair.update(fields=copy.deepcopy(FIELDS), again=True)
    made["types"][1]["fields"].append(
        {"key": "place", "kind": "record", "record_kind": "place", "label": "Where?", "required": False}
    )
    return {**made, **more}


class House:
    """The portal, its people, and what they keep."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.people = people
        people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer", team_key="desk")
        self.publish(document())

    def publish(self, made: dict[str, Any]) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(made))

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name])

    def keep(self, who: str = "carol", kind: str = "boiler", by: str = "", **answers: Any) -> SavedRecord:
        """A record of `who`, added by themselves or by somebody of the staff."""
        given = answers or ({"maker": "Ventra", "model": "Eco 24"} if kind == "boiler" else {"street": "14 Elm Court"})
        new = NewRecord(uuid7(), kind, self.people[who].pk, given)
        return add_record(actor=self.actor(by or who), record=new)

    def file(self, who: str = "carol", record: SavedRecord | None = None, **answers: Any) -> ServiceRequest:
        """A request of `who` about `record` (or about a new boiler that is described in the form)."""
        typed = {"appliance": str(record.pk)} if record else {"appliance": "new", "appliance_new-maker": "Havn"}
        return file_request(self.people[who], "repair", at="", **{**typed, **answers})
