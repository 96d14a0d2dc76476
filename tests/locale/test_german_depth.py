"""What is asked, papers, saved details, updates, guests and the way out of mails, read by somebody who reads German."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.accounts import address_proof
from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.documents.models import StoredFile
from portal_core.messaging.actions import Message, reply
from portal_core.notifications import unsubscribe
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tests.documents import papers as documents_portal
from tests.documents.papers import Papers, only_document
from tests.documents.samples import sent
from tests.portal.guests import CODE
from tests.portal.guests import House as GuestsHouse
from tests.portal.test_asks import form_of
from tests.portal.test_guest_asks import asking_document
from tests.saved_records import house as records_portal
from tests.saved_records.house import House as RecordsHouse
from tests.service_requests.asking_portal import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("file_store")]


def in_both(document: dict[str, Any]) -> dict[str, Any]:
    """The portal, offered in German too."""
    document["portal"]["languages"] = ["en", "de"]
    return document


# ---- what is asked


@pytest.fixture
def desk(people) -> Desk:
    return Desk(people)


def test_what_is_asked_on_home_and_on_the_page(desk, carol, client_for, reads_german):
    client = client_for(carol)
    visit, quote = desk.at("visit"), desk.at("quote")
    home = reads_german(client.get("/"))
    assert "Bestätigen" in home and "Wenn Sie möchten" in home and "Lesen und zustimmen" in home
    assert "Für 480 £ zustimmen" in reads_german(client.get(f"/requests/{quote.number}/"))
    path = f"/requests/{quote.number}/asks/quote/"
    form = form_of(client.get(f"/requests/{quote.number}/").content.decode(), "quote")
    unticked = client.post(path, {**form, "answer": "yes"})
    assert "Setzen Sie zuerst das Häkchen" in reads_german(unticked)
    declined = client.post(path, {**form, "answer": "no", "note": ""})
    assert "Sagen Sie in ein paar Worten, warum" in reads_german(declined)
    done = client.post(path, {**form, "answer": "yes", "consent": "on"}, follow=True)
    assert "Erledigt: Approve the price." in reads_german(done)
    page = reads_german(client.get(f"/requests/{quote.number}/"))
    assert "Sie haben zugestimmt: Approve the price" in page
    desk.answer(visit, "day", by="bob", answers={"slot": "wed"}, note="Called")
    assert "Bob Agent hat das für den Kunden festgehalten: Choose a day" in reads_german(
        client.get(f"/requests/{visit.number}/")
    )


def test_what_was_not_answered_in_time(desk, carol, client_for, reads_german):
    row = desk.at("quote")
    with time_machine.travel(timezone.now() + timedelta(days=7), tick=True):
        client = client_for(carol)
        assert "Abgelaufen:" in reads_german(client.get("/"))
        page = reads_german(client.get(f"/requests/{row.number}/"))
        assert "Zustimmen war möglich bis:" in page
        assert "Schreiben Sie uns, wenn Sie es noch möchten." in page


def test_the_mails_of_what_is_asked_and_of_time(desk, carol, tenant, reads_german):
    row = desk.at("visit")
    said = []
    for day in (0, 3, 6, 16):
        with time_machine.travel(timezone.now() + timedelta(days=day), tick=True):
            drain(tenant.schema_name)
        said += [mail for mail in sent_mails.outbox if "carol@" in mail.recipients()[0]]
        sent_mails.outbox.clear()
    assert len(said) >= 3
    texts = [reads_german(mail.body) for mail in said]
    for mail in said:
        reads_german(mail.alternatives[0].content)
        reads_german(mail.subject)
    assert any("Worum wir Sie bitten" in text for text in texts)
    assert any("weil Sie dran sind" in text for text in texts)
    assert any("schließen wir die Anfrage ab" in text for text in texts)
    assert any(f"{row.number}" in text and "öffnen Sie sie mit einem Klick wieder" in text for text in texts)


# ---- documents


@pytest.fixture
def papers(people, tenant, client_for, carol) -> Papers:
    made = Papers(people, tenant, client_for)
    publish(actor=actor_for(people["alice"]), document=load(in_both(documents_portal.document())))
    return made


def test_documents(papers, reads_german):
    client = papers.client("carol")
    assert "Hier finden Sie, was Sie an" in reads_german(client.get("/documents/"))
    assert "Was möchten Sie hinzufügen?" in reads_german(client.get("/documents/add/"))
    assert "Gilt 12 Monate lang." in reads_german(client.get("/documents/add/?kind=insurance"))
    refused = client.post("/documents/add/?kind=insurance", {"files_new": sent("run.exe", b"MZ" + bytes(90))})
    assert "ist ein Programm. Senden Sie stattdessen ein PDF oder ein Foto." in reads_german(refused)
    assert "Fügen Sie eine Datei hinzu." in reads_german(client.post("/documents/add/?kind=insurance", {}))
    kept = client.post("/documents/add/?kind=insurance", {"files_new": sent("paper.pdf")}, follow=True)
    text = reads_german(kept)
    assert (
        "Gespeichert. Wir haben sie jetzt" in text and "An uns gesendet, gültig bis" in text and "1 liegt vor." in text
    )
    assert "Das sehen Sie und alle, die bei Alpha arbeiten." in text
    form = reads_german(client.get("/new/repair/"))
    assert "Liegt uns vor seit" in form and "Dateien mit je höchstens" in form
    row = papers.file(**{"f-policy": re.search(r'value="(d-[^"]+)"', client.get("/new/repair/").content.decode())[1]})
    assert "Unterlagen" in reads_german(client.get(f"/requests/{row.number}/"))


def test_a_document_that_is_sent_back_and_one_that_ran_out(papers, tenant, reads_german):
    client = papers.client("carol")
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    document = only_document()
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    papers.client("bob").post(f"/desk/documents/{document.pk}/", {"do": "send_back", "reason": "Seite 2 fehlt."})
    drain(tenant.schema_name)
    mail = next(mail for mail in sent_mails.outbox if "carol@" in mail.recipients()[0])
    assert "Wir brauchen eine andere Kopie" in reads_german(mail.subject)
    reads_german(mail.body)
    text = reads_german(client.get("/documents/"))
    assert "Eine Unterlage fehlt noch." in text and "können wir nicht verwenden" in text
    reads_german(client.get(f"/documents/add/?for={document.pk}"))
    assert "können wir nicht verwenden" in reads_german(client.get("/"))
    assert "wurde zurückgeschickt" in reads_german(client.get(f"/requests/{row.number}/"))


@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "wird gerade geprüft"), ("infected", "Darin war Schadsoftware")]
)
def test_a_file_that_cannot_be_fetched(state, words, papers, reads_german):
    row = papers.file(**{"f-plan_new": sent("paper.pdf")})
    file = StoredFile.objects.get()
    StoredFile.objects.filter(pk=file.pk).update(state=state)
    answer = papers.client("carol").get(f"/files/{file.pk}/")
    assert words in reads_german(answer)
    reads_german(papers.client("carol").get(f"/requests/{row.number}/"))


# ---- saved details


@pytest.fixture
def keeping(people, carol) -> RecordsHouse:
    made = RecordsHouse(people)
    made.publish(in_both(records_portal.document()))
    return made


def test_saved_details(keeping, carol, client_for, reads_german):
    client = client_for(carol)
    assert "Was sollen wir wissen?" in reads_german(client.get("/saved/"))
    assert "Boiler hinzufügen" in reads_german(client.get("/saved/new/boiler/"))
    refused = client.post("/saved/new/boiler/", {"f-maker": "", "key": str(uuid.uuid4()), "do": "send"})
    assert "Tragen Sie hier eine Antwort ein." in reads_german(refused)
    data = {"f-maker": "Ventra", "key": str(uuid.uuid4()), "do": "send"}
    assert "Im nächsten Formular ist es schon eingetragen." in reads_german(
        client.post("/saved/new/boiler/", data, follow=True)
    )
    path = f"/saved/{SavedRecord.objects.get().pk}/"
    assert "Was wir wissen" in reads_german(client.get(path))
    assert "Ventra ändern" in reads_german(client.get(f"{path}change/"))
    assert "Etwas, das noch nicht gespeichert ist" in reads_german(client.get("/new/repair/"))
    assert "Archiviert." in reads_german(client.post(f"{path}archive/", follow=True))
    assert "1 archiviert" in reads_german(client.get("/saved/"))
    assert "Formulare bieten diese Einträge nicht an" in reads_german(client.get("/saved/?show=archived"))
    page = reads_german(client.get(path))
    assert "Sie haben diesen Eintrag archiviert" in page and "Sie haben dies hinzugefügt" in page
    assert "Wieder in Gebrauch." in reads_german(client.post(f"{path}restore/", follow=True))


def test_a_request_made_again(keeping, carol, client_for, reads_german):
    row = keeping.file(record=keeping.keep(), phone="0131 496 0100")
    client = client_for(carol)
    form = reads_german(client.get(f"/new/repair/?again={row.number}"))
    assert f"Aus {row.number} übernommen." in form and "Sehen Sie es durch" in form
    assert "aus Ihren gespeicherten Angaben" in reads_german(client.get("/new/repair/"))
    assert "Was Formulare für Sie eintragen" in reads_german(client.get("/account/"))


# ---- updates, the choice of mails, the way out


def test_updates_and_the_choice_of_mails(desk, carol, client_for, tenant, reads_german):
    client = client_for(carol)
    assert "Noch nichts Neues." in reads_german(client.get("/updates/"))
    row = desk.at("visit")
    reply(actor=desk.actor("bob"), request_id=row.pk, message=Message("Wir sind dran.", uuid.uuid4()))
    drain(tenant.schema_name)
    text = reads_german(client.get("/updates/"))
    assert re.search(r"\d Neuigkeiten für Sie\.", text) and "Bob Agent hat Ihnen geantwortet" in text
    assert re.search(r'aria-label="Neuigkeiten, \d neu"', client.get("/").content.decode())
    newest = re.search(r'name="until" value="([^"]+)"', client.get("/updates/").content.decode())
    assert "Sie haben alles gesehen." in reads_german(client.post("/updates/read/", {"until": newest[1]}, follow=True))
    account = reads_german(client.get("/account/"))
    for words in ("Was wir Ihnen schicken", "Einmal am Tag", "Nur im Portal", "Neuer Status"):
        assert words in account
    kept = client.post("/account/told/", {"told-status": "daily", "told-replies": "never"}, follow=True)
    assert "Ihre Auswahl der E-Mails ist gespeichert." in reads_german(kept)


def test_the_daily_mail(desk, carol, client_for, tenant, reads_german):
    client_for(carol).post("/account/told/", {"told-status": "daily", "told-replies": "daily"})
    row = desk.at("work")
    reply(actor=desk.actor("bob"), request_id=row.pk, message=Message("Wir sind dran.", uuid.uuid4()))
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        drain(tenant.schema_name)
    mail = next(mail for mail in sent_mails.outbox if "carol@" in mail.recipients()[0])
    assert "einmal am Tag, und nur, wenn etwas darin steht" in reads_german(mail.body)
    reads_german(mail.alternatives[0].content)


def test_the_way_out_of_mails(tenant, carol, stranger, reads_german):
    path = re.sub(r"^https?://[^/]+", "", unsubscribe.address_for(carol.pk, "status"))
    assert "Keine solchen Mails mehr?" in reads_german(stranger.get(path))
    assert "schickt keine Mails der Art „Neuer Status“ mehr an" in reads_german(stranger.post(path))
    assert "Wieder an" in reads_german(stranger.post(path, {"undo": "1"}))
    assert "Diese Adresse funktioniert hier nicht" in reads_german(stranger.get(f"{path[:-4]}x/"))


# ---- guests


@pytest.fixture
def guests(people, tenant, stranger, monkeypatch) -> GuestsHouse:
    monkeypatch.setattr(address_proof, "new_code", lambda: CODE)
    publish(actor=actor_for(people["alice"]), document=load(in_both(asking_document())))
    return GuestsHouse(people, tenant, stranger)


def test_a_guest_from_the_form_to_the_answer(guests, reads_german):
    client = guests.client
    assert "Ohne Konto eine Anfrage senden" in reads_german(client.get("/signin/"))
    assert "Sie brauchen kein Konto" in reads_german(client.get("/new/"))
    assert "Wohin dürfen wir antworten?" in reads_german(client.get("/new/repair/"))
    assert "Geben Sie Ihren Namen ein" in reads_german(guests.send(name=""))
    assert "Kein Konto nötig" in reads_german(client.get(guests.send()["Location"]))
    assert "Das ist nicht der Code" in reads_german(guests.confirm("000000"))
    path = guests.confirm()["Location"].split("?")[0]
    mails = [mail.text for mail in guests.mails()]
    assert any("auf der Sie Ihre Anfrage geschrieben haben" in text for text in mails)
    for text in mails:
        reads_german(text)
    page = reads_german(client.get(f"{path}?sent=1"))
    assert "Gast, nur diese Anfrage" in page and "In einem Konto aufbewahren" in page
    assert "Dieser Link öffnet diese Anfrage und sonst nichts." in page

    made = Move(to="priced", seen_status="new", answers={"price": "£120"})
    move(actor=actor_for(guests.people["alice"]), request_id=ServiceRequest.objects.get().pk, move=made)
    assert "Zum Antworten brauchen Sie einen Code" in reads_german(client.get(path))
    assert "Warum ein Code?" in reads_german(client.post(f"{path}code/send/", follow=True))
    client.post(f"{path}code/", {"code": CODE})
    assert "Zustimmen" in reads_german(client.get(path))
    reads_german(guests.mails()[-1].text)


def test_a_link_that_is_stopped_and_a_new_one(guests, reads_german):
    _row, path = guests.filed()
    client = guests.client
    client.post(f"{path}stop/")
    gone = client.get(path)
    assert gone.status_code == 410
    assert "Er wurde abgeschaltet" in reads_german(gone)
