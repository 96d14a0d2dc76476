"""Who may fetch a file, asked anew at each fetch; ranges, names, caches; the other tenant; guests."""

from __future__ import annotations

import uuid

import pytest
from django.utils.http import http_date

from portal_core.documents.models import StoredFile
from portal_core.service_requests.actions import Move, assign, move
from portal_core.service_requests.models import ServiceRequest
from tests.documents.papers import files_in, portal_with
from tests.documents.samples import pdf, sent
from tests.factories import make_user

CONTENT = pdf(bytes(range(32, 127)) * 20)


@pytest.fixture
def stored(papers):
    """A file of Carol's, not attached yet."""
    return papers.upload(file=sent("Zürich “Plan”.pdf", CONTENT))


def fetch(papers, key, who="carol", **headers):
    return papers.client(who).get(f"/files/{key}/", headers=headers)


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_whole_file_comes_as_a_download_under_its_name(papers, stored):
    answer = fetch(papers, stored)
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"Z_rich _Plan_.pdf\"; filename*=UTF-8''Z%C3%BCrich%20%E2%80%9CPlan%E2%80%9D.pdf"
    )


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, len(CONTENT) - 1), ("bytes=-7", len(CONTENT) - 7, len(CONTENT) - 1),
     ("bytes=5-99999999", 5, len(CONTENT) - 1), (f"bytes=-{len(CONTENT) * 2}", 0, len(CONTENT) - 1)],
)  # fmt: skip
def test_a_part_is_sent_as_asked(asked, start, end, papers, stored):
    answer = fetch(papers, stored, range=asked)
    assert (answer.status_code, body(answer)) == (206, CONTENT[start : end + 1])
    assert answer["Content-Range"] == f"bytes {start}-{end}/{len(CONTENT)}"
    assert answer["Content-Length"] == str(end - start + 1)


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=-0", "bytes=999999-1000000"])
def test_what_lies_behind_the_end_is_416(asked, papers, stored):
    answer = fetch(papers, stored, range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=x-", "bytes=1-" + "9" * 40]
)
def test_a_range_that_makes_no_sense_gets_the_whole(asked, papers, stored):
    assert fetch(papers, stored, range=asked).status_code == 200


def test_a_part_of_an_older_copy_is_not_mixed_with_this_one(papers, stored):
    row = StoredFile.objects.get()
    good, date = f'"{row.sha256[:32]}"', http_date(row.created_at.timestamp())
    for condition, status in (
        (good, 206),
        (date, 206),
        ('"other"', 200),
        (f"W/{good}", 200),
        (http_date(0), 200),
        ("x", 200),
    ):
        assert fetch(papers, stored, range="bytes=0-1", **{"if-range": condition}).status_code == status, condition
    assert fetch(papers, stored, **{"if-none-match": good}).status_code == 304


def test_head_says_everything_and_sends_nothing(papers, stored):
    answer = papers.client("carol").head(f"/files/{stored}/")
    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, str(len(CONTENT)), b"")


def test_a_proxy_sends_it_where_one_is_configured(papers, stored, settings):
    settings.FILES_ACCEL_PREFIX = "/private-files/"
    answer = fetch(papers, stored)
    row = StoredFile.objects.get()
    assert answer["X-Accel-Redirect"] == f"/private-files/{row.key}" and body(answer) == b""
    assert answer["Content-Disposition"].startswith("attachment")
    assert "X-Accel-Redirect" not in fetch(papers, stored, who="dave")


@pytest.mark.parametrize("who", ["dave", "bob", "alice", "erin"])
def test_a_loose_file_is_its_senders_alone(who, papers, stored):
    answer = fetch(papers, stored, who=who)
    assert answer.status_code == 404
    assert answer.content == fetch(papers, uuid.uuid4(), who=who).content
    assert "Plan" not in answer.content.decode()


def test_the_signed_out_are_sent_to_sign_in(papers, stored):
    answer = papers.client_for().get(f"/files/{stored}/")
    assert answer.status_code == 302 and answer["Location"].startswith("/signin/")


def test_an_answers_file_follows_the_visibility_of_its_field(papers):
    row = papers.file(**{"f-shop_new": sent("paper.pdf"), "f-plan_new": sent("paper.pdf", pdf(b"2"))})
    shop, plan = files_in(row, "shop")[0]["id"], files_in(row, "plan")[0]["id"]
    assert [papers.status_of(who, shop) for who in ("carol", "bob", "erin", "dave")] == [200, 200, 404, 404]
    assert [papers.status_of(who, plan) for who in ("carol", "bob", "erin", "dave")] == [200, 200, 200, 404]
    # The status hides the field from customers.
    row.refresh_from_db()
    move(actor=papers.actor("bob"), request_id=row.pk, move=Move(to="over", seen_status="new", reason="Done"))
    assert [papers.status_of(who, shop) for who in ("carol", "bob")] == [404, 200]
    # The next version hides the other one, too.
    papers.publish(types=portal_with("plan", {"show": {"customer": "hidden"}}))
    assert [papers.status_of(who, plan) for who in ("carol", "bob")] == [404, 200]


def test_what_a_customer_took_out_of_an_answer_is_no_longer_theirs_to_fetch(papers):
    from portal_core.service_requests.actions import change_fields

    row = papers.file(**{"f-policy_new": sent("paper.pdf"), "f-plan_new": sent("paper.pdf", pdf(b"2"))})
    plan = files_in(row, "plan")
    change_fields(actor=papers.actor("bob"), request_id=row.pk, answers={"plan": None}, seen={"plan": plan})
    assert [papers.status_of(who, plan[0]["id"]) for who in ("carol", "bob")] == [404, 200]


def test_files_of_notes_are_for_staff_and_files_of_messages_for_both(papers):
    row = papers.file()
    where, bob = f"/desk/requests/{row.number}/write/", papers.client("bob")
    for kind in ("note", "reply"):
        data = {
            "kind": kind,
            "body": "See",
            "key": str(uuid.uuid4()),
            "files_new": sent("paper.pdf", pdf(kind.encode())),
        }
        assert bob.post(where, data).status_code == 302
    noted, replied = (row.pk for row in StoredFile.objects.order_by("created_at"))
    assert [papers.status_of(who, noted) for who in ("carol", "dave", "bob", "erin")] == [404, 404, 200, 200]
    assert [papers.status_of(who, replied) for who in ("carol", "dave", "bob", "erin")] == [200, 404, 200, 200]


def test_staff_who_no_longer_see_the_request_no_longer_get_its_files(papers):
    papers.publish(roles=[{"key": "engineer", "name": "Engineer", "based_on": "agent", "scope": "own"}])
    row = papers.file(**{"f-plan_new": sent("paper.pdf")})
    plan = files_in(row, "plan")[0]["id"]
    assert papers.status_of("erin", plan) == 200
    assign(actor=papers.actor("alice"), request_id=row.pk, assignee_id=papers.people["bob"].pk)
    assert papers.status_of("erin", plan) == 404
    frank = make_user("frank@example.com", "Frank", "nobody-knows-this")
    assert papers.client_for(frank).get(f"/files/{plan}/").status_code == 404


def test_the_names_of_hidden_files_stand_in_no_channel(papers):
    row = papers.file()
    bob, where = papers.client("bob"), f"/desk/requests/{row.number}/change/"
    page = bob.get(f"/desk/requests/{row.number}/?edit=secret").content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert (
        bob.post(where, {"edit": "secret", "seen": seen, "f-secret_new": sent("Canaryname.pdf", pdf())}).status_code
        == 302
    )
    key = files_in(row, "secret")[0]["id"]
    assert "Canaryname" in bob.get(f"/desk/requests/{row.number}/").content.decode()
    for path in ("/", "/requests/", f"/requests/{row.number}/", "/documents/", f"/requests/{row.number}/?edit=secret",
                 f"/files/{key}/", "/updates/", "/new/repair/"):  # fmt: skip
        assert "Canaryname" not in papers.client("carol").get(path).content.decode(), path
    from django.core import mail as sent_mails

    from tenants.outbox.drain import drain

    drain(papers.tenant.schema_name)
    assert "Canaryname" not in "".join(str(mail.message()) for mail in sent_mails.outbox if "carol" in str(mail.to))


def test_without_the_schema_in_its_key_the_twin_would_get_the_file(papers, twins, stored, monkeypatch):
    """The guard switched off: the leak is real."""
    from portal_core.documents import storage

    papers.file(**{"f-plan": stored})
    twins.mirror()
    monkeypatch.setattr(storage, "_own", lambda key: key)
    answer = twins.beta.client("carol").get(f"/files/{stored}/")
    assert answer.status_code == 200
    assert CONTENT[:20] in b"".join(answer)


def test_the_other_tenant_with_equal_ids_gets_neither_file_nor_name(papers, twins, stored):
    from portal_core.documents import storage

    papers.file(**{"f-plan": stored})
    twins.mirror()
    with twins.beta.entered():
        # The very rows, key and all, in the other schema: the key names the schema that it belongs to.
        row = StoredFile.objects.get(pk=stored)
        with pytest.raises(storage.NoSuchFile):
            storage.read(row.key)
        for name in ("carol", "bob"):
            answer = twins.beta.client(name).get(f"/files/{stored}/")
            assert answer.status_code == 503 and CONTENT[:20] not in answer.content
        assert twins.beta.client("eve").get(f"/files/{stored}/").status_code == 404
    assert papers.status_of("carol", stored) == 200


def test_a_guest_gets_by_the_link_what_was_shared_in_the_request(papers):
    from portal_core.accounts.models import User
    from portal_core.service_requests import guest_links
    from portal_core.service_requests.actions import vault

    row = papers.file(**{"f-plan_new": sent("paper.pdf")})
    for share in (True, False):
        file = uuid.UUID(papers.upload("bob", sent("shared.pdf", pdf(str(share).encode()))))
        paper = vault.Paper(kind_key="certificate", file_ids=[file], share=share)
        vault.add_document(actor=papers.actor("bob"), customer_id=row.customer_id, paper=paper, request_id=row.pk)
    shared, kept = (row.pk for row in StoredFile.objects.filter(document__from_staff=True).order_by("created_at"))
    User.objects.filter(pk=row.customer_id).update(is_guest=True)
    row = ServiceRequest.objects.select_related("customer").get(pk=row.pk)
    path = guest_links.path_of(guest_links.ensure_link(row))
    token = path.split("/")[2]
    browser = papers.client_for()
    page = browser.get(path).content.decode()
    assert f"/files/{shared}/?g={token}" in page and str(kept) not in page
    assert browser.get(f"/files/{shared}/?g={token}").status_code == 200
    assert browser.get(f"/files/{kept}/?g={token}").status_code == 404
    assert browser.get(f"/files/{files_in(row, 'plan')[0]['id']}/?g={token}").status_code == 200
