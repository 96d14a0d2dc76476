"""Records in forms, answers that are known already, requests made again."""

from __future__ import annotations

import copy
import re
import uuid

import pytest

from portal_core.accounts.models import User
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry
from portal_core.reporting import removed
from portal_core.reporting.models import RemovedWork
from portal_core.saved_records.actions import archive_record
from portal_core.saved_records.errors import RecordForbidden
from portal_core.saved_records.models import RecordEntry, SavedRecord
from portal_core.service_requests.actions import Move, Submission, change_fields, move, submit
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.contracts.rows import Rows
from tests.saved_records import house as houses


def send(client, path="/new/repair/", **fields):
    data = {"f-what": "It drips", "key": str(uuid.uuid4()), "do": "send"}
    return client.post(path, {**data, **{f"f-{name}": value for name, value in fields.items()}})


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# ---- choosing and describing a record


def test_the_only_record_stands_chosen_and_its_title_is_kept_with_the_request(house, client_for):
    record = house.keep()
    carol = client_for(house.people["carol"])
    page = text_of(carol, "/new/repair/")
    assert f'value="{record.pk}" id="id_f-appliance_0" checked' in page
    assert send(carol, appliance=str(record.pk)).status_code == 302
    row = ServiceRequest.objects.get()
    assert row.data["appliance"] == {"id": str(record.pk), "title": "Ventra Eco 24", "of": ["maker", "model"]}
    assert "Ventra Eco 24" in text_of(carol, f"/requests/{row.number}/")


def test_of_two_records_none_stands_chosen_and_an_archived_one_is_not_offered(house, client_for):
    house.keep()
    second = house.keep(maker="Havn")
    carol = client_for(house.people["carol"])
    assert "checked" not in text_of(carol, "/new/repair/").split('id="id_f-at')[0]
    archive_record(actor=house.actor("carol"), record_id=second.pk)
    page = text_of(carol, "/new/repair/")
    assert "Havn" not in page and 'id="id_f-appliance_0" checked' in page


def test_without_any_the_questions_about_a_new_one_stand_there_at_once(house, client_for):
    carol = client_for(house.people["carol"])
    page = text_of(carol, "/new/repair/")
    assert '<input type="hidden" name="f-appliance" value="new">' in page
    assert 'name="f-appliance_new-maker"' in page
    assert "f-appliance_new-cover" not in page and "f-appliance_new-worth" not in page
    answer = send(carol, appliance="new", **{"appliance_new-maker": "Ventra", "appliance_new-worth": "mine"})
    assert answer.status_code == 302
    record = SavedRecord.objects.get()
    assert record.data == {"maker": "Ventra"} and record.customer == house.people["carol"]
    assert ServiceRequest.objects.get().data["appliance"]["id"] == str(record.pk)


def test_a_new_one_without_its_needed_answer_is_refused_and_what_was_typed_stays(house, client_for):
    house.keep()
    carol = client_for(house.people["carol"])
    answer = send(carol, appliance="new", **{"appliance_new-model": "Eco 99"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Maker: Write an answer here." in page and 'value="Eco 99"' in page
    assert ServiceRequest.objects.count() == 0 and SavedRecord.objects.count() == 1


def test_what_is_wrong_with_a_new_one_is_counted_led_to_and_said_beside_its_own_question(house, client_for):
    carol = client_for(house.people["carol"])
    page = send(carol, appliance="new", **{"what": "", "appliance_new-model": "Eco 99"}).content.decode()
    target = re.search(r'<a href="#([^"]+)">[^<]*Maker: Write an answer here.</a>', page)[1]
    assert f'id="{target}"' in page and 'name="f-appliance_new-maker"' in page.split(f'id="{target}"')[0][-200:]
    assert "2 answers need another look" in page
    # The group repeats it for screen readers alone.
    assert '<div id="id_f-appliance-error" class="sr">' in page


def test_the_same_form_twice_makes_one_request_and_one_record(house, client_for):
    carol = client_for(house.people["carol"])
    data = {
        "f-what": "x",
        "f-appliance": "new",
        "f-appliance_new-maker": "Ventra",
        "key": str(uuid.uuid4()),
        "do": "send",
    }
    first, second = carol.post("/new/repair/", data), carol.post("/new/repair/", data)
    assert first["Location"].split("?")[0] == second["Location"].split("?")[0]
    assert (ServiceRequest.objects.count(), SavedRecord.objects.count()) == (1, 1)


@pytest.mark.parametrize("what", ["another customer's", "another kind", "nonsense", "unknown"])
def test_only_a_record_of_ones_own_and_of_the_kind_is_taken(what, house, client_for):
    house.keep()
    chosen = {
        "another customer's": lambda: str(house.keep(who="dave").pk),
        "another kind": lambda: str(house.keep(kind="place").pk),
        "nonsense": lambda: "../x",
        "unknown": lambda: str(uuid.uuid4()),
    }[what]()
    carol = client_for(house.people["carol"])
    rows = Rows()
    before = rows.now()
    answer = send(carol, appliance=chosen)
    assert answer.status_code == 400
    after = {table for table, sign in rows.now().items() if sign != before[table]}
    assert after <= {"portal_core_requestdraft"}, "the draft keeps what was typed, nothing else is written"


def test_past_the_form_the_action_refuses_as_well(house):
    theirs = house.keep(who="dave")
    answers = {"what": "x", "appliance": {"id": str(theirs.pk), "title": "mine"}}
    rows = Rows()
    before = rows.now()
    with pytest.raises(RecordForbidden):
        submit(actor=house.actor("carol"), submission=Submission("repair", answers, uuid7(), house.people["carol"].pk))
    assert rows.now() == before


def test_a_half_filled_form_keeps_the_new_record_too(house, client_for):
    house.keep()
    carol = client_for(house.people["carol"])
    carol.post(
        "/new/repair/draft/",
        {"f-what": "x", "f-appliance": "new", "f-appliance_new-maker": "Half", "key": str(uuid.uuid4())},
    )
    page = text_of(carol, "/new/repair/")
    assert 'value="Half"' in page and 'id="id_f-appliance_new" checked' in page


def test_staff_fill_in_for_a_customer_with_that_customers_records(house, client_for):
    mine, theirs = house.keep(), house.keep(who="dave", maker="Dave's own")
    bob = client_for(house.people["bob"])
    page = text_of(bob, f"/desk/new/repair/?customer={house.people['carol'].pk}")
    assert mine.title in page and "Dave" not in page.split("<main")[1].split("What is it about?")[1]
    data = {"email": "carol@example.com", "f-what": "x", "f-appliance": str(theirs.pk), "key": str(uuid.uuid4())}
    assert bob.post("/desk/new/repair/", data).status_code == 400
    assert bob.post("/desk/new/repair/", {**data, "f-appliance": str(mine.pk)}).status_code == 302
    assert ServiceRequest.objects.get().customer == house.people["carol"]


def test_a_record_is_changed_in_a_filed_request_by_staff(house):
    first, second = house.keep(), house.keep(maker="Havn", model="5")
    row = house.file(record=first)
    kept = {"id": str(second.pk), "title": "anything"}
    change_fields(
        actor=house.actor("bob"),
        request_id=row.pk,
        answers={"appliance": kept},
        seen={"appliance": row.data["appliance"]},
    )
    row.refresh_from_db()
    assert row.data["appliance"]["title"] == "Havn 5"


def test_a_title_of_what_was_hidden_since_is_held_back(house, client_for):
    record = house.keep(maker="Ventra", model="Secretmodel")
    row = house.file(record=record)
    made = houses.document()
    made["record_kinds"][0]["title"] = "{field:maker}"
    made["record_kinds"][0]["fields"][1]["show"] = {"customer": "hidden"}
    house.publish(made)
    carol = client_for(house.people["carol"])
    for path in (f"/requests/{row.number}/", "/requests/", "/saved/", f"/saved/{record.pk}/", "/new/repair/"):
        page = text_of(carol, path)
        assert "Secretmodel" not in page, path


# ---- remembered answers


def fill(house, client, **fields):
    """Sends the form about the only boiler; gives back the request."""
    record = SavedRecord.objects.filter(customer=house.people["carol"], kind_key="boiler").first() or house.keep()
    answer = send(client, **{"appliance": str(record.pk), **fields})
    assert answer.status_code == 302, answer.content.decode()
    return ServiceRequest.objects.order_by("-number").first()


def test_what_was_not_known_is_kept_and_stands_in_the_next_form(house, client_for):
    carol = client_for(house.people["carol"])
    User.objects.filter(pk=house.people["carol"].pk).update(phone="")
    page = text_of(carol, "/new/repair/")
    assert "Kept for your next form." in page and "from your saved details" not in page
    fill(house, carol, phone="0131 496 0142", notes="The dog bites")
    user = User.objects.get(pk=house.people["carol"].pk)
    assert user.phone == "0131 496 0142"
    assert user.remembered == {"notes": {"kind": "text", "value": "The dog bites"}}
    page = text_of(carol, "/new/repair/")
    assert "The dog bites" in page and page.count("from your saved details") == 2
    assert "The dog bites" in text_of(carol, "/account/")


def test_a_changed_answer_is_kept_only_when_that_is_wanted(house, client_for):
    carol = client_for(house.people["carol"])
    fill(house, carol, notes="First")
    fill(house, carol, notes="Second")
    assert User.objects.get(email="carol@example.com").remembered["notes"]["value"] == "First"
    fill(house, carol, notes="Third", notes_keep="on")
    assert User.objects.get(email="carol@example.com").remembered["notes"]["value"] == "Third"
    fill(house, carol, notes="", notes_keep="on")
    assert "notes" not in User.objects.get(email="carol@example.com").remembered


def test_the_ledger_counts_each_form_once(house, client_for, tenant):
    carol = client_for(house.people["carol"])
    User.objects.filter(email="carol@example.com").update(phone="")
    fill(house, carol, notes="First")
    row = fill(house, carol, notes="First", phone="0131 496 0142")
    fill(house, carol, notes="Another")
    drain(tenant.schema_name)
    event = Event.objects.filter(kind="work.removed").order_by("id")[1]
    assert event.payload["counts"] == {"prefilled": 1, "kept": 1, "remembered": 1, "reused": 1}
    before = list(RemovedWork.objects.order_by("id").values())
    removed.keep(event)
    assert list(RemovedWork.objects.order_by("id").values()) == before, "an event that comes again counts nothing"
    day = RemovedWork.objects.first().day
    expected = {"remembered": 2, "reused": 3, "prefilled": 3, "kept": 1, "changed": 2}
    assert removed.by_day(day, day) == {(day, what): count for what, count in expected.items()}
    assert list(removed.evidence("kept", day, day)) == [(day, row.pk, 1)]
    assert "It filled in 1 answer for you" in text_of(carol, "/saved/")


def test_what_customers_change_themselves_is_counted_and_what_staff_change_is_not(house, tenant):
    made = houses.document()
    made["types"][0]["fields"][0]["at"] = {"new": {"customer": "edit"}}
    house.publish(made)
    row = house.file(record=house.keep())
    for who, words in (("carol", "It drips"), ("bob", "It leaks")):
        row.refresh_from_db()
        seen = {"what": row.data["what"]}
        change_fields(actor=house.actor(who), request_id=row.pk, answers={"what": words}, seen=seen)
    drain(tenant.schema_name)
    line = RemovedWork.objects.get(what="self_service")
    assert (line.count, line.request_id) == (1, row.pk)


def test_an_answer_comes_from_the_chosen_record_and_changes_with_it(house, client_for):
    house.keep()
    first = house.keep(kind="place", street="14 Elm Court", **{"way-in": "Key at no. 12"})
    carol = client_for(house.people["carol"])
    assert "from 14 Elm Court" in text_of(carol, "/new/repair/")
    second = house.keep(kind="place", street="2 Ash Lane", **{"way-in": "Ring twice"})
    data = {"f-what": "x", "f-at": str(second.pk), "f-way-in": "Key at no. 12", "do": "update"}
    page = carol.post("/new/repair/", data, headers={"HX-Request": "true"}).content.decode()
    assert 'value="Ring twice"' in page and "from 2 Ash Lane" in page
    typed = carol.post("/new/repair/", {**data, "f-way-in": "My own words"}, headers={"HX-Request": "true"})
    assert 'value="My own words"' in typed.content.decode()
    fill(house, carol, at=str(first.pk), **{"way-in": "Now by the gate", "way-in_keep": "on"})
    first.refresh_from_db()
    assert first.data["way-in"] == "Now by the gate"
    assert RecordEntry.objects.filter(record=first, kind="changed").count() == 1


def test_what_a_new_record_asks_itself_is_not_asked_beside_it_and_is_the_answer_all_the_same(house, client_for):
    boiler = house.keep()
    made = houses.document()
    (at,) = [item for item in made["types"][0]["fields"] if item["key"] == "at"]
    at["required"] = True
    house.publish(made)
    carol = client_for(house.people["carol"])
    page = text_of(carol, "/new/repair/")
    assert 'name="f-at_new-way-in"' in page and 'name="f-way-in"' not in page
    said = {"appliance": str(boiler.pk), "at": "new", "at_new-street": "14 Elm Court", "at_new-way-in": "Ring twice"}
    assert send(carol, **said).status_code == 302
    row, place = ServiceRequest.objects.get(), SavedRecord.objects.get(kind_key="place")
    assert (row.data["way-in"], place.data["way-in"]) == ("Ring twice", "Ring twice")
    # With one on file it is asked, filled in from there, until a new one is described.
    assert 'name="f-way-in"' in text_of(carol, "/new/repair/")
    page = carol.post("/new/repair/", {"do": "update", "f-at": "new", "f-appliance": str(boiler.pk)}).content.decode()
    assert 'name="f-at_new-way-in"' in page and 'name="f-way-in"' not in page
    # Without script it stood there still: what was written in it counts where the new one says nothing.
    said = {**said, "at_new-street": "2 Oak Row", "at_new-way-in": "", "way-in": "Key at no. 12"}
    assert send(carol, **said).status_code == 302
    assert ServiceRequest.objects.order_by("-number").first().data["way-in"] == "Key at no. 12"
    # A new one that does not ask it leaves the question where it is.
    made["record_kinds"][1]["fields"][1]["show"] = {"customer": "see"}
    house.publish(made)
    page = carol.post("/new/repair/", {"do": "update", "f-at": "new"}).content.decode()
    assert 'name="f-at_new-way-in"' not in page and 'name="f-way-in"' in page


def test_what_is_wrong_inside_a_new_record_is_said_there_alone_and_what_does_not_do_here_is_asked(house, client_for):
    boiler = house.keep()
    made = houses.document()
    at, way_in = made["types"][0]["fields"][2:4]
    at["required"] = way_in["required"] = made["record_kinds"][1]["fields"][1]["required"] = True
    way_in["max_length"] = 10
    house.publish(made)
    carol = client_for(house.people["carol"])
    said = {"appliance": str(boiler.pk), "at": "new", "at_new-street": "14 Elm Court", "at_new-way-in": ""}
    page = send(carol, **said).content.decode()
    assert "One answer needs another look" in page and 'name="f-way-in"' not in page
    # Longer than the request takes it: nobody could go on where the question stood nowhere.
    said["at_new-way-in"] = "By the green door"
    page = send(carol, **said).content.decode()
    assert 'name="f-way-in"' in page and "One answer needs another look" in page
    assert send(carol, **said, **{"way-in": "Green door"}).status_code == 302
    assert ServiceRequest.objects.get().data["way-in"] == "Green door"
    assert SavedRecord.objects.get(kind_key="place").data["way-in"] == "By the green door"


def test_what_is_too_long_for_the_request_comes_back_at_its_question_though_it_may_be_left_empty(house, client_for):
    boiler = house.keep()
    made = houses.document()
    made["types"][0]["fields"][3]["max_length"] = 10
    house.publish(made)
    carol = client_for(house.people["carol"])
    said = {
        "appliance": str(boiler.pk),
        "at": "new",
        "at_new-street": "14 Elm Court",
        "at_new-way-in": "The green door",
    }
    # Without script the question stands there and is sent empty; with it, it does not.
    for own in ({}, {"way-in": ""}):
        page = send(carol, **said, **own).content.decode()
        assert "One answer needs another look" in page and 'href="#id_f-way-in"' in page
        assert re.search(r'name="f-way-in"[^>]*value="The green door"', page) and "characters" in page
        assert re.search(r'name="f-at_new-way-in"[^>]*value="The green door"', page)
        assert not ServiceRequest.objects.exists()
    # Who has read that and takes it out means so: it is kept of the place alone.
    data = {"f-what": "It drips", "key": str(uuid.uuid4()), "do": "send", "f-way-in_here": "1", "f-way-in": ""}
    answer = carol.post("/new/repair/", {**data, **{f"f-{name}": value for name, value in said.items()}})
    assert answer.status_code == 302 and "way-in" not in ServiceRequest.objects.get().data
    assert SavedRecord.objects.get(kind_key="place").data["way-in"] == "The green door"


LATER = {"min": "2031-01-01"}
BOTH = [{"key": "a", "label": "Mornings"}, {"key": "b", "label": "Evenings"}]
ONE_GONE = [{**BOTH[0], "retired": True}, BOTH[1]]


@pytest.mark.parametrize(
    ("kind", "of_place", "of_request", "said", "brought", "mended", "kept"),
    [
        (
            "choices",
            {"choices": BOTH},
            {"choices": BOTH, "max_chosen": 1},
            {"": ["a", "b"]},
            ('value="a" id="id_f-more_0" checked', 'value="b" id="id_f-more_1" checked', "Choose one at most."),
            {"": ["b"]},
            ["b"],
        ),
        (
            "choice",
            {"choices": BOTH},
            {"choices": ONE_GONE},
            {"": "a"},
            ("Choose one of the answers below.",),
            {"": "b"},
            "b",
        ),
        (
            "datetime",
            {},
            LATER,
            {"_day": "2030-05-01", "_time": "09:30"},
            ('value="2030-05-01"', 'value="09:30"', "Choose a day from"),
            {"_day": "2031-05-01", "_time": "09:30"},
            "2031-05-01T08:30Z",
        ),
    ],
)
def test_what_a_request_cannot_take_of_a_new_record_can_be_put_right_or_taken_out(
    kind, of_place, of_request, said, brought, mended, kept, house, client_for
):
    """Nothing ticked is nothing sent: the page says that it asked."""
    boiler = house.keep()
    made = houses.document()
    more = {"key": "more", "kind": kind, "label": "More"}
    made["record_kinds"][1]["fields"].append({**more, **of_place})
    made["types"][0]["fields"].append({**more, "remember": "record.at.more", **of_request})
    house.publish(made)
    carol = client_for(house.people["carol"])
    inside = {f"at_new-more{part}": words for part, words in said.items()}
    sent = {"appliance": str(boiler.pk), "at": "new", "at_new-street": "14 Elm Court", **inside}
    # Although another answer was wrong before, while this question stood nowhere: nothing of it was read yet.
    for tried in ({}, {"tried": "1"}):
        data = {"f-what": "It drips", "key": str(uuid.uuid4()), "do": "send", **tried}
        page = carol.post("/new/repair/", data | {f"f-{name}": words for name, words in sent.items()}).content.decode()
        question = page[page.index('<input type="hidden" name="f-more_here" value="1">') :]
        assert "One answer needs another look" in page
        assert all(words in question for words in brought), question[:3000]
        assert not ServiceRequest.objects.exists()
    # While another one is wrong it goes on standing there, as it was mended.
    right = {f"more{part}": words for part, words in mended.items()} | {"more_here": "1"}
    page = send(carol, **{**sent, **right, "what": ""}).content.decode()
    assert 'name="f-more_here" value="1"' in page and "One answer needs another look" in page
    # Put right it is taken; taken out it stays out.
    for own in (right, {"more_here": "1"}):
        assert send(carol, **sent, **own).status_code == 302
    assert [row.data.get("more") for row in ServiceRequest.objects.order_by("pk")] == [kept, None]


def test_a_number_of_another_record_is_the_same_number_in_german(house, client_for):
    """As it is kept, 1.125 would stand in the German form as a thousand, one hundred and twenty-five."""
    made = houses.document()
    made["portal"]["languages"] = ["en", "de"]
    made["record_kinds"][1]["fields"].append({"key": "size", "kind": "number", "label": "Size"})
    made["types"][0]["fields"].append(
        {"key": "size", "kind": "number", "label": "Size", "remember": "record.at.size"},
    )
    house.publish(made)
    first = house.keep(kind="place", street="14 Elm Court", size="7.5")
    second = house.keep(kind="place", street="2 Ash Lane", size="1.125")
    User.objects.filter(pk=house.people["carol"].pk).update(language="de")
    carol = client_for(User.objects.get(pk=house.people["carol"].pk))
    data = {"f-what": "x", "f-at": str(second.pk), "f-at_shown": str(first.pk), "do": "update"}
    # What the first record had put there, in a form that was opened in English.
    data |= {"f-size": "7.5", "f-size_language": "en"}
    page = carol.post("/new/repair/", data, headers={"HX-Request": "true"}).content.decode()
    assert 'name="f-size" value="1,125"' in page and 'name="f-size_language" value="de"' in page


def test_without_script_another_record_changes_what_came_from_the_first_one(house, client_for):
    record = house.keep()
    first = house.keep(kind="place", street="14 Elm Court", **{"way-in": "Key at no. 12"})
    second = house.keep(kind="place", street="2 Ash Lane", **{"way-in": "Ring twice"})
    carol = client_for(house.people["carol"])
    sent = {"appliance": str(record.pk), "at_shown": str(first.pk), "at": str(second.pk)}
    back = send(carol, **{**sent, "what": "", "way-in": "Key at no. 12"})
    page = back.content.decode()
    assert back.status_code == 400 and 'value="Ring twice"' in page and f'name="f-at_shown" value="{second.pk}"' in page
    unseen = send(carol, **{**sent, "what": "x", "way-in": "Key at no. 12"})
    assert unseen.status_code == 400 and "so this comes from 2 Ash Lane now" in unseen.content.decode()
    assert not ServiceRequest.objects.exists(), "nobody is sent to one address with the key of another"
    own = send(carol, **{**sent, "what": "", "way-in": "My own words"})
    assert 'value="My own words"' in own.content.decode()
    shown = {**sent, "at_shown": str(second.pk), "what": "x"}
    assert send(carol, **{**shown, "way-in": "Key at no. 12"}).status_code == 302, "looked over: it is theirs to say"
    assert ServiceRequest.objects.get().data["way-in"] == "Key at no. 12"


def test_what_is_hidden_from_customers_is_neither_kept_nor_filled_in(house, client_for):
    """Even where a document got past the check, what staff keep to themselves does not travel."""
    fields = {field.key: field for field in live_portal().type("repair").fields}
    from dataclasses import replace

    from portal_core.config.kinds.base import Saving
    from portal_core.saved_records.remembered import keep_answers

    config = fields["cause"].config.model_copy(update={"remember": "customer.notes"})
    hidden = {"cause": replace(fields["cause"], config=config)}
    saving = Saving(house.actor("bob"), live_portal(), house.people["carol"].pk, uuid7())
    assert keep_answers(hidden, {"cause": "Secret"}, ["cause"], saving) == 0
    assert User.objects.get(email="carol@example.com").remembered == {}


def test_a_kept_answer_that_no_longer_fits_is_not_filled_in(house, client_for):
    carol = client_for(house.people["carol"])
    fill(house, carol, notes="A rather long note that will not fit any more")
    made = houses.document()
    next(item for item in made["types"][0]["fields"] if item["key"] == "notes")["max_length"] = 10
    house.publish(made)
    assert "rather long" not in text_of(carol, "/new/repair/")


def test_details_are_changed_on_the_account_page(house, client_for):
    carol, dave = client_for(house.people["carol"]), client_for(house.people["dave"])
    answer = carol.post("/account/details/", {"d-notes": "Beware of the dog"})
    assert answer.status_code == 302
    assert "Beware of the dog" in text_of(carol, "/new/repair/")
    assert "Beware" not in text_of(dave, "/new/repair/") + text_of(dave, "/account/")
    carol.post("/account/details/", {"d-notes": ""})
    assert User.objects.get(email="carol@example.com").remembered == {}


def test_staff_see_what_is_filled_in_and_may_keep_it_for_the_customer(house, client_for):
    record = house.keep()
    User.objects.filter(email="carol@example.com").update(remembered={"notes": {"kind": "text", "value": "Old note"}})
    bob = client_for(house.people["bob"])
    page = text_of(bob, f"/desk/new/repair/?customer={house.people['carol'].pk}")
    assert "Old note" in page and "from the customer’s details" in page
    data = {
        "email": "carol@example.com",
        "f-what": "x",
        "f-appliance": str(record.pk),
        "f-notes": "New note",
        "f-notes_keep": "on",
    }
    assert bob.post("/desk/new/repair/", {**data, "key": str(uuid.uuid4())}).status_code == 302
    assert User.objects.get(email="carol@example.com").remembered["notes"]["value"] == "New note"


# ---- again


def closed(house, **answers):
    row = house.file(record=house.keep(), **answers)
    change_fields(actor=house.actor("bob"), request_id=row.pk, answers={"cause": "Secretcause"}, seen={})
    row.refresh_from_db()
    move(actor=house.actor("bob"), request_id=row.pk, move=Move(to="over", seen_status="new", reason="Done"))
    return row


def test_one_click_on_a_closed_request_fills_the_new_form(house, client_for):
    row = closed(house, what="It drips again", phone="0131 496 0142")
    carol = client_for(house.people["carol"])
    page = text_of(carol, f"/requests/{row.number}/")
    assert f'href="/new/repair/?again={row.number}"' in page
    form = text_of(carol, f"/new/repair/?again={row.number}")
    assert f"Filled in from {row.number}" in form and 'value="It drips again"' in form
    assert f'value="{row.data["appliance"]["id"]}" id="id_f-appliance_0" checked' in form
    assert "Secretcause" not in form
    answer = send(carol, what="It drips again", appliance=row.data["appliance"]["id"])
    assert answer.status_code == 302
    data = {
        "f-what": "It drips again",
        "f-appliance": row.data["appliance"]["id"],
        "again": str(row.number),
        "key": str(uuid.uuid4()),
    }
    made = carol.post("/new/repair/", {**data, "do": "send"})
    new = ServiceRequest.objects.order_by("-number").first()
    assert made.status_code == 302 and new.again_of_id == row.pk
    assert f"made from {row.number}" in text_of(carol, f"/requests/{new.number}/")
    assert f"Requested again as {new.number}" in text_of(carol, f"/requests/{row.number}/")
    assert HistoryEntry.objects.filter(request=row, kind="repeated").count() == 1


def test_what_no_longer_fits_is_left_out_and_named(house, client_for):
    row = closed(house, what="A long description of it")
    made = houses.document()
    made["types"][0]["fields"][0]["max_length"] = 5
    made["types"][0]["fields"][4]["retired"] = True
    house.publish(made)
    form = text_of(client_for(house.people["carol"]), f"/new/repair/?again={row.number}")
    assert "no longer fits: <b>What?</b>" in form and "A long description" not in form and "f-phone" not in form


def test_what_was_hidden_from_customers_since_is_not_copied(house, client_for):
    row = closed(house, notes="Secretnotes")
    made = houses.document()
    notes = next(item for item in made["types"][0]["fields"] if item["key"] == "notes")
    notes.pop("remember")
    notes["at"] = {"over": {"customer": "hidden"}}
    house.publish(made)
    assert "Secretnotes" not in text_of(client_for(house.people["carol"]), f"/new/repair/?again={row.number}")


def test_nobody_makes_anothers_request_again(house, client_for):
    row = closed(house, what="Carols own words")
    dave = client_for(house.people["dave"])
    assert "Carols own words" not in text_of(dave, f"/new/repair/?again={row.number}")
    house.keep(who="dave")
    data = {"f-what": "x", "f-appliance": "new", "f-appliance_new-maker": "D", "again": str(row.number), "do": "send"}
    assert dave.post("/new/repair/", {**data, "key": str(uuid.uuid4())}).status_code == 302
    assert ServiceRequest.objects.order_by("-number").first().again_of_id is None
    assert not HistoryEntry.objects.filter(kind="repeated").exists()


def test_open_requests_and_types_without_it_offer_nothing(house, client_for):
    row = house.file(record=house.keep())
    carol = client_for(house.people["carol"])
    assert "?again=" not in text_of(carol, f"/requests/{row.number}/")
    done = closed(house)
    made = copy.deepcopy(houses.document())
    made["types"][0]["again"] = False
    house.publish(made)
    assert "?again=" not in text_of(carol, f"/requests/{done.number}/")
    assert "Filled in from" not in text_of(carol, f"/new/repair/?again={done.number}")


def test_a_form_begun_before_waits(house, client_for):
    row = closed(house, what="The earlier one")
    carol = client_for(house.people["carol"])
    carol.post("/new/repair/draft/", {"f-what": "Half typed", "key": str(uuid.uuid4())})
    form = text_of(carol, f"/new/repair/?again={row.number}")
    assert "The earlier one" in form and "Carry on with that one" in form
    assert "Half typed" in text_of(carol, "/new/repair/")


def test_a_request_is_started_about_a_record(house, client_for):
    house.keep()
    second = house.keep(maker="Havn")
    carol = client_for(house.people["carol"])
    form = text_of(carol, f"/new/repair/?record={second.pk}")
    assert f'value="{second.pk}" id="id_f-appliance_1" checked' in form
    theirs = house.keep(who="dave")
    assert str(theirs.pk) not in text_of(carol, f"/new/repair/?record={theirs.pk}")


def test_one_started_about_a_record_still_fills_in_what_is_known_of_another(house, client_for):
    boiler = house.keep()
    house.keep(kind="place", **{"street": "14 Elm Court", "way-in": "Key at no. 12"})
    carol, bob = (client_for(house.people[name]) for name in ("carol", "bob"))
    customer = house.people["carol"].pk
    pages = [
        text_of(carol, f"/new/repair/?record={boiler.pk}"),
        text_of(bob, f"/desk/new/repair/?record={boiler.pk}&customer={customer}"),
    ]
    for page in pages:
        assert 'value="Key at no. 12"' in page and "from 14 Elm Court" in page


def test_one_started_about_a_record_passes_questions_of_staff_by(house, client_for):
    house.keep()
    second = house.keep(maker="Havn")
    made = houses.document()
    fields = made["types"][0]["fields"]
    fields.insert(0, fields.pop(next(at for at, item in enumerate(fields) if item["key"] == "spare")))
    house.publish(made)
    form = text_of(client_for(house.people["carol"]), f"/new/repair/?record={second.pk}")
    assert f'value="{second.pk}" id="id_f-appliance_1" checked' in form


# ---- a record in a table


def table(house):
    made = houses.document()
    column = {"key": "thing", "kind": "record", "record_kind": "boiler", "label": "Which boiler?"}
    work = {"key": "work", "kind": "text", "label": "What is to be done?"}
    made["types"][0]["fields"].append({"key": "jobs", "kind": "rows", "label": "Jobs", "columns": [column, work]})
    house.publish(made)


def test_a_record_in_a_table_is_chosen_from_a_list_and_kept_with_its_title(house, client_for):
    table(house)
    first, second = house.keep(), house.keep(maker="Havn", model="5")
    house.keep(who="dave", maker="Of Dave")
    carol = client_for(house.people["carol"])
    page = text_of(carol, "/new/repair/")
    assert f'<option value="{second.pk}">Havn 5</option>' in page and "Of Dave" not in page
    rows = {
        "jobs": ["r1", "r2"],
        "jobs_r1_thing": str(second.pk),
        "jobs_r1_work": "Sweep",
        "jobs_r2_thing": str(first.pk),
    }
    wrong = send(carol, what="", appliance=str(first.pk), **rows)
    assert f'<option value="{second.pk}" selected>Havn 5</option>' in wrong.content.decode()
    assert send(carol, appliance=str(first.pk), **rows).status_code == 302
    request = ServiceRequest.objects.get()
    things = [row["thing"] for row in request.data["jobs"]]
    assert [(thing["id"], thing["title"]) for thing in things] == [
        (str(second.pk), "Havn 5"), (str(first.pk), "Ventra Eco 24")
    ]  # fmt: skip
    assert "Havn 5" in text_of(carol, f"/requests/{request.number}/")
    edit = text_of(client_for(house.people["bob"]), f"/desk/requests/{request.number}/?edit=jobs")
    assert f'<option value="{second.pk}" selected>Havn 5</option>' in edit


@pytest.mark.parametrize("what", ["another's", "new", "another kind's", "nonsense"])
def test_a_cell_takes_none_but_the_customers_own_of_the_kind(what, house, client_for):
    table(house)
    mine, place = house.keep(), house.keep(kind="place")
    theirs = house.keep(who="dave", maker="Of Dave")
    sent = {"another's": str(theirs.pk), "new": "new", "another kind's": str(place.pk), "nonsense": "x"}[what]
    answer = send(
        client_for(house.people["carol"]), appliance=str(mine.pk), jobs=["r1"], jobs_r1_thing=sent, jobs_r1_work="W"
    )
    assert answer.status_code == 400 and "Of Dave" not in answer.content.decode()
    assert not ServiceRequest.objects.exists()
