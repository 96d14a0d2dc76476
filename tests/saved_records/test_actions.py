"""Adding, changing and putting away records: whose they are decides, and a refusal leaves nothing behind."""

from __future__ import annotations

import uuid
from contextlib import contextmanager

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import Error

from portal_core.config.live import live_portal
from portal_core.saved_records.actions import RecordChange, add_record, archive_record, change_record, restore_record
from portal_core.saved_records.errors import RecordError, RecordForbidden, RecordNotSeen, RecordsFull, RecordStale
from portal_core.saved_records.models import RecordEntry, SavedRecord
from portal_core.saved_records.writing import NewRecord
from tenants.identifiers import uuid7
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.saved_records import house as houses


@contextmanager
def refused(error: type[RecordError]):
    rows = Rows()
    before = rows.now()
    with pytest.raises(error) as caught:
        yield caught
    assert rows.now() == before


def change(house, who, record, seen=None, **answers):
    shown = {key: record.data.get(key) for key in answers} if seen is None else seen
    return change_record(actor=house.actor(who), record_id=record.pk, change=RecordChange(answers, shown))


def test_a_record_is_titled_by_its_fields_and_has_a_first_line(house):
    record = house.keep()
    assert record.title == "Ventra Eco 24"
    assert record.created_by_id == record.customer_id == house.people["carol"].pk
    assert [entry.kind for entry in record.entries.all()] == ["added"]


def test_only_what_is_asked_and_theirs_to_say_is_stored(house):
    mine = house.keep(maker="V", cover="Plus", worth="9", meter="7", gas=False)
    assert mine.data == {"maker": "V", "gas": False}
    staff = house.keep(by="bob", maker="V", cover="Plus", worth="9", meter="7", gas=True)
    assert staff.data == {"maker": "V", "cover": "Plus", "worth": "9", "meter": "7", "gas": True}


@pytest.mark.parametrize("who", ["dave", "erin-without"])
def test_nobody_adds_to_another_customers_records(house, who):
    if who == "erin-without":
        made = houses.document()
        made["roles"] = [{**made["roles"][0], "permissions": ["see", "reply"]}]
        house.publish(made)
        who = "erin"
    new = NewRecord(uuid7(), "boiler", house.people["carol"].pk, {"maker": "V"})
    with refused(RecordForbidden):
        add_record(actor=house.actor(who), record=new)


def test_an_unknown_or_retired_kind_takes_no_record(house):
    made = houses.document()
    made["types"][0]["fields"] = [
        field for field in made["types"][0]["fields"] if field["kind"] != "record" and "remember" not in field
    ]
    made["types"][1]["fields"].pop()
    made["record_kinds"][0]["retired"] = True
    house.publish(made)
    for kind in ("boiler", "nothing"):
        with refused(RecordForbidden):
            house.keep(kind=kind, maker="V")


def test_sent_twice_it_is_added_once_and_an_id_of_others_is_refused(house):
    key = uuid7()
    new = NewRecord(key, "boiler", house.people["carol"].pk, {"maker": "V"})
    first = add_record(actor=house.actor("carol"), record=new)
    assert add_record(actor=house.actor("carol"), record=new).pk == first.pk
    assert SavedRecord.objects.count() == 1
    with refused(RecordForbidden):
        add_record(actor=house.actor("dave"), record=NewRecord(key, "boiler", house.people["dave"].pk, {"maker": "V"}))


def test_there_is_an_end_to_what_one_customer_keeps(house, monkeypatch):
    monkeypatch.setattr("portal_core.saved_records.writing.MOST_RECORDS", 2)
    house.keep()
    house.keep()
    with refused(RecordsFull):
        house.keep()
    house.keep(who="dave")


def test_a_change_is_written_with_before_and_after(house):
    record = house.keep(maker="Ventra", gas=True, meter="12")
    after = change(house, "carol", record, maker="Havn", gas=False)
    assert after.data == {"maker": "Havn", "gas": False}, "the meter is no longer asked"
    assert after.title == "Havn"
    entry = RecordEntry.objects.get(kind="changed")
    assert {item["field"]: (item["before"], item["after"]) for item in entry.changes} == {
        "maker": ("Ventra", "Havn"),
        "gas": (True, False),
        "meter": ("12", None),
    }


def test_the_same_answers_again_write_nothing(house):
    record = house.keep()
    rows = Rows()
    before = rows.now()
    change(house, "carol", record, maker="Ventra")
    assert rows.now() == before


@pytest.mark.parametrize("field", ["cover", "worth", "nothing"])
def test_what_is_not_theirs_to_change_is_refused_whole(house, field):
    record = house.keep(by="bob", maker="V", cover="Plus", worth="9")
    with refused(RecordForbidden):
        change(house, "carol", record, maker="X", **{field: "mine now"})


def test_another_customers_record_is_neither_changed_nor_put_away(house):
    record = house.keep()
    for attempt in (
        lambda: change(house, "dave", record, maker="X"),
        lambda: archive_record(actor=house.actor("dave"), record_id=record.pk),
        lambda: restore_record(actor=house.actor("dave"), record_id=record.pk),
    ):
        with refused(RecordForbidden):
            attempt()
    with refused(RecordNotSeen):
        archive_record(actor=house.actor("carol"), record_id=uuid.uuid4())


@pytest.mark.parametrize("who", ["carol", "bob"])
def test_whoever_may_fill_in_nothing_of_a_kind_puts_none_of_it_away(who, house, client_for):
    record = house.keep()
    made = houses.document()
    for item in made["record_kinds"][0]["fields"]:
        item["show"] = {"customer": "see"} if who == "carol" else {"agent": "see"}
    for kind in made["types"]:
        kind["fields"] = [item for item in kind["fields"] if item["key"] in ("what", "phone", "cause")]
    house.publish(made)
    for action in (archive_record, restore_record):
        with refused(RecordForbidden):
            action(actor=house.actor(who), record_id=record.pk)
    where = {"carol": f"/saved/{record.pk}/", "bob": f"/desk/records/{record.pk}/"}[who]
    client = client_for(house.people[who])
    assert client.post(f"{where}archive/").status_code == 403
    assert "archive/" not in client.get(where).content.decode()


def test_of_a_kind_that_is_retired_things_are_still_put_away(house):
    record = house.keep()
    made = houses.document()
    made["record_kinds"][0]["retired"] = True
    for kind in made["types"]:
        kind["fields"] = [item for item in kind["fields"] if item["key"] in ("what", "phone", "cause")]
    house.publish(made)
    assert archive_record(actor=house.actor("carol"), record_id=record.pk).archived_at is not None


def test_an_answer_that_somebody_else_changed_meanwhile_is_not_overwritten(house):
    record = house.keep()
    change(house, "bob", record, maker="Havn")
    with refused(RecordStale) as caught:
        change(house, "carol", record, maker="Third", seen={"maker": "Ventra"})
    assert caught.value.labels == ("Maker",)
    record.refresh_from_db()
    # What nobody touched does not stand in the way.
    assert change(house, "carol", record, model="Eco 30", seen={"model": "Eco 24"}).title == "Havn Eco 30"


def test_put_away_and_taken_back_each_once(house):
    record = house.keep()
    for action, archived in ((archive_record, True), (archive_record, True), (restore_record, False)):
        assert (action(actor=house.actor("carol"), record_id=record.pk).archived_at is not None) == archived
    assert list(RecordEntry.objects.order_by("id").values_list("kind", flat=True)) == ["added", "archived", "restored"]


@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_history_of_records_is_append_only_in_the_database(house, statement):
    house.keep()
    with pytest.raises((InternalError, Error)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("portal_core_recordentry"))
    assert RecordEntry.objects.count() == 1


def test_a_kind_of_which_something_is_kept_is_never_forgotten(house):
    house.keep()
    made = houses.document()
    made["types"][0]["fields"] = [item for item in houses.FIELDS if item["key"] in ("what", "cause")]
    made["types"][1]["fields"].pop()
    made["record_kinds"] = []
    house.publish(made)
    assert set(live_portal().record_kinds) == {"boiler"}, "nobody keeps an address"
    assert live_portal().record_kinds["boiler"].retired


def test_a_field_that_is_taken_out_stays_as_retired(house):
    house.keep(maker="V", model="E")
    made = houses.document()
    made["record_kinds"][0]["title"] = "{field:maker}"
    made["record_kinds"][0]["fields"] = [item for item in houses.BOILER["fields"] if item["key"] != "model"]
    house.publish(made)
    assert live_portal().record_kinds["boiler"].field_or_none("model").retired


def test_twins_keep_their_own(house, twins):
    mine = house.keep()
    twins.mirror()
    with twins.beta.entered():
        SavedRecord.objects.filter(pk=mine.pk).update(title="of beta")
        eve = make_user("eve2@example.com", "Eve")
        assert SavedRecord.objects.get(pk=mine.pk).customer_id != eve.pk
    mine.refresh_from_db()
    assert mine.title == "Ventra Eco 24"
