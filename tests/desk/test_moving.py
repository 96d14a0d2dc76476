"""Moving a request at the desk: what the page shows is what goes, and nothing that was written for another status."""

from __future__ import annotations

import html
import re

import pytest
from django.core import mail

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.starters import starter
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.actions import Move, move
from tenants.outbox.drain import drain
from tests.service_requests.filing import file_request


@pytest.fixture
def fault(people):
    publish(actor=actor_for(people["alice"]), document=starter("nordwarm"))
    return file_request(people["carol"], "report-fault")


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL
    )
    assert found, name
    return html.unescape(found[1])


def _form(page: str, **more: str) -> dict[str, str]:
    names = ("status", "shown_to", "shown_subject", "shown_body", "subject", "body")
    return {**{name: _field(page, name) for name in names}, "tell": "yes", **more}


def _last_mail_to(person):
    return next(message for message in reversed(mail.outbox) if person.email in message.to[0])


def _path(request) -> str:
    return f"/desk/requests/{request.number}/"


def test_words_of_one_status_are_never_taken_along_to_another(tenant, people, client_for, fault):
    bob = client_for(people["bob"])
    page = bob.get(f"{_path(fault)}?to=looked-at").content.decode()
    asked = {"to": "details-asked", "reason": "Which boiler?"}
    written = _form(page, **asked, subject="Written for looked at", body="Not for this status")
    answer = bob.post(f"{_path(fault)}move/", written)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Not for this status" not in shown
    assert _field(shown, "shown_to") == "details-asked"
    again = bob.post(f"{_path(fault)}move/", _form(shown, **asked))
    assert again.status_code == 302
    drain(tenant.schema_name)
    last = _last_mail_to(people["carol"])
    assert last.subject == _field(shown, "subject")


def test_a_colleague_was_faster_both_are_shown_nothing_is_written_words_are_kept(tenant, people, client_for, fault):
    bob = client_for(people["bob"])
    page = bob.get(f"{_path(fault)}?to=looked-at").content.decode()
    cancelled = Move(to="cancelled", seen_status="received", reason="wrong")
    move(actor=actor_for(people["alice"]), request_id=fault.pk, move=cancelled)
    before = HistoryEntry.objects.count()
    form = _form(page, to="looked-at", body="My careful words", **{"f-diagnosis": "The vessel"})
    answer = bob.post(f"{_path(fault)}move/", form)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Nothing was written" in shown
    assert "My careful words" in shown and "The vessel" in shown
    assert HistoryEntry.objects.count() == before


def test_the_mail_has_the_answers_and_the_reason_that_the_page_showed(tenant, people, client_for, fault):
    bob = client_for(people["bob"])
    page = bob.get(f"{_path(fault)}?to=looked-at").content.decode()
    typed = {"to": "looked-at", "f-diagnosis": "Loose *valve* [here](https://evil.test/)"}
    # The mail has changed with the answer: it is shown before it goes.
    first = bob.post(f"{_path(fault)}move/", _form(page, **typed))
    assert first.status_code == 409
    fault.refresh_from_db()
    assert fault.status_key == "received"
    shown = first.content.decode()
    assert "Loose *valve* [here](https://evil.test/)" in _field(shown, "shown_body")
    assert bob.post(f"{_path(fault)}move/", _form(shown, **typed)).status_code == 302
    drain(tenant.schema_name)
    sent = _last_mail_to(people["carol"])
    assert "Loose *valve* [here](https://evil.test/)" in sent.body
    assert 'href="https://evil.test/' not in sent.alternatives[0][0]


def test_the_live_preview_follows_what_is_typed_and_writes_nothing(tenant, people, client_for, fault):
    bob = client_for(people["bob"])
    before = HistoryEntry.objects.count()
    part = bob.post(f"{_path(fault)}preview/", {"to": "looked-at", "tell": "yes", "f-diagnosis": "Loose valve"})
    assert part.status_code == 200
    assert "Loose valve" in _field(part.content.decode(), "shown_body")
    assert HistoryEntry.objects.count() == before


def test_an_edited_mail_goes_as_plain_text_and_expands_nothing(tenant, people, client_for, fault):
    bob = client_for(people["bob"])
    page = bob.get(f"{_path(fault)}?to=details-asked").content.decode()
    words = {"subject": "About {reference}", "body": "See [this](https://evil.test/)\n{customer}"}
    form = _form(page, to="details-asked", reason="Which boiler?", **words)
    assert bob.post(f"{_path(fault)}move/", form).status_code == 302
    drain(tenant.schema_name)
    sent = _last_mail_to(people["carol"])
    assert sent.subject == "About {reference}"
    assert "{customer}" in sent.body
    assert 'href="https://evil.test/' not in sent.alternatives[0][0]


def test_a_reason_is_in_the_mail_that_is_shown_and_sent(tenant, people, client_for):
    publish(actor=actor_for(people["alice"]), document=starter("nordwarm"))
    request = file_request(people["carol"], "report-fault")
    bob = client_for(people["bob"])
    page = bob.get(f"{_path(request)}?to=details-asked").content.decode()
    assert ">Your words <" in page and ">Why? <" not in page
    assert ">Why? <" in bob.get(f"{_path(request)}?to=cancelled").content.decode()
    typed = {"to": "details-asked", "reason": "The photo is blurred"}
    shown = bob.post(f"{_path(request)}move/", _form(page, **typed))
    assert shown.status_code == 409
    assert "The photo is blurred" in _field(shown.content.decode(), "shown_body")
    assert bob.post(f"{_path(request)}move/", _form(shown.content.decode(), **typed)).status_code == 302
    drain(tenant.schema_name)
    assert "The photo is blurred" in _last_mail_to(people["carol"]).body


def test_what_a_move_lacks_takes_the_focus_and_no_preview_says_it(people, client_for, fault):
    bob = client_for(people["bob"])
    page = bob.get(f"{_path(fault)}?to=looked-at").content.decode()
    refused = bob.post(f"{_path(fault)}move/", _form(page, to="looked-at"))
    assert refused.status_code == 400
    said = r'role="alert" tabindex="-1" data-focus>.*?Nothing was moved: an answer below'
    assert re.search(said, refused.content.decode())
    assert "Nothing was moved" not in page
    assert "Nothing was moved" not in bob.get(f"{_path(fault)}preview/?to=looked-at").content.decode()
    fault.refresh_from_db()
    assert fault.status_key == "received"
