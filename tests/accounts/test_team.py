"""The team: inviting, joining, changing, leaving."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal_core.accounts import actions, portal_facts
from portal_core.accounts.actor import actor_for
from portal_core.accounts.cleaning import clear_expired
from portal_core.accounts.errors import AccountError, EmailTaken, LastOwner, NotAllowed
from portal_core.accounts.models import Session, SigninLink, User
from portal_core.accounts.roles import OWNER, PERMISSIONS
from portal_core.accounts.signin_links import SIGN_IN, create_link
from portal_core.desk.permission_words import PERMISSION_WORDS
from tenants.context import tenant_context
from tests.accounts.conftest import code_for, mails_to, nothing_happens
from tests.databases import PASSWORD, people_of
from tests.factories import make_user
from tests.service_requests.small_portal import Shop

DANA = "dana@example.com"


@pytest.fixture
def owner(people):
    return actor_for(people["alice"])


def link_for(address):
    found = re.search(r"(/join/[\w-]+/)", mails_to(address)[-1].text)
    assert found
    return found[1]


def invited(owner, role="agent"):
    return actions.invite_staff(actor=owner, email=DANA, role=role, team_key="desk")


def test_an_owner_invites_and_the_colleague_joins(owner, people, client_for):
    client_for(people["alice"]).post("/desk/team/invite/", {"emails": f"{DANA}\nerin@example.com", "role": "agent"})
    assert User.objects.get(email=DANA).is_invited
    client = client_for()
    answer = client.post(link_for(DANA), {"name": "Dana Moss"})
    assert answer.headers["Location"] == "/desk/"
    dana = User.objects.get(email=DANA)
    assert (dana.name, dana.role, dana.is_active) == ("Dana Moss", "agent", True)
    assert client.get("/account/").status_code == 200


def test_from_the_team_one_gets_to_what_roles_and_teams_are(people, client_for):
    page = client_for(people["alice"]).get("/desk/team/").content.decode()
    assert 'href="/desk/setup/roles/"' in page
    assert re.search(r'href="/desk/setup/teams/">Teams <span class="dot">\d+<', page)


def test_looking_at_an_invitation_signs_nobody_in(owner, client_for):
    invited(owner)
    path = link_for(DANA)
    client = client_for()
    with nothing_happens():
        for _ in range(3):
            assert client.get(path).status_code == 200
    assert client.get("/account/").status_code == 302
    assert client.post(path, {"name": "Dana"}).status_code == 302


def test_an_invitation_works_once(owner, client_for):
    invited(owner)
    path = link_for(DANA)
    client_for().post(path, {"name": "Dana"})
    with nothing_happens():
        assert client_for().post(path, {"name": "Thief"}).status_code == 410
        assert client_for().get(path).status_code == 410


def test_an_invitation_runs_out_after_seven_days(owner, client_for):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        invited(owner)
        path = link_for(DANA)
        clock.shift(timedelta(days=7, seconds=1))
        with nothing_happens():
            assert client_for().post(path, {"name": "Dana"}).status_code == 410


def test_inviting_again_ends_the_earlier_link(owner, people, client_for):
    dana = invited(owner)
    first = link_for(DANA)
    client_for(people["alice"]).post(f"/desk/team/{dana.pk}/invite/")
    assert link_for(DANA) != first
    assert client_for().get(first).status_code == 410


def test_an_invitation_taken_back_works_no_more(owner, people, client_for):
    dana = invited(owner)
    client_for(people["alice"]).post(f"/desk/team/{dana.pk}/deactivate/")
    with nothing_happens():
        assert client_for().post(link_for(DANA), {"name": "Dana"}).status_code == 410


def test_the_invited_cannot_sign_in_by_code_before_they_joined(owner, client_for, registration):
    registration("open")
    invited(owner)
    client_for().post("/signin/", {"email": DANA})
    assert "cannot sign in" in mails_to(DANA)[-1].text


@pytest.mark.parametrize("token", ["x", "a" * 43, "../../etc/passwd", "%00" * 10, "é" * 30, "a" * 500])
def test_made_up_tokens_are_gone(tenant, client_for, token):
    with nothing_happens():
        assert client_for().post(f"/join/{token}/", {"name": "x"}).status_code in (404, 410)
        assert client_for().post(f"/signin/link/{token}/").status_code in (404, 410)


def test_a_sign_in_link_is_no_invitation_and_the_reverse(owner, people, client_for):
    invited(owner)
    token = link_for(DANA).split("/")[2]
    assert client_for().post(f"/signin/link/{token}/").status_code == 410
    other = create_link(people["carol"], SIGN_IN, 60).split("/")[3]
    assert client_for().post(f"/join/{other}/", {"name": "x"}).status_code == 410


@pytest.mark.parametrize("who", ["bob", "carol", None])
@pytest.mark.parametrize("path", ["", "invite/", "{bob}/", "{bob}/deactivate/", "{bob}/back/", "{bob}/invite/"])
def test_only_who_manages_the_team_gets_at_it(people, client_for, who, path):
    client = client_for(people[who] if who else None)
    address = "/desk/team/" + path.format(bob=people["bob"].pk)
    with nothing_happens():
        answer = client.post(address, {"emails": DANA, "role": "owner"}) if path else client.get(address)
    # Signed out, what was typed comes back on a page; there is nothing to come back for a GET.
    assert answer.status_code == {"bob": 403, "carol": 404, None: 403 if path else 302}[who]


def test_a_customer_is_not_turned_into_staff(owner, people):
    with nothing_happens(), pytest.raises(EmailTaken):
        actions.invite_staff(actor=owner, email="carol@example.com", role="agent")


def test_nobody_gives_away_more_than_they_have(people):
    for role in ("owner", "manager", "agent", "customer", "operator", "made-up"):
        with nothing_happens(), pytest.raises(NotAllowed):
            actions.invite_staff(actor=actor_for(people["bob"]), email=DANA, role=role)
    for role in ("customer", "operator", "made-up"):
        with nothing_happens(), pytest.raises(NotAllowed):
            actions.invite_staff(actor=actor_for(people["alice"]), email=DANA, role=role)


def test_the_last_owner_stays(owner, people):
    alice = people["alice"]
    with nothing_happens(), pytest.raises(LastOwner):
        actions.change_role(actor=owner, user_id=alice.pk, role="agent", team_key="")
    second = make_user("second@example.com", role="owner")
    actions.change_role(actor=actor_for(second), user_id=alice.pk, role="agent", team_key="")
    with nothing_happens(), pytest.raises(NotAllowed):
        actions.deactivate(actor=actor_for(second), user_id=second.pk)


def test_on_a_phone_everybody_s_role_is_read(people, client_for):
    """There, cells without a part of their own are empty ones and are not shown."""
    page = client_for(people["alice"]).get("/desk/team/").content.decode()
    roles = re.findall(r'<td class="nowrap col-part">(.*?)</td>', page)
    assert len(roles) >= 2 and all("<" in role for role in roles), roles


def place_form(client, user):
    """The form of a colleague's place as it is shown."""
    form = client.get(f"/desk/team/?person={user.pk}").context["change"]
    return {**{name: form[name].value() for name in form.fields}, **dict(form.seen())}


def test_two_who_change_one_colleague_do_not_write_over_each_other(people, client_for):
    alice, second, bob = client_for(people["alice"]), make_user("second@example.com", role="owner"), people["bob"]
    second, address = client_for(second), f"/desk/team/{bob.pk}/"
    hers, his = place_form(alice, bob), place_form(second, bob)
    assert f'name="seen-role" value="{bob.role}"' in alice.get(f"/desk/team/?person={bob.pk}").content.decode()
    assert alice.post(address, {**hers, "role": "manager"}).status_code == 302
    with nothing_happens():
        answer = second.post(address, {**his, "role": "owner"})
    assert answer.status_code == 400
    assert "“Manager” stands there now. Nothing is kept yet." in answer.content.decode()
    # What was typed stays, and sent once more it is kept: it was seen.
    form = answer.context["change"]
    assert (form["role"].value(), dict(form.seen())["seen-role"]) == ("owner", "manager")
    # Sent as it was shown before, it changes nothing back.
    assert second.post(address, his).status_code == 302
    bob.refresh_from_db()
    assert bob.role == "manager"
    assert second.post(address, {**his, **dict(form.seen()), "role": "owner"}).status_code == 302
    bob.refresh_from_db()
    assert bob.role == "owner"
    # What others have changed to just what is wanted stands in nobody's way.
    assert alice.post(address, {**hers, "role": "owner"}).status_code == 302


def test_two_owners_cannot_remove_each_other_at_once(race_tenant, in_threads):
    from tenants.context import tenant_context

    with tenant_context(race_tenant):
        owners = [User.objects.get(role="owner"), make_user("second@example.com", role="owner")]
        actors = [actor_for(user) for user in owners]

    def remove(pair):
        actor, victim = pair
        with tenant_context(race_tenant):
            return actions.deactivate(actor=actor, user_id=victim.pk)

    in_threads(remove, [(actors[0], owners[1]), (actors[1], owners[0])], threads=2)
    with tenant_context(race_tenant):
        assert User.objects.filter(role="owner", is_active=True).count() == 1


def ways_in(bob, client_for):
    """Bob's open session, a link, a browser that waits for its code (with the code), and one with his password."""
    client, waiting = client_for(bob), client_for()
    waiting.post("/signin/", {"email": bob.email})
    code, link = code_for(bob.email), create_link(bob, SIGN_IN, 60)
    password = {"email": bob.email, "password": PASSWORD}
    return [
        lambda: client.get("/account/").status_code == 200,
        lambda: client_for().post(link).status_code == 302,
        lambda: waiting.post("/signin/code/", {"code": code}).status_code == 302,
        lambda: client_for().post("/signin/password/", password).status_code == 302,
    ]


def test_deactivating_ends_sessions_links_and_waiting_codes_at_once(people, client_for):
    bob = people["bob"]
    assert [opens() for opens in ways_in(bob, client_for)] == [True] * 4
    doors = ways_in(bob, client_for)
    client_for(people["alice"]).post(f"/desk/team/{bob.pk}/deactivate/")
    assert Session.objects.filter(user=bob).count() == 0
    with nothing_happens():
        assert [opens() for opens in doors] == [False] * 4
    assert not SigninLink.objects.filter(user=bob, used_at=None).exists()


def test_without_what_deactivating_ends_a_session_would_go_on(people, client_for, monkeypatch):
    """The guards switched off, all but one each time: the session's row, its binding, and the look at the person."""
    bob = people["bob"]

    def goes_on_without(*guards):
        people["bob"].refresh_from_db()
        client = client_for(bob)
        with monkeypatch.context() as off:
            if "row" in guards:
                off.setattr(actions, "end_sessions", lambda user_id: 0)
            if "binding" in guards:
                off.setattr(actions, "new_session_salt", lambda: bob.session_salt)
            actions.deactivate(actor=actor_for(people["alice"]), user_id=bob.pk)
            if "person" in guards:
                User.objects.filter(pk=bob.pk).update(is_active=True)
            is_in = client.get("/account/").status_code == 200
        User.objects.filter(pk=bob.pk).update(is_active=True, deactivated_at=None)
        return is_in

    assert goes_on_without("row", "binding", "person")
    for guards in (("row", "binding"), ("row", "person"), ("binding", "person")):
        assert not goes_on_without(*guards), guards


def test_a_failed_hand_over_leaves_the_colleague_as_they_were(owner, people, monkeypatch):
    def broken(actor, from_user, to_user):
        raise RuntimeError

    monkeypatch.setattr(portal_facts, "_hand_over", [broken])
    with nothing_happens(), pytest.raises(RuntimeError):
        actions.deactivate(actor=owner, user_id=people["bob"].pk)


def test_requests_go_only_to_active_colleagues(owner, people):
    from portal_core.accounts.errors import NotThere

    for receiver in (people["carol"].pk, people["bob"].pk, uuid.UUID(int=7)):
        with nothing_happens(), pytest.raises(NotThere):
            actions.deactivate(actor=owner, user_id=people["bob"].pk, requests_to=receiver)


def test_somebody_brought_back_signs_in_anew(owner, people, client_for):
    bob = people["bob"]
    User.objects.filter(pk=bob.pk).update(last_sign_in_at=timezone.now())
    client = client_for(bob)
    actions.deactivate(actor=owner, user_id=bob.pk)
    actions.reactivate(actor=owner, user_id=bob.pk)
    assert client.get("/account/").status_code == 302
    assert User.objects.get(pk=bob.pk).is_active


def test_staff_make_customers_and_customers_do_not(people):
    made = actions.create_customer(actor=actor_for(people["bob"]), email=" New@Example.com ", name="New")
    assert (made.email, made.role, made.has_usable_password()) == ("new@example.com", "customer", False)
    with nothing_happens(), pytest.raises(NotAllowed):
        actions.create_customer(actor=actor_for(people["carol"]), email="x@example.com", name="X")
    with nothing_happens(), pytest.raises(EmailTaken):
        actions.create_customer(actor=actor_for(people["bob"]), email="CAROL@example.com", name="X")


def test_the_page_shows_everybody_and_asks_before_it_deactivates(owner, people, client_for):
    invited(owner)
    client = client_for(people["alice"])
    page = client.get(f"/desk/team/?person={people['bob'].pk}").content.decode()
    for expected in ("alice@example.com", "bob@example.com", DANA, "Deactivate Bob", "Roles"):
        assert expected in page
    assert "carol@example.com" not in page
    assert client.get("/desk/team/?person=garbage").status_code == 200


def test_addresses_that_cannot_be_invited_are_named(people, client_for):
    client = client_for(people["alice"])
    with nothing_happens():
        answer = client.post("/desk/team/invite/", {"emails": "not an address", "role": "agent"})
    assert answer.status_code == 400
    assert "not an address" in answer.content.decode()
    with nothing_happens():
        assert client.post("/desk/team/invite/", {"emails": DANA, "role": "customer"}).status_code == 400


def test_whoever_sees_the_requests_of_a_team_is_given_one(people, client_for):
    Shop(people).publish(scope="team")
    client = client_for(people["alice"])
    with nothing_happens():
        answer = client.post("/desk/team/invite/", {"emails": DANA, "role": "engineer", "team": ""})
        assert answer.status_code == 400
        assert "Choose a team: as Engineer" in answer.content.decode()
        bob = {"role": "engineer", "team": ""}
        assert client.post(f"/desk/team/{people['bob'].pk}/", bob).status_code == 400
    assert client.post("/desk/team/invite/", {"emails": DANA, "role": "engineer", "team": "desk"}).status_code == 302
    assert User.objects.get(email=DANA).team_key == "desk"
    assert client.post("/desk/team/invite/", {"emails": "e@example.com", "role": "agent"}).status_code == 302


def test_the_page_costs_the_same_for_any_number_of_colleagues(people, client_for, server_statements):
    client = client_for(people["alice"])
    client.get("/desk/team/")
    with server_statements() as few:
        client.get("/desk/team/")
    for number in range(40):
        make_user(f"agent{number}@example.com", role="agent")
    with server_statements() as many:
        client.get("/desk/team/")
    assert len(many.without_transactions) == len(few.without_transactions)
    assert len(few.without_transactions) <= 14


def test_cleaning_removes_only_what_has_run_out(owner, people, client_for):
    client = client_for(people["carol"])
    invited(owner)
    with time_machine.travel(timezone.now() + timedelta(days=89), tick=False):
        clear_expired()
        assert Session.objects.filter(user=people["carol"]).count() == 1
        assert SigninLink.objects.count() == 0
        assert client.get("/account/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        clear_expired()
        assert Session.objects.count() == 0


def test_the_table_of_roles_says_all_that_a_role_may(tenant, people, client_for):
    page = client_for(people["alice"]).get("/desk/team/").content.decode()
    told = [re.sub(r"<[^>]+>|\s+", " ", line) for line in re.findall(r"(?s)<tr>.*?</tr>", page)]
    # The owner, managers, agents.
    for words, yes in (("Answer customers", 3), ("Manage customers", 2), ("Shape the portal", 2), ("Manage people", 1)):
        (line,) = (line for line in told if words in line)
        assert line.count("yes") == yes, line
    assert PERMISSIONS[OWNER] == set(PERMISSION_WORDS)


def _join_and_deactivate(race_tenant, in_threads, monkeypatch):
    """An invited colleague joins at the moment at which the invitation is taken back."""
    with tenant_context(race_tenant):
        owner = actor_for(people_of(race_tenant)["alice"])
        dana = actions.invite_staff(actor=owner, email=DANA, role="agent")
        token = link_for(DANA).split("/")[2]
    has_link, has_person = threading.Event(), threading.Event()
    use_link, end_sessions = actions.use_link, actions.end_sessions

    def using(*given):
        link = use_link(*given)
        has_link.set()
        has_person.wait(timeout=2)
        return link

    def ending(*given):
        has_person.set()
        has_link.wait(timeout=2)
        return end_sessions(*given)

    monkeypatch.setattr(actions, "use_link", using)
    monkeypatch.setattr(actions, "end_sessions", ending)

    def inside(act):
        with tenant_context(race_tenant):
            return act()

    jobs = [
        lambda: actions.join_team(token=token, name="Dana"),
        lambda: actions.deactivate(actor=owner, user_id=dana.pk),
    ]
    results = in_threads(inside, jobs, threads=2)
    with tenant_context(race_tenant):
        dana.refresh_from_db()
    return results, dana


def test_joining_and_deactivating_at_once_never_wait_for_each_other(race_tenant, in_threads, monkeypatch):
    results, dana = _join_and_deactivate(race_tenant, in_threads, monkeypatch)
    assert not [result for result in results if isinstance(result, Exception)]
    assert not dana.is_active


def test_without_the_order_of_locks_they_do(race_tenant, in_threads, monkeypatch):
    """The race itself: one holds the link and wants the person, the other the reverse."""
    monkeypatch.setattr(actions, "lock_person", lambda user_id: None)
    results, _dana = _join_and_deactivate(race_tenant, in_threads, monkeypatch)
    assert [result for result in results if "deadlock" in str(result)]


def test_staff_move_the_account_of_a_customer_who_lost_the_address(owner, people, client_for):
    carol = people["carol"]
    client = client_for(carol)
    path = create_link(carol, SIGN_IN, 60)
    moved = actions.change_email(actor=owner, user_id=carol.pk, email=" Carol.New@Example.com ")
    assert moved.email == "carol.new@example.com"
    assert client.get("/account/").status_code == 302, "sessions end"
    assert client_for().post(path).status_code == 410, "links end"
    assert "is now" in mails_to("carol@example.com")[-1].text
    assert "sign in with this address" in mails_to("carol.new@example.com")[-1].text


@pytest.mark.parametrize(
    ("who", "whom", "email", "error"),
    [
        ("bob", "carol", "new@example.com", NotAllowed),
        ("bob", "alice", "new@example.com", NotAllowed),
        ("carol", "dave", "new@example.com", NotAllowed),
        ("mary", "alice", "new@example.com", NotAllowed),
        ("alice", "alice", "new@example.com", NotAllowed),
        ("alice", "carol", "dave@example.com", EmailTaken),
        ("alice", "carol", "no address", AccountError),
    ],
)
def test_an_account_is_moved_by_nobody_else_and_to_no_taken_address(people, who, whom, email, error):
    people["mary"] = make_user("mary@example.com", "Mary Manager", "manager")
    with nothing_happens(), pytest.raises(error):
        actions.change_email(actor=actor_for(people[who]), user_id=people[whom].pk, email=email)
