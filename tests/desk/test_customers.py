"""Customers at the desk: the list, one of them, invitations, and what each role may do."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal_core.accounts import customers as actions
from portal_core.accounts.actor import actor_for
from portal_core.accounts.errors import AccountError, NotAllowed, NotThere
from portal_core.accounts.models import Session, SigninLink, User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.messaging.actions import Message, note, reply
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.actions import Move, move
from tenants.context import tenant_context
from tenants.outbox.drain import drain
from tenants.outbox.models import Mail
from tests.contracts.rows import Rows
from tests.factories import make_client, make_user
from tests.service_requests.filing import file_request
from tests.service_requests.small_portal import Shop
from tests.service_requests.small_portal import document as small_document
from tests.statements import server_statements

pytestmark = pytest.mark.django_db


def page(client: Any, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def link_in(mail: Mail) -> str:
    """The path of the invitation in a mail."""
    return "/join/" + mail.text.split("/join/")[1].split()[0]


@pytest.fixture
def alice(people, client_for):
    return client_for(people["alice"])


@pytest.fixture
def bob(people, client_for):
    return client_for(people["bob"])


def test_the_list_shows_everybody_with_what_is_open(people, bob):
    file_request(people["carol"])
    text = page(bob, "/desk/customers/")
    assert "Carol Customer" in text
    assert "dave@example.com" in text
    assert text.index("Dave Colleague") < text.index("Carol Customer")
    opened = page(bob, "/desk/customers/?view=open")
    assert "Carol Customer" in opened
    assert "Dave Colleague" not in opened


@pytest.mark.parametrize("words", ["carol", "CUSTOMER car", "carol@example", "0131 496", "01314960142"])
def test_customers_are_found_by_name_address_and_phone(people, bob, words):
    User.objects.filter(pk=people["carol"].pk).update(phone="+44 131 496 0142", name="Carol Customer")
    text = page(bob, f"/desk/customers/?q={words.replace('0131', '131').replace('0131', '131')}")
    assert "Carol Customer" in text
    assert "Dave Colleague" not in text


@pytest.mark.parametrize("words", ["nobody", "%", "_", "' OR 1=1 --", "(((", "\x00", "a" * 5000])
def test_a_search_that_fits_nobody_says_so(people, bob, words):
    answer = bob.get("/desk/customers/", {"q": words})
    assert answer.status_code == 200
    if words not in ("\x00",):
        assert "No customer fits this search." in answer.content.decode()


def test_pages_go_on_where_the_last_one_ended(people, bob):
    for n in range(60):
        make_user(f"c{n:02}@example.com", f"Number {n:02}")
    seen: list[str] = []
    path = "/desk/customers/"
    while path:
        text = page(bob, path)
        seen += [f"Number {n:02}" for n in range(60) if f"Number {n:02}" in text]
        rest = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        path = rest.replace("&amp;", "&") if 'rel="next"' in text else ""
    assert sorted(seen) == [f"Number {n:02}" for n in range(60)]


def test_the_list_costs_the_same_however_many_there_are(people, bob):
    def cost() -> int:
        bob.get("/desk/customers/")
        with server_statements() as sent:
            bob.get("/desk/customers/")
        return len(sent)

    few = cost()
    for n in range(40):
        file_request(make_user(f"c{n}@example.com", f"Number {n}"))
    assert cost() == few


def test_a_role_limited_to_its_team_meets_its_own_customers_alone(people, tenant, client_for):
    shop = Shop(people)
    shop.publish(scope="team")
    shop.file(who="carol")
    erin = client_for(people["erin"])
    text = page(erin, "/desk/customers/")
    assert "Carol Customer" in text
    assert "Dave Colleague" not in text
    assert erin.get(f"/desk/customers/{people['dave'].pk}/").status_code == 404
    assert page(erin, "/desk/customers/?q=dave").count("No customer fits") == 1


def test_one_customer_with_everything_that_happened(people, bob):
    row = file_request(people["carol"])
    other = file_request(people["carol"])
    actor = actor_for(people["bob"])
    reply(actor=actor, request_id=row.pk, message=Message("We come on Friday", uuid.uuid4()))
    note(actor=actor, request_id=other.pk, message=Message("Rang twice already", uuid.uuid4()))
    text = page(bob, f"/desk/customers/{people['carol'].pk}/")
    for words in ("We come on Friday", "Rang twice already", f"/desk/requests/{row.number}/", "carol@example.com"):
        assert words in text
    requests = page(bob, f"/desk/customers/{people['carol'].pk}/?show=requests")
    assert str(row.number) in requests
    assert str(other.number) in requests


def test_what_a_role_may_not_see_is_not_among_what_happened(people, tenant, client_for):
    shop = Shop(people)
    shop.publish(types=["repair"])
    repair, sale = shop.file("repair"), shop.file("sale")
    actor = actor_for(people["alice"])
    for row, words in ((repair, "About the repair"), (sale, "About the sale")):
        reply(actor=actor, request_id=row.pk, message=Message(words, uuid.uuid4()))
    drain(tenant.schema_name)
    erin = client_for(people["erin"])
    for part in ("", "?show=requests", "?show=told"):
        text = page(erin, f"/desk/customers/{people['carol'].pk}/{part}")
        assert "About the sale" not in text
        assert f"/desk/requests/{sale.number}/" not in text
    assert "About the repair" in page(erin, f"/desk/customers/{people['carol'].pk}/")


def test_what_was_told_says_what_about_and_whether_it_arrived(people, bob, tenant):
    row = file_request(people["carol"])
    drain(tenant.schema_name)
    text = page(bob, f"/desk/customers/{people['carol'].pk}/?show=told")
    assert "We have the request" in text
    assert "taken by the mail server" in text
    assert f"/desk/requests/{row.number}/" in text


def test_a_new_customer_is_written_down_and_invited(people, bob):
    typed = {"name": "Maren Holt", "email": "Maren@Example.com", "phone": "07700 900218", "invite": "on"}
    answer = bob.post("/desk/customers/new/", typed)
    maren = User.objects.get(email="maren@example.com")
    assert answer["Location"] == f"/desk/customers/{maren.pk}/"
    assert (maren.name, maren.phone, maren.role) == ("Maren Holt", "07700 900218", "customer")
    assert "/join/" in Mail.objects.get(to_address="maren@example.com").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "email": "x@example.com"}, "Write their name."),
        ({"name": "X", "email": "nonsense"}, "not an e-mail address yet"),
        ({"name": "X", "email": "carol@example.com"}, "is here already"),
        ({"name": "X", "email": "bob@example.com"}, "is here already"),
    ],
)
def test_what_is_wrong_with_a_new_customer_is_said_and_kept(people, bob, typed, words):
    before = Rows().now()
    answer = bob.post("/desk/customers/new/", typed)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert f'value="{typed["email"]}"' in answer.content.decode()
    assert Rows().now() == before


def test_many_are_invited_at_once_and_each_is_reported(people, bob):
    User.objects.filter(pk=people["carol"].pk).update(last_sign_in_at=timezone.now())
    lines = "Maren Holt <maren@example.com>\nnils@example.com; Nils@Example.com\ncarol@example.com\nbob@example.com\n\n"
    text = bob.post("/desk/customers/invite/", {"lines": lines}).content.decode()
    assert "2 invitations on the way" in text
    assert "Has an account already" in text
    assert "somebody of your team" in text
    assert User.objects.get(email="maren@example.com").name == "Maren Holt"
    assert sorted(Mail.objects.values_list("to_address", flat=True)) == ["maren@example.com", "nils@example.com"]


def test_a_role_limited_to_its_team_does_not_learn_who_has_an_account(people, tenant, client_for):
    shop = Shop(people)
    shop.publish(scope="team")
    shop.file(who="carol")
    User.objects.filter(email__in=["carol@example.com", "dave@example.com"]).update(last_sign_in_at=timezone.now())
    erin, before = client_for(people["erin"]), Mail.objects.count()
    lines = "carol@example.com\ndave@example.com\nbob@example.com"
    text = erin.post("/desk/customers/invite/", {"lines": lines}).content.decode()
    assert text.count("Has an account already") == 1
    assert text.count("cannot be invited from here") == 2 and "your team" not in text
    one = erin.post("/desk/customers/new/", {"name": "Dave", "email": "dave@example.com"}).content.decode()
    assert "cannot be invited from here" in one and "is here already" not in one
    assert Mail.objects.count() == before


def test_long_lists_beside_a_customer_go_on(people, bob, monkeypatch):
    from portal_core.desk import customer as module

    rows = [file_request(people["carol"]) for _ in range(3)]
    path = f"/desk/customers/{people['carol'].pk}/"
    assert "the open ones first" not in page(bob, path)
    monkeypatch.setattr(module, "OPEN_SHOWN", 2)
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    assert "the open ones first" in page(bob, path)
    first, second = page(bob, f"{path}?show=requests"), page(bob, f"{path}?show=requests&page=2")
    assert 'href="?show=requests&amp;page=2" rel="next"' in first and 'rel="prev"' not in first
    assert 'href="?show=requests&amp;page=1" rel="prev"' in second and 'rel="next"' not in second
    assert f"/desk/requests/{rows[0].number}/" in second and f"/desk/requests/{rows[0].number}/" not in first


def test_mails_to_a_customer_are_paged(people, bob, tenant, monkeypatch):
    from portal_core.notifications import told as module

    for _ in range(3):
        file_request(people["carol"])
    drain(tenant.schema_name)
    path = f"/desk/customers/{people['carol'].pk}/?show=told"
    assert page(bob, path).count('<th scope="row">') == 3
    monkeypatch.setattr(module, "SHOWN", 2)
    first, second = page(bob, path), page(bob, f"{path}&page=2")
    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (2, 1)
    assert 'page=2" rel="next"' in first and 'page=1" rel="prev"' in second and 'rel="next"' not in second


def test_one_wrong_line_sends_nothing_and_is_named(people, bob):
    before = Rows().now()
    answer = bob.post("/desk/customers/invite/", {"lines": "maren@example.com\nnot an address"})
    assert answer.status_code == 400
    assert "Line 2: “not an address” is not an e-mail address." in answer.content.decode()
    assert "maren@example.com" in answer.content.decode()
    assert Rows().now() == before


def test_an_invitation_lets_in_once_and_only_by_a_press(people, bob, client_for):
    bob.post("/desk/customers/invite/", {"lines": "Maren <maren@example.com>"})
    path = link_in(Mail.objects.get(to_address="maren@example.com"))
    visitor = client_for()
    text = page(visitor, path)
    assert "Welcome" in text
    assert "the team" not in text
    assert Session.objects.filter(user__email="maren@example.com").count() == 0
    assert visitor.post(path, {"name": "Maren Holt"})["Location"] == "/"
    assert page(visitor, "/")
    assert client_for().post(path, {"name": "Somebody Else"}).status_code == 410
    assert User.objects.get(email="maren@example.com").name == "Maren Holt"


def test_an_invitation_ends_after_a_week_and_when_another_is_sent(people, bob, client_for):
    bob.post("/desk/customers/invite/", {"lines": "maren@example.com"})
    first = link_in(Mail.objects.get(to_address="maren@example.com"))
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client_for().get(first).status_code == 410
    maren = User.objects.get(email="maren@example.com")
    bob.post(f"/desk/customers/{maren.pk}/invite/", {"by": "mail"})
    assert client_for().get(first).status_code == 410


def test_a_link_to_hand_over_is_shown_once_to_who_manages_customers_and_the_customer_is_told(
    people, bob, alice, client_for
):
    path = f"/desk/customers/{people['dave'].pk}/"
    text = alice.post(f"{path}invite/", {"by": "link"}).content.decode()
    link = "/join/" + text.split("/join/")[1].split('"')[0]
    assert client_for().get(link).status_code == 200
    assert "/join/" not in page(alice, path)
    told = Mail.objects.get(to_address="dave@example.com")
    assert "Alice Owner has made a link" in told.text
    assert "/join/" not in told.text
    before = Rows().now()
    assert "/join/" not in bob.post(f"{path}invite/", {"by": "link"}, follow=True).content.decode()
    assert "Make a link" not in page(bob, path)
    assert Rows().now() == before


def test_who_has_signed_in_is_not_invited(people, bob):
    User.objects.filter(pk=people["carol"].pk).update(last_sign_in_at=timezone.now())
    before = (SigninLink.objects.count(), Mail.objects.count())
    bob.post(f"/desk/customers/{people['carol'].pk}/invite/", {"by": "mail"})
    with pytest.raises(AccountError, match="has_account"):
        actions.invitation_path(actor=actor_for(people["alice"]), user_id=people["carol"].pk)
    assert (SigninLink.objects.count(), Mail.objects.count()) == before


def test_invitations_hold_in_one_tenant_alone(people, bob, twins):
    bob.post("/desk/customers/invite/", {"lines": "maren@example.com"})
    path = link_in(Mail.objects.get(to_address="maren@example.com"))
    twins.mirror()
    with tenant_context(twins.beta.tenant):
        stranger = make_client(tenant=twins.beta.tenant)
    assert stranger.get(path).status_code == 410
    assert stranger.post(path, {"name": "Eve"}).status_code == 410


def test_a_correction_does_not_write_over_what_the_customer_changed_meanwhile(people, bob):
    path = f"/desk/customers/{people['carol'].pk}/change/"
    seen = {"seen-name": "Carol Customer", "seen-phone": ""}
    User.objects.filter(pk=people["carol"].pk).update(name="Carol Married", phone="")
    answer = bob.post(path, {**seen, "name": "Carol C.", "phone": "0131 496 0142"})
    assert answer.status_code == 400
    assert "“Carol Married” stands there now" in answer.content.decode()
    assert 'value="Carol C."' in answer.content.decode()
    people["carol"].refresh_from_db()
    assert (people["carol"].name, people["carol"].phone) == ("Carol Married", "")
    # What is left as it was shown is not meant to be written.
    assert bob.post(path, {**seen, "name": "Carol Customer", "phone": "0131 496 0142"}).status_code == 302
    people["carol"].refresh_from_db()
    assert (people["carol"].name, people["carol"].phone) == ("Carol Married", "0131 496 0142")


def test_name_and_phone_are_corrected(people, bob):
    path = f"/desk/customers/{people['carol'].pk}/"
    bob.post(f"{path}change/", {"name": "Carol C. Customer", "phone": "0131 496 0142"})
    text = page(bob, path)
    assert "Carol C. Customer" in text
    assert "0131 496 0142" in text
    assert bob.post(f"{path}change/", {"name": "", "phone": ""}).status_code == 400


def test_a_customer_is_found_by_the_name_that_was_corrected(people, tenant, bob):
    row = file_request(people["carol"])
    drain(tenant.schema_name)
    bob.post(f"/desk/customers/{people['carol'].pk}/change/", {"name": "Zebedee Customer", "phone": ""})
    drain(tenant.schema_name)
    assert f"/desk/requests/{row.number}/" in page(bob, "/desk/search/?q=zebedee")


def test_a_manager_moves_an_account_and_closes_it(people, tenant, client_for):
    mona = client_for(make_user("mona@example.com", "Mona Manager", "manager"))
    carol = client_for(people["carol"])
    path = f"/desk/customers/{people['carol'].pk}/"
    mona.post(f"{path}email/", {"email": "carol@new.example"})
    people["carol"].refresh_from_db()
    assert people["carol"].email == "carol@new.example"
    assert carol.get("/")["Location"].startswith("/signin/")
    mona.post(f"{path}access/", {"do": "close"})
    people["carol"].refresh_from_db()
    assert not people["carol"].is_active
    assert "account closed" in page(mona, path)
    mona.post(f"{path}access/", {"do": "open"})
    people["carol"].refresh_from_db()
    assert people["carol"].is_active


def test_an_agent_neither_moves_nor_closes_accounts(people, bob):
    path = f"/desk/customers/{people['carol'].pk}/"
    before = Rows().now()
    assert bob.post(f"{path}email/", {"email": "carol@new.example"}).status_code == 403
    assert bob.post(f"{path}access/", {"do": "close"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.close_account(actor=actor_for(people["bob"]), user_id=people["carol"].pk)
    assert Rows().now() == before


def test_staff_are_no_customers(people, alice):
    before = Rows().now()
    for act, typed in (("change", {"name": "X"}), ("access", {"do": "close"}), ("invite", {"by": "link"})):
        assert alice.post(f"/desk/customers/{people['bob'].pk}/{act}/", typed).status_code == 404
    with pytest.raises(NotThere):
        actions.close_account(actor=actor_for(people["alice"]), user_id=people["bob"].pk)
    assert Rows().now() == before


def test_the_qr_code_leads_to_the_portal(people, bob, tenant):
    answer = bob.get("/desk/customers/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "attachment" in answer["Content-Disposition"]
    assert tenant.primary_domain in answer.content.decode()
    assert "<path" in page(bob, "/desk/customers/card/")


def test_a_move_is_told_by_the_name_of_its_status(people, tenant, client_for):
    shop = Shop(people)
    row = shop.file()
    made = Move(to="over", seen_status="new", reason="Because")
    move(actor=actor_for(people["alice"]), request_id=row.pk, move=made)
    drain(tenant.schema_name)
    assert "Over" in page(client_for(people["alice"]), f"/desk/customers/{people['carol'].pk}/")


def _names(text: str) -> list[str]:
    return re.findall(r"data-row href=[^>]+><bdi>([^<]+)<", text)


def test_the_list_is_ordered_by_name_and_by_who_was_here_last_and_goes_on_where_it_ended(people, bob):
    now = timezone.now()
    for n in range(60):
        user = make_user(f"c{n:02}@example.com", f"Number {n * 7 % 60:02}")
        if n % 3:
            User.objects.filter(pk=user.pk).update(last_sign_in_at=now - timedelta(days=n // 2))
    User.objects.filter(pk=people["dave"].pk).update(name="")
    for sort, order in (("name", ("lower", False)), ("here", ("seen", True)), ("newest", ("pk", True))):
        expected = list(User.objects.filter(role="customer", is_active=True))
        keys = {
            "lower": lambda user: ((user.name or user.email).lower(), user.pk),
            "seen": lambda user: (user.last_sign_in_at or now - timedelta(days=9000), user.pk),
            "pk": lambda user: user.pk,
        }
        expected.sort(key=keys[order[0]], reverse=order[1])
        seen, path, pages = [], f"/desk/customers/?sort={sort}", []
        while path:
            text = page(bob, path)
            pages.append((path, _names(text)))
            seen += pages[-1][1]
            found = re.search(r'href="([^"]+)" rel="next"', text)
            path = found[1].replace("&amp;", "&") if found else ""
        assert seen == [user.name or user.email for user in expected], sort
        back = re.search(r'href="([^"]+)" rel="prev"', text)[1].replace("&amp;", "&")
        assert _names(page(bob, back)) == pages[-2][1]


def test_the_list_is_narrowed_by_whose_turn_it_is_and_when_they_were_here(people, bob):
    file_request(people["carol"])
    User.objects.filter(pk=people["carol"].pk).update(last_sign_in_at=timezone.now() - timedelta(days=2))
    User.objects.filter(pk=people["dave"].pk).update(last_sign_in_at=timezone.now() - timedelta(days=40))
    for asked, name in (("waiting=us", "Carol Customer"), ("here=month", "Carol Customer"), ("here=earlier", "Dave")):
        names = _names(page(bob, f"/desk/customers/?{asked}"))
        assert len(names) == 1 and names[0].startswith(name), asked
    text = page(bob, "/desk/customers/?waiting=customer")
    assert _names(text) == [] and "No customer fits these filters." in text and "Show everybody" in text
    assert len(_names(page(bob, "/desk/customers/?waiting=x&here=y&sort=z&documents=w&at=-nonsense"))) == 3


def test_the_address_is_shown_and_found_only_where_the_role_sees_the_field_that_asks_for_it(people, tenant, client_for):
    shop = Shop(people)
    document = small_document()
    field = {"key": "home", "kind": "long_text", "label": "Where?", "remember": "customer.address"}
    document["types"][0]["fields"].append(field)
    publish(actor=actor_for(people["alice"]), document=load(document))
    kept = {"address": {"kind": "long_text", "value": "14 Elm Court\nEH9 1QT"}}
    User.objects.filter(pk=people["carol"].pk).update(remembered=kept)
    erin = client_for(people["erin"])
    text = page(erin, "/desk/customers/?q=elm eh9")
    assert _names(text) == ["Carol Customer"] and "14 Elm Court, EH9 1QT" in text
    document["types"][0]["fields"][-1]["show"] = {"engineer": "hidden"}
    publish(actor=actor_for(people["alice"]), document=load(document))
    text = page(erin, "/desk/customers/")
    assert "Carol Customer" in text and "Elm Court" not in text
    assert _names(page(erin, "/desk/customers/?q=elm")) == []
    assert _names(page(client_for(people["bob"]), "/desk/customers/?q=elm")) == ["Carol Customer"]
    assert shop.people["erin"].role == "engineer"


def test_what_customers_keep_stands_beside_them_and_is_found_as_far_as_the_role_sees_it(people, tenant, client_for):
    Shop(people)
    document = small_document()
    fields = [
        {"key": "model", "kind": "text", "label": "Model"},
        {"key": "serial", "kind": "text", "label": "Serial", "show": {"engineer": "hidden"}},
    ]
    document["record_kinds"] = [{"key": "boiler", "name": "Boiler", "title": "{field:model}", "fields": fields}]
    publish(actor=actor_for(people["alice"]), document=load(document))
    carol, now = people["carol"], timezone.now()
    SavedRecord.objects.create(
        kind_key="boiler", customer=carol, created_by=carol, data={"model": "Ecotec", "serial": "K-774"},
        title="Ecotec", created_at=now, updated_at=now,
    )  # fmt: skip
    for who, found in (("bob", ["Carol Customer"]), ("erin", [])):
        client = client_for(people[who])
        text = page(client, "/desk/customers/")
        assert '<th scope="col">Boiler</th>' in text and "<bdi>Ecotec</bdi>" in text
        assert _names(page(client, "/desk/customers/?q=k-774")) == found
        assert _names(page(client, "/desk/customers/?q=carol ecotec")) == ["Carol Customer"]
    SavedRecord.objects.update(archived_at=now)
    text = page(client_for(people["bob"]), "/desk/customers/?q=ecotec")
    assert _names(text) == []
