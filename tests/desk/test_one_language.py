"""The desk speaks one language, whatever the portal's; customers, mails and the business's words keep theirs."""

from __future__ import annotations

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.config.starters import starter
from portal_core.notifications import parts
from portal_core.service_requests.viewer import Viewer
from tests.documents.samples import sent
from tests.service_requests.filing import file_request


@pytest.fixture
def german(tenant, people):
    document = starter("nordwarm")
    document["portal"] |= {"language": "de", "languages": ["de", "en"]}
    publish(actor=actor_for(people["alice"]), document=load(document))
    return file_request(people["carol"], "report-fault")


def test_the_desk_of_a_german_portal_is_not_half_german(german, people, client_for):
    page = client_for(people["bob"]).get(f"/desk/requests/{german.number}/").content.decode()
    assert "Request sent from the portal" in page and "Anfrage aus dem Portal gesendet" not in page
    assert "Eingegangen" in page, "a status is called what the business calls it"
    assert "Sie hören von uns" in page, "what the customer reads is shown as the customer reads it"
    theirs = client_for(people["carol"]).get(f"/requests/{german.number}/").content.decode()
    assert "Sie haben die Anfrage gesendet" in theirs and "You sent" not in theirs


def test_documents_at_a_german_desk_are_spoken_of_in_english(german, people, client_for):
    carol, bob = client_for(people["carol"]), client_for(people["bob"])
    added = carol.post("/documents/add/?kind=care-plan", {"files_new": sent("paper.pdf")})
    assert added.status_code == 302
    page = bob.get(f"/desk/customers/{people['carol'].pk}/documents/").content.decode()
    for said in ("Not checked yet", "From the customer", "Seen by the customer"):
        assert said in page, said
    for strange in ("Noch nicht geprüft", "Vom Kunden", "Das sehen"):
        assert strange not in page, strange
    assert "Das sehen" in carol.get("/documents/").content.decode()


def test_a_colleague_reads_mails_in_one_language_too(german, people):
    portal = live_portal()
    assert Viewer.of(actor_for(people["bob"]), portal).speech == "en"
    for person in ("bob", "carol"):
        reader = parts.reader(people[person], portal)
        assert reader.speech == reader.language == "de"
    assert Viewer.of(actor_for(people["carol"]), portal).speech == "de"
