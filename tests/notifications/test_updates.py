"""The list of updates: what is new, in words that hold now, marked by a POST or by opening the request."""

import uuid

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.messaging.actions import Message, reply
from portal_core.notifications import seen, updates
from portal_core.notifications.models import Notice
from portal_core.notifications.notices import clear_old_notices, mark_read
from tenants.context import tenant_context
from tests.contracts import canaries
from tests.contracts.rows import Rows

pytestmark = pytest.mark.django_db


def told(desk, people):
    """One request of Carol's that went on and was answered."""
    request = desk.submit()
    desk.move(request, "in-work")
    desk.reply(request, "bob", "The part comes on **Friday**.")
    desk.note(request, body="CANARY-NOTE")
    desk.sent()
    people["carol"].refresh_from_db()
    return request


def page(client, path="/updates/"):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_bell_counts_and_the_list_says_what_is_new_newest_first(desk, people, client_for):
    request = told(desk, people)
    carol = client_for(people["carol"])
    assert people["carol"].new_updates == 2
    assert 'aria-label="Updates, 2 new"' in page(carol, "/")
    text = page(carol)
    assert "2 things are new." in text
    assert text.index("Bob Agent answered you") < text.index("Boiler losing pressure")
    assert "The part comes on **Friday**." in text
    assert "CANARY-NOTE" not in text
    assert f"/requests/{request.number}/" not in text.split("<main")[0]


def test_looking_changes_no_row(desk, people, client_for):
    told(desk, people)
    carol = client_for(people["carol"])
    page(carol)
    rows = Rows()
    before = rows.now()
    page(carol)
    page(carol, "/updates/?before=x")
    assert rows.now() == before


def test_all_read_leaves_new_what_came_in_since_the_page_was_made(desk, people, client_for):
    request = told(desk, people)
    carol = client_for(people["carol"])
    newest = updates.page_of(actor_for(people["carol"])).newest
    desk.reply(request, "bob", "One more")
    desk.sent()
    assert carol.post("/updates/read/", {"until": str(newest)}).status_code == 302
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 1
    assert "1 thing is new." in page(carol)


@pytest.mark.parametrize("until", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_spoilt_form_marks_nothing(desk, people, client_for, until):
    told(desk, people)
    client_for(people["carol"]).post("/updates/read/", {"until": until})
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 2


def test_following_one_marks_it_and_leads_to_its_line(desk, people, client_for):
    request = told(desk, people)
    notice = Notice.objects.get(user=people["carol"], what="answered")
    answer = client_for(people["carol"]).post(f"/updates/{notice.pk}/")
    assert answer["Location"] == f"/requests/{request.number}/#e-{notice.entry_id}"
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 1


@pytest.mark.parametrize("who", ["dave", "bob"])
def test_nobody_follows_or_marks_somebody_elses(desk, people, client_for, who):
    told(desk, people)
    notice = Notice.objects.get(user=people["carol"], what="answered")
    rows = Rows()
    before = rows.now()
    path = f"/desk/updates/{notice.pk}/" if who == "bob" else f"/updates/{notice.pk}/"
    assert client_for(people[who]).post(path).status_code == 404
    assert rows.now() == before


def test_opening_a_request_leaves_a_message_and_the_worker_writes_it_down(desk, people, client_for, monkeypatch):
    request = told(desk, people)
    left = []
    monkeypatch.setattr(seen.write_down, "apply_async", lambda args, **options: left.append(args))
    carol = client_for(people["carol"])
    rows = Rows()
    carol.get("/")
    before = rows.now()
    page(carol, f"/requests/{request.number}/")
    assert rows.now() == before
    assert left == [(str(people["carol"].pk), str(request.pk))]
    seen.write_down(*left[0])
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 0
    page(carol, f"/requests/{request.number}/")
    assert len(left) == 1, "nothing is left to mark"


def test_a_broker_that_is_away_costs_a_mark_and_no_page(desk, people, client_for, monkeypatch):
    request = told(desk, people)

    def away(*_args, **_options):
        raise OSError("no broker")

    monkeypatch.setattr(seen.write_down, "apply_async", away)
    page(client_for(people["carol"]), f"/requests/{request.number}/")
    seen.circuit.reset()


def test_staff_have_their_list_at_the_desk(desk, people, client_for):
    request = desk.assign(desk.submit(), "sam")
    desk.reply(request, "carol", "When do you come?")
    desk.note(request, body="Third one this year")
    desk.sent()
    text = page(client_for(desk.sam), "/desk/updates/")
    for words in ("Request from Carol", "gave you a request", "Carol", "When do you come?", "left a note for staff"):
        assert words in text
    desk.sam.refresh_from_db()
    assert desk.sam.new_updates == 4


def test_a_request_that_is_out_of_reach_is_not_in_the_list(desk, people, client_for, monkeypatch):
    desk.submit()
    desk.sent()
    monkeypatch.setattr(updates, "visible_to", lambda actor: Notice.request.field.related_model.objects.none())
    assert updates.page_of(actor_for(desk.sam)).updates == ()


def test_pages_of_twenty_five(desk, people, client_for):
    request = desk.submit()
    for number in range(28):
        desk.reply(request, "bob", f"Answer number {number}")
    desk.sent()
    first = updates.page_of(actor_for(people["carol"]))
    assert len(first.updates) == 25 and first.older is not None
    second = updates.page_of(actor_for(people["carol"]), before=first.older)
    assert [line.excerpt for line in second.updates][-2:] == ["Answer number 1", "Answer number 0"]
    assert "Newest" in page(client_for(people["carol"]), f"/updates/?before={first.older}")


def test_the_count_is_right_after_marking_one_request(desk, people):
    request = told(desk, people)
    other = desk.submit(what="A second thing")
    desk.move(other, "in-work")
    desk.sent()
    mark_read(people["carol"].pk, request_id=request.pk)
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 1


def test_old_notices_go_and_history_stays(desk, people):
    told(desk, people)
    Notice.objects.update(at="2020-01-01T00:00:00Z")
    clear_old_notices()
    assert not Notice.objects.exists()


def test_what_was_hidden_since_is_not_in_the_list(people, tenant, client_for):
    from tests.contracts.planted import FROM_ALL_AFTER, FROM_CUSTOMERS, FROM_ENGINEERS, Scene

    scene = Scene(people, tenant)
    scene.mails()
    texts = {"carol": "/updates/", "erin": "/desk/updates/"}
    wanted = {"carol": FROM_CUSTOMERS, "erin": FROM_ENGINEERS}
    for name, path in texts.items():
        assert canaries.found_in(page(client_for(people[name]), path), wanted[name]) == []
    publish(actor=actor_for(people["alice"]), document=load(canaries.document_with_soon_hidden()))
    for name, path in texts.items():
        assert canaries.found_in(page(client_for(people[name]), path), wanted[name] + FROM_ALL_AFTER) == []


def test_twins_have_lists_of_their_own(twins):
    from tenants.outbox.drain import drain
    from tests.service_requests.filing import file_request

    with tenant_context(twins.alpha.tenant):
        row = file_request(twins.alpha.carol, "order", what="Alpha alone", where="Here")
        reply(actor=actor_for(twins.alpha.bob), request_id=row.pk, message=Message("For alpha", uuid.uuid4()))
        drain(twins.alpha.tenant.schema_name)
        notice = Notice.objects.filter(user=twins.alpha.carol).get()
    assert "Alpha alone" in twins.alpha.client("carol").get("/updates/").content.decode()
    carol = twins.beta.client("carol")
    assert "Alpha alone" not in carol.get("/updates/").content.decode()
    assert carol.post(f"/updates/{notice.pk}/").status_code == 404
