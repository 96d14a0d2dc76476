"""A customer who reads German goes through the portal and finds no English sentence."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.core import mail as sent_mails
from django.template.loader import render_to_string
from django.utils import translation

from portal_core.accounts.actor import actor_for
from portal_core.config.live import live_portal
from portal_core.messaging.actions import Message as Words
from portal_core.messaging.actions import reply
from portal_core.service_requests.actions.move import Move, move
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tenants.ui import dates
from tests.service_requests.filing import file_request, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(carol, client_for):
    return client_for(carol)


def test_the_portal_itself_is_english_here(tenant, people, client_for):
    assert live_portal().language == "en"
    assert b'lang="en"' in client_for(people["dave"]).get("/").content


def test_home_without_requests(client, reads_german):
    text = reads_german(client.get("/"))
    assert "Für Sie ist nichts zu tun. So können wir Ihnen helfen." in text
    assert "Neues Anliegen" in text


def test_home_list_and_request(carol, client, reads_german):
    request = file_request(carol)
    home = reads_german(client.get("/"))
    assert "Für Sie ist nichts zu tun. Alles liegt bei uns." in home
    assert "Gerade bei uns" in home
    assert re.search(r"gesendet heute, \d\d:\d\d", home)
    assert "Eine liegt bei uns." in reads_german(client.get("/requests/"))
    assert "Noch ist nichts erledigt." in reads_german(client.get("/requests/?show=closed"))
    page = reads_german(client.get(f"/requests/{request.number}/"))
    assert "Was bisher geschah" in page
    assert "Sie haben die Anfrage gesendet" in page
    assert re.search(r"Sie hören von uns bis|Noch kein fester Termin", page)
    assert re.search(r"Schritt \d von \d", page)


def test_every_status_of_every_type(people, carol, client, reads_german):
    """Through all statuses along the first move each, so that every turn and outcome is read once."""
    portal = live_portal()
    bob = actor_for(people["bob"])
    for request_type in portal.types:
        row = file_request(carol, request_type.key)
        seen = {row.status_key}
        for _step in range(12):
            reads_german(client.get(f"/requests/{row.number}/"))
            moves = request_type.flow.moves_from(row.status_key, bob.role)
            ahead = next((each for each in moves if each.to not in seen), None)
            if ahead is None:
                break
            seen.add(ahead.to)
            move(actor=bob, request_id=row.pk, move=Move(to=ahead.to, seen_status=row.status_key, reason="Weil."))
            row.refresh_from_db()
        for path in ("/", "/requests/", "/requests/?show=closed"):
            reads_german(client.get(path))
        assert len(seen) > 1


def test_choosing_and_filling_in(carol, client, reads_german):
    portal = live_portal()
    assert "Worum geht es?" in reads_german(client.get("/new/"))
    for request_type in portal.types:
        form = reads_german(client.get(f"/new/{request_type.key}/"))
        assert "Nach dem Senden" in form
        path = f"/new/{request_type.key}/"
        refused = client.post(path, {"do": "send", "key": str(uuid.uuid4())})
        assert refused.status_code == 400
        assert "<title>Fehler: " in refused.content.decode()
        assert re.search(r"Sehen Sie sich .* noch einmal an", reads_german(refused))
        kept = client.post(f"{path}draft/", {"key": str(uuid.uuid4())})
        assert re.search(r"Um \d\d:\d\d Uhr bei uns gespeichert|wird bei uns gespeichert", kept.content.decode())
        data = filled(request_type, actor_for(carol), portal)
        sent = client.post(path, {**data, "do": "send", "key": str(uuid.uuid4())}, follow=True)
        assert "Gesendet. Ihre Nummer ist" in reads_german(sent)


def test_a_reply_without_words(carol, client, reads_german):
    row = file_request(carol)
    answer = client.post(f"/requests/{row.number}/reply/", {"body": "", "key": str(uuid.uuid4())})
    assert "Schreiben Sie zuerst eine Nachricht." in reads_german(answer)


def test_account(client, reads_german):
    text = reads_german(client.get("/account/"))
    for words in ("Meine Angaben", "Wie Sie sich anmelden", "Wo Sie angemeldet sind", "Seit heute,"):
        assert words in text
    wrong = client.post("/account/about/", {"name": "", "language": "de", "time_zone": "UTC"})
    assert "Geben Sie Ihren Namen ein." in reads_german(wrong)


def test_signing_in(stranger, reads_german):
    assert "Code per E-Mail schicken" in reads_german(stranger.get("/signin/"))
    assert "Das ist noch keine E-Mail-Adresse." in reads_german(stranger.post("/signin/", {"email": "carol"}))
    code = stranger.post("/signin/", {"email": "carol@example.com"}, follow=True)
    assert "Sehen Sie in Ihr Postfach" in reads_german(code)
    wrong = stranger.post("/signin/code/", {"code": "12"}, follow=True)
    assert "Der Code hat sechs Ziffern." in reads_german(wrong)
    reads_german(stranger.get("/signin/password/"))
    reads_german(stranger.get("/signin/link/not-a-token/"))
    reads_german(stranger.get("/join/not-a-token/"))


def test_errors(client, stranger, reads_german):
    missing = client.get("/requests/999999/")
    assert missing.status_code == 404
    assert "Wir finden diese Seite nicht" in reads_german(missing)
    assert "Wir finden diese Seite nicht" in reads_german(stranger.get("/nothing-here/"))


def test_the_desk_is_english_throughout(people, client_for):
    """Its texts are not translated yet; half a page in each language would be worse than one."""
    bob = people["bob"]
    bob.language = "de"
    bob.save(update_fields=["language"])
    page = client_for(bob).get("/desk/").content.decode()
    assert '<html lang="en"' in page
    assert "Hauptmenü" not in page
    assert "Zum Inhalt springen" not in page
    assert '<html lang="de"' in client_for(bob).get("/account/").content.decode()


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("400", {}), ("400", {"too_much": True}), ("403", {}), ("404", {}), ("405", {}), ("410", {}), ("csrf", {}),
        ("csrf", {"again": True}), ("429", {}), ("429", {"retry_at": datetime(2026, 11, 27, 16, 20, tzinfo=UTC)}),
        ("500", {"sign": "A1B2C3", "path": "/"}), ("503", {"kind": "updating"}), ("503", {"kind": "paused"}),
        ("503", {"kind": "unreachable"}), ("no_portal", {}), ("signed_out", {"kept": [("body", "Guten Tag")]}),
    ],
)  # fmt: skip
def test_every_error_page(name, context, rf, reads_german):
    request = rf.get("/")
    with translation.override("de"):
        page = render_to_string(f"errors/{name}.html", context, request=request)
    assert reads_german(page)


def test_the_mail_about_a_status(tenant, people, carol, reads_german):
    row = file_request(carol)
    bob = actor_for(people["bob"])
    portal = live_portal()
    flow = portal.type(row.type_key).flow
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    mails = []
    for _step in range(4):
        ahead = next(iter(flow.moves_from(row.status_key, bob.role)), None)
        if ahead is None:
            break
        move(
            actor=bob,
            request_id=row.pk,
            move=Move(to=ahead.to, seen_status=row.status_key, reason="Weil.", answers=_needed(row, ahead)),
        )
        row.refresh_from_db()
        drain(tenant.schema_name)
        mails += [mail for mail in sent_mails.outbox if "carol@" in mail.recipients()[0]]
        sent_mails.outbox.clear()
        if mails:
            break
    assert mails
    text = reads_german(mails[0].body)
    assert "Fragen? Antworten Sie in Ihrem Portal" in text
    assert "Sie bekommen diese Nachricht, weil es Ihre Anfrage ist." in text
    markup = mails[0].alternatives[0].content
    assert 'lang="de"' in markup
    reads_german(markup)


def _needed(row: ServiceRequest, transition) -> dict[str, str]:
    return dict.fromkeys(transition.must_fill, "Ein paar Worte")


def test_the_mail_about_an_answer(tenant, people, carol, reads_german):
    row = file_request(carol)
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    reply(actor=actor_for(people["bob"]), request_id=row.pk, message=Words("Wir sind dran.", uuid.uuid4()))
    drain(tenant.schema_name)
    mail = next(mail for mail in sent_mails.outbox if "carol@" in mail.recipients()[0])
    assert "hat Ihnen geantwortet" in reads_german(mail.body)
    assert "hat geantwortet" in mail.subject


def test_the_mail_with_a_code(tenant, carol, stranger, reads_german):
    stranger.post("/signin/", {"email": "carol@example.com"})
    drain(tenant.schema_name)
    mail = next(mail for mail in sent_mails.outbox if "carol@" in mail.recipients()[0])
    assert "Ihr Code für" in mail.subject
    assert "Er gilt 10 Minuten und nur einmal." in reads_german(mail.body)


def test_dates_are_german():
    moment = datetime(2030, 5, 3, 14, 5, tzinfo=UTC)
    with translation.override("de"):
        assert dates.long_date(moment) == "Freitag, 3. Mai 2030"
        assert dates.plain_date(moment) == "3. Mai 2030"
        assert dates.clock(moment) == "14:05"
        this_year = moment.replace(year=dates.today().year)
        assert re.fullmatch(r"[A-Z][a-z]+tag|Mittwoch", dates.long_date(this_year).split(",")[0])
        assert "3. Mai" in dates.short_date(this_year)


def test_the_guard_of_these_tests_notices_english(reads_german):
    with pytest.raises(AssertionError):
        reads_german('<html lang="de"><p>Nothing for you to do right now.</p></html>')
    with pytest.raises(AssertionError):
        reads_german('<html lang="en"><p>Nichts</p></html>')
