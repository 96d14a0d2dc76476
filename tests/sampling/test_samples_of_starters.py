"""The samples of a starter: put in with one click, told to nobody, removed with another; never anything real."""

from __future__ import annotations

import re

import pytest
from django.core import mail as sent_mails
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.queries import sample_customer
from portal_core.config.actions import publish
from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.config.starters import starter, starter_for, starter_keys
from portal_core.documents.models import Document, StoredFile
from portal_core.history.models import CustomerLook, HistoryEntry
from portal_core.messaging.actions import Message, reply
from portal_core.notifications.models import Notice
from portal_core.reporting.beginning import first_steps
from portal_core.reporting.models import RemovedWork
from portal_core.sampling.filling import NoSamples, can_fill, fill, stories_of
from portal_core.sampling.removing import remove, samples
from portal_core.saved_records.models import RecordEntry, SavedRecord
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import GuestLink, RequestSearch, ServiceRequest
from tenants.identifiers import uuid7
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests.filing import file_request

SAMPLES = "/desk/first-steps/samples/"
REMOVE = "/desk/first-steps/samples/remove/"


def open_portal(people: dict[str, User], key: str, language: str = "") -> User:
    """A portal as sign-up opens it from this starter, with its made-up customer."""
    document = starter_for(key, name="Holz & Söhne", language=language)
    publish(actor=actor_for(people["alice"]), document=load(document))
    return sample_customer() or make_user("alex.carter@sample.invalid", "Alex Carter", "customer", is_sample=True)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("key", starter_keys())
def test_every_starter_has_samples_that_stand_in_many_places(key, language, people, tenant):
    alex = open_portal(people, key, language)
    assert can_fill(live_portal())
    count = fill(actor=actor_for(people["alice"]))
    rows = list(ServiceRequest.objects.all())
    assert len(rows) == count >= 5
    assert {row.customer_id for row in rows} == {alex.pk}
    assert {"us", "customer"} <= {row.turn for row in rows}
    assert len({row.type_key for row in rows}) >= 2
    told = " ".join([*(row.title for row in rows), *HistoryEntry.objects.values_list("body", flat=True)])
    assert "{" not in told
    assert re.search(r"\b(the|is|you|and)\b" if language == "de" else r"\b(der|die|das|und|ist)\b", told) is None
    assert not can_fill(live_portal())


@pytest.mark.parametrize("key", starter_keys())
def test_what_a_sample_fills_in_with_a_move_is_what_the_move_needs(key):
    """Other answers would be left out without a word."""
    portal = compile_portal(load(starter(key)), 1)
    for story in stories_of(key)["requests"]:
        moves = [move for _, move in portal.type(story["type"]).flow.transitions]
        for step in story["steps"]:
            needed = {name for move in moves if move.to == step["do"] for name in move.must_fill}
            is_move = any(status.key == step["do"] for status in portal.type(story["type"]).flow.statuses)
            assert not is_move or set(step.get("answers", ())) <= needed, step


@pytest.mark.parametrize("key", ["booking", "documents", "invoices"])
def test_nobody_is_told_and_nothing_is_counted(key, people, tenant):
    open_portal(people, key)
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    fill(actor=actor_for(people["alice"]))
    drain(tenant.schema_name)
    assert sent_mails.outbox == []
    assert not Mail.objects.exists() and not Notice.objects.exists() and not RemovedWork.objects.exists()
    assert not Event.objects.filter(done_at=None, kind__in=["request.tick", "work.removed"]).exists()
    steps = first_steps()
    assert (steps.has_request, steps.is_answered, steps.sample_was_told) == (False, False, False)


def test_what_happens_to_a_sample_afterwards_is_told_to_the_owner(people, tenant):
    open_portal(people, "booking")
    fill(actor=actor_for(people["alice"]))
    row = ServiceRequest.objects.order_by("number").first()
    reply(actor=actor_for(people["alice"]), request_id=row.pk, message=Message("We look.", uuid7()))
    drain(tenant.schema_name)
    assert [mail.to for mail in sent_mails.outbox] == [["Alice Owner <alice@example.com>"]]


def test_a_portal_that_was_changed_or_filled_is_not_filled(people, tenant):
    alex = open_portal(people, "booking")
    document = starter_for("booking", name="Other", colour="#0b6153")
    publish(actor=actor_for(people["alice"]), document=load(document))
    assert can_fill(live_portal()), "name and colour may change"
    del document["types"][2]
    del document["flows"][1]
    document["messages"] = [
        message for message in document["messages"] if message["key"] not in ("question-here", "answer")
    ]
    publish(actor=actor_for(people["alice"]), document=load(document))
    before = Rows().now()
    with pytest.raises(NoSamples):
        fill(actor=actor_for(people["alice"]))
    assert Rows().now() == before
    assert alex.pk


def test_removing_takes_all_that_is_made_up_and_says_what(people, tenant, settings):
    open_portal(people, "documents")
    real = file_request(people["carol"], "question", subject="A real one", question="Is it?")
    before, kept = _real(), set(StoredFile.objects.values_list("key", flat=True))
    fill(actor=actor_for(people["alice"]))
    keys = set(StoredFile.objects.values_list("key", flat=True)) - kept
    assert len(keys) >= 6 and all(default_storage.exists(key) for key in keys)
    assert not StoredFile.objects.filter(attached_at=None).exists(), "nothing was sent that stands nowhere"
    removed = remove(actor=actor_for(people["alice"]))
    assert removed.words == "Alex Carter, 5 requests, 6 documents and 1 saved detail"
    assert not User.objects.filter(is_sample=True).exists()
    assert not any(default_storage.exists(key) for key in keys)
    assert all(default_storage.exists(key) for key in kept)
    assert _real() == before
    assert ServiceRequest.objects.get() == real
    assert samples().names == ()
    assert remove(actor=actor_for(people["alice"])).names == ()
    assert not can_fill(live_portal())


def _real() -> dict[str, int]:
    models = (
        ServiceRequest, HistoryEntry, Document, StoredFile, SavedRecord, RecordEntry, RequestFile, RequestSearch,
        GuestLink, Notice, RemovedWork,
    )  # fmt: skip
    return {model.__name__: model.objects.count() for model in models} | {
        "User": User.objects.filter(is_sample=False).count()
    }


@pytest.mark.parametrize("key", starter_keys())
def test_whatever_a_starter_put_in_goes_again(key, people, tenant):
    open_portal(people, key)
    before = _real()
    fill(actor=actor_for(people["alice"]))
    assert not StoredFile.objects.filter(attached_at=None).exists()
    remove(actor=actor_for(people["alice"]))
    assert _real() == before


def test_what_the_owner_did_as_the_customer_goes_too(people, tenant):
    alex = open_portal(people, "support-tickets")
    first = file_request(alex, "how-to", subject="How do I print?")
    reply(actor=actor_for(people["alice"]), request_id=first.pk, message=Message("Like this.", uuid7()))
    CustomerLook.objects.create(looker=people["alice"], customer=alex, page="/", is_draft=True, at=timezone.now())
    drain(tenant.schema_name)
    assert Notice.objects.exists()
    assert remove(actor=actor_for(people["alice"])).requests == 1
    assert not ServiceRequest.objects.exists() and not Notice.objects.exists()


@pytest.mark.parametrize("name", ["bob", "carol"])
def test_only_who_sets_the_portal_up_does_either(name, people, tenant, client_for):
    open_portal(people, "booking")
    before = Rows().now()
    for act in (fill, remove):
        with pytest.raises(Forbidden):
            act(actor=actor_for(people[name]))
    for path in (SAMPLES, REMOVE):
        assert client_for(people[name]).post(path).status_code in (403, 404)
    assert Rows().now() == before


def test_the_database_keeps_the_history_of_everybody_real(people, tenant):
    """Even in a transaction that says it removes samples."""
    alex = open_portal(people, "booking")
    real = file_request(people["carol"], "question", subject="A real one", question="Is it?")
    made_up = file_request(alex, "question", subject="Made up", question="Is it?")
    for row, deletes in ((real, "on"), (made_up, "off")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('portico.removes_samples', %s, true)", [deletes])
            HistoryEntry.objects.filter(request=row).delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        HistoryEntry.objects.filter(request=made_up).update(body="another")
    assert HistoryEntry.objects.filter(request=real).exists()


def test_the_owner_puts_them_in_looks_and_removes_them_in_the_browser(people, tenant, client_for):
    open_portal(people, "booking")
    alice = client_for(people["alice"])
    text = alice.get("/desk/first-steps/").content.decode()
    assert "Put sample requests in" in text and "Remove the sample data" in text
    queue = alice.post(SAMPLES, follow=True)
    assert queue.redirect_chain[-1][0] == "/desk/"
    assert "5 sample requests stand in your queue. Nobody was told of them." in queue.content.decode()
    text = alice.get("/desk/first-steps/").content.decode()
    assert "Put sample requests in" not in text
    assert "Nothing was put in" in alice.post(SAMPLES, follow=True).content.decode()
    asked = alice.get(REMOVE).content.decode()
    assert "Alex Carter, 5 requests and" in asked and "Keep it" in asked
    assert ServiceRequest.objects.count() == 5, "looking removes nothing"
    done = alice.post(REMOVE, follow=True).content.decode()
    assert "Removed: Alex Carter, 5 requests" in done
    assert "Be Alex and send a first request" not in done and "Remove the sample data" not in done
    assert alice.get(REMOVE)["Location"] == "/desk/first-steps/"
    assert "There was no sample data left" in alice.post(REMOVE, follow=True).content.decode()
