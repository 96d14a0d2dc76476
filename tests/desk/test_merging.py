"""Two requests about the same matter: one goes on in the other, and is put back exactly as it was."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import mail as sent_mails

from portal_core.accounts.actor import actor_for
from portal_core.history.models import HistoryEntry, Kind
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests.actions import Move, assign, change_fields, merge, move, unmerge
from portal_core.service_requests.errors import Forbidden, MoveRefused, NotSeen
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tenants.outbox.drain import drain
from tests.contracts.rows import Rows
from tests.databases import people_of
from tests.service_requests.filing import file_request
from tests.service_requests.small_portal import refused

STANDING = (
    *("status_key", "turn", "assignee_id", "team_key", "due_at", "closed_at", "unanswered_since", "waiting_since"),
    *("is_new", "stay", "status_since", "planned_for", "tick_at", "merged_into_number", "priority", "data", "title"),
)


@pytest.fixture
def pair(shop, people) -> tuple[ServiceRequest, ServiceRequest]:
    """Two requests of Carol's; in the first she waits for an answer."""
    first, second = shop.file(what="Tap drips", kind="noise"), shop.file(what="Drip again", kind="noise")
    assign(actor=actor_for(people["bob"]), request_id=first.pk, assignee_id=people["bob"].pk)
    reply(actor=actor_for(people["carol"]), request_id=first.pk, message=Message("Hello, anybody?", uuid.uuid4()))
    note(actor=actor_for(people["bob"]), request_id=first.pk, message=Message("Secret of the desk", uuid.uuid4()))
    return fresh(first), fresh(second)


def fresh(row: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=row.pk)


def standing(row: ServiceRequest) -> dict[str, Any]:
    return {name: getattr(fresh(row), name) for name in STANDING}


def join(people, row: ServiceRequest, into: ServiceRequest, who: str = "bob") -> ServiceRequest:
    return merge(actor=actor_for(people[who]), request_id=row.pk, into_number=into.number)


def test_the_merged_one_closes_points_there_and_its_words_are_shown_there(people, client_for, pair):
    first, second = pair
    join(people, first, second)
    merged, other = fresh(first), fresh(second)
    assert merged.closed_at is not None and merged.merged_into_number == second.number
    assert other.unanswered_since == first.unanswered_since
    bob, carol = client_for(people["bob"]), client_for(people["carol"])
    desk = bob.get(f"/desk/requests/{second.number}/").content.decode()
    assert "Hello, anybody?" in desk and "Secret of the desk" in desk and f"in {first.number}" in desk
    hers = carol.get(f"/requests/{second.number}/").content.decode()
    assert "Hello, anybody?" in hers and "Secret of the desk" not in hers
    pointing = carol.get(f"/requests/{first.number}/").content.decode()
    assert f"Goes on in {second.number}" in pointing and f'href="/requests/{second.number}/"' in pointing
    assert "<textarea" not in pointing
    assert f"Goes on in {second.number}" in carol.get("/requests/?show=closed").content.decode()
    page = bob.get(f"/desk/requests/{first.number}/").content.decode()
    assert f'href="/desk/requests/{second.number}/"' in page and "Take apart again" in page
    assert 'id="move"' not in page and "<textarea" not in page


def test_taking_apart_restores_exactly(people, pair):
    first, second = pair
    before, other_before = standing(first), standing(second)
    join(people, first, second)
    assert standing(first) != before
    unmerge(actor=actor_for(people["alice"]), request_id=first.pk)
    assert standing(first) == before
    assert standing(second) == other_before
    kinds = list(HistoryEntry.objects.filter(request=first).order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == [Kind.MERGED, Kind.UNMERGED]
    # Once more, there and back, from where it stands now.
    join(people, first, second)
    unmerge(actor=actor_for(people["bob"]), request_id=first.pk)
    assert standing(first) == before
    unmerge(actor=actor_for(people["bob"]), request_id=first.pk)
    assert HistoryEntry.objects.filter(request=first, kind=Kind.UNMERGED).count() == 2


def test_what_was_answered_meanwhile_stays_answered(people, pair):
    first, second = pair
    join(people, first, second)
    reply(actor=actor_for(people["bob"]), request_id=second.pk, message=Message("We come", uuid.uuid4()))
    unmerge(actor=actor_for(people["bob"]), request_id=first.pk)
    assert fresh(second).unanswered_since is None
    reply_there = HistoryEntry.objects.get(kind=Kind.REPLIED, body="We come")
    assert reply_there.request_id == second.pk


def test_the_customer_is_told_once_and_where_it_goes_on(people, tenant, pair):
    first, second = pair
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    join(people, first, second)
    join(people, first, second)
    drain(tenant.schema_name)
    told = [mail for mail in sent_mails.outbox if people["carol"].email in "".join(mail.recipients())]
    assert len(told) == 1
    assert f"{first.number} goes on in {second.number}" in told[0].subject
    assert f"/requests/{second.number}/" in told[0].body
    assert "Secret of the desk" not in told[0].body


def test_merged_and_taken_apart_at_once_tells_nobody(people, tenant, pair):
    first, second = pair
    drain(tenant.schema_name)
    sent_mails.outbox.clear()
    join(people, first, second)
    unmerge(actor=actor_for(people["bob"]), request_id=first.pk)
    drain(tenant.schema_name)
    assert not [mail for mail in sent_mails.outbox if "goes on" in mail.subject]


def test_what_is_written_to_a_merged_request_arrives_in_the_other(people, client_for, pair):
    first, second = pair
    join(people, first, second)
    form = {"body": "One more thing", "key": str(uuid.uuid4())}
    answer = client_for(people["carol"]).post(f"/requests/{first.number}/reply/", form)
    entry = HistoryEntry.objects.get(body="One more thing")
    assert entry.request_id == second.pk and answer["Location"] == f"/requests/{second.number}/#e-{entry.pk}"
    client_for(people["carol"]).post(f"/requests/{first.number}/reply/", form)
    assert HistoryEntry.objects.filter(body="One more thing").count() == 1
    noted = {"body": "Noted too", "kind": "note", "key": str(uuid.uuid4())}
    client_for(people["bob"]).post(f"/desk/requests/{first.number}/write/", noted)
    assert HistoryEntry.objects.get(body="Noted too").request_id == second.pk


def test_what_cannot_be_merged_is_refused_with_a_reason_and_nothing_is_written(shop, people, pair, client_for):
    first, second = pair
    daves = shop.file(who="dave", what="Mine", kind="noise")
    closed = shop.file(what="Old", kind="noise")
    move(actor=actor_for(people["bob"]), request_id=closed.pk, move=Move("over", "new", reason="r"))
    for row, into, why in (
        (first, daves, "different customers"),
        (first, first, "in itself"),
        (first, closed, "is closed"),
        (closed, first, "is closed already"),
    ):
        with refused(MoveRefused) as caught:
            join(people, row, into)
        assert why in str(caught.value)
    with refused(NotSeen):
        merge(actor=actor_for(people["bob"]), request_id=first.pk, into_number=999_999)
    page = client_for(people["bob"]).post(f"/desk/requests/{first.number}/merge/", {"into": str(daves.number)})
    assert page.status_code == 400 and "different customers" in page.content.decode()
    for wrong in ("", "x", "²", "99999999999"):
        assert (
            client_for(people["bob"]).post(f"/desk/requests/{first.number}/merge/", {"into": wrong}).status_code == 400
        )
    join(people, first, second)
    third = shop.file(what="Third", kind="noise")
    for row, into in ((third, first), (second, third), (first, third)):
        with refused(MoveRefused):
            join(people, row, into)


def test_the_page_says_beforehand_why_a_request_cannot_go_on_elsewhere_and_offers_no_button(
    shop, people, pair, client_for
):
    first, second = pair
    bob = client_for(people["bob"])
    join(people, first, second)
    closed = shop.file(what="Old", kind="noise")
    move(actor=actor_for(people["bob"]), request_id=closed.pk, move=Move("over", "new", reason="r"))
    for row, why in (
        (first, f"{first.number} goes on in {second.number} already."),
        (second, f"Other requests go on in {second.number}."),
        (closed, f"{closed.number} is closed already."),
    ):
        path = f"/desk/requests/{row.number}/merge/"
        answers = [bob.get(path), bob.get(f"{path}?into={second.number}"), bob.post(path, {"into": second.number})]
        for answer in answers if row != first else answers[:2]:
            page = answer.content.decode()
            assert why in page and 'name="into"' not in page and "Merge and tell" not in page
    assert fresh(closed).merged_into_number is None


def test_an_address_that_names_one_in_which_it_cannot_go_on_says_why(shop, people, pair, client_for):
    first, second = pair
    daves = shop.file(who="dave", what="Mine", kind="noise")
    sale = shop.file("sale", what="Sale", kind="noise")
    path = f"/desk/requests/{first.number}/merge/?into="
    bob = client_for(people["bob"])
    for number, why in (
        (daves.number, "belong to different customers"),
        (first.number, "A request cannot go on in itself."),
        (999_999, "There is no request of this number that you see."),
    ):
        page = bob.get(f"{path}{number}").content.decode()
        # The others are still there to choose.
        assert why in page and f'value="{second.number}"' in page
    shop.publish(types=["repair"])
    page = client_for(people["erin"]).get(f"{path}{sale.number}").content.decode()
    assert "There is no request of this number that you see." in page and "Sale" not in page


def test_nothing_else_can_be_done_with_a_merged_request(people, pair):
    first, second = pair
    join(people, first, second)
    bob = actor_for(people["bob"])
    with refused(MoveRefused):
        move(actor=bob, request_id=first.pk, move=Move("over", first.status_key, reason="r"))
    with refused(MoveRefused):
        assign(actor=bob, request_id=first.pk, assignee_id=None)
    with refused(Forbidden):
        change_fields(actor=bob, request_id=first.pk, answers={"what": "New"}, seen={"what": "Tap drips"})


def test_who_may_not_move_or_does_not_see_both_merges_nothing(shop, people, client_for, pair):
    first, second = pair
    sale = shop.file("sale", what="Sale", kind="noise")
    shop.publish(types=["repair"])
    with refused(NotSeen):
        join(people, first, sale, "erin")
    with refused(NotSeen):
        join(people, sale, first, "erin")
    with refused(Forbidden):
        join(people, first, second, "carol")
    shop.publish(permissions=["see", "reply"])
    before = Rows().now()
    erin = client_for(people["erin"])
    assert erin.post(f"/desk/requests/{first.number}/merge/", {"into": second.number}).status_code == 403
    assert erin.post(f"/desk/requests/{first.number}/unmerge/").status_code == 403
    assert client_for(people["carol"]).post(f"/desk/requests/{first.number}/merge/").status_code == 404
    assert Rows().now() == before


def test_a_colleague_who_sees_only_the_merged_one_writes_nothing_into_the_other(shop, people, pair):
    first, _second = pair
    sale = shop.file("sale", what="Sale", kind="noise")
    join(people, first, sale)
    shop.publish(types=["repair"])
    with refused(Forbidden):
        reply(actor=shop.actor("erin"), request_id=first.pk, message=Message("Peek", uuid.uuid4()))


def test_a_merge_shows_a_role_nothing_of_requests_that_it_may_not_see(shop, people, client_for, pair):
    first, _second = pair
    sale = shop.file("sale", what="Sale", kind="noise")
    note(actor=actor_for(people["alice"]), request_id=sale.pk, message=Message("Margin of the sale", uuid.uuid4()))
    reply(actor=actor_for(people["alice"]), request_id=sale.pk, message=Message("Words of the sale", uuid.uuid4()))
    join(people, sale, first, "alice")
    whole = client_for(people["bob"]).get(f"/desk/requests/{first.number}/").content.decode()
    assert "Margin of the sale" in whole and "Words of the sale" in whole
    for limit in ({"types": ["repair"]}, {"scope": "team"}):
        shop.publish(**limit)
        page = client_for(people["erin"]).get(f"/desk/requests/{first.number}/")
        assert page.status_code == 200 and "Secret of the desk" in page.content.decode()
        assert "of the sale" not in page.content.decode()
        for theirs in ("?as=customer", "print/"):
            page = client_for(people["erin"]).get(f"/desk/requests/{first.number}/{theirs}")
            assert page.status_code == 200 and "Hello, anybody?" in page.content.decode()
            assert "of the sale" not in page.content.decode()
    hers = client_for(people["bob"]).get(f"/desk/requests/{first.number}/print/").content.decode()
    assert "Words of the sale" in hers and "Margin of the sale" not in hers


def test_the_page_shows_the_mail_before_it_goes(people, client_for, pair):
    first, second = pair
    bob = client_for(people["bob"])
    choose = bob.get(f"/desk/requests/{first.number}/merge/").content.decode()
    assert second.title in choose and "is told once" not in choose
    look = bob.get(f"/desk/requests/{first.number}/merge/?into={second.number}").content.decode()
    assert f"{first.number} goes on in {second.number}" in look and people["carol"].email in look
    done = bob.post(f"/desk/requests/{first.number}/merge/", {"into": second.number})
    assert done["Location"] == f"/desk/requests/{second.number}/"


def test_merging_stays_in_its_tenant(twins):
    with twins.alpha.entered():
        first, second = file_request(twins.alpha.carol), file_request(twins.alpha.carol)
    twins.mirror()
    twins.alpha.client("bob").post(f"/desk/requests/{first.number}/merge/", {"into": second.number})
    with twins.beta.entered():
        assert ServiceRequest.objects.get(number=first.number).merged_into_number is None


def test_writing_while_it_is_merged_arrives_exactly_once(race_tenant, in_threads):
    """Half of the threads merge and take apart, half write: no deadlock, nothing lost, nothing in a merged request."""
    with tenant_context(race_tenant):
        people = people_of(race_tenant)
        first, second = file_request(people["carol"]), file_request(people["carol"])

    def act(turn: int) -> Any:
        with tenant_context(race_tenant):
            if turn % 2:
                message = Message(f"Message {turn}", uuid.uuid4())
                return reply(actor=actor_for(people["carol"]), request_id=first.pk, message=message).pk
            action = merge if turn % 4 else None
            if action is not None:
                return merge(actor=actor_for(people["bob"]), request_id=first.pk, into_number=second.number).pk
            return unmerge(actor=actor_for(people["bob"]), request_id=first.pk).pk

    results = in_threads(act, range(24), threads=8)
    assert [result for result in results if isinstance(result, Exception)] == []
    with tenant_context(race_tenant):
        bodies = list(HistoryEntry.objects.filter(kind=Kind.REPLIED).values_list("body", flat=True))
        assert sorted(bodies) == sorted(f"Message {turn}" for turn in range(1, 24, 2))
        merged = HistoryEntry.objects.filter(request=first, kind=Kind.MERGED).count()
        apart = HistoryEntry.objects.filter(request=first, kind=Kind.UNMERGED).count()
        assert merged - apart == (1 if fresh(first).merged_into_number else 0)
