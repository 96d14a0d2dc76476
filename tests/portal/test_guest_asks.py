"""What is asked of a guest: shown by the link, answered only after a code from their mailbox."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal_core.accounts import address_proof
from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.documents.models import StoredFile
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests import guest_links
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import ServiceRequest
from tests.contracts.rows import Rows
from tests.documents.samples import picture
from tests.portal.guests import CODE, House, portal_document

pytestmark = pytest.mark.django_db


def asking_document() -> dict[str, Any]:
    """The guests' portal with a price to approve, a day to name, and a text to confirm."""
    made = portal_document()
    made["types"].pop()
    flow = made["flows"][0]
    flow["statuses"].insert(
        1,
        {
            "key": "priced",
            "step": "one",
            "name": "Priced",
            "customer_name": "Your price is here",
            "meaning": "A person has named a price.",
            "turn": "customer",
            "handler": [{"team": "desk"}],
            "next_step": "You say yes or no",
            "expected": {"no_limit": True},
            "notify": [{"who": "customer", "when": "now", "message": "news"}],
            "customer_may": ["message"],
            "asks": [
                {"key": "day", "do": "fill", "fields": ["day"], "label": "Which day suits you?"},
                {
                    "key": "price",
                    "do": "approve",
                    "fields": ["price"],
                    "label": "Do you want this done?",
                    "consent": "I order the repair.",
                    "approved": "known",
                    "declined": "over",
                },
            ],
            "when_done": "known",
        },
    )
    flow["transitions"].append(
        {"from": ["new"], "to": "priced", "by": ["agent"], "must_fill": ["price"], "label": "Priced"}
    )
    hidden = {"customer": "hidden", "agent": "edit"}
    made["types"][0]["fields"] += [
        {"key": "price", "kind": "text", "label": "Price", "show": hidden, "at": {"priced": {"customer": "see"}}},
        {"key": "day", "kind": "text", "label": "Day", "show": hidden, "at": {"priced": {"customer": "edit"}}},
    ]
    return made


@pytest.fixture
def house(people, tenant, client_for, monkeypatch) -> House:
    monkeypatch.setattr(address_proof, "new_code", lambda: CODE)
    publish(actor=actor_for(people["alice"]), document=load(asking_document()))
    return House(people, tenant, client_for())


@pytest.fixture
def priced(house) -> tuple[ServiceRequest, str]:
    row, path = house.filed()
    made = Move(to="priced", seen_status="new", answers={"price": "£120"})
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    row.refresh_from_db()
    return row, path


def sent_form(row: ServiceRequest, page: str = "", **more: str) -> dict[str, str]:
    """What the form of an ask sends, with what the page carries for it."""
    token = re.search(r'name="token" value="([^"]*)"', page)
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    carried = {"token": token[1] if token else "", "seen": seen[1] if seen else ""}
    return {"key": str(uuid.uuid4()), "since": row.status_since.isoformat(), **carried, **more}


def confirmed(house: House, path: str, client: Any = None) -> str:
    """Enters the code; the page as it is then."""
    client = client or house.client
    client.post(f"{path}code/send/")
    assert client.post(f"{path}code/", {"code": CODE}).status_code == 302
    return client.get(path).content.decode()


def test_what_is_asked_is_shown_and_answered_only_after_a_code(house, priced):
    row, path = priced
    text = house.client.get(path).content.decode()
    assert "Do you want this done?" in text
    assert "£120" in text
    assert "E-mail me a code" in text
    assert "/asks/price/" not in text
    before = Rows().now()
    answer = house.client.post(f"{path}asks/price/", sent_form(row, answer="yes", consent="on"))
    assert answer.status_code == 302
    assert Rows().now() == before


@pytest.mark.parametrize("declined", [None, "over"], ids=["yes alone", "no, too"])
def test_no_code_is_offered_for_what_cannot_be_answered_any_more(house, declined):
    made = asking_document()
    (price,) = [ask for ask in made["flows"][0]["statuses"][1]["asks"] if ask["do"] == "approve"]
    price["expires_days"] = 3
    if declined is None:
        del price["declined"]
    made["flows"][0]["statuses"][1]["asks"] = [price]
    publish(actor=actor_for(house.people["alice"]), document=load(made))
    row, path = house.filed()
    step = Move(to="priced", seen_status="new", answers={"price": "£120"})
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=step)
    assert f"{path}code/send/" in house.client.get(path).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=5), tick=True):
        text = house.client.get(path).content.decode()
    assert "The time to approve this was over" in text
    # A no is taken at any time.
    assert (f"{path}code/send/" in text) is (declined is not None)


def test_no_answer_offers_a_change_that_leads_nowhere(house, priced):
    _row, path = priced
    assert "?edit=" not in house.client.get(path).content.decode()
    assert "?edit=" not in confirmed(house, path)


def test_with_the_code_a_guest_names_a_day_and_approves(house, priced):
    row, path = priced
    page = confirmed(house, path)
    day = page.split("/asks/day/")[1]
    assert house.client.post(f"{path}asks/day/", sent_form(row, day, **{"f-day": "Friday"})).status_code == 302
    page = house.client.get(path).content.decode()
    answer = house.client.post(f"{path}asks/price/", sent_form(row, page, answer="yes", consent="on"))
    assert answer["Location"] == f"{path}#now"
    row.refresh_from_db()
    assert (row.status_key, row.data["day"]) == ("known", "Friday")
    entry = HistoryEntry.objects.filter(request=row, kind=Kind.APPROVED)
    assert entry.exists()
    assert "sessionid" in house.client.cookies
    assert house.client.get("/")["Location"].startswith("/signin/")


def test_a_price_that_changed_meanwhile_is_shown_again_and_not_approved(house, priced):
    row, path = priced
    page = confirmed(house, path)
    ServiceRequest.objects.filter(pk=row.pk).update(data={**row.data, "price": "£240"})
    before = Rows().now()
    answer = house.client.post(f"{path}asks/price/", sent_form(row, page, answer="yes", consent="on"))
    assert answer.status_code == 409
    assert "£240" in answer.content.decode()
    assert Rows().now() == before


def test_the_code_counts_for_this_browser_this_link_and_half_an_hour(house, priced, client_for):
    row, path = priced
    page = confirmed(house, path)
    form = sent_form(row, page, answer="yes", consent="on")
    before = Rows().now()
    other = client_for()
    assert "/asks/price/" not in other.get(path).content.decode()
    other.post(f"{path}asks/price/", form)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        house.client.post(f"{path}asks/price/", form)
    assert Rows().now() == before
    guest_links.renew_link(row)
    assert house.client.post(f"{path}asks/price/", form).status_code == 410
    fresh = guest_links.path_of(row.guest_links.get())
    assert "/asks/price/" not in house.client.get(fresh).content.decode()


def test_a_wrong_code_opens_nothing_and_five_end_it(house, priced):
    _row, path = priced
    house.client.post(f"{path}code/send/")
    for _ in range(4):
        assert house.client.post(f"{path}code/", {"code": "000000"}).status_code == 400
    over = house.client.post(f"{path}code/", {"code": "000000"})
    assert "code=over" in over["Location"]
    assert "does not work any more" in house.client.get(over["Location"].split("#")[0]).content.decode()
    assert "/asks/price/" not in house.client.get(path).content.decode()


def test_a_code_for_one_request_does_not_count_for_another(house, priced):
    _row, path = priced
    confirmed(house, path)
    house.send(email="gina@example.net")
    second = house.confirm()["Location"].split("?")[0]
    other = ServiceRequest.objects.latest("number")
    made = Move(to="priced", seen_status="new", answers={"price": "£99"})
    move(actor=actor_for(house.people["alice"]), request_id=other.pk, move=made)
    assert "/asks/price/" not in house.client.get(second).content.decode()


def test_a_file_that_script_sent_first_is_taken_with_the_answer(house, file_store):
    wanted = asking_document()
    wanted["types"][0]["fields"].append(
        {
            "key": "plan",
            "kind": "file",
            "label": "A plan",
            "show": {"customer": "hidden"},
            "at": {"priced": {"customer": "edit"}},
        }
    )
    status = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "priced")
    status["asks"][0]["fields"] = ["plan"]
    publish(actor=actor_for(house.people["alice"]), document=load(wanted))
    row, path = house.filed()
    made = Move(to="priced", seen_status="new", answers={"price": "£120"})
    move(actor=actor_for(house.people["alice"]), request_id=row.pk, move=made)
    row.refresh_from_db()
    day = confirmed(house, path).split("/asks/day/")[1]
    photo = SimpleUploadedFile("plan.jpg", picture())
    assert house.client.post("/files/", {"name": "f-plan", "file": photo}).status_code == 201
    key = str(StoredFile.objects.get().pk)
    answer = house.client.post(f"{path}asks/day/", sent_form(row, day, **{"f-plan": key}))
    assert answer.status_code == 302
    row.refresh_from_db()
    assert [file["id"] for file in row.data["plan"]] == [key]
