"""Requests without an account: the form, the code, the link, and what it does not open."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal_core.accounts import signin_limits
from portal_core.accounts.actions import change_email
from portal_core.accounts.actor import actor_for, guest_actor
from portal_core.accounts.flooded import mail_link
from portal_core.accounts.models import Session, User
from portal_core.config.actions import publish
from portal_core.config.checks.run import check
from portal_core.config.document import load
from portal_core.documents.models import StoredFile
from portal_core.history.models import HistoryEntry
from portal_core.messaging.actions import Message, note, reply
from portal_core.portal import guest_proof
from portal_core.service_requests import guest_links
from portal_core.service_requests.actions import Move, Submission, merge, move, submit
from portal_core.service_requests.errors import TypeNotOpen
from portal_core.service_requests.models import GuestLink, ServiceRequest
from tenants import signing
from tenants.context import tenant_context
from tenants.limits import TooMany
from tenants.outbox.models import Event, Mail
from tests.contracts.rows import Rows
from tests.documents.samples import picture
from tests.factories import make_client, make_user
from tests.portal.guests import CODE, GUEST, House, portal_document
from tests.service_requests.filing import file_request
from tests.service_requests.small_portal import refused


def test_where_guests_are_off_the_form_asks_to_sign_in(house, client_for):
    house.publish(guests=False)
    for path in ("/new/", "/new/repair/"):
        assert house.client.get(path)["Location"].startswith("/signin/")
    assert house.send().status_code == 403
    assert ServiceRequest.objects.count() == 0
    assert "without an account" not in house.client.get("/signin/").content.decode()


def test_the_sign_in_page_leads_to_what_is_open_to_guests_and_nothing_else(house):
    assert 'href="/new/"' in house.client.get("/signin/").content.decode()
    page = house.client.get("/new/").content.decode()
    assert "/new/repair/" in page
    assert "/new/sale/" not in page


def test_a_type_for_the_signed_in_is_not_filed_by_a_guest(house):
    assert house.client.get("/new/sale/")["Location"].startswith("/signin/")
    before = Rows().now()
    house.client.post("/new/sale/", house.form())
    assert Rows().now() == before
    guest = User.objects.create_user(GUEST, name="Gina", role="customer", is_guest=True)
    with refused(TypeNotOpen):
        submit(actor=guest_actor(guest), submission=Submission("sale", {"what": "x"}, uuid.uuid4(), guest.pk))


def test_what_is_wrong_is_said_at_once_and_what_was_typed_stays(house):
    answer = house.send(**{"f-what": "", "email": "gina at example", "f-kind": "noise"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "2 answers need another look" in text
    assert 'value="gina at example"' in text
    assert 'value="Gina Guest"' in text
    assert Mail.objects.count() == 0


def test_questions_that_depend_on_an_answer_come_without_being_sent(house):
    answer = house.client.post(
        "/new/repair/", house.form(do="update", name="", email=""), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "Gauge" in answer.content.decode()
    assert "Enter your" not in answer.content.decode()
    assert Session.objects.count() == 0


def test_nothing_is_filed_before_the_code(house):
    answer = house.send()
    assert answer["Location"] == "/new/repair/confirm/"
    assert ServiceRequest.objects.count() == 0
    assert not User.objects.filter(email=GUEST).exists()
    (mail,) = house.mails()
    assert CODE in mail.subject
    wrong = house.confirm("000000")
    assert wrong.status_code == 400
    assert ServiceRequest.objects.count() == 0


def test_with_the_code_the_request_is_filed_and_opens_by_its_link(house):
    row, path = house.filed()
    assert (row.customer.email, row.customer.name, row.customer.is_guest) == (GUEST, "Gina Guest", True)
    assert row.data["what"] == "A drip"
    page = house.client.get(f"{path}?sent=1")
    text = page.content.decode()
    assert "Yours is new" in text
    assert "Keep this in an account" in text
    assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex, nofollow", "same-origin")
    assert "g…@example.net" in text
    assert GUEST not in text


def test_the_link_signs_nobody_in_and_opens_nothing_else(house, client_for):
    row, path = house.filed()
    client = client_for()
    assert client.get(path).status_code == 200
    assert "sessionid" not in client.cookies
    for other in ("/", "/requests/", f"/requests/{row.number}/", "/account/"):
        assert client.get(other)["Location"].startswith("/signin/")
    assert client.get(f"/desk/requests/{row.number}/")["Location"].startswith("/signin/")


def test_reading_by_the_link_writes_nothing(house, client_for):
    _row, path = house.filed()
    before = Rows().now()
    client_for().get(path)
    client_for().get(path + "?before=" + str(uuid.uuid4()))
    assert Rows().now() == before


def test_mails_lead_a_guest_to_the_link(house):
    row, path = house.filed()
    news = house.mails()[-1]
    assert news.subject == f"News of {row.number}"
    assert path in news.text
    assert f"/requests/{row.number}/" not in news.text


def test_a_form_sent_twice_is_one_request(house):
    key = str(uuid.uuid4())
    house.send(key=key)
    house.confirm()
    again = house.send(key=key)
    assert again["Location"] == "/new/repair/confirm/"
    assert "/g/" in house.confirm()["Location"]
    assert ServiceRequest.objects.count() == 1


def test_five_wrong_codes_end_it_and_the_form_is_still_there(house):
    house.send()
    for _ in range(4):
        assert house.confirm("000000").status_code == 400
    assert "does not work any more" in house.confirm("000000").content.decode()
    assert house.confirm()["Location"] == "/new/repair/"
    assert ServiceRequest.objects.count() == 0
    assert 'value="A drip"' in house.client.get("/new/repair/").content.decode()


def test_a_code_is_over_after_ten_minutes(house):
    house.send()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert house.confirm()["Location"] == "/new/repair/"
    assert ServiceRequest.objects.count() == 0


def test_a_form_that_publishing_changed_meanwhile_comes_back_and_needs_no_second_code(house):
    house.send()
    changed = portal_document()
    changed["types"][0]["fields"].append({"key": "floor", "kind": "text", "label": "Floor", "required": True})
    publish(actor=actor_for(house.people["alice"]), document=load(changed))
    back = house.confirm()
    assert back.status_code == 400
    assert 'value="A drip"' in back.content.decode()
    assert "/g/" in house.send(**{"f-floor": "2nd"})["Location"]
    assert ServiceRequest.objects.get().data["floor"] == "2nd"


def test_a_known_customer_who_proves_the_address_is_signed_in(house):
    house.send(email="carol@example.com", name="Somebody Else")
    answer = house.confirm()
    row = ServiceRequest.objects.get()
    assert answer["Location"] == f"/requests/{row.number}/?sent=1"
    assert (row.customer, row.customer.name) == (house.people["carol"], "Carol Customer")
    assert house.client.get(f"/requests/{row.number}/").status_code == 200
    assert GuestLink.objects.count() == 0


@pytest.mark.parametrize("email", ["bob@example.com", "carol@example.com", "unknown@example.net"])
def test_the_page_tells_nothing_of_an_address_before_it_is_proved(house, email):
    house.send(email=email)
    page = house.client.get("/new/repair/confirm/").content.decode()
    assert email in page
    assert house.mails(email)[-1].subject.startswith("Your code")


def test_a_code_proves_the_address_to_which_it_went_and_no_other(house, monkeypatch):
    house.send(email="mallory@example.net")

    def full(*_args: Any) -> None:
        raise TooMany(timezone.now())

    monkeypatch.setattr(guest_proof, "limit_codes", full)
    assert house.send(email="carol@example.com").status_code == 429
    monkeypatch.undo()
    house.confirm()
    assert ServiceRequest.objects.count() == 0
    assert house.client.get("/account/")["Location"].startswith("/signin/")


def test_two_forms_in_one_browser_do_not_lend_each_other_a_code(house):
    """The second form is there, but its code is not yet: as two requests at once leave the session."""
    house.send(email="mallory@example.net")
    session = house.client.session
    session["guest_request"] = {**session["guest_request"], "email": "carol@example.com"}
    session.save()
    assert house.confirm()["Location"] == "/new/repair/"
    assert ServiceRequest.objects.count() == 0
    assert house.client.get("/account/")["Location"].startswith("/signin/")


def test_staff_do_not_file_as_customers(house):
    house.send(email="bob@example.com")
    answer = house.confirm()
    assert answer.status_code == 403
    assert "belongs to the team" in answer.content.decode()
    assert ServiceRequest.objects.count() == 0
    assert house.client.get("/desk/")["Location"].startswith("/signin/")


def test_whoever_was_turned_away_gets_no_code(house):
    User.objects.create_user(GUEST, name="Gina", role="customer", is_active=False)
    house.send()
    assert "No account" in house.mails()[0].subject
    assert house.confirm().status_code == 403
    assert ServiceRequest.objects.count() == 0


def test_a_guest_writes_and_reads_answers_but_no_notes(house):
    row, path = house.filed()
    bob = actor_for(house.people["bob"])
    note(actor=bob, request_id=row.pk, message=Message("A note for us alone", uuid.uuid4()))
    reply(actor=bob, request_id=row.pk, message=Message("We come on Friday", uuid.uuid4()))
    sent = house.client.post(f"{path}reply/", {"body": "Friday is fine", "key": str(uuid.uuid4())})
    assert sent.status_code == 302
    text = house.client.get(path).content.decode()
    assert "We come on Friday" in text
    assert "Friday is fine" in text
    assert "A note for us alone" not in text


def test_a_guest_makes_no_moves(house):
    row, path = house.filed()
    made = Move(to="known", seen_status="new", answers={"cause": "A seal"})
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    assert "That will do" not in house.client.get(path).content.decode()
    text = house.client.get(path).content.decode()
    assert "A seal" not in text


def test_writing_is_refused_where_the_status_takes_no_messages(house):
    row, path = house.filed()
    made = Move(to="over", seen_status="new", reason="Done")
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    before = Rows().now()
    answer = house.client.post(f"{path}reply/", {"body": "One more thing", "key": str(uuid.uuid4())})
    assert answer.status_code == 403
    assert "One more thing" in answer.content.decode()
    assert Rows().now() == before


def _stopped(house, row, path):
    house.client.post(f"{path}stop/")


def _moved_in(house, row, path):
    house.client.post(f"{path}keep/")
    assert house.client.post("/signin/code/", {"code": CODE})["Location"] == f"/requests/{row.number}/"


def _deactivated(house, row, path):
    User.objects.filter(pk=row.customer_id).update(is_active=False)


def _renewed(house, row, path):
    guest_links.renew_link(row)


def _given_away(house, row, path):
    ServiceRequest.objects.filter(pk=row.pk).update(customer=house.people["dave"])


@pytest.mark.parametrize(
    "end", [_stopped, _moved_in, _deactivated, _renewed, _given_away], ids=lambda end: end.__name__
)
def test_a_link_that_has_ended_opens_nothing_and_takes_nothing(house, client_for, end):
    row, path = house.filed()
    end(house, row, path)
    client = client_for()
    assert client.get(path).status_code == 410
    assert "A drip" not in client.get(path).content.decode()
    before = Rows().now()
    for act in ("reply/", "stop/", "keep/"):
        client.post(f"{path}{act}", {"body": "Hello", "key": str(uuid.uuid4())})
    assert Rows().now() == before


def test_a_link_ends_some_time_after_closing_and_half_a_year_after_it_was_sent(house, client_for):
    row, path = house.filed()
    for days, status in ((179, 200), (181, 410)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert client_for().get(path).status_code == status
    made = Move(to="over", seen_status="new", reason="Done")
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    for days, status in ((13, 200), (15, 410)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert client_for().get(path).status_code == status


def test_a_link_that_is_mailed_long_after_closing_opens(house, client_for):
    row, path = house.filed()
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=Move("over", "new", reason="Done"))
    house.mails()
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert client_for().get(path).status_code == 410
        client_for().post(f"{path}new/")
        sent = re.search(r"/g/[^/]+/", house.mails()[-1].text)[0]
        assert client_for().get(sent).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert client_for().get(sent).status_code == 410
        reply(actor=actor_for(house.people["bob"]), request_id=row.pk, message=Message("One more", uuid.uuid4()))
        sent = re.search(r"/g/[^/]+/", house.mails()[-1].text)[0]
        assert client_for().get(sent).status_code == 200


def test_news_after_half_a_year_open_the_link_again_but_not_a_stopped_one(house, client_for):
    row, path = house.filed()
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        reply(actor=actor_for(house.people["bob"]), request_id=row.pk, message=Message("News at last", uuid.uuid4()))
        assert path in house.mails()[-1].text
        assert client_for().get(path).status_code == 200
        house.client.post(f"{path}stop/")
        before = len(house.mails())
        reply(actor=actor_for(house.people["bob"]), request_id=row.pk, message=Message("And more", uuid.uuid4()))
        assert len(house.mails()) == before


@pytest.mark.parametrize("spoil", [lambda p: p[:-3] + "x/", lambda p: p.replace("-1.", "-2."), lambda _p: "/g/x/"])
def test_a_made_up_link_opens_nothing_and_offers_nothing(house, client_for, spoil):
    _row, path = house.filed()
    answer = client_for().get(spoil(path))
    assert answer.status_code == 410
    assert "E-mail me a new link" not in answer.content.decode()
    before = Rows().now()
    assert client_for().post(f"{spoil(path)}new/").status_code == 410
    assert Rows().now() == before


def test_whoever_holds_an_ended_link_can_have_a_new_one_mailed_to_the_address(house, client_for):
    _row, path = house.filed()
    house.client.post(f"{path}stop/")
    assert "E-mail me a new link" in client_for().get(path).content.decode()
    assert client_for().post(f"{path}new/").status_code == 200
    new = next(word for word in house.mails()[-1].text.split() if "/g/" in word)
    fresh = "/g/" + new.split("/g/")[1]
    assert fresh != path
    assert client_for().get(fresh).status_code == 200
    assert client_for().get(path).status_code == 410


def test_links_that_went_to_an_address_that_is_no_longer_theirs_open_nothing(house, client_for):
    row, path = house.filed()
    mona = make_user("mona@example.com", "Mona Manager", "manager")
    change_email(actor=actor_for(mona), user_id=row.customer_id, email="gina@new.example")
    assert client_for().get(path).status_code == 410
    reply(actor=actor_for(house.people["bob"]), request_id=row.pk, message=Message("Soon.", uuid.uuid4()))
    mail = [mail for mail in house.mails("gina@new.example") if "/g/" in mail.text][-1]
    assert client_for().get("/g/" + mail.text.split("/g/")[1].split("/")[0] + "/").status_code == 200


def test_without_the_schema_in_its_salt_a_link_would_open_the_twins_request(house, twins, monkeypatch):
    """The guard switched off: the leak is real."""
    monkeypatch.setattr(signing, "current_schema", lambda: "same")
    _row, path = house.filed()
    twins.mirror()
    with tenant_context(twins.beta.tenant):
        client = make_client(tenant=twins.beta.tenant)
    assert client.get(path).status_code == 200


def test_links_of_one_tenant_open_nothing_in_its_twin(house, twins):
    _row, path = house.filed()
    twins.mirror()
    with tenant_context(twins.beta.tenant):
        assert GuestLink.objects.count() == 1
        client = make_client(tenant=twins.beta.tenant)
    assert client.get(path).status_code == 410
    before = Rows().now()
    assert client.post(f"{path}reply/", {"body": "Hello", "key": str(uuid.uuid4())}).status_code == 410
    assert Rows().now() == before


def test_keeping_an_account_is_one_code_and_everything_moves_in(house):
    row, path = house.filed()
    assert house.client.post(f"{path}keep/")["Location"] == "/signin/code/"
    answer = house.client.post("/signin/code/", {"code": CODE, "keep": "on"})
    assert answer["Location"] == f"/requests/{row.number}/"
    row.customer.refresh_from_db()
    assert not row.customer.is_guest
    assert "A drip" in house.client.get(f"/requests/{row.number}/").content.decode()
    made = Move(to="known", seen_status="new", answers={"cause": "A seal"})
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    assert f"/requests/{row.number}/" in house.mails()[-1].text


def test_where_nobody_registers_a_guest_stays_one(house, client_for):
    house.publish(registration="closed")
    _row, path = house.filed()
    assert "Keep this in an account" not in house.client.get(path).content.decode()
    assert house.client.post(f"{path}keep/").status_code == 403
    client_for().post("/signin/", {"email": GUEST})
    assert any("No account" in mail.subject for mail in house.mails())
    assert not any(mail.subject.startswith("Your code") for mail in house.mails()[1:])


def test_a_second_request_of_a_guest_is_the_same_person(house, client_for):
    first, _path = house.filed()
    client = client_for()
    house.send(client, name="Another Name")
    house.confirm(client=client)
    second = ServiceRequest.objects.latest("number")
    assert second.customer_id == first.customer_id
    assert User.objects.get(email=GUEST).name == "Gina Guest"


def test_staff_see_a_guest_and_stop_or_renew_the_link(house, client_for):
    row, path = house.filed()
    bob = client_for(house.people["bob"])
    page = bob.get(f"/desk/requests/{row.number}/").content.decode()
    assert "Guest" in page
    assert "Stop the link" in page
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "stop"})
    assert client_for().get(path).status_code == 410
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "renew"})
    new = next(word for word in house.mails()[-1].text.split() if "/g/" in word)
    assert client_for().get("/g/" + new.split("/g/")[1]).status_code == 200


def test_of_a_customer_with_an_account_there_is_no_link_to_handle(house, client_for):
    row = file_request(house.people["carol"], "repair")
    bob = client_for(house.people["bob"])
    assert "Stop the link" not in bob.get(f"/desk/requests/{row.number}/").content.decode()
    before = Rows().now()
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "renew"})
    assert Rows().now() == before


def test_guests_without_anything_to_send_are_refused_at_publishing():
    made = portal_document()
    made["types"][0]["for"] = {"who": "signed_in"}
    assert [problem.path for problem in check(load(made)) if problem.path == "portal.guests"] == ["portal.guests"]


# ---- files


def _jpeg(name: str = "boiler.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), content_type="image/jpeg")


@pytest.fixture
def with_photo(house, file_store) -> House:
    """The portal asks for a photo, keeps another from customers, and takes files with messages."""
    made = portal_document()
    made["document_kinds"] = [
        {"key": "photo", "name": "Photo", "accept": ["image", "pdf"], "show": {"customer": "see"}}
    ]
    made["document_kinds"].append(
        {"key": "paper", "name": "Paper", "accept": ["image"], "show": {"customer": "hidden"}}
    )
    made["types"][0]["fields"] += [
        {"key": "photo", "label": "A photo", "kind": "file", "document_kind": "photo"},
        {"key": "inside", "label": "For us", "kind": "file", "document_kind": "paper", "show": {"customer": "hidden"}},
    ]
    for status in made["flows"][0]["statuses"]:
        status["customer_may"] = ["message", "upload"]
    publish(actor=actor_for(house.people["alice"]), document=load(made))
    return house


def _address_of_file(page: str) -> str:
    return "/files/" + page.split('href="/files/')[1].split('"', maxsplit=1)[0]


def test_a_guest_sends_a_file_with_the_form_and_fetches_it_by_the_link_alone(with_photo, client_for):
    house = with_photo
    assert house.send(**{"f-photo_new": _jpeg()})["Location"] == "/new/repair/confirm/"
    path = house.confirm()["Location"].split("?")[0]
    row = ServiceRequest.objects.get()
    assert [item["name"] for item in row.data["photo"]] == ["boiler.jpg"]
    stranger = client_for()
    address = _address_of_file(stranger.get(path).content.decode())
    assert "?g=" in address
    answer = stranger.get(address)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert stranger.get(address.split("?")[0])["Location"].startswith("/signin/")
    assert client_for(house.people["dave"]).get(address.split("?")[0]).status_code == 404


def test_a_file_stays_while_other_answers_are_wrong(with_photo):
    answer = with_photo.send(**{"f-photo_new": _jpeg(), "f-what": ""})
    text = answer.content.decode()
    assert answer.status_code == 400
    key = re.search(r'name="f-photo" value="([0-9a-f-]{36})"', text)
    assert key, "the file that was chosen is in the form"
    assert with_photo.send(**{"f-photo": key[1]}).status_code == 302
    with_photo.confirm()
    assert ServiceRequest.objects.get().data["photo"][0]["name"] == "boiler.jpg"


def test_a_file_of_another_browser_is_no_file(with_photo, client_for):
    text = with_photo.send(**{"f-photo_new": _jpeg(), "f-what": ""}).content.decode()
    key = re.search(r'name="f-photo" value="([0-9a-f-]{36})"', text)[1]
    other = client_for()
    assert with_photo.send(other, **{"f-photo": key}).status_code == 400
    assert other.get(f"/files/{key}/")["Location"].startswith("/signin/")
    assert with_photo.client.get(f"/files/{key}/").status_code == 200


def test_a_link_brings_no_file_that_its_reader_does_not_see(with_photo, client_for):
    house = with_photo
    row, path = house.filed(**{"f-photo_new": _jpeg()})
    token = path.split("/")[2]
    other = file_request(house.people["carol"], "repair")
    hidden, foreign, noted = (attached(house, row, other, what) for what in ("hidden", "foreign", "note"))
    for key in (hidden, foreign, noted):
        assert client_for().get(f"/files/{key}/?g={token}").status_code == 404
    house.client.post(f"{path}stop/")
    mine = row.data["photo"][0]["id"]
    assert client_for().get(f"/files/{mine}/?g={token}").status_code == 404


def attached(house: House, row: ServiceRequest, other: ServiceRequest, what: str) -> str:
    """A file of the request's hidden field, of somebody else's request, or of a note; its key."""
    alice = make_client(house.people["alice"])
    if what == "note":
        sent = {"body": "For us", "kind": "note", "key": str(uuid.uuid4()), "files_new": _jpeg("note.jpg")}
        alice.post(f"/desk/requests/{row.number}/write/", sent)
        return str(StoredFile.objects.get(name="note.jpg").pk)
    if what == "foreign":
        return str(other.data["photo"][0]["id"])
    page = alice.get(f"/desk/requests/{row.number}/?edit=inside").content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    sent = {"edit": "inside", "seen": seen, "f-inside_new": _jpeg("hidden.jpg")}
    alice.post(f"/desk/requests/{row.number}/change/", sent)
    return str(StoredFile.objects.get(name="hidden.jpg", attached_at__isnull=False).pk)


def test_a_guest_answers_with_a_file(with_photo, client_for):
    _row, path = with_photo.filed()
    answer = with_photo.client.post(
        f"{path}reply/", {"body": "Here it is", "key": str(uuid.uuid4()), "files_new": _jpeg("plate.jpg")}
    )
    assert answer.status_code == 302
    page = client_for().get(path).content.decode()
    assert "plate.jpg" in page
    assert client_for().get(_address_of_file(page)).status_code == 200


def test_files_are_taken_from_a_guest_before_the_form_and_only_where_guests_are_let_in(with_photo, client_for):
    client = client_for()
    sent = client.post("/files/", {"file": _jpeg(), "name": "f-photo", "kind": "photo"})
    assert sent.status_code == 201
    with_photo.publish(guests=False)
    refused_now = client_for().post("/files/", {"file": _jpeg(), "name": "f-photo"})
    assert refused_now.status_code in (302, 403)
    assert StoredFile.objects.count() == 1


def test_a_source_sends_so_many_files_and_no_more(with_photo, client_for, monkeypatch):
    monkeypatch.setattr("portal_core.portal.files.FILES_AN_HOUR", 2)
    for _ in range(2):
        assert client_for().post("/files/", {"file": _jpeg(), "name": "f-photo"}).status_code == 201
    assert client_for().post("/files/", {"file": _jpeg(), "name": "f-photo"}).status_code == 429
    assert StoredFile.objects.count() == 2


def test_a_flooded_guest_keeps_an_account_by_the_link_in_the_mail_and_none_where_nobody_registers(house, client_for):
    row, path = house.filed()
    mail_link(Event(kind="signin.link_wanted", payload={"email": GUEST}))
    told = next(mail.text for mail in house.mails() if "/signin/link/" in mail.text)
    link = "/signin/link/" + told.split("/signin/link/")[1].split()[0]
    client = client_for()
    client.post(link)
    row.customer.refresh_from_db()
    assert not row.customer.is_guest
    assert client.get(path).status_code == 410
    User.objects.filter(pk=row.customer_id).update(is_guest=True)
    house.publish(registration="closed")
    before = Rows().now()
    mail_link(Event(kind="signin.link_wanted", payload={"email": GUEST}))
    assert Rows().now() == before


def test_strangers_who_use_up_the_codes_of_an_address_do_not_keep_the_holder_of_a_link_waiting(house, client_for):
    _row, path = house.filed()
    for number in range(signin_limits.STRANGER_PER_ADDRESS + 1):
        client_for().post("/signin/", {"email": GUEST}, REMOTE_ADDR=f"203.0.113.{number}")
    before = len(house.mails())
    assert house.client.post(f"{path}code/send/")["Location"] == f"{path}code/"
    assert client_for().post(f"{path}keep/")["Location"] == "/signin/code/"
    house.client.post(f"{path}stop/")
    assert client_for().post(f"{path}new/").status_code == 200
    subjects = [mail.subject for mail in house.mails()][before:]
    assert sum("link to request" in subject for subject in subjects) == 1 and len(subjects) == 3, subjects
    # Whoever holds the link is held to a number, too.
    fresh = "/g/" + house.mails()[-1].text.split("/g/")[1].split()[0]
    answers = [client_for().post(f"{fresh}code/send/").status_code for _ in range(8)]
    assert (answers[0], answers[-1]) == (302, 429)


def test_a_new_link_to_a_closed_request_works_for_a_while(house, client_for):
    row, path = house.filed()
    made = Move(to="over", seen_status="new", reason="Done")
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert client_for().get(path).status_code == 410
        client_for().post(f"{path}new/")
        fresh = "/g/" + house.mails()[-1].text.split("/g/")[1].split()[0]
        assert client_for().get(fresh).status_code == 200


def test_a_link_that_staff_stopped_is_sent_again_by_staff_alone(house, client_for):
    row, path = house.filed()
    bob = client_for(house.people["bob"])
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "stop"})
    house.mails()
    assert "E-mail me a new link" not in client_for().get(path).content.decode()
    before = Rows().now()
    client_for().post(f"{path}new/")
    assert Rows().now() == before
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "renew"})
    fresh = "/g/" + house.mails()[-1].text.split("/g/")[1].split()[0]
    assert client_for().get(fresh).status_code == 200


def test_what_a_guest_writes_follows_a_merged_request_and_a_link_opens_no_other_one(house):
    first, first_path = house.filed()
    second, second_path = house.filed(**{"f-what": "Again a drip"})
    house.client.post(f"{first_path}reply/", {"body": "Said in the first", "key": str(uuid.uuid4())})
    merge(actor=actor_for(house.people["bob"]), request_id=first.pk, into_number=second.number)
    written = house.client.post(f"{first_path}reply/", {"body": "Said afterwards", "key": str(uuid.uuid4())})
    assert written.status_code == 302
    assert HistoryEntry.objects.get(body="Said afterwards").request_id == second.pk
    stranger = make_client()
    page = stranger.get(second_path).content.decode()
    assert "Said afterwards" in page
    assert "Said in the first" not in page
    assert "Said in the first" in stranger.get(first_path).content.decode()
