"""Mails: once per event and address, the same Message-ID at each attempt, hostile names harmless, failures visible."""

import smtplib
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail as sent_mails
from django.core.mail.backends import locmem
from django.utils import timezone

from tenants.outbox import emit, queue_mail
from tenants.outbox.delivery import WIPED
from tenants.outbox.drain import drain
from tenants.outbox.message import build
from tenants.outbox.models import Mail
from tests.outbox.helpers import a_mail, due_now

pytestmark = pytest.mark.django_db

HOSTILE = [
    "Maren\r\nBcc: everybody@example.com",
    "Maren\nSubject: won",
    "Maren\x00Holt",
    "Maren\u2028Bcc: x@example.com",
    "\u202emoc.elpmaxe@neram",
    'Maren" <other@example.com>, "x',
    "Maren <other@example.com>",
    "=?utf-8?q?Bcc:_x?=",
    "Мария Хольт" * 40,
    "a" * 5000,
    "Jörg, Söhne & Co. (Edinburgh); GmbH",
    "\ud800lone surrogate",
    "{u.__class__}",
]


class Failing(locmem.EmailBackend):
    """Raises what the test put into `errors`, one a mail, then works."""

    errors: list = []

    def send_messages(self, messages):
        if Failing.errors:
            raise Failing.errors.pop(0)
        return super().send_messages(messages)


def failed_mails():
    return Mail.objects.filter(failed_at__isnull=False)


@pytest.fixture
def failing(settings):
    settings.EMAIL_BACKEND = "tests.outbox.test_mails.Failing"
    Failing.errors = []
    yield Failing.errors
    Failing.errors = []


def wire(row) -> object:
    return message_from_bytes(build(row).message().as_bytes(), policy=policy.default)


def test_one_mail_per_event_and_address(tenant):
    event = emit("test.x", {})
    assert queue_mail(a_mail(), event=event) is not None
    assert queue_mail(a_mail(to="READER1@example.com"), event=event) is None
    assert queue_mail(a_mail(2), event=event) is not None
    drain(tenant.schema_name)
    assert sorted(m.to[0] for m in sent_mails.outbox) == ["reader1@example.com", "reader2@example.com"]


def test_mails_without_an_event_are_not_held_back(tenant):
    queue_mail(a_mail())
    queue_mail(a_mail())
    drain(tenant.schema_name)
    assert len(sent_mails.outbox) == 2


def test_headers_say_that_nobody_wrote_it_by_hand(tenant):
    row = queue_mail(a_mail(headers={"In-Reply-To": "<root@x>", "References": "<root@x>"}, sender_name="Nordwarm"))
    message = wire(row)
    assert message["Message-ID"] == f"<{row.pk}@{tenant.primary_domain}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["References"] == message["In-Reply-To"] == "<root@x>"
    assert message["From"].addresses[0].display_name == "Nordwarm"
    assert message["Reply-To"] is None


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_and_subjects_add_no_header_and_no_address(tenant, text):
    safe = text.encode("utf-8", "replace").decode()
    row = queue_mail(a_mail(subject=text if "\ud800" not in text else safe, to_name=safe, sender_name=safe))
    message = wire(row)
    assert [a.addr_spec for a in message["To"].addresses] == ["reader1@example.com"]
    assert len(message["From"].addresses) == 1
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1
    assert "\n" not in str(message["Subject"])


@pytest.mark.parametrize("address", ["a@b, c@d", "nobody", "a@b\r\nBcc: x@y", "a@b>", "", "Eve <eve@example.com>"])
def test_what_is_no_address_is_given_up_and_visible(tenant, address):
    queue_mail(a_mail(to=address))
    queue_mail(a_mail(2))
    drain(tenant.schema_name)
    assert failed_mails().count() == 1
    assert len(sent_mails.outbox) == 1


def test_secret_text_is_wiped_once_sent(tenant):
    queue_mail(a_mail(subject="123456", text="Your code is 123456", html="<b>123456</b>", is_secret=True))
    drain(tenant.schema_name)
    row = Mail.objects.get()
    assert (row.subject, row.text, row.html) == (WIPED, WIPED, "")
    assert "123456" in sent_mails.outbox[0].body


def test_expired_mail_is_not_sent(tenant):
    queue_mail(a_mail(is_secret=True, expires_at=timezone.now() - timedelta(seconds=1)))
    drain(tenant.schema_name)
    assert sent_mails.outbox == []
    assert Mail.objects.get().failed_at is not None


def test_refused_recipient_is_given_up_and_the_next_is_sent(tenant, failing):
    failing.append(smtplib.SMTPRecipientsRefused({"reader1@example.com": (550, b"No such user")}))
    queue_mail(a_mail(1))
    queue_mail(a_mail(2))
    drain(tenant.schema_name)
    assert [m.to_address for m in failed_mails()] == ["reader1@example.com"]
    assert "550 No such user" in failed_mails()[0].last_error
    assert len(sent_mails.outbox) == 1


def test_mailbox_that_is_busy_waits_alone(tenant, failing):
    failing.append(smtplib.SMTPRecipientsRefused({"reader1@example.com": (451, b"Try again later")}))
    queue_mail(a_mail(1))
    queue_mail(a_mail(2))
    drain(tenant.schema_name)
    waiting = Mail.objects.get(to_address="reader1@example.com")
    assert waiting.sent_at is None and waiting.failed_at is None and waiting.due_at > timezone.now()
    assert len(sent_mails.outbox) == 1
    due_now()
    drain(tenant.schema_name)
    assert len(sent_mails.outbox) == 2
    assert sent_mails.outbox[1].extra_headers["Message-ID"] == waiting.message_id


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPAuthenticationError(535, b"no"),
        smtplib.SMTPSenderRefused(550, b"no", "portal@localhost"),
        smtplib.SMTPRecipientsRefused({"reader1@example.com": (421, b"closing")}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_server_in_trouble_costs_no_mail_and_one_attempt(tenant, failing, error):
    for number in range(5):
        queue_mail(a_mail(number))
    failing.append(error)
    drain(tenant.schema_name)
    assert sent_mails.outbox == []
    assert sum(Mail.objects.values_list("attempts", flat=True)) == 1
    assert not Mail.objects.filter(due_at__lte=timezone.now()).exists()
    due_now()
    drain(tenant.schema_name)
    assert len(sent_mails.outbox) == 5


def test_content_that_is_refused_for_good_is_given_up(tenant, failing):
    failing.append(smtplib.SMTPDataError(554, b"spam"))
    queue_mail(a_mail())
    drain(tenant.schema_name)
    assert failed_mails().count() == 1
