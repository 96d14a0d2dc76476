"""A guest describes a new record; what records cost the pages."""

from __future__ import annotations

import uuid

import pytest

from portal_core.accounts import address_proof
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.models import ServiceRequest
from tests.saved_records import house as houses

CODE = "123456"


def test_a_guest_describes_a_new_one_and_it_is_theirs_when_the_code_is_right(house, client_for, monkeypatch):
    monkeypatch.setattr(address_proof, "new_code", lambda: CODE)
    made = houses.document()
    made["portal"]["guests"] = True
    house.publish(made)
    house.keep(maker="Of Carol")
    guest = client_for()
    page = guest.get("/new/repair/").content.decode()
    assert "f-appliance_new-maker" in page and "Of Carol" not in page and "from your saved details" not in page
    data = {"f-what": "x", "f-appliance": "new", "f-appliance_new-maker": "Gina's", "f-notes": "n", "do": "send"}
    guest.post("/new/repair/", {**data, "name": "Gina", "email": "gina@example.net", "key": str(uuid.uuid4())})
    assert SavedRecord.objects.count() == 1
    assert guest.post("/new/repair/confirm/", {"code": CODE}).status_code == 302
    row = ServiceRequest.objects.select_related("customer").get()
    record = SavedRecord.objects.get(title="Gina's")
    assert record.customer == row.customer and row.data["appliance"]["id"] == str(record.pk)


@pytest.mark.parametrize(("who", "path", "most"), [
    ("carol", "/new/repair/", 7), ("carol", "/saved/", 7), ("carol", "/saved/RECORD/", 8),
    ("carol", "/requests/1001/", 10), ("alice", "/desk/requests/1001/", 14),
])  # fmt: skip
def test_what_is_kept_costs_a_page_few_statements_however_much_it_is(
    who, path, most, house, client_for, server_statements
):
    record = house.keep()
    house.keep(kind="place")
    house.file(record=record)
    client = client_for(house.people[who])
    path = path.replace("RECORD", str(record.pk))

    def cost() -> list[str]:
        for _ in range(2):
            assert client.get(path).status_code == 200
        with server_statements() as sent:
            client.get(path)
        return sent.without_transactions

    few = cost()
    for number in range(12):
        house.keep(maker=f"Maker {number}")
    for _ in range(4):
        house.file(record=record)
    many = cost()
    assert len(few) == len(many) <= most, "\n".join(statement[:200] for statement in many)
