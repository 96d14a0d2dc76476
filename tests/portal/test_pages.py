"""The customer's pages by HTTP."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

from django.utils import timezone

from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from tests.service_requests.filing import file_request, filled


def _sent(client, people, type_key, **more):
    from portal_core.accounts.actor import actor_for

    portal = live_portal()
    data = filled(portal.type(type_key), actor_for(people["carol"]), portal)
    return client.post(f"/new/{type_key}/", {**data, "key": str(uuid.uuid4()), "do": "send", **more})


def test_home_is_empty_at_first_and_offers_to_start_something(tenant, people, client_for):
    page = client_for(people["carol"]).get("/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Nothing needs you." in text
    for request_type in live_portal().types:
        assert f"/new/{request_type.key}/" in text


def test_where_nothing_is_everybody_is_led_to_what_is_theirs(tenant, people, client_for):
    """No page has said who acts: an address that leads nowhere knows who is signed in all the same."""

    def led_to(client):
        answer = client.get("/nowhere/")
        assert answer.status_code == 404
        actions = answer.content.decode().split('<div class="actions')[1]
        return re.findall(r'href="([^"]+)"', actions.split("</div>")[0])

    assert led_to(client_for(people["carol"])) == ["/", "/requests/"]
    assert led_to(client_for(people["bob"])) == ["/desk/"]
    assert led_to(client_for()) == ["/"]


def test_the_signed_out_are_sent_to_sign_in(tenant, client_for):
    answer = client_for().get("/requests/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin/")


def test_a_form_sent_twice_is_one_request(tenant, people, client_for):
    client = client_for(people["carol"])
    key = live_portal().types[0].key
    submission = str(uuid.uuid4())
    first = _sent(client, people, key, key=submission)
    second = _sent(client, people, key, key=submission)
    assert first.status_code == second.status_code == 302
    assert ServiceRequest.objects.count() == 1
    assert HistoryEntry.objects.filter(kind=Kind.SUBMITTED).count() == 1


def test_wrong_answers_come_back_with_everything_typed(tenant, people, client_for):
    client = client_for(people["carol"])
    request_type = live_portal().types[0]
    answer = client.post(f"/new/{request_type.key}/", {"do": "send", "key": str(uuid.uuid4()), "f-nothing": "x"})
    assert answer.status_code == 400
    assert b"another look" in answer.content
    assert ServiceRequest.objects.count() == 0
    assert RequestDraft.objects.count() == 1


def test_what_was_typed_is_kept_and_comes_back(tenant, people, client_for):
    client = client_for(people["carol"])
    request_type = live_portal().types[0]
    field = next(field for field in request_type.fields if field.kind.key == "long_text")
    kept = client.post(
        f"/new/{request_type.key}/draft/", {"key": str(uuid.uuid4()), f"f-{field.key}": "half a sentence"}
    )
    assert kept.status_code == 200
    assert b"Saved on our side" in kept.content
    assert b"half a sentence" in client.get(f"/new/{request_type.key}/").content


def test_a_request_page_shows_the_four_answers_and_takes_a_reply(tenant, people, client_for):
    request = file_request(people["carol"])
    client = client_for(people["carol"])
    page = client.get(f"/requests/{request.number}/")
    assert page.status_code == 200
    portal = live_portal()
    status = portal.type(request.type_key).flow.status(request.status_key)
    text = page.content.decode()
    assert portal.text(status.customer_name) in text
    answer = client.post(
        f"/requests/{request.number}/reply/", {"body": "Any news <b>here</b>?", "key": str(uuid.uuid4())}
    )
    assert answer.status_code == 302
    text = client.get(f"/requests/{request.number}/").content.decode()
    assert "Any news &lt;b&gt;here&lt;/b&gt;?" in text


def test_another_customers_request_does_not_exist(tenant, people, client_for):
    request = file_request(people["carol"])
    dave = client_for(people["dave"])
    assert dave.get(f"/requests/{request.number}/").status_code == 404
    before = HistoryEntry.objects.count()
    for action in ("reply", "move", "change"):
        answer = dave.post(f"/requests/{request.number}/{action}/", {"body": "x", "key": str(uuid.uuid4()), "to": "x"})
        assert answer.status_code == 404
    assert HistoryEntry.objects.count() == before


def test_the_list_shows_open_and_closed(tenant, people, client_for):
    for _ in range(3):
        file_request(people["carol"])
    client = client_for(people["carol"])
    for row in ServiceRequest.objects.all():
        assert f"/requests/{row.number}/" in client.get("/requests/").content.decode()
    assert "Nothing is done yet." in client.get("/requests/?show=closed").content.decode()


def test_a_form_that_is_asked_for_is_filled_in_and_the_request_goes_on(tenant, people, client_for):
    from portal_core.accounts.actor import actor_for
    from portal_core.config.actions import publish
    from portal_core.config.starters import starter
    from portal_core.service_requests.actions import Move, move

    publish(actor=actor_for(people["alice"]), document=starter("nordwarm"))
    request = file_request(people["carol"], "report-fault")
    for status, to, answers in (
        ("received", "looked-at", {"diagnosis": "The vessel"}),
        ("looked-at", "visit-to-agree", {}),
    ):
        step = Move(to=to, seen_status=status, answers=answers)
        move(actor=actor_for(people["bob"]), request_id=request.pk, move=step)
    client = client_for(people["carol"])
    page = client.get(f"/requests/{request.number}/").content.decode()
    assert 'name="f-visit-day"' in page
    path = f"/requests/{request.number}/asks/day/"
    form = {"key": str(uuid.uuid4()), "since": request.status_since.isoformat(), "f-visit-time": "early"}
    form["seen"] = re.search(r'name="seen" value="([^"]+)"', page)[1]
    form["since"] = re.search(r'name="since" value="([^"]+)"', page)[1]
    assert client.post(path, form).status_code == 400
    assert client.post(path, {**form, "f-visit-day": "rubbish"}).status_code == 400
    request.refresh_from_db()
    assert request.status_key == "visit-to-agree"
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert client.post(path, {**form, "f-visit-day": day}).status_code == 302
    request.refresh_from_db()
    assert request.status_key == "visit-booked"
    assert request.data["visit-day"] == day


def test_a_flood_is_stopped_and_loses_nothing(tenant, people, client_for, monkeypatch):
    monkeypatch.setattr("portal_core.portal.limits.WRITES_AN_HOUR", 1)
    request = file_request(people["carol"])
    client, dave = client_for(people["carol"]), client_for(people["dave"])
    path = f"/requests/{request.number}/reply/"
    assert client.post(path, {"body": "One", "key": str(uuid.uuid4())}).status_code == 302
    second = client.post(path, {"body": "Two, still here", "key": str(uuid.uuid4())})
    assert second.status_code == 429
    assert "Two, still here" in second.content.decode()
    assert HistoryEntry.objects.filter(kind=Kind.REPLIED).count() == 1
    assert _sent(client, people, live_portal().types[0].key).status_code == 429
    assert ServiceRequest.objects.count() == 1
    # Nobody else is held up by it.
    assert _sent(dave, people, live_portal().types[0].key).status_code == 302


def test_who_has_no_name_yet_is_asked_once_with_the_first_form(tenant, people, client_for):
    carol = people["carol"]
    type_key = live_portal().types[0].key
    assert 'name="your-name"' not in client_for(carol).get(f"/new/{type_key}/").content.decode()
    carol.name = ""
    carol.save(update_fields=["name"])
    client = client_for(carol)
    assert 'name="your-name"' in client.get(f"/new/{type_key}/").content.decode()
    client.post(f"/new/{type_key}/draft/", {"key": str(uuid.uuid4()), "your-name": "Carol  Kept"})
    assert "Carol  Kept" in client.get(f"/new/{type_key}/").content.decode()
    assert _sent(client, people, type_key, **{"your-name": "Carol\x00  New "}).status_code == 302
    carol.refresh_from_db()
    assert carol.name == "Carol New"
    assert 'name="your-name"' not in client.get(f"/new/{type_key}/").content.decode()


def test_too_much_to_keep_is_said_and_what_was_kept_stays(tenant, people, client_for):
    client = client_for(people["carol"])
    request_type = live_portal().types[0]
    field = next(field for field in request_type.fields if field.kind.key == "long_text")
    path, key = f"/new/{request_type.key}/draft/", str(uuid.uuid4())
    assert client.post(path, {"key": key, f"f-{field.key}": "kept before"}).status_code == 200
    assert client.post(path, {"key": key, f"f-{field.key}": "x" * 300_000}).status_code == 413
    assert RequestDraft.objects.get().typed[f"f-{field.key}"] == ["kept before"]


def test_two_tabs_on_one_draft_lose_nothing(tenant, people, client_for):
    client = client_for(people["carol"])
    type_key = live_portal().types[0].key
    field = next(field.key for field in live_portal().types[0].fields if field.kind.key == "long_text")
    key = str(uuid.uuid4())
    assert _sent(client, people, type_key, key=key).status_code == 302
    other = _sent(client, people, type_key, key=key, **{f"f-{field}": "Something else altogether"})
    assert other.status_code == 409
    page = other.content.decode()
    assert "Something else altogether" in page and "already" in page
    assert ServiceRequest.objects.count() == 1
    fresh = page.split('name="key" value="')[1].split('"')[0]
    assert fresh != key
    assert _sent(client, people, type_key, key=fresh, **{f"f-{field}": "Something else altogether"}).status_code == 302
    assert ServiceRequest.objects.count() == 2


def test_names_that_no_question_has_are_not_kept(tenant, people, client_for):
    client = client_for(people["carol"])
    type_key = live_portal().types[0].key
    answer = client.post(f"/new/{type_key}/draft/", {"key": str(uuid.uuid4()), "f-\x00": "1", "f-nothing": "2"})
    assert answer.status_code == 200
    assert RequestDraft.objects.get().typed == {}
