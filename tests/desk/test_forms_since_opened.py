"""What somebody types at the desk for a customer does not vanish because a version goes live meanwhile."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.documents.models import StoredFile
from portal_core.service_requests.actions.submit_for import submit_for
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import sound
from tests.documents.samples import pdf, sent
from tests.reading import words_of as text

PAGE = "/desk/new/repair/"
TYPED = {"f-what": "The pump", "f-kind": "leak", "f-gauge": "2", "f-cause": "Rust in it", "email": "carol@example.com"}


@pytest.fixture
def bob(people: dict[str, Any], client_for: Any) -> Any:
    publish(actor=SYSTEM, document=load(sound()))
    return client_for(people["bob"])


def opened(client: Any) -> dict[str, str]:
    page = client.get(PAGE).content.decode()
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "opened")}
    return {**hidden, **TYPED}


def publish_without(key: str) -> None:
    document = sound()
    fields = document["types"][0]["fields"]
    document["types"][0]["fields"] = [field for field in fields if field["key"] != key]
    document["assertions"] = []
    document["flows"][0]["transitions"][0].pop("must_fill")
    publish(actor=SYSTEM, document=load(document))


def retire(*_: Any) -> None:
    document = sound()
    document["types"].append({**copy.deepcopy(document["types"][0]), "key": "other", "name": "Other"})
    document["types"][0]["retired"] = True
    publish(actor=SYSTEM, document=load(document))


def test_a_question_for_staff_that_is_gone_comes_back_with_its_answer(bob):
    form = opened(bob)
    publish_without("cause")
    answer = bob.post(PAGE, form)
    assert answer.status_code == 409
    assert "“Cause” is no longer asked. You had written: Rust in it" in text(answer)
    assert 'value="The pump"' in answer.content.decode()
    assert not ServiceRequest.objects.exists()
    again = {**form, "opened": re.search(r'name="opened" value="([^"]*)"', answer.content.decode())[1]}
    assert bob.post(PAGE, again).status_code == 302
    assert "cause" not in ServiceRequest.objects.get().data


def test_what_still_fits_is_filed(bob):
    form = opened(bob)
    document = sound()
    document["portal"]["name"] = "Beta"
    publish(actor=SYSTEM, document=load(document))
    assert bob.post(PAGE, form).status_code == 302
    assert ServiceRequest.objects.get().data["cause"] == "Rust in it"


def test_a_kind_that_is_gone_shows_what_was_typed(bob):
    form = opened(bob)
    retire()
    answer = bob.post(PAGE, form)
    assert answer.status_code == 409
    assert "Cause Rust in it" in text(answer)
    assert bob.get(PAGE).status_code == 404
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize(("then", "said"), [(retire, "Cause Rust in it"), (publish_without, "is no longer asked")])
def test_a_version_that_goes_live_in_that_very_moment_is_looked_at_too(bob, then, said, monkeypatch):
    form = opened(bob)

    def slower(**options: Any) -> Any:
        monkeypatch.setattr("portal_core.desk.new.submit_for", submit_for)
        then("cause")
        return submit_for(**options)

    monkeypatch.setattr("portal_core.desk.new.submit_for", slower)
    answer = bob.post(PAGE, form)
    assert answer.status_code == 409
    assert said in text(answer)
    assert not ServiceRequest.objects.exists()


def test_a_file_that_came_along_is_taken_once_although_the_form_is_looked_at_twice(
    people, client_for, monkeypatch, file_store
):
    document = sound()
    document["types"][0]["fields"].append({"key": "paper", "kind": "file", "label": "A paper"})
    publish(actor=SYSTEM, document=load(document))
    bob = client_for(people["bob"])
    form = {**opened(bob), "f-paper_new": sent("paper.pdf", pdf())}

    def slower(**options: Any) -> Any:
        monkeypatch.setattr("portal_core.desk.new.submit_for", submit_for)
        publish(actor=SYSTEM, document=load({**document, "portal": {**document["portal"], "name": "Beta"}}))
        return submit_for(**options)

    monkeypatch.setattr("portal_core.desk.new.submit_for", slower)
    assert bob.post(PAGE, form).status_code == 302
    assert [file["name"] for file in ServiceRequest.objects.get().data["paper"]] == ["paper.pdf"]
    assert StoredFile.objects.count() == 1
