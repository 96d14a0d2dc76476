"""Who else is here, news in the queue, and a request on paper."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import ConnectionError as NoRedis

from portal_core.accounts.actor import actor_for
from portal_core.desk import presence, queue
from portal_core.desk.presence import Here, sentence
from portal_core.history.models import Audience, HistoryEntry, Kind, Side
from portal_core.messaging.actions import Message, note, reply
from tenants.identifiers import uuid7_at
from tests.contracts import canaries
from tests.contracts.planted import Scene
from tests.contracts.rows import Rows
from tests.service_requests.filing import file_request


@pytest.fixture(autouse=True)
def _nobody_is_here() -> Any:
    cache.clear()
    yield
    cache.clear()


def test_two_people_on_one_request_see_each_other_and_nothing_is_written(shop, people, client_for):
    row, other = shop.file(kind="noise"), shop.file(kind="noise")
    bob, alice = client_for(people["bob"]), client_for(people["alice"])
    path = f"/desk/requests/{row.number}/here/"
    before = Rows().now()
    assert bob.get(path).status_code == 204
    assert alice.get(path).content.decode() == f"{people['bob'].name} is here, too."
    assert bob.get(f"{path}?writing=1").content.decode() == f"{people['alice'].name} is here, too."
    assert alice.get(path).content.decode() == f"{people['bob'].name} is writing."
    assert alice.get(f"/desk/requests/{other.number}/here/").status_code == 204
    assert Rows().now() == before


def test_who_has_gone_is_not_shown_any_more(shop, people, client_for, monkeypatch):
    row = shop.file(kind="noise")
    path = f"/desk/requests/{row.number}/here/"
    client_for(people["bob"]).get(path)
    later = time.time() + presence.STAYS_SECONDS + 1
    monkeypatch.setattr(presence.time, "time", lambda: later)
    assert client_for(people["alice"]).get(path).status_code == 204


def test_without_redis_nobody_is_shown_and_the_page_works(shop, people, client_for, monkeypatch):
    row = shop.file(kind="noise")

    def gone() -> Any:
        raise NoRedis

    monkeypatch.setattr(presence, "_redis", gone)
    assert client_for(people["bob"]).get(f"/desk/requests/{row.number}/here/").status_code == 204
    assert client_for(people["bob"]).get(f"/desk/requests/{row.number}/").status_code == 200


def test_who_does_not_see_the_request_learns_nothing_and_is_not_shown(shop, people, client_for):
    row = shop.file("repair", kind="noise")
    shop.publish(types=["sale"])
    path = f"/desk/requests/{row.number}/here/"
    client_for(people["bob"]).get(path)
    for name in ("erin", "carol"):
        assert client_for(people[name]).get(path).status_code == 404
    assert client_for(people["alice"]).get(path).content.decode() == f"{people['bob'].name} is here, too."


def test_the_same_request_of_two_tenants(twins):
    with twins.alpha.entered():
        row = file_request(twins.alpha.carol)
    twins.mirror()
    path = f"/desk/requests/{row.number}/here/"
    twins.alpha.client("bob").get(path)
    assert twins.beta.client("alice").get(path).status_code == 204


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], ""),
        ([Here("Bob", False), Here("Mona", False), Here("Tom", False)], "Bob, Mona and Tom are here, too."),
        ([Here("Bob", True), Here("Mona", True)], "Bob and Mona are writing."),
        ([Here("Bob", False), Here("Mona", True)], "Mona is writing."),
    ],
)
def test_who_is_here_is_one_sentence(others, said):
    assert sentence(others) == said


def test_the_queue_answers_not_modified_until_something_is_written(shop, people, client_for, monkeypatch):
    monkeypatch.setattr(queue.time, "time", lambda: 1_800_000_000.0)
    shop.file(kind="noise")
    bob = client_for(people["bob"])
    asked = {"X-Live": "1"}
    first = bob.get("/desk/?view=all", headers=asked)
    tag = first["ETag"]
    assert bob.get("/desk/?view=all", headers={**asked, "If-None-Match": tag}).status_code == 304
    assert bob.get("/desk/?view=new", headers={**asked, "If-None-Match": tag}).status_code == 200
    row = shop.file(what="Just in", kind="noise")
    second = bob.get("/desk/?view=all", headers={**asked, "If-None-Match": tag})
    assert second.status_code == 200 and second["ETag"] != tag and "Just in" in second.content.decode()
    reply(actor=actor_for(people["carol"]), request_id=row.pk, message=Message("Hello", uuid.uuid4()))
    assert bob.get("/desk/?view=all", headers={**asked, "If-None-Match": second["ETag"]}).status_code == 200
    # Another reader's tag is not one's own.
    assert (
        client_for(people["alice"]).get("/desk/?view=all", headers={**asked, "If-None-Match": tag}).status_code == 200
    )
    latest = bob.get("/desk/?view=all", headers=asked)["ETag"]
    monkeypatch.setattr(queue.time, "time", lambda: 1_800_000_100.0)
    assert bob.get("/desk/?view=all", headers={**asked, "If-None-Match": latest}).status_code == 200
    assert "ETag" not in bob.get("/desk/?view=all").headers


def test_a_line_that_came_in_with_a_date_ahead_hides_no_news(shop, people, client_for, monkeypatch):
    monkeypatch.setattr(queue.time, "time", lambda: 1_800_000_000.0)
    row = shop.file(kind="noise")
    ahead = timezone.now() + timedelta(hours=20)
    HistoryEntry.objects.create(
        id=uuid7_at(ahead, 0), request=row, kind=Kind.RECORDED, audience=Audience.STAFF, side=Side.SYSTEM, at=ahead
    )
    bob, asked = client_for(people["bob"]), {"X-Live": "1"}
    tag = bob.get("/desk/", headers=asked)["ETag"]
    assert bob.get("/desk/", headers={**asked, "If-None-Match": tag}).status_code == 304
    reply(actor=actor_for(people["carol"]), request_id=row.pk, message=Message("Hello", uuid.uuid4()))
    assert bob.get("/desk/", headers={**asked, "If-None-Match": tag}).status_code == 200


def test_asking_for_news_costs_two_statements(shop, people, client_for, server_statements):
    shop.file(kind="noise")
    bob = client_for(people["bob"])
    costs = []
    for _ in range(4):
        tag = bob.get("/desk/", headers={"X-Live": "1"})["ETag"]
        with server_statements() as sent:
            answer = bob.get("/desk/", headers={"X-Live": "1", "If-None-Match": tag})
        if answer.status_code == 304:
            costs.append(len(sent.without_transactions))
    assert min(costs) == 2


def test_on_paper_stands_what_the_customer_sees_and_no_note(shop, people, client_for):
    row = shop.file(what="Tap & <pipe>", kind="noise")
    note(actor=actor_for(people["bob"]), request_id=row.pk, message=Message("Secret of the desk", uuid.uuid4()))
    reply(actor=actor_for(people["bob"]), request_id=row.pk, message=Message("We come on Monday", uuid.uuid4()))
    page = client_for(people["bob"]).get(f"/desk/requests/{row.number}/print/").content.decode()
    assert "We come on Monday" in page and "Tap &amp; &lt;pipe&gt;" in page and "Yours is new" in page
    assert "Secret of the desk" not in page and "<form" not in page and "<textarea" not in page
    assert client_for(people["carol"]).get(f"/desk/requests/{row.number}/print/").status_code == 404


def test_no_canary_reaches_paper(people, tenant, client_for):
    scene = Scene(people, tenant)
    for who, hidden in (
        ("alice", [*canaries.every_sign("office"), canaries.NOTE]),
        ("erin", canaries.every_sign("shop")),
    ):
        for row in (scene.a, scene.b):
            page = client_for(people[who]).get(f"/desk/requests/{row.number}/print/").content.decode()
            assert canaries.found_in(page, hidden) == []
            assert canaries.found_in(page, canaries.every_sign("late", ("a",))) == []
    assert canaries.found_in(
        client_for(people["alice"]).get(f"/desk/requests/{scene.a.number}/print/").content.decode(),
        canaries.every_sign("shop", ("a",), ("text",)),
    )
