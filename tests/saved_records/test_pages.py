"""The pages of what is kept: customers' and staff's."""

from __future__ import annotations

import uuid

import pytest

from portal_core.accounts.models import User
from portal_core.saved_records.actions import RecordChange, change_record
from portal_core.saved_records.models import RecordEntry, SavedRecord
from portal_core.service_requests.actions import change_fields
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tenants.outbox.drain import drain
from tenants.outbox.models import Mail
from tests.contracts.rows import Rows
from tests.saved_records import house as houses
from tests.service_requests import small_portal

HIDDEN = ("Hiddenworth", "Hiddenshelf")


@pytest.fixture
def full(house):
    """A boiler of Carol's with everything filled in by staff."""
    return house.keep(by="bob", maker="Ventra", model="Eco 24", cover="Plus", worth=HIDDEN[0], shelf=HIDDEN[1])


def text_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code}"
    return answer.content.decode()


def test_the_list_shows_what_is_theirs_with_the_reason_for_what_is_fixed(house, full, client_for):
    house.keep(who="dave", maker="Of Dave")
    page = text_of(client_for(house.people["carol"]), "/saved/")
    assert "Ventra Eco 24" in page and "Plus" in page and "Alpha keeps this up to date" in page
    assert f'href="/new/repair/?record={full.pk}"' in page
    assert "Of Dave" not in page and not any(word in page for word in HIDDEN)


def test_an_empty_list_says_what_to_do(house, client_for):
    page = text_of(client_for(house.people["carol"]), "/saved/")
    assert "Nothing is kept yet" in page and 'href="/saved/new/boiler/"' in page


def test_a_record_is_added_changed_put_away_and_taken_back(house, client_for):
    carol = client_for(house.people["carol"])
    added = carol.post(
        "/saved/new/boiler/", {"f-maker": "Ventra", "f-worth": "mine", "key": str(uuid.uuid4()), "do": "send"}
    )
    record = SavedRecord.objects.get()
    assert added["Location"] == f"/saved/{record.pk}/" and record.data == {"maker": "Ventra"}
    form = text_of(carol, f"/saved/{record.pk}/change/")
    seen = form.split('name="seen" value="')[1].split('"')[0]
    changed = carol.post(f"/saved/{record.pk}/change/", {"f-maker": "Havn", "seen": seen, "do": "send"})
    assert changed.status_code == 302
    page = text_of(carol, f"/saved/{record.pk}/")
    assert "<del>Ventra</del>" in page and "You made a change" in page
    assert carol.post(f"/saved/{record.pk}/archive/").status_code == 302
    assert "Havn" not in text_of(carol, "/saved/") and "Havn" in text_of(carol, "/saved/?show=archived")
    carol.post(f"/saved/{record.pk}/restore/")
    assert "Havn" in text_of(carol, "/saved/")


@pytest.mark.parametrize(
    ("who", "base", "pages"), [("carol", "/saved/", ["/saved/"]), ("bob", "/desk/records/", [])], ids=["portal", "desk"]
)
def test_of_a_kind_that_is_retired_nothing_leads_to_a_change(who, base, pages, house, client_for):
    record = house.keep()
    here, client = f"{base}{record.pk}/", client_for(house.people[who])
    assert all(f"{here}change/" in client.get(page).content.decode() for page in [here, *pages])
    made = houses.document()
    made["record_kinds"][0]["retired"] = True
    for kind in made["types"]:
        kind["fields"] = [item for item in kind["fields"] if item["key"] in ("what", "phone", "cause")]
    house.publish(made)
    for page in [here, *pages]:
        text = client.get(page).content.decode()
        assert f"{here}change/" not in text and record.title in text
    text = client.get(here).content.decode()
    assert ("no form offers it" in text or "no form asks for it" in text) and f"{here}archive/" in text
    assert client.get(f"{here}change/").status_code == 404
    # Put away, it comes back by no button either.
    client.post(f"{here}archive/")
    assert f"{here}restore/" not in client.get(here).content.decode()


def test_a_line_that_later_code_has_written_says_nothing_wrong(house, client_for):
    record = house.keep()
    changes = [{"field": "maker", "before": "Told", "after": "Never"}]
    entry = {"kind": "dreamt", "side": "staff", "changes": changes, "at": record.created_at}
    for actor in (house.people["carol"], house.people["bob"]):
        RecordEntry(record=record, actor=actor, **entry).save()
    unknown = "Something happened that this page cannot show yet"
    desk = text_of(client_for(house.people["bob"]), f"/desk/records/{record.pk}/")
    assert desk.count(unknown) == 2 and "Never" not in desk
    # From whom it is kept only later code knows: customers are not even told that something happened.
    page = text_of(client_for(house.people["carol"]), f"/saved/{record.pk}/")
    assert unknown not in page and "Never" not in page


def test_a_page_older_than_the_data_writes_nothing_and_keeps_what_was_typed(house, client_for):
    carol, bob = client_for(house.people["carol"]), client_for(house.people["bob"])
    record = house.keep()
    seen = text_of(carol, f"/saved/{record.pk}/change/").split('name="seen" value="')[1].split('"')[0]
    theirs = text_of(bob, f"/desk/records/{record.pk}/change/").split('name="seen" value="')[1].split('"')[0]
    fields = {"f-maker": "Bob's", "f-model": "Eco 24", "seen": theirs, "do": "send"}
    assert bob.post(f"/desk/records/{record.pk}/change/", fields).status_code == 302
    answer = carol.post(
        f"/saved/{record.pk}/change/", {"f-maker": "Carol's", "f-model": "Eco 24", "seen": seen, "do": "send"}
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody changed this meanwhile: Maker" in page and "Carol&#x27;s" in page
    record.refresh_from_db()
    assert record.title == "Bob's Eco 24"


def test_a_wrong_answer_is_named_and_kept(house, client_for):
    carol = client_for(house.people["carol"])
    answer = carol.post("/saved/new/boiler/", {"f-model": "Eco", "do": "send"})
    assert answer.status_code == 400 and 'value="Eco"' in answer.content.decode()
    assert not SavedRecord.objects.exists()


@pytest.mark.parametrize("who", ["dave", "carol-signed-out"])
def test_what_is_not_theirs_does_not_exist_and_nothing_is_written(who, house, full, client_for):
    client = client_for(house.people["dave"]) if who == "dave" else client_for()
    rows = Rows()
    before = rows.now()
    for path in ("", "change/", "archive/", "restore/"):
        for answer in (
            client.get(f"/saved/{full.pk}/{path}"),
            client.post(f"/saved/{full.pk}/{path}", {"do": "send", "f-maker": "X"}),
        ):
            assert answer.status_code in (302, 403, 404, 405)
            assert "Ventra" not in answer.content.decode()
    assert rows.now() == before


def test_the_page_of_a_record_shows_its_requests_and_only_where_the_field_is_seen(house, full, client_for):
    other = house.keep(maker="Havn")
    shown = house.file(record=full, what="The pump knocks")
    hidden = house.file(record=other, what="Something else")
    spare = {"id": str(full.pk), "title": "x"}
    change_fields(actor=house.actor("bob"), request_id=hidden.pk, answers={"spare": spare}, seen={})
    page = text_of(client_for(house.people["carol"]), f"/saved/{full.pk}/")
    assert "The pump knocks" in page and "Something else" not in page
    desk = text_of(client_for(house.people["bob"]), f"/desk/records/{full.pk}/")
    assert "The pump knocks" in desk and "Something else" in desk
    assert f"/requests/{shown.number}/" in page


def test_what_is_long_goes_on_page_by_page(house, client_for, monkeypatch):
    from portal_core.saved_records import history as changes
    from portal_core.service_requests import service_history

    boiler = house.keep()
    rows = [house.file(record=boiler) for _ in range(3)]
    for before, words in (("Eco 24", "One"), ("One", "Two"), ("Two", "Three")):
        change = RecordChange({"model": words}, seen={"model": before})
        change_record(actor=house.actor("carol"), record_id=boiler.pk, change=change)
    monkeypatch.setattr(service_history, "REQUESTS_SHOWN", 2)
    monkeypatch.setattr(changes, "ENTRIES_SHOWN", 2)
    for who, path, there in (
        ("carol", f"/saved/{boiler.pk}/", "/requests/{}/"),
        ("bob", f"/desk/records/{boiler.pk}/", "/desk/requests/{}/"),
    ):
        client = client_for(house.people[who])
        first, second = (client.get(f"{path}{page}").content.decode() for page in ("", "?page=2"))
        hrefs = [there.format(row.number) for row in rows]
        assert [href in first for href in hrefs] == [False, True, True], who
        assert [href in second for href in hrefs] == [True, False, False], who
        assert 'href="?page=2" rel="next"' in first and 'href="?page=1" rel="prev"' in second
        # "Two" stands in the line that made it "Three".
        assert "Eco 24" not in first and "?changes=all#" in first
        everything = client.get(f"{path}?changes=all").content.decode()
        assert "Eco 24" in everything and "?changes=all#" not in everything


def test_staff_see_what_their_role_sees(house, full, client_for):
    house.file(record=full)
    bob = client_for(house.people["bob"])
    page = text_of(bob, f"/desk/records/{full.pk}/")
    assert all(word in page for word in HIDDEN)
    row_page = text_of(bob, "/desk/requests/1001/")
    assert "Saved records" in row_page and f"/desk/records/{full.pk}/" in row_page
    erin = text_of(client_for(house.people["erin"]), f"/desk/records/{full.pk}/")
    assert HIDDEN[0] in erin and HIDDEN[1] not in erin


def test_staff_who_do_not_know_the_customer_do_not_find_the_record(house, full, client_for):
    made = houses.document()
    made["roles"] = [{**made["roles"][0], "scope": "own"}]
    house.publish(made)
    erin = client_for(house.people["erin"])
    assert erin.get(f"/desk/records/{full.pk}/").status_code == 404
    assert erin.get(f"/desk/records/new/boiler/?customer={house.people['carol'].pk}").status_code == 404
    house.file(record=full)
    assert erin.get(f"/desk/records/{full.pk}/").status_code == 200, "nobody has the request yet: it is hers to take"


def test_staff_add_one_for_a_customer(house, client_for):
    bob = client_for(house.people["bob"])
    path = f"/desk/records/new/boiler/?customer={house.people['carol'].pk}"
    assert "What it is worth" in text_of(bob, path)
    assert bob.post(path, {"f-maker": "V", "f-worth": "12", "key": str(uuid.uuid4())}).status_code == 302
    record = SavedRecord.objects.get()
    assert record.customer == house.people["carol"] and record.created_by == house.people["bob"]
    assert bob.get("/desk/records/new/boiler/").status_code == 404


def test_a_portal_without_records_says_nothing_of_them(house, client_for):
    house.publish(small_portal.document())
    carol, bob = client_for(house.people["carol"]), client_for(house.people["bob"])
    home = text_of(carol, "/")
    assert 'href="/saved/"' not in home and 'href="/account/"' in home
    assert carol.get("/saved/new/boiler/").status_code == 404
    assert 'href="/saved/"' not in text_of(carol, "/account/")
    house.people["carol"].refresh_from_db()
    assert "Saved records" not in text_of(bob, "/desk/new/")


def test_an_empty_home_offers_to_keep_what_is_not_kept_yet(house, client_for):
    carol = client_for(house.people["carol"])
    page = text_of(carol, "/")
    assert "So you never tell us twice" in page and "Add: Boiler" in page and "Add: Address" in page
    assert 'href="/saved/new/boiler/"' in page
    record = house.keep()
    page = text_of(carol, "/")
    assert "Add: Boiler" not in page and "Add: Address" in page
    house.file(record=record)
    assert "So you never tell us twice" not in text_of(carol, "/")


def test_twins_with_equal_keys_see_and_change_their_own_alone(twins):
    """Records of both tenants have one id; what is kept, remembered, signed and chosen stays in its own."""
    with tenant_context(twins.alpha.tenant):
        people = {name: User.objects.get(email=f"{name}@example.com") for name in ("alice", "bob", "carol", "dave")}
        house = houses.House(people)
        record = house.keep(maker="Twinmaker", model="X")
        User.objects.filter(pk=people["carol"].pk).update(remembered={})
    twins.mirror()
    with tenant_context(twins.beta.tenant):
        SavedRecord.objects.filter(pk=record.pk).update(data={"maker": "Betamaker"}, title="Betamaker")
        notes = {"kind": "text", "value": "Betanotes"}
        User.objects.filter(email="carol@example.com").update(remembered={"notes": notes})
    alpha, beta = twins.alpha.client("carol"), twins.beta.client("carol")
    for path in ("/saved/", f"/saved/{record.pk}/", f"/saved/{record.pk}/change/", "/account/", "/new/repair/", "/"):
        mine, theirs = text_of(alpha, path), text_of(beta, path)
        assert "Betamaker" not in mine and "Betanotes" not in mine and "Twinmaker" not in theirs, path
    assert "Betanotes" in text_of(beta, "/new/repair/") and "Betamaker" in text_of(beta, "/saved/")
    token = text_of(beta, f"/saved/{record.pk}/change/").split('name="seen" value="')[1].split('"')[0]
    fields = {"f-maker": "Taken over", "f-model": "X", "seen": token, "do": "send"}
    assert alpha.post(f"/saved/{record.pk}/change/", fields).status_code == 409, "a token of the twin saw nothing here"
    key = str(uuid.uuid4())
    sent = {"f-what": "x", "f-appliance": str(record.pk), "f-notes": "Alphanotes", "key": key, "do": "send"}
    assert alpha.post("/new/repair/", sent).status_code == 302
    with tenant_context(twins.alpha.tenant):
        assert SavedRecord.objects.get(pk=record.pk).data == {"maker": "Twinmaker", "model": "X"}
        named = ServiceRequest.objects.get(submission_key=key).data["appliance"]
        assert named["title"] == "Twinmaker X"
        alone = house.keep(maker="Onlyalpha")
    with tenant_context(twins.beta.tenant):
        assert SavedRecord.objects.get(pk=record.pk).data == {"maker": "Betamaker"}
        assert User.objects.get(email="carol@example.com").remembered["notes"]["value"] == "Betanotes"
        assert not ServiceRequest.objects.filter(submission_key=key).exists()
    # A record that only the twin has is chosen by its id, and is nobody's here.
    for path in (f"/saved/{alone.pk}/", f"/saved/{alone.pk}/change/"):
        assert beta.get(path).status_code == 404
    prefilled = text_of(beta, f"/new/repair/?record={alone.pk}")
    assert "Onlyalpha" not in prefilled
    foreign = {**sent, "f-appliance": str(alone.pk), "key": str(uuid.uuid4())}
    refused = beta.post("/new/repair/", foreign)
    assert refused.status_code == 400 and "Onlyalpha" not in refused.content.decode()
    with tenant_context(twins.beta.tenant):
        assert not ServiceRequest.objects.filter(submission_key=foreign["key"]).exists()


def test_what_a_record_hides_is_in_no_mail_title_or_choice(house, full, client_for, tenant):
    made = houses.document()
    made["record_kinds"][0]["title"] = "{field:maker} {field:model}"
    made["types"][0]["title"] = "About {field:appliance}"
    made["types"][1]["fields"].append({**houses.FIELDS[1], "required": False})
    made["messages"] = [{"key": "news", "subject": "On {field:appliance}", "body": "It is about {field:appliance}."}]
    made["flows"][0]["statuses"][0]["notify"] = [{"who": "customer", "message": "news"}, {"who": "team"}]
    house.publish(made)
    row = house.file(record=full)
    drain(tenant.schema_name)
    told = [f"{mail.subject} {mail.text} {mail.html}" for mail in Mail.objects.all()]
    assert any("Ventra Eco 24" in words for words in told)
    carol = client_for(house.people["carol"])
    pages = [text_of(carol, path) for path in ("/", f"/requests/{row.number}/", "/new/repair/", "/saved/")]
    row.refresh_from_db()
    for words in (*told, *pages, row.title, str(row.data)):
        assert not any(hidden in words for hidden in HIDDEN)
    # The maker is hidden from customers from now on: what was made of it is held back, in mails as on pages.
    made["record_kinds"][0]["fields"][0].update(show={"customer": "hidden"}, required=False)
    made["record_kinds"][0]["title"] = "{field:model}"
    house.publish(made)
    Mail.objects.all().delete()
    second = house.file(record=full)
    drain(tenant.schema_name)
    for mail in Mail.objects.filter(recipient_user_id=row.customer_id):
        assert "Ventra" not in f"{mail.subject} {mail.text} {mail.html}"
    for path in (f"/requests/{second.number}/", "/new/repair/", "/saved/", f"/saved/{full.pk}/"):
        assert "Ventra" not in text_of(carol, path), path
