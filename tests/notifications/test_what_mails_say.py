"""What mails say: equal to the preview, nothing hidden, in the reader's language, one conversation a request."""

import re
from email import message_from_bytes, policy

import pytest
import time_machine
from django.utils import translation

from portal_core.history.models import HistoryEntry
from portal_core.notifications.compose import message_mail, render, status_mail
from portal_core.service_requests.models import ServiceRequest

pytestmark = pytest.mark.django_db


def wire(mail):
    """The message as a mail program reads it."""
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def texts(mail):
    message = wire(mail)
    return tuple(
        message.get_body(preferencelist=(kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")
    )


def strict(text):
    return text.rstrip("\n")


@pytest.mark.parametrize("to_status", ["in-work", "answer-asked", "called-off"])
def test_preview_is_exactly_what_arrives(desk, portal, to_status):
    request = desk.submit()
    desk.sent()
    reason = "" if to_status == "in-work" else "Out of stock *for ever*"
    preview = status_mail(request, status_key=to_status, portal=portal, reason=reason)
    text, html = render(preview)
    desk.move(request, to_status, reason=reason)
    (mail,) = [mail for mail in desk.sent() if "carol@example.com" in mail.to[0]]
    arrived_text, arrived_html = texts(mail)
    assert mail.subject == preview.subject
    assert strict(arrived_text) == strict(text)
    assert strict(arrived_html) == strict(html)
    assert preview.to in mail.to[0]


def test_a_mail_that_is_opened_tomorrow_promises_nothing_for_today(desk, portal):
    with time_machine.travel("2026-11-24 09:00 +0000", tick=False):
        desk.submit()
        (mail,) = [mail for mail in desk.sent() if "carol@example.com" in mail.to[0]]
    for text in texts(mail):
        assert "Tuesday 24 November, 13:00" in text
        assert "today" not in text


def test_preview_changes_nothing(desk, portal):
    request = desk.submit()
    before = ServiceRequest.objects.filter(pk=request.pk).values().get()
    status_mail(request, status_key="in-work", portal=portal)
    assert ServiceRequest.objects.filter(pk=request.pk).values().get() == before
    assert request.status_key == "received"


def test_edited_words_are_sent_instead_and_just_as_they_were_typed(desk):
    request = desk.submit()
    desk.sent()
    desk.move(request, "in-work", subject="Good news\r\nBcc: all@example.com", body="Tom comes **tomorrow**.")
    (mail,) = desk.sent()
    text, html = texts(mail)
    assert mail.subject == "Good news Bcc: all@example.com"
    assert wire(mail)["Bcc"] is None
    assert "Tom comes **tomorrow**." in text
    assert "Tom comes **tomorrow**." in html


def test_status_without_a_rule_has_no_preview(desk, portal):
    assert status_mail(desk.submit(), status_key="closed", portal=portal) is None


def test_mails_about_one_request_are_one_conversation_for_each_reader(desk):
    request = desk.submit()
    desk.move(request, "in-work")
    desk.reply(request, "bob")
    mails = [wire(mail) for mail in desk.sent()]
    by_reader = {}
    for mail in mails:
        by_reader.setdefault(str(mail["To"]), set()).add(mail["References"])
        assert mail["References"] == mail["In-Reply-To"]
        assert mail["Auto-Submitted"] == "auto-generated"
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == 4
    assert all(len(roots) == 1 for roots in by_reader.values())
    assert len(set.union(*by_reader.values())) == 2


def test_message_id_ends_in_the_tenant_s_domain(desk, tenant):
    desk.submit()
    assert all(wire(mail)["Message-ID"].endswith(f"@{tenant.primary_domain}>") for mail in desk.sent())


def test_customer_s_mail_never_says_what_the_customer_may_not_see(desk):
    request = desk.submit()
    ServiceRequest.objects.filter(pk=request.pk).update(data={**request.data, "supplier-reference": "CANARY-88120"})
    desk.note(request, body="CANARY-NOTE")
    desk.move(request, "in-work")
    desk.reply(request, "bob")
    for mail in desk.sent():
        if "carol" in mail.to[0]:
            assert "CANARY" not in mail.message().as_string() + "".join(texts(mail))


def test_placeholder_of_a_hidden_field_leaves_a_neutral_word(desk, portal):
    from portal_core.notifications import parts

    request = desk.submit()
    request.data["supplier-reference"] = "CANARY-88120"
    view = parts.seen_by(request, parts.reader(request.customer, portal), portal)
    filled = parts.fill_markdown("Order {field:supplier-reference} of {field:what}", view.words, "en")
    assert filled == "Order your details of Boiler losing pressure"


def test_mail_speaks_the_reader_s_language(desk, people):
    people["carol"].language = "de"
    people["carol"].save()
    with translation.override("en"):
        request = desk.submit()
        desk.move(request, "in-work")
        mails = [mail for mail in desk.sent() if "carol" in mail.to[0]]
    assert [mail.subject.startswith(("Ihre Anfrage", "Jemand kümmert")) for mail in mails] == [True, True]
    text, html = texts(mails[1])
    assert 'lang="de"' in html
    assert "Guten Tag Carol" in text


def test_time_is_the_reader_s(desk, people, portal):
    # A morning: on a Friday afternoon the promise is for Monday, without a time.
    with time_machine.travel("2026-11-24 09:00 +0000", tick=False):
        request = desk.submit()
        seen = {}
        for zone in ("Europe/London", "Asia/Tokyo"):
            request.customer.time_zone = zone
            seen[zone] = dict(status_mail(request, status_key="received", portal=portal).facts)["When"]
    assert "24 November, 13:00" in seen["Europe/London"]
    assert "24 November, 22:00" in seen["Asia/Tokyo"]


HOSTILE = [
    "[click](https://evil.example)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{link}{portal}",
    "{field:where}",
    "{u.__class__.__mro__}",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "![](https://evil.example/pixel.png)",
    "https://evil.example/",
    "**bold** _em_ `code` # h",
    "1. one\n2. two\n- three\n> quote",
    "x\r\nBcc: all@example.com",
    "\u202egnp.exe",
    "&lt;b&gt; &amp; &#x3C;b>",
    "'; DROP TABLE outbox_mail; --",
    "🦊" * 50,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_and_names_stay_text(desk, people, text):
    people["carol"].name = text.replace("\r\n", " ").replace("\n", " ")[:120]
    people["carol"].save()
    request = desk.submit(what=text[:100].replace("\r\n", " ").replace("\n", " "))
    desk.move(request, "in-work")
    desk.reply(request, "carol", text)
    desk.reply(request, "bob", text)
    for mail in desk.sent():
        message = wire(mail)
        assert message["Bcc"] is None and len(message["To"].addresses) == 1
        _plain, html = texts(mail)
        assert not re.search(r"<(script|img)\b", html)
        assert 'href="https://evil' not in html
        assert "SECRET" not in html or "{{ settings.SECRET_KEY }}" in html


def test_message_is_quoted_as_it_was_written(desk, portal):
    request = desk.submit()
    desk.reply(request, "bob", "First line\nsecond <b>line</b>\n\nNew paragraph")
    entry = HistoryEntry.objects.select_related("actor").filter(kind="replied").get()
    text, html = render(message_mail(request, entry, portal=portal))
    assert "> First line\n> second <b>line</b>\n>\n> New paragraph" in text
    assert "First line<br>second &lt;b&gt;line&lt;/b&gt;</p>" in html
    assert "Bob Agent answered" in text


def test_text_promises_no_answer_by_mail(desk):
    request = desk.submit()
    desk.move(request, "in-work")
    for mail in desk.sent():
        assert "Answer this e-mail" not in mail.body
        assert mail.reply_to == []


def test_links_come_from_the_domain_table(desk, tenant):
    request = desk.submit()
    for mail in desk.sent():
        page = f"http://{tenant.primary_domain}:8000/"
        assert f"{page}requests/{request.number}/" in mail.body or f"{page}desk/requests/{request.number}/" in mail.body


def test_colours_are_the_portal_s_and_readable(desk, portal):
    from portal_core.config.brand import contrast
    from portal_core.notifications.letterhead import DARK_GROUND, portal_letterhead

    head = portal_letterhead()
    assert contrast(head.accent_ink, head.accent) >= 4.5
    assert contrast(head.accent_text, "#ffffff") >= 4.5
    assert contrast(head.accent_text_dark, DARK_GROUND) >= 4.5
    desk.submit()
    assert head.accent in texts(desk.sent()[0])[1]


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffff00", "#0000ff", "#c8401a", "#777777"])
def test_any_brand_colour_can_be_read_on_the_dark_card(colour):
    from portal_core.config.brand import contrast
    from portal_core.notifications.letterhead import DARK_GROUND, readable_on_dark

    assert contrast(readable_on_dark(colour), DARK_GROUND) >= 4.5


def test_whoever_has_given_no_name_is_named_by_the_address_in_mails_to_staff(desk, people):
    """As everybody who has signed in by a code alone, and an owner who only opened the portal."""
    for name in ("carol", "bob"):
        people[name].name = ""
        people[name].save(update_fields=["name"])
    request = desk.submit()
    desk.assign(request, "sam", by="bob")
    desk.reply(request, "carol")
    mails = [mail for mail in desk.sent() if "sam@example.com" in mail.to[0]]
    said = [mail.subject + mail.body for mail in mails]
    assert any("bob gave you a request" in text for text in said)
    assert any("carol answered: " in text for text in said)
