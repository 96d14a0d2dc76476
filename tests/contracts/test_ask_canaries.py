"""Asks and approvals say nothing that their reader may not see, on any page, in mails and in the history."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.service_requests.actions import AskAnswer, answer_ask
from portal_core.service_requests.approvals import approval_of
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import uuid7
from tests.contracts import canaries
from tests.contracts.planted import FROM_ALL_AFTER, FROM_CUSTOMERS, FROM_ENGINEERS, Scene
from tests.contracts.walked import WALKED_TOGETHER

# Not for a walk: on one worker what is planted is planted once.
pytestmark = WALKED_TOGETHER

ASK = "quote"


def _with_soon(document: dict[str, Any]) -> dict[str, Any]:
    """The approval names the fields that will be hidden, too."""
    document = copy.deepcopy(document)
    ask = document["flows"][0]["statuses"][1]["asks"][0]
    ask["fields"] += [canaries.key("soon", kind) for kind in ("text", "number", "choice", "email")]
    return document


@pytest.fixture
def asked(scene: Scene) -> Scene:
    publish(actor=scene.actor("alice"), document=load(_with_soon(canaries.document())))
    scene._move(scene.a, "asked")
    return scene


def _read(client: Any, scene: Scene, *paths: str) -> str:
    number = scene.a.number
    answers = [client.get(path.replace("NUMBER", str(number))) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return "\n".join(answer.content.decode() for answer in answers)


CUSTOMERS_PAGES = ("/", "/requests/", "/requests/NUMBER/")
STAFFS_PAGES = ("/desk/?view=all", "/desk/requests/NUMBER/", "/desk/requests/NUMBER/?as=customer")


def test_what_is_asked_names_nothing_hidden(asked, client_for):
    carol = _read(client_for(asked.people["carol"]), asked, *CUSTOMERS_PAGES)
    assert canaries.found_in(carol, FROM_CUSTOMERS) == []
    assert canaries.typed("shop", "text", "a") in carol
    erin = _read(client_for(asked.people["erin"]), asked, *STAFFS_PAGES)
    assert canaries.found_in(erin, FROM_ENGINEERS) == []
    assert "Asked of Carol" in erin
    mail = asked.mails()["carol@example.com"]
    assert "What we need from you" in mail
    assert canaries.found_in(mail, FROM_CUSTOMERS) == []


def test_refusals_of_an_answer_name_nothing_hidden(asked, client_for):
    for who, path, wanted in (
        ("carol", "/requests/NUMBER/asks/quote/", FROM_CUSTOMERS),
        ("carol", "/requests/NUMBER/asks/day/", FROM_CUSTOMERS),
        ("erin", "/desk/requests/NUMBER/asks/quote/", FROM_ENGINEERS),
    ):
        asked.a.refresh_from_db()
        form = {"since": asked.a.status_since.isoformat(), "consent": "on", "token": "x", "note": "n"}
        answer = client_for(asked.people[who]).post(path.replace("NUMBER", str(asked.a.number)), form)
        assert answer.status_code in (400, 409)
        assert canaries.found_in(answer.content.decode(), wanted) == []


def test_what_was_approved_is_hidden_with_its_fields(asked, client_for):
    portal = live_portal()
    asked.a.refresh_from_db()
    (ask, *_) = portal.type("job").flow.status("asked").asks
    customer = Viewer.of(actor_for(asked.people["carol"]), portal)
    approval = approval_of(asked.a, ask, customer, portal)
    assert canaries.found_in(str(approval), FROM_CUSTOMERS) == []
    answer = AskAnswer(ASK, uuid7(), asked.a.status_since, token=approval.token)
    answer_ask(actor=asked.actor("carol"), request_id=asked.a.pk, answer=answer)
    carol, erin = client_for(asked.people["carol"]), client_for(asked.people["erin"])
    page = _read(carol, asked, "/requests/NUMBER/")
    assert "You approved" in page
    assert canaries.typed("soon", "text", "a") in page
    assert canaries.found_in(_read(erin, asked, *STAFFS_PAGES), FROM_ENGINEERS) == []
    asked.hide_soon()
    for client, pages in ((carol, CUSTOMERS_PAGES), (erin, STAFFS_PAGES)):
        assert canaries.found_in(_read(client, asked, *pages), FROM_ALL_AFTER) == []
