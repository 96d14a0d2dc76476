"""Words that are put into mails: which are offered, what is said of others at once, how mails are called in lists; and
the mail that is shown, sent to whoever looks at it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.core.cache import cache
from django.test import Client

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.desk.setup.placing import without_braces, words_of_mail, words_of_title, wrong_words
from portal_core.history.models import CustomerLook
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tenants.outbox.models import Mail
from tests.desk.setup.test_notifications import PAGE, cell, flow_key, statuses
from tests.desk.setup.test_sheets import FETCH, form_of, read
from tests.reading import words_of as text
from tests.service_requests import small_portal
from tests.service_requests.filing import file_request

MAILS = "/desk/setup/mails/"
SEND = f"{PAGE}send/"


@pytest.fixture
def alice(shop: Any, client_for: Any, people: Any) -> Client:
    made = small_portal.document()
    made["messages"] = [
        {
            "key": "received",
            "subject": "We have {reference}",
            "body": "Hello {customer}: {field:what}.",
            "button": "See",
        }
    ]
    first, known, _over = made["flows"][0]["statuses"]
    first["notify"] = [{"who": "customer", "message": "received"}]
    known |= {"turn": "customer", "asks": [{"key": "rules", "do": "read", "text": "Rules", "label": "Read"}]}
    known["when_done"] = "over"
    publish(actor=SYSTEM, document=load(made))
    return client_for(people["alice"])


def test_the_title_of_a_request_offers_the_answers_that_customers_always_see(alice):
    path = "/desk/setup/types/repair/words/"
    page = alice.get(path)
    offered = {word.token: word.reason for word in words_of_title(current(), current().item("types", "repair") or {})}
    assert offered["{field:what}"] == ""
    assert offered["{field:cause}"] == "customers do not see it in every status"
    assert 'data-put="{field:what}"' in page.content.decode()
    alice.post(path, {**form_of(alice, path), "title": "{field:what} {field:gone}"})
    assert read("types", "repair", "title") == "{field:what} {field:gone}", "the draft keeps it"
    assert "{field:gone} names no question that is asked here." in text(alice.get(path))


def test_from_a_type_one_gets_to_its_statuses_and_to_who_is_told(alice):
    page = alice.get("/desk/setup/types/repair/").content.decode()
    flow = flow_key()
    assert re.search(rf'href="/desk/setup/flows/{flow}/">Statuses <span class="dot">{len(statuses())}<', page)
    assert f'href="{PAGE}?flow={flow}">Notifications<' in page


def test_texts_do_not_say_how_long_they_may_be_until_they_are_too_long(alice):
    path = "/desk/setup/types/repair/words/"
    assert "characters" not in text(alice.get(path))
    answer = alice.post(path, {**form_of(alice, path), "description": "x" * 2_001})
    assert answer.status_code == 400 and "Write at most 2000 characters" in text(answer)
    assert "x" * 2_001 in answer.content.decode()


def mail_key() -> str:
    return str(current().keys("messages")[0])


def told_status() -> str:
    """A status that sends customers a mail of its own."""
    return next(
        str(status["key"])
        for status in statuses()
        if any(rule.get("who") == "customer" and rule.get("message") for rule in status.get("notify", []))
    )


def test_an_unknown_word_is_kept_in_the_draft_and_said_beside_its_field_at_once(alice):
    page = f"{MAILS}{mail_key()}/"
    typed = {**form_of(alice, page), "body": "Hello {kunde}, {customer}: {field:nothing-here}."}
    assert alice.post(page, typed).status_code == 302
    assert read("messages", mail_key(), "body") == typed["body"]
    shown = text(alice.get(page))
    assert (
        "There is no word {kunde}: readers would see it as it stands. Pick one from the list, or take it out." in shown
    )
    assert "Words that can be put in" in shown and "Customer: {customer}" in shown
    assert "no word {customer}" not in shown
    answer = alice.post(page, {**typed, "revision": current().revision, "dirty": "body"}, headers=FETCH)
    assert (answer.status_code, "There is no word {kunde}" in answer.content.decode()) == (200, True)
    good = {**typed, "revision": current().revision, "body": "Hello {customer}.", "dirty": "body"}
    assert alice.post(page, good, headers=FETCH).content.decode() == "Saved in the draft."
    assert "There is no word" not in text(alice.get(page))


def test_answers_are_offered_where_every_request_has_them_and_struck_out_where_customers_do_not_see_them(alice):
    status = told_status()
    key = next(
        rule["message"] for one in statuses() if one["key"] == status for rule in one["notify"] if rule.get("message")
    )
    offered = {word.token: word for word in words_of_mail(current(), key)}
    fields = {token for token in offered if token.startswith("{field:")}
    assert "{customer}" in offered and fields
    struck = [word for word in offered.values() if word.reason]
    assert struck, "the portal has a field that customers do not see"
    (sentence,) = wrong_words(f"Cost: {struck[0].token}", offered.values())
    assert sentence.startswith(f"{struck[0].token} cannot be used here: ") and sentence.endswith("Take it out.")
    assert wrong_words({"en": "{x}", "de": "{x} {customer}"}, offered.values()) == [
        "There is no word {x}: readers would see it as it stands. Pick one from the list, or take it out."
    ]


def test_no_list_of_mails_shows_braces(alice):
    key = mail_key()
    subject = "About {reference} of {customer}: {field:what} {odd} }{"
    edit(actor=SYSTEM, operations=[Set(("messages", key, "subject"), subject)], title=f"Mails, {subject}")
    for path in (MAILS, cell(told_status(), "customer"), "/desk/setup/history/"):
        page = alice.get(path).content.decode()
        options = " ".join(re.findall(r"<option[^>]*>([^<]*)<", page))
        shown = options if "flow=" in path else text(alice.get(path))
        assert "‹Number›" in shown and "‹Customer›" in shown, path
        assert not re.search(r"\{[a-z]", shown), path
    flow = alice.get(f"/desk/setup/flows/{flow_key()}/?status={told_status()}").content.decode()
    assert not [words for words in re.findall(r"<option[^>]*>([^<]*)<", flow) if "{" in words]
    assert without_braces("Plain", current()) == "Plain"


def test_reminders_are_changed_in_the_table_and_keep_what_else_they_say(alice):
    asked = next(str(status["key"]) for status in statuses() if status.get("turn") == "customer")
    path = ("flows", flow_key(), "statuses", asked, "remind")
    edit(actor=SYSTEM, operations=[Set(path, [{"after_days": 2, "message": mail_key()}])], title="Reminders")
    page = cell(asked, "customer")
    assert alice.get(page).context["sheet"]["remind-0"].value() == 2
    answer = alice.post(page, {**form_of(alice, page), "remind-0": "3", "remind-1": "7"})
    assert answer.status_code == 302
    assert read(*path) == [{"after_days": 3, "message": mail_key()}, {"after_days": 7}]
    assert "day 3 and 7" in text(alice.get(PAGE, {"flow": flow_key()}))
    answer = alice.post(page, {**form_of(alice, page), "remind-0": "7", "remind-1": "7"})
    assert answer.status_code == 400 and "Write more than 7 days" in text(answer)
    alice.post(page, {**form_of(alice, page), "remind-0": "", "remind-1": ""})
    assert not read(*path)
    ours = next(str(status["key"]) for status in statuses() if status.get("turn") == "us")
    assert "remind-0" not in alice.get(cell(ours, "customer")).context["sheet"].fields


def test_what_is_not_sent_is_said_with_its_reason(alice):
    page = alice.get(PAGE)
    shown = text(page)
    assert "Kept calm" in shown and "Nobody is told of what they did themselves" in shown
    silent = [
        status["key"]
        for status in statuses()
        if all(rule.get("who") != "customer" or rule.get("when") == "never" for rule in status.get("notify", []))
    ]
    first = page.context["calm"][0]
    assert (first.icon == "bell") == bool(silent)
    if silent:
        assert alice.get(first.href.split("#")[0]).context["place"].at == silent[0]


def asked_of(page: Any) -> dict[str, str]:
    """What the button of the page sends."""
    return {**page.context["mail_of"], "status": page.context["place"].at, "back": page.context["place"].here}


def test_the_mail_that_is_shown_goes_to_whoever_looks_marked_as_a_test_and_to_nobody_else(alice, people, tenant):
    row = file_request(people["carol"])
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    looks, before = CustomerLook.objects.count(), list(ServiceRequest.objects.values())
    page = alice.get(cell(told_status(), "customer"))
    asked = asked_of(page)
    assert asked["as"] == str(people["carol"].pk) and row.customer_id == people["carol"].pk
    answer = alice.post(SEND, asked)
    assert (answer.status_code, answer["Location"]) == (302, asked["back"])
    (mail,) = Mail.objects.filter(subject__startswith="Test: ")
    assert (mail.to_address, mail.event_id) == (people["alice"].email, None)
    assert mail.text.startswith("This is a test from Portico") and "This is a test from Portico" in mail.html
    links = re.findall(r'href="([^"]+)"', mail.html)
    assert links and all(
        "/desk/setup/preview/" in link for link in links if "://" in link and tenant.primary_domain in link
    )
    assert not re.search(r"/(?:u|g|join)/[A-Za-z0-9_-]{12,}", mail.text + mail.html)
    drain(tenant.schema_name)
    assert [sent.to for sent in sent_mails.outbox] == [[f"{people['alice'].name} <{people['alice'].email}>"]]
    assert CustomerLook.objects.count() > looks, "looking at a customer's mail is logged"
    assert list(ServiceRequest.objects.values()) == before and live_portal().number


def test_tests_are_bound_in_number_and_for_those_who_configure(alice, people, client_for):
    file_request(people["carol"])
    asked = asked_of(alice.get(cell(told_status(), "customer")))
    for who, status in (("bob", 403), ("carol", 404)):
        assert client_for(people[who]).post(SEND, asked).status_code == status
    for spoilt in ({"type": "../x"}, {"status": "A B"}, {"version": "old"}, {"as": "nobody"}):
        assert alice.post(SEND, {**asked, **spoilt}).status_code == 404
    assert alice.post(SEND, {**asked, "back": "https://evil.example/desk/setup/"})["Location"].startswith(
        "/desk/setup/"
    )
    assert alice.get(SEND).status_code == 405
    cache.clear()
    Mail.objects.all().delete()
    for _ in range(12):
        answer = alice.post(SEND, asked, follow=True)
    assert Mail.objects.filter(subject__startswith="Test: ").count() == 10
    assert "10 tests an hour are sent" in text(answer)


def test_a_draft_that_went_live_meanwhile_is_said_and_nothing_is_sent(alice, people):
    file_request(people["carol"])
    edit(actor=SYSTEM, operations=[Set(("messages", mail_key(), "subject"), "Another {reference}")], title="Said anew")
    asked = asked_of(alice.get(cell(told_status(), "customer")))
    assert asked["version"] == "draft"
    publish(actor=SYSTEM, document=current().document)
    looks = CustomerLook.objects.count()
    answer = alice.post(SEND, asked, follow=True)
    assert answer.redirect_chain == [(asked["back"], 302)] and answer.status_code == 200
    assert "Nothing was sent: the draft was published or discarded meanwhile." in text(answer)
    assert not Mail.objects.filter(subject__startswith="Test: ").exists()
    assert alice.post(SEND, asked_of(answer), follow=True).status_code == 200
    assert Mail.objects.filter(subject__startswith="Test: Another").count() == 1
    assert CustomerLook.objects.count() > looks
