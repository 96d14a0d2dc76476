"""Nothing that a reader may not see leaves by any channel: pages, forms with errors, mails, headers, logs.

Values that stand nowhere else are planted in hidden fields, their history, notes and staff's names of statuses
(`planted.py`); then everything that a reader can reach is read (`walked.py`).
"""

from __future__ import annotations

import logging
import uuid

import pytest

from portal_core.config.kinds import all_kinds
from portal_core.messaging.actions import Message, reply
from tests.contracts import canaries
from tests.contracts.planted import EVERYTHING, FROM_ALL_AFTER, FROM_CUSTOMERS, FROM_ENGINEERS, Log
from tests.contracts.walked import SIGNED_OUT, WALKED_TOGETHER, walk_of, walks, words_of

# All of them, those without a walk, too: planting takes as long as some of the tests.
pytestmark = WALKED_TOGETHER

# Of each group one answer as a column.
TABLE_COLUMNS = ",".join(f"job.{canaries.key(group, 'text')}" for group in canaries.GROUPS)


def test_every_kind_that_takes_an_answer_has_its_canary():
    # Records have theirs in `canaries.record_answers`, inside the record.
    assert set(canaries.KINDS) | {"record"} == {kind.key for kind in all_kinds() if kind.is_input}


def _among(reached: dict[str, list[str]], wanted: list[str]) -> dict[str, list[str]]:
    """The same, of the signs that were found on a walk."""
    leaks = {asked: [sign for sign in found if sign in wanted] for asked, found in reached.items()}
    return {asked: signs for asked, signs in leaks.items() if signs}


def test_staff_who_may_see_it_see_every_canary(scene, client_for):
    """The positive control: what is sought elsewhere is really there, in the same pages."""
    alice = client_for(scene.people["alice"])
    page = "".join(words_of(alice.get(f"/desk/requests/{row.number}/")) for row in (scene.a, scene.b))
    values = [value for group in canaries.GROUPS for value in canaries.every_value(group, ("a", "b"))]
    wanted = [*values, canaries.NOTE, *canaries.every_value("office", ("was",)), canaries.staff_status_name("open")]
    assert canaries.found_in(page, wanted) == wanted


@walks
def test_customers_see_what_is_theirs(whole, request):
    """The other half of the control: the walk would find a canary if it stood there."""
    reached = walk_of("carol", whole, request).before
    late = canaries.every_value("late", ("b",))
    assert any(set(late) <= set(found) for found in reached.values())
    assert _among(reached, canaries.every_sign("soon", ("a",)))
    assert _among(reached, canaries.every_sign("shop", ("a",)))


@walks
def test_a_customer_reaches_nothing_that_is_hidden_from_customers(whole, request):
    walked = walk_of("carol", whole, request)
    assert _among(walked.before, FROM_CUSTOMERS) == {}
    assert _among(walked.after, FROM_CUSTOMERS + FROM_ALL_AFTER) == {}
    # Both walks have found what stands there for her.
    assert _among(walked.after, canaries.every_sign("shop", ("a",)))


@walks
@pytest.mark.parametrize("name", ["dave", SIGNED_OUT])
def test_another_customer_and_the_signed_out_reach_nothing_of_a_request(name, whole, request):
    # The answers that can be chosen stand in every form; nothing that was given does.
    choices = {
        sign
        for group in ("shop", "soon")
        for kind in ("choice", "choices")
        for mark in canaries.MARKS
        for sign in canaries.signs(group, kind, mark)
    }
    reached = walk_of(name, whole, request).before
    assert _among(reached, [sign for sign in EVERYTHING if sign not in choices]) == {}


@walks
def test_a_role_of_the_business_reaches_nothing_that_is_hidden_from_it(whole, request):
    walked = walk_of("erin", whole, request)
    assert any("desk:request: GET /desk/requests/" in asked for asked in walked.before)
    assert _among(walked.before, FROM_ENGINEERS) == {}
    assert _among(walked.after, FROM_ENGINEERS + FROM_ALL_AFTER) == {}
    assert _among(walked.after, canaries.every_sign("office", ("a",)))


def test_the_archive_of_ones_own_data_holds_nothing_that_is_hidden(scene, client_for):
    carol = client_for(scene.people["carol"])
    heard = words_of(carol.post("/account/download/"))
    assert "requests-1.json" in heard
    assert canaries.found_in(heard, FROM_CUSTOMERS) == []
    # It holds what is hers: the answers of both requests, and what was written to her.
    shop = canaries.every_value("shop", ("a",))
    assert canaries.found_in(heard, shop) == shop and "We look at it" in heard
    scene.hide_soon()
    after = words_of(carol.post("/account/download/"))
    assert canaries.found_in(after, FROM_CUSTOMERS + FROM_ALL_AFTER) == [] and canaries.found_in(after, shop) == shop
    others = words_of(client_for(scene.people["dave"]).post("/account/download/"))
    assert canaries.found_in(others, EVERYTHING) == []


@pytest.mark.parametrize("styles", [("xlsx",), ("points", "commas")], ids=["workbook", "csv"])
@pytest.mark.parametrize("query", ["type=job", f"cols={TABLE_COLUMNS}", ""])
def test_the_queue_as_a_table_holds_nothing_that_is_hidden(scene, client_for, query, styles):
    path = f"/desk/export/?view=all&state=any&{query}"

    def heard(name: str) -> str:
        client = client_for(scene.people[name])
        return words_of(client.get(path)) + "".join(words_of(client.post(path, {"style": style})) for style in styles)

    erin = heard("erin")
    assert "Carol Customer" in erin and canaries.found_in(erin, FROM_ENGINEERS) == []
    soon = [canaries.label("soon", "text")] if query else []
    assert canaries.found_in(erin, soon) == soon
    if query == "type=job":
        # Those who may see it get all of it: what is sought elsewhere is really there, in one of its spellings.
        alice = heard("alice")
        ways = [canaries.signs(group, kind, "a") for group in canaries.GROUPS for kind in canaries.KINDS]
        assert [signs for signs in ways if signs and not canaries.found_in(alice, signs)] == []
    scene.hide_soon()
    assert canaries.found_in(heard("erin"), FROM_ENGINEERS + FROM_ALL_AFTER) == []
    for name in ("carol", "dave"):
        assert client_for(scene.people[name]).post(path).status_code == 404


def test_mails_say_only_what_their_reader_may_see(planted):
    said = planted.said
    assert canaries.found_in(said["carol@example.com"], canaries.every_sign("shop", ("a",), ("text",)))
    assert canaries.found_in(said["carol@example.com"], FROM_CUSTOMERS) == []
    assert canaries.found_in(said["erin@example.com"], canaries.every_sign("office", ("a",), ("text",)))
    assert canaries.found_in(said["erin@example.com"], FROM_ENGINEERS) == []
    assert canaries.NOTE in said["alice@example.com"]
    assert "dave@example.com" not in said


def test_mails_after_a_field_was_hidden_say_nothing_of_it(scene):
    scene.hide_soon()
    for row in (scene.a, scene.b):
        scene._move(row, "asked")
        reply(actor=scene.actor("bob"), request_id=row.pk, message=Message("Look here", uuid.uuid4()))
        reply(actor=scene.actor("carol"), request_id=row.pk, message=Message("I looked", uuid.uuid4()))
    said = scene.mails()
    assert canaries.found_in(said["carol@example.com"], FROM_CUSTOMERS + FROM_ALL_AFTER) == []
    assert canaries.found_in(said["erin@example.com"], FROM_ENGINEERS + FROM_ALL_AFTER) == []
    assert canaries.found_in(said["carol@example.com"], canaries.every_sign("shop", kinds=("text",)))


@walks
def test_nothing_that_people_wrote_is_printed_or_logged(whole, request, capfd):
    """Every walk is listened to (`scene`); here somebody walks who may see all of it."""
    log = Log()
    with log.heard():
        walk_of("alice", whole, request)
        logging.getLogger("deploy").info("the log is heard")
    printed = capfd.readouterr()
    assert "the log is heard" in log.lines
    assert canaries.found_in("\n".join([*log.lines, printed.out, printed.err]), EVERYTHING) == []
