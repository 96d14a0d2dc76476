"""Who may look at whom, and what of a real customer reaches a colleague's screen that way."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from portal_core.accounts.models import Session
from portal_core.history.models import CustomerLook
from portal_core.service_requests.guest_links import path_of
from portal_core.service_requests.models import GuestLink, RequestDraft
from tests.contracts.rows import Rows
from tests.factories import make_client, make_user
from tests.preview.conftest import ROOT, text_of
from tests.service_requests.filing import file_request


@pytest.fixture
def kept(studio) -> dict[str, Any]:
    """A colleague who may configure and publish, and sees repairs alone; a request of each type."""
    document = copy.deepcopy(studio.live)
    document["roles"] = [
        {
            "key": "builder",
            "name": "Builder",
            "based_on": "manager",
            "types": ["repair"],
            "permissions": ["see", "manage_setup", "publish"],
        },
        {"key": "drafter", "name": "Drafter", "based_on": "manager", "permissions": ["see", "manage_setup"]},
    ]
    for kind in document["types"]:
        kind["fields"].append(
            {
                "key": "secret",
                "kind": "text",
                "label": "Door code",
                "show": {"builder": "hidden", "customer": "edit"},
                "remember": "customer.door",
            }
        )
    studio.publish(document)
    carol = studio.people["carol"]
    rows = {key: file_request(carol, key, what=f"Canary{key}", secret="Canarysecret") for key in ("repair", "sale")}
    builder = make_client(make_user("builder@example.com", "Bea Builder", "builder"))
    drafter = make_client(make_user("drafter@example.com", "Dan Drafter", "drafter"))
    return {"rows": rows, "builder": builder, "drafter": drafter, "carol": carol}


def test_a_colleague_sees_of_a_customer_what_their_role_sees(studio, kept):
    for page in ("", "requests/", f"requests/{kept['rows']['repair'].number}/"):
        for words in (text_of(studio.see(kept["carol"], page, client=kept["builder"])),):
            assert "Canarysale" not in words
            assert "Canarysecret" not in words
    assert "Canaryrepair" in text_of(studio.see(kept["carol"], "requests/", client=kept["builder"]))
    answer = studio.see(kept["carol"], f"requests/{kept['rows']['sale'].number}/", client=kept["builder"])
    assert answer.status_code == 404 and "Canary" not in text_of(answer)


@pytest.mark.parametrize("page", ["account/", "documents/", "saved/", "updates/", "new/repair/", "new/sale/"])
def test_who_sees_only_some_requests_is_shown_nothing_beside_them(page, studio, kept):
    answer = studio.see(kept["carol"], page, client=kept["builder"])
    assert "Not for your role" in text_of(answer)
    assert "Canary" not in text_of(answer)
    # The owner sees the page; with somebody made up, so does the builder.
    assert "Not for your role" not in text_of(studio.see(kept["carol"], page))
    assert "Not for your role" not in text_of(studio.see("new", page, client=kept["builder"]))


def test_no_mail_tells_what_the_looker_may_not_see(studio, kept):
    words = text_of(studio.see(kept["carol"], "mail/sale/known/", client=kept["builder"]))
    assert "Canary" not in words


def test_the_page_around_the_frame_keeps_to_the_same(studio, kept):
    for page in ("", "requests/", f"requests/{kept['rows']['sale'].number}/", "mail/sale/known/"):
        answer = kept["builder"].get(ROOT, {"as": str(kept["carol"].pk), "page": page})
        assert answer.status_code == 200
        assert "Canarysale" not in answer.content.decode()
        assert "Canarysecret" not in answer.content.decode()


def test_a_customer_none_of_whose_requests_one_sees_does_not_exist(studio, kept):
    dave = studio.people["dave"]
    file_request(dave, "sale", what="Canarydave")
    rows = Rows()
    before = rows.now()
    assert studio.see(dave, client=kept["builder"]).status_code == 404
    assert kept["builder"].get(ROOT, {"as": str(dave.pk)}).status_code == 404
    assert str(dave.pk) not in kept["builder"].get(ROOT).content.decode()
    assert rows.now() == before


def test_who_does_not_publish_sees_real_customers_as_they_are_live(studio, kept):
    changed = copy.deepcopy(studio.live)
    changed["types"][0]["fields"][3]["show"] = {"customer": "see"}
    studio.draft(changed)
    assert studio.see(kept["carol"], version="draft", client=kept["drafter"]).status_code == 404
    page = kept["drafter"].get(ROOT, {"as": str(kept["carol"].pk), "version": "draft"})
    assert "Your role prepares drafts" in text_of(page)
    assert f"{ROOT}live/" in page.content.decode()
    assert studio.see("example", version="draft", client=kept["drafter"]).status_code == 200


@pytest.mark.parametrize("who", ["bob", "carol", None])
def test_only_who_configures_may_look(who, studio):
    client = make_client(studio.people[who] if who else None)
    rows = Rows()
    before = rows.now()
    expected = {"bob": 403, "carol": 404, None: 302}[who]
    for path in (ROOT, f"{ROOT}live/example/", f"{ROOT}live/{studio.people['dave'].pk}/requests/"):
        assert client.get(path).status_code == expected
    assert rows.now() == before


def test_nobody_of_another_tenant_can_be_looked_at(studio, twins):
    file_request(studio.people["carol"])
    eve = twins.beta.people["eve"]
    assert studio.see(eve).status_code == 404
    assert studio.see(str(studio.people["bob"].pk)).status_code == 404, "a colleague is no customer"
    assert studio.see("nobody-knows-this").status_code == 404


def test_half_filled_forms_are_the_customers_alone(studio):
    carol = studio.people["carol"]
    RequestDraft.objects.create(
        author=carol,
        type_key="repair",
        typed={"f-what": ["Canarydraft"]},
        version_number=1,
        updated_at=carol.created_at,
    )
    assert "Canarydraft" in make_client(carol).get("/new/repair/").content.decode()
    for page in ("", "new/", "new/repair/"):
        assert "Canarydraft" not in studio.see(carol, page).content.decode()


def test_where_a_customer_is_signed_in_is_nobody_elses_business(studio):
    carol = studio.people["carol"]
    client = make_client(carol)
    Session.objects.filter(user=carol).update(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0")
    assert "Firefox" in client.get("/account/").content.decode()
    assert "Firefox" not in studio.see(carol, "account/").content.decode()


def test_a_guests_token_stays_on_the_server(studio):
    document = copy.deepcopy(studio.live)
    document["portal"]["guests"] = True
    studio.publish(document)
    gina = make_user("gina@example.com", "Gina Guest", "customer", is_guest=True)
    row = file_request(gina)
    link = GuestLink.objects.create(request=row, customer=gina, issued_at=row.created_at)
    token = path_of(link).split("/")[2]
    answer = studio.see(gina, f"g/{row.number}/")
    assert answer.status_code == 200 and "Something short" in text_of(answer)
    assert token not in answer.content.decode()
    assert f"{ROOT}live/{gina.pk}/g/{row.number}/reply/" in answer.content.decode()
    said = studio.send(gina, f"g/{row.number}/reply/", {"body": "Are you there?"})
    assert "Are you there?" in text_of(said) and token not in said.content.decode()
    other = file_request(studio.people["carol"])
    assert studio.see(gina, f"g/{other.number}/").status_code == 404


def test_an_owner_reads_at_the_customer_who_looked(studio):
    carol = studio.people["carol"]
    studio.see(carol, "requests/")
    desk = f"/desk/customers/{carol.pk}/"
    assert "Alice Owner" in text_of(studio.client.get(desk)).split("Looked at as customer")[1]
    bob = make_client(studio.people["bob"])
    assert "Looked at as customer" not in text_of(bob.get(desk))
    assert CustomerLook.objects.count() == 1


def test_who_is_made_up_leaves_no_trace(studio):
    sample = make_user("alex@sample.invalid", "Alex Made Up", "customer", is_sample=True)
    for who in ("example", "new", sample):
        assert studio.see(who).status_code == 200
    assert not CustomerLook.objects.exists()
