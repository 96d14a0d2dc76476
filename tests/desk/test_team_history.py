"""Who did what: every change of the draft, what went live, and of the team stands there, under who did it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts import actions
from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.draft.decisions import call_off, decisions, mark, plan_publishing
from portal_core.config.draft.editing import edit, undo
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.desk import team_history
from portal_core.history.models import AuditEntry, Deed
from tests.accounts.conftest import mails_to, nothing_happens
from tests.factories import make_user

HERE = "/desk/team/history/"
DANA = "dana@example.com"


def lines(client, path=HERE):
    page = client.get(path)
    assert page.status_code == 200
    rows = re.findall(r"<tr><td.*?</tr>", page.content.decode(), re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]


def rename(actor, name):
    return edit(actor=actor, operations=[Set(("portal", "name"), name)], title=f"Brand: {name}")


@pytest.fixture
def alice(shop, client_for):
    shop.people["mona"] = make_user("mona@example.com", "Mona Manager", "manager")
    return client_for(shop.people["alice"])


@pytest.fixture
def owner(shop):
    return actor_for(shop.people["alice"])


def test_a_note_that_was_taken_out_does_not_come_back_when_another_time_is_called_off(shop, owner):
    rename(owner, "Apex")
    at = timezone.now() + timedelta(days=1)
    for note in ("Tomorrow", ""):
        before = mark()
        plan_publishing(actor=owner, at=at, note=note, as_read=before)
        assert call_off(actor=owner) and mark() == before
        assert decisions().note == note


def test_editing_and_publishing_stand_there_under_who_did_it(shop, alice, owner):
    rename(owner, "Acme & {link}")
    revision = rename(actor_for(shop.people["mona"]), "Apex")
    undo(actor=owner, revision=revision)
    plan_publishing(actor=owner, at=timezone.now() + timedelta(days=1), note="Tomorrow", as_read=mark())
    assert call_off(actor=owner)
    version = publish(actor=owner, document=current().document, note="Our <b>name</b>")
    found = lines(alice)
    assert f"Alice Owner published version {version.number} Our &lt;b&gt;name&lt;/b&gt;" in found[0]
    assert f"What version {version.number} changed" in found[0]
    assert "Alice Owner took back the time to go live" in found[1]
    assert "Alice Owner had the draft go live" in found[2] and "Tomorrow" in found[2]
    assert "Alice Owner took back in the draft: Brand: Apex" in found[3]
    assert "Mona Manager changed the draft: Brand: Apex" in found[4]
    # Words that stand for something are named by it, as everywhere in the editor.
    assert "Alice Owner changed the draft: Brand: Acme &amp; ‹Link›" in found[5]
    href = f"/desk/setup/versions/?from={version.number - 1}&amp;to={version.number}#compared"
    assert href in alice.get(HERE).content.decode()


def test_who_writes_on_in_the_same_box_is_one_line(shop, alice, owner):
    for name in ("A", "Ac", "Acme"):
        edit(actor=owner, operations=[Set(("portal", "name"), name)], title="Brand and address: Name")
    assert len(lines(alice, f"{HERE}?about=draft")) == 1


def test_who_gave_which_role_stands_there_as_it_was_called_then(shop, alice, owner, client_for):
    bob = shop.people["bob"]
    actions.change_role(actor=owner, user_id=bob.pk, role="manager", team_key="desk")
    actions.invite_staff(actor=owner, email=DANA, role="agent")
    link = re.search(r"/join/[\w-]+/", mails_to(DANA)[-1].text)
    client_for().post(link[0], {"name": "Dana Moss"})
    dana = User.objects.get(email=DANA)
    actions.deactivate(actor=owner, user_id=dana.pk)
    User.objects.filter(pk=dana.pk).update(last_sign_in_at=timezone.now())
    actions.reactivate(actor=owner, user_id=dana.pk)
    actions.change_email(actor=owner, user_id=dana.pk, email="moss@example.com")
    # A customer's address is nobody's role.
    actions.change_email(actor=owner, user_id=shop.people["carol"].pk, email="new-carol@example.com")
    found = lines(alice, f"{HERE}?about=team")
    expected = [
        "Alice Owner changed the e-mail address of Dana Moss",
        "Alice Owner brought back Dana Moss as Agent",
        "Alice Owner ended the access of Dana Moss was Agent",
        "Dana Moss joined the team as Agent",
        "Alice Owner invited Dana Moss as Agent",
        "Alice Owner gave another place to Bob Agent Agent → Manager, Desk",
    ]
    assert len(found) == len(expected)
    for line, words in zip(found, expected, strict=True):
        assert words in line


def test_the_address_of_somebody_invited_is_read_by_who_manages_the_team_alone(shop, alice, owner, client_for):
    actions.invite_staff(actor=owner, email=DANA, role="agent")
    assert f"Alice Owner invited {DANA} as Agent" in lines(alice)[0]
    assert "Alice Owner invited somebody without a name yet as Agent" in lines(client_for(shop.people["mona"]))[0]


def test_the_address_of_who_did_it_is_read_by_who_manages_the_team_alone(shop, alice, owner, client_for):
    actions.invite_staff(actor=owner, email=DANA, role="agent")
    User.objects.filter(pk=owner.user_id).update(name="")
    assert "alice@example.com invited" in lines(alice)[0]
    page = lines(client_for(shop.people["mona"]))[0]
    assert "A colleague without a name yet invited" in page and "alice@" not in page


def test_what_changed_nothing_is_not_told(shop, owner):
    bob = shop.people["bob"]
    before = AuditEntry.objects.count()
    actions.change_role(actor=owner, user_id=bob.pk, role=bob.role, team_key=bob.team_key)
    with pytest.raises(actions.NotAllowed):
        actions.change_role(actor=actor_for(bob), user_id=bob.pk, role="owner", team_key="")
    publish(actor=SYSTEM, document=live_portal().document)
    assert AuditEntry.objects.count() == before


def test_rows_are_only_ever_added(owner):
    rename(owner, "Acme")
    row = AuditEntry.objects.get(deed=Deed.EDITED)
    for act in (lambda: AuditEntry.objects.filter(pk=row.pk).update(words="x"), row.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE portal_core_auditentry")
    assert AuditEntry.objects.filter(pk=row.pk).exists()


def test_a_page_costs_the_same_however_much_there_is(shop, alice, owner, monkeypatch):
    monkeypatch.setattr(team_history, "PAGE_SIZE", 3)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(HERE).status_code == 200
        return len(queries)

    rename(owner, "One")
    cost()
    few = cost()
    for number in range(8):
        rename(owner if number % 2 else actor_for(shop.people["mona"]), f"Name {number}")
    assert cost() == few
    seen, path = [], f"{HERE}?about=draft"
    while path:
        page = alice.get(path)
        seen += [line.subject for line in page.context["lines"]]
        path = page.context["pager"]["older_href"]
    assert seen == [*(f"Brand: Name {number}" for number in range(7, -1, -1)), "Brand: One"]


@pytest.mark.parametrize(
    "asked", ["?before=x", "?about=x", "?before=00000000-0000-0000-0000-000000000000", "?about=live"]
)
def test_any_address_is_answered(alice, asked):
    assert alice.get(HERE + asked).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("erin", 403), ("carol", 404), (None, 302)])
def test_only_who_may_configure_reads_it(shop, client_for, owner, who, status):
    rename(owner, "Acme")
    client = client_for(shop.people[who] if who else None)
    with nothing_happens():
        answer = client.get(HERE)
    assert answer.status_code == status and b"Brand: Acme" not in answer.content


def test_who_configures_gets_there_from_the_team_or_from_the_editor(shop, alice, client_for):
    assert f'href="{HERE}"' in alice.get("/desk/team/").content.decode()
    mona = client_for(shop.people["mona"])
    assert f'href="{HERE}"' in mona.get("/desk/setup/history/").content.decode()
    assert 'href="/desk/team/"' not in mona.get(HERE).content.decode().partition("<main")[2]
