"""Letters: codes and invitations, in the look of the portal, wiped once sent."""

from datetime import timedelta

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from tenants.context import public_context
from tenants.outbox.drain import drain
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.outbox.models import Mail

pytestmark = pytest.mark.django_db

CODE = Letter(
    template="code",
    subject="Your code for Alpha",
    headline="Here is your code",
    paragraphs=("Type it where you asked for it. It works for ten minutes.",),
    reason="You get this because somebody asked to sign in with this address.",
    code="418293",
)


def test_code_arrives_in_both_parts_and_leaves_no_trace(tenant):
    reader = Addressee(email="carol@example.com", name="Carol")
    queue_letter(CODE, reader, is_secret=True, expires_at=timezone.now() + timedelta(minutes=10))
    drain(tenant.schema_name)
    (mail,) = sent_mails.outbox
    assert "    418293\n" in mail.body and "418293" in mail.alternatives[0][0]
    assert "418293" not in mail.subject
    assert "418293" not in "".join(str(value) for row in Mail.objects.values() for value in row.values())


def test_code_stays_out_of_the_line_that_a_locked_telephone_shows(tenant):
    row = queue_letter(CODE, Addressee(email="carol@example.com"))
    preheader = row.html.split('mso-hide:all;">')[1].split("</div>")[0]
    assert preheader == CODE.paragraphs[0]


def test_letter_bears_the_portal_s_name_and_colour(tenant):
    row = queue_letter(CODE, Addressee(email="carol@example.com"))
    assert row.sender_name == "Alpha"
    assert ">Alpha</td>" in row.html and "#c8401a" in row.html


def test_letter_of_the_platform_bears_its_own_name(db):
    with public_context():
        row = queue_letter(CODE, Addressee(email="olga@example.com"))
        assert row.sender_name == "Portico"
        assert row.message_id.endswith("@localhost>")
        drain("public")
    assert len(sent_mails.outbox) == 1


def test_letters_of_the_platform_lead_to_its_first_host(db, settings):
    settings.PLATFORM_HOSTS = ["www.localhost", "localhost"]
    with public_context():
        assert letterhead().home_url == "http://www.localhost:8000/"


@pytest.mark.parametrize("template", ["code", "invite", "letter"])
def test_every_letter_has_text_and_html(tenant, template):
    from dataclasses import replace

    row = queue_letter(
        replace(CODE, template=template, button_label="Come in", button_url="http://alpha.localhost:8000/join/x/"),
        Addressee(email="carol@example.com", language="de"),
    )
    assert "http://alpha.localhost:8000/join/x/" in row.text and "http://alpha.localhost:8000/join/x/" in row.html
    assert 'lang="de"' in row.html
