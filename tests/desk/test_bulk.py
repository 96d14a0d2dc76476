"""Many requests at once: each is decided by itself and reported."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.history.models import Audience, HistoryEntry, Kind
from portal_core.history.record import Line, add_line
from portal_core.service_requests.actions import assign
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.models import Event
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests.small_portal import document


@pytest.fixture
def rows(shop) -> list[ServiceRequest]:
    return [shop.file(what=f"Thing {number}", kind="noise") for number in range(4)]


def tick(row: ServiceRequest, **shown: Any) -> str:
    values = {"status": row.status_key, "who": row.assignee_id or "", "team": row.team_key, **shown}
    return f"{row.number}|{values['status']}|{values['who']}|{values['team']}"


def moving(rows: list[ServiceRequest], to: str = "way.over", **more: str) -> dict[str, Any]:
    """The form of the second page, as it was shown."""
    return {
        "row": [tick(row) for row in rows],
        "to": to,
        "shown_to": to,
        "reason": "Done by phone",
        "shown_reason": "Done by phone",
        "tell": "yes",
        "version": str(_version()),
        "key": str(uuid.uuid4()),
        "do": "move",
        **more,
    }


def _version() -> int:
    from portal_core.config.live import live_portal

    return live_portal().number


def statuses(rows: list[ServiceRequest]) -> list[str]:
    return [ServiceRequest.objects.get(pk=row.pk).status_key for row in rows]


def test_one_that_somebody_else_has_taken_does_not_stop_the_others(people, client_for, rows):
    ticks = [tick(row) for row in rows]
    assign(actor=actor_for(people["alice"]), request_id=rows[1].pk, assignee_id=people["alice"].pk)
    page = client_for(people["bob"]).post("/desk/bulk/assign/", {"row": ticks, "who": "me"}).content.decode()
    assert "3 given to you, 1 not given" in page
    assert people["alice"].name in page and f"/desk/requests/{rows[1].number}/" in page
    having = [ServiceRequest.objects.get(pk=row.pk).assignee_id for row in rows]
    assert having == [people["bob"].pk, people["alice"].pk, people["bob"].pk, people["bob"].pk]
    assert Event.objects.filter(kind="request.assigned").count() == 4


def test_who_took_it_meanwhile_is_said_of_a_colleague_without_a_name_too(people, client_for, rows):
    jim = make_user("jim@example.com", "", "agent")
    User.objects.filter(pk=jim.pk).update(name="")
    ticks = [tick(row) for row in rows]
    assign(actor=actor_for(jim), request_id=rows[1].pk, assignee_id=jim.pk)
    page = client_for(people["bob"]).post("/desk/bulk/assign/", {"row": ticks, "who": "me"}).content.decode()
    assert "It was given away meanwhile: jim@example.com has it now." in page
    history = client_for(people["bob"]).get(f"/desk/requests/{rows[1].number}/").content.decode()
    assert "Given to jim@example.com" in history and "nobody has it" not in history


def test_it_is_said_to_whom_a_request_was_given(shop, people, client_for, rows):
    jim = make_user("jim@example.com", "", "agent")
    User.objects.filter(pk=jim.pk).update(name="")
    team_key, team = next(iter(live_portal().teams.items()))
    told = {
        "me": "you",
        str(people["bob"].pk): "you",
        str(people["alice"].pk): people["alice"].name,
        str(jim.pk): "jim@example.com",
        "": "nobody",
    }
    bob, row = client_for(people["bob"]), rows[0]
    for who, whom in told.items():
        row.refresh_from_db()
        bob.post("/desk/bulk/assign/", {"row": [tick(row)], "who": who})
        assert f"{row.number} is given to {whom}." in bob.get("/desk/").content.decode()
    row.refresh_from_db()
    bob.post("/desk/bulk/assign/", {"row": [tick(row)], "team": team_key})
    assert f"{row.number} is given to {live_portal().text(team)}." in bob.get("/desk/").content.decode()
    page = bob.post("/desk/bulk/assign/", {"row": [tick(one) for one in rows[1:3]], "who": str(people["alice"].pk)})
    assert f"2 given to {people['alice'].name}" in page.content.decode()


def test_a_single_one_that_went_through_leads_back_to_its_line(people, client_for, rows):
    bob = client_for(people["bob"])
    number = rows[0].number
    sent = {"row": [tick(rows[0])], "who": "me", "back": "/desk/?view=new"}
    answer = bob.post("/desk/bulk/assign/", sent)
    assert answer["Location"] == f"/desk/?view=new#row-{number}"
    page = bob.get("/desk/?view=all").content.decode()
    assert f"{number} is given to you." in page and f'id="row-{number}"' in page
    moved = bob.post("/desk/bulk/move/", moving(rows[1:2], back="/desk/?view=all"))
    assert moved["Location"] == f"/desk/?view=all#row-{rows[1].number}"
    assert f"{rows[1].number} is moved." in bob.get("/desk/").content.decode()
    # Refused, it says why, on a page of its own.
    assert "Nothing was given" in bob.post("/desk/bulk/assign/", {**sent, "who": "rubbish"}).content.decode()
    assert (
        f"/desk/?view=new#row-{number}"
        in bob.get(f"/desk/requests/{number}/?back=/desk/%3Fview%3Dnew").content.decode()
    )


def test_giving_to_a_person_a_team_and_nobody(people, client_for, rows):
    bob = client_for(people["bob"])
    bob.post("/desk/bulk/assign/", {"row": [tick(row) for row in rows], "who": str(people["alice"].pk)})
    fresh = [ServiceRequest.objects.get(pk=row.pk) for row in rows]
    assert {row.assignee_id for row in fresh} == {people["alice"].pk}
    bob.post("/desk/bulk/assign/", {"row": [tick(row) for row in fresh], "team": "shop"})
    fresh = [ServiceRequest.objects.get(pk=row.pk) for row in rows]
    assert {(row.assignee_id, row.team_key) for row in fresh} == {(people["alice"].pk, "shop")}
    bob.post("/desk/bulk/assign/", {"row": [tick(row) for row in fresh], "who": ""})
    assert {ServiceRequest.objects.get(pk=row.pk).assignee_id for row in rows} == {None}
    for who in ("rubbish", str(people["carol"].pk), str(uuid.uuid4())):
        before = Rows().now()
        page = bob.post("/desk/bulk/assign/", {"row": [tick(rows[0], team="shop")], "who": who}).content.decode()
        assert "Nothing was given" in page and Rows().now() == before


def test_the_same_form_twice_moves_and_tells_once(people, client_for, rows):
    bob = client_for(people["bob"])
    form = moving(rows)
    first = bob.post("/desk/bulk/move/", form).content.decode()
    assert "4 moved" in first and statuses(rows) == ["over"] * 4
    lines, events = HistoryEntry.objects.count(), Event.objects.count()
    assert "4 moved" in bob.post("/desk/bulk/move/", form).content.decode()
    assert (HistoryEntry.objects.count(), Event.objects.count()) == (lines, events)
    assert HistoryEntry.objects.filter(kind=Kind.MOVED).count() == 4


def test_a_key_that_somebody_else_has_used_moves_nothing_and_stops_no_other(people, client_for, rows):
    sent = moving(rows[:2])
    used = uuid.uuid5(uuid.UUID(sent["key"]), str(rows[0].pk))
    line = Line(Kind.NOTED, Audience.STAFF, timezone.now(), body="CANARYNOTE", submission_key=used)
    add_line(actor=actor_for(people["bob"]), request_id=rows[0].pk, line=line)
    page = client_for(people["alice"]).post("/desk/bulk/move/", sent, follow=True).content.decode()
    assert statuses(rows[:2]) == ["new", "over"]
    assert "This form was used before" in page and "CANARYNOTE" not in page
    assert not HistoryEntry.objects.filter(request=rows[0], kind=Kind.MOVED).exists()
    assert not Event.objects.filter(payload__request_id=str(rows[0].pk), kind="request.moved").exists()


def test_before_moving_the_mails_are_counted_and_one_is_shown(people, client_for, shop, rows):
    changed = document()
    changed["flows"][0]["statuses"][2]["notify"] = [{"who": "customer", "message": "bye"}]
    changed["messages"] = [{"key": "bye", "subject": "Goodbye {reference}", "body": "It is over."}]
    publish(actor=actor_for(people["alice"]), document=load(changed))
    bob = client_for(people["bob"])
    before = Rows().now()
    ticks = [tick(row) for row in rows]
    choose = bob.post("/desk/bulk/move/", {"row": ticks}).content.decode()
    assert "4 of 4" in choose and 'value="way.over"' in choose
    look = bob.post("/desk/bulk/move/", {"row": ticks, "to": "way.over", "do": "look"}).content.decode()
    assert "4 mails" in look and f"Goodbye {rows[0].number}" in look and people["carol"].name in look
    assert Rows().now() == before
    # A reason that the shown mail did not have is shown first.
    unseen = bob.post("/desk/bulk/move/", moving(rows, shown_reason=""))
    assert unseen.status_code == 409 and "Done by phone" in unseen.content.decode() and Rows().now() == before
    for changed_form in ({"reason": ""}, {"version": "0"}, {"shown_to": "way.known"}):
        assert bob.post("/desk/bulk/move/", moving(rows, **changed_form)).status_code == 409
    assert Rows().now() == before
    bob.post("/desk/bulk/move/", moving(rows, tell="no"))
    assert set(Event.objects.filter(kind="request.moved").values_list("payload__tell_customer", flat=True)) == {False}


def test_before_moving_it_is_said_which_mails_do_not_go_at_once(people, client_for, shop, rows):
    changed = document()
    changed["messages"] = [{"key": "bye", "subject": "Goodbye {reference}", "body": "It is over."}]
    bob = client_for(people["bob"])

    def look(when):
        changed["flows"][0]["statuses"][2]["notify"] = [{"who": "customer", "when": when, "message": "bye"}]
        publish(actor=actor_for(people["alice"]), document=load(changed))
        sent = {"row": [tick(row) for row in rows], "to": "way.over", "do": "look"}
        return bob.post("/desk/bulk/move/", sent).content.decode()

    page = look("daily")
    assert "4 go with the daily mail in the morning" in page and f"Goodbye {rows[0].number}" in page
    assert "No mail goes at once" in page and "and send" not in page and 'name="tell"' in page
    page = look("never")
    assert "For 4 no mail goes: they stand among the updates" in page and "Goodbye" not in page
    assert "and send" not in page and 'name="tell"' in page
    User.objects.filter(pk=rows[0].customer_id).update(is_sample=True)
    assert "and send 4 mails" in look("daily")


def test_what_cannot_go_there_stays_with_its_reason(people, client_for, shop, rows):
    bob = client_for(people["bob"])
    shop_rows = [*rows, shop.file(what="Filled", kind="noise")]
    bob.post(f"/desk/requests/{shop_rows[4].number}/change/", {"edit": "cause"})
    form = moving(shop_rows, "way.known")
    page = bob.post("/desk/bulk/move/", {**form, "do": "look"}).content.decode()
    assert "Fill in first: Cause" in page
    done = bob.post("/desk/bulk/move/", form).content.decode()
    assert "Nothing was moved" in done and "Fill in first: Cause" in done
    stale = moving(rows)
    stale["row"][0] = tick(rows[0], status="known")
    page = bob.post("/desk/bulk/move/", stale).content.decode()
    assert "3 moved, 1 not moved" in page and "It has gone on meanwhile" in page
    assert statuses(rows) == ["new", "over", "over", "over"]


def test_nothing_of_a_request_that_one_does_not_see(people, client_for, shop, rows):
    shop.publish(types=["sale"])
    erin = client_for(people["erin"])
    before = Rows().now()
    for path, form in (("assign", {"row": [tick(rows[0])], "who": "me"}), ("move", moving(rows[:1]))):
        page = erin.post(f"/desk/bulk/{path}/", form).content.decode()
        assert "not among the requests that you see" in page or "None of these" in page
        assert rows[0].title not in page
    assert Rows().now() == before


def test_who_may_not_assign_or_move_is_refused(people, client_for, shop, rows):
    shop.publish(permissions=["see", "reply"])
    watcher = client_for(make_user("watch@example.com", "Watcher", "engineer"))
    queue = watcher.get("/desk/?view=all").content.decode()
    assert 'name="row"' not in queue and 'id="bulk"' not in queue
    before = Rows().now()
    assert watcher.post("/desk/bulk/assign/", {"row": [tick(rows[0])], "who": "me"}).status_code == 403
    assert watcher.post("/desk/bulk/move/", moving(rows)).status_code == 403
    assert client_for(people["carol"]).post("/desk/bulk/move/", moving(rows)).status_code == 404
    assert Rows().now() == before


def test_nothing_ticked_and_rubbish_go_back_to_the_queue(people, client_for, rows):
    bob = client_for(people["bob"])
    for row in ([], ["x"], ["1|2"], ["²|a||"], ["99999999999999999999|a||"]):
        answer = bob.post("/desk/bulk/assign/", {"row": row, "who": "me", "back": "/desk/?view=all"})
        assert answer.status_code == 302 and answer["Location"] == "/desk/?view=all"
    assert bob.post("/desk/bulk/move/", {"row": [], "back": "https://evil.example"})["Location"] == "/desk/"
    page = bob.post("/desk/bulk/assign/", {"row": ["424242|new||desk"], "who": "me"}).content.decode()
    assert "Nothing was given" in page


def test_no_more_than_a_hundred(people, client_for, rows):
    many = [f"{number}|new||desk" for number in range(5_000, 5_100)]
    page = client_for(people["bob"]).post("/desk/bulk/assign/", {"row": [*many, tick(rows[0])], "who": "me"})
    assert "Only the first 100" in page.content.decode()
    assert ServiceRequest.objects.get(pk=rows[0].pk).assignee_id is None


def test_without_script_all_of_the_page_can_be_ticked(people, client_for, rows):
    bob = client_for(people["bob"])
    page = bob.get("/desk/?view=all").content.decode()
    assert "select=all" in page and not re.search(r'name="row"[^>]*checked', page)
    ticked = bob.get("/desk/?view=all&select=all").content.decode()
    assert len(re.findall(r'name="row"[^>]*checked', ticked)) == 4
    assert f'value="{tick(rows[0])}"' in ticked


def test_two_tenants_with_equal_numbers(twins):
    from tests.service_requests.filing import file_request

    with twins.alpha.entered():
        row = file_request(twins.alpha.carol)
    twins.mirror()
    twins.alpha.client("bob").post("/desk/bulk/assign/", {"row": [tick(row)], "who": "me"})
    with twins.beta.entered():
        assert ServiceRequest.objects.get(number=row.number).assignee_id is None
    with twins.alpha.entered():
        assert ServiceRequest.objects.get(number=row.number).assignee_id == twins.alpha.bob.pk
