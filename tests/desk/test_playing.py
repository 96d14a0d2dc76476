"""The owner plays the made-up customer: in the portal she is that customer, at the desk she stays herself."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.queries import sample_customer
from portal_core.config.live import live_portal
from portal_core.messaging.actions import Message, reply
from tests.factories import make_user
from tests.service_requests.filing import file_request

pytestmark = pytest.mark.django_db
PLAY = "/desk/first-steps/play/"


@pytest.fixture
def sample(people, tenant) -> User:
    return sample_customer() or make_user("alex@sample.invalid", "Alex Carter", "customer", is_sample=True)


@pytest.fixture
def alice(people, client_for, sample):
    client = client_for(people["alice"])
    client.post(PLAY)
    return client


def test_she_sees_the_portal_as_the_customer_and_the_desk_as_herself(alice, sample):
    home = alice.get("/")
    assert home.status_code == 200
    assert "You are playing" in home.content.decode()
    assert alice.get("/desk/").status_code == 200
    assert "You are playing" not in alice.get("/desk/").content.decode()


def test_a_request_that_she_sends_is_the_customers(alice, people, sample):
    from portal_core.accounts.actor import actor_for
    from portal_core.service_requests.models import ServiceRequest
    from tests.service_requests.filing import filled

    portal = live_portal()
    data = filled(portal.types[0], actor_for(sample), portal)
    sent = alice.post(f"/new/{portal.types[0].key}/", {**data, "do": "send"})
    row = ServiceRequest.objects.get()
    assert sent["Location"] == f"/requests/{row.number}/?sent=1"
    assert (row.customer, row.created_by) == (sample, sample)
    assert str(row.number) in alice.get("/desk/first-steps/").content.decode()


def test_nothing_on_an_empty_home_signs_her_out(alice):
    home = alice.get("/").content.decode()
    assert "What you will see here" in home and "Look with another address" not in home


def test_her_account_stays_her_own(alice):
    text = alice.get("/account/").content.decode()
    assert "alice@example.com" in text
    assert "sample.invalid" not in text


def test_she_stops_and_is_herself_again(alice):
    assert alice.post(PLAY, {"do": "stop"})["Location"] == "/desk/first-steps/"
    assert alice.get("/")["Location"] == "/desk/"


def test_nobody_else_plays(people, client_for, sample):
    for name, status in (("bob", 403), ("carol", 404)):
        client = client_for(people[name])
        assert client.post(PLAY).status_code == status
        assert "You are playing" not in client.get("/", follow=True).content.decode()


def test_a_real_customer_is_never_played(alice, people, sample):
    session = alice.session
    session["plays"] = str(people["carol"].pk)
    session.save()
    assert alice.get("/")["Location"] == "/desk/"


def test_whoever_loses_the_right_stops_playing(alice, people):
    User.objects.filter(pk=people["alice"].pk).update(role="agent")
    assert alice.get("/")["Location"] == "/desk/"


def test_a_sample_that_is_gone_is_not_played(alice, sample):
    User.objects.filter(pk=sample.pk).update(is_active=False)
    assert alice.get("/")["Location"] == "/desk/"


def test_files_asked_for_from_the_desk_are_her_own(alice, people, sample, file_store):
    from portal_core.documents.models import StoredFile
    from tests.documents.samples import picture

    def sent_from(page: str) -> StoredFile:
        data = {"name": "files", "file": SimpleUploadedFile("a.jpg", picture())}
        assert alice.post("/files/", data, headers={"referer": f"https://alpha.example{page}"}).status_code == 201
        return StoredFile.objects.latest("id")

    assert sent_from("/desk/requests/1001/").owner_id == people["alice"].pk
    assert sent_from("/requests/1001/").owner_id == sample.pk


def test_an_owner_without_a_name_is_asked_once_and_answers_carry_it(people, tenant, client_for):
    alice = people["alice"]
    row = file_request(people["carol"])
    assert 'name="your-name"' not in client_for(alice).get("/desk/first-steps/").content.decode()
    alice.name = ""
    alice.save(update_fields=["name"])
    later, named = client_for(alice), client_for(alice)
    assert 'name="your-name"' in later.get("/desk/first-steps/").content.decode()
    later.post("/desk/first-steps/", {"your-name": "Typed and not kept", "later": "1"})
    assert 'name="your-name"' not in later.get("/desk/first-steps/").content.decode()
    alice.refresh_from_db()
    assert alice.name == ""
    # Another browser asks still; nothing typed is nothing kept.
    assert 'name="your-name"' in named.get("/desk/first-steps/").content.decode()
    named.post("/desk/first-steps/", {"your-name": "  Alice\x00  Owner "})
    alice.refresh_from_db()
    assert alice.name == "Alice Owner"
    page = named.get("/desk/first-steps/").content.decode()
    assert 'name="your-name"' not in page and "Customers read your answers as Alice Owner" in page
    reply(actor=actor_for(alice), request_id=row.pk, message=Message("We come on Friday.", uuid4()))
    read = client_for(people["carol"]).get(f"/requests/{row.number}/").content.decode()
    assert "Alice Owner" in read
