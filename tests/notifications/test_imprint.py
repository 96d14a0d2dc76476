"""The lines under every mail: who the business is, in the reader's language; and the legal links of the portal."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail as sent_mails
from django.db import transaction

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from tenants.outbox.drain import drain
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tests.service_requests import small_portal

LINES = {"en": "Alpha Ltd, 1 Main Street\n<b>0131 496 0100</b>", "de": "Alpha GmbH, Hauptstraße 1"}
LETTER = Letter(template="letter", subject="Hello", headline="Hello", paragraphs=("Words",), reason="Because.")


@pytest.fixture
def mailed(people: Any, tenant: Any) -> Any:
    def mail_in(language: str, **portal: Any) -> Any:
        document = small_portal.document()
        document["portal"] |= {"languages": ["en", "de"], **portal}
        publish(actor=actor_for(people["alice"]), document=load(document))
        sent_mails.outbox.clear()
        with transaction.atomic():
            queue_letter(LETTER, Addressee(email="x@example.com", language=language))
        drain(tenant.schema_name)
        (mail,) = [mail for mail in sent_mails.outbox if mail.subject == "Hello"]
        return mail

    return mail_in


@pytest.mark.parametrize(
    ("language", "line"), [("en", "Alpha Ltd, 1 Main Street"), ("de", "Alpha GmbH, Hauptstraße 1")]
)
def test_they_stand_under_the_mail_in_the_readers_language(mailed, language, line):
    mail = mailed(language, imprint=LINES)
    assert f"\n{line}\n" in mail.body.split("-- ")[1]
    html = mail.alternatives[0][0]
    assert f"{line}<br>" in html and "<b>0131" not in html


def test_without_them_nothing_stands_there(mailed):
    assert mailed("en").body.split("-- ")[1].strip().splitlines() == ["Alpha", "Because."]


def test_legal_links_stand_at_the_foot_of_the_portal_and_of_the_sign_in_page(mailed, people, client_for):
    mailed("en", links=[{"label": "Privacy", "url": "https://example.com/privacy"}])
    for client, path in ((client_for(people["carol"]), "/"), (client_for(), "/signin/")):
        assert b'<a href="https://example.com/privacy" rel="noopener">Privacy</a>' in client.get(path).content
