"""More documents of a kind on file than are shown one by one: all can be chosen, by form and by ask, without script."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from portal_core.documents import vault
from portal_core.documents.models import Document, DocumentState
from tests.contracts.rows import Rows
from tests.documents.papers import Papers, portal_with
from tests.documents.samples import pdf, sent
from tests.documents.test_vault import add, page
from tests.service_requests.papers_portal import House, a_pdf

SHOWN = 4


@pytest.fixture
def few_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "NEWEST_OFFERED", SHOWN)


def picks_in(text: str, name: str = "f-policy") -> dict[str, bool]:
    """The documents that are shown one by one, with whether they are ticked."""
    return {key: bool(mark) for key, mark in re.findall(rf'name="{name}" value="d-([0-9a-f-]+)"( checked)?', text)}


def press(papers: Papers, who: str, **more: Any) -> Any:
    """Presses the button beside the words."""
    data = {"f-what": "A boiler", "key": str(uuid.uuid4()), "rows": "find f-policy", "do": "send", **more}
    return papers.client(who).post("/new/repair/", data)


def test_those_beyond_the_newest_are_found_by_their_words_and_chosen(few_one_by_one, papers: Papers):
    rows = [add(papers, title=f"Policy of year {number}") for number in range(SHOWN + 3)]
    newest = {str(row.pk) for row in rows[3:]}
    form = page(papers, "carol", "/new/repair/")
    assert set(picks_in(form)) == newest and "Find one among all on file" in form
    before = Rows().now()
    answer = press(papers, "carol", **{"f-policy_find": "year 0"})
    text = answer.content.decode()
    # Nothing is sent, what was typed is there, and nothing is complained of.
    assert (
        answer.status_code == 200 and Rows().now()["portal_core_servicerequest"] == before["portal_core_servicerequest"]
    )
    assert 'value="A boiler"' in text and 'value="year 0"' in text and 'class="errors"' not in text
    assert set(picks_in(text)) == {*newest, str(rows[0].pk)}
    # Another search, and an error, keep what was chosen.
    chosen = {"f-policy": f"d-{rows[0].pk}"}
    text = press(papers, "carol", **chosen, **{"f-policy_find": "YEAR 1"}).content.decode()
    assert picks_in(text)[str(rows[0].pk)] and not picks_in(text)[str(rows[1].pk)] and str(rows[2].pk) not in text
    data = {"f-what": "", "do": "send", "key": str(uuid.uuid4()), **chosen}
    again = papers.client("carol").post("/new/repair/", data)
    assert again.status_code == 400 and picks_in(again.content.decode())[str(rows[0].pk)]
    row = papers.file(**chosen)
    assert [item["id"] for item in row.data["policy"]] == [item["id"] for item in rows[0].files]


def test_words_that_all_have_lead_to_those_that_are_not_shown(few_one_by_one, papers: Papers):
    rows = [add(papers, title=f"Policy {number}") for number in range(SHOWN + 3)]
    text = press(papers, "carol", **{"f-policy_find": "policy"}).content.decode()
    assert set(picks_in(text)) == {str(row.pk) for row in rows} and "Nothing else on file" not in text


@pytest.mark.parametrize(
    ("find", "found", "is_sent"),
    [("", "", True), ("year 0", "", False), ("year 0", "year 0", True), ("year 1", "year 0", False)],
)
def test_enter_looks_for_new_words_in_the_box_and_sends_the_form_elsewhere(
    few_one_by_one, papers: Papers, find: str, found: str, is_sent: bool
):
    rows = [add(papers, title=f"Policy of year {number}") for number in range(SHOWN + 3)]
    form = page(papers, "carol", "/new/repair/")
    # The first button of a form is the one that Enter presses.
    buttons = re.findall(r"<button[^>]*>", form[form.index('action="/new/repair/"') :])
    assert 'value="enter"' in buttons[0]
    words = {"f-policy_find": find, "f-policy_found": found}
    before = Rows().now()
    answer = press(papers, "carol", rows="enter", **words)
    if is_sent:
        assert answer.status_code == 302
        return
    text = answer.content.decode()
    rows_of_requests = "portal_core_servicerequest"
    assert Rows().now()[rows_of_requests] == before[rows_of_requests] and 'class="errors"' not in text
    assert str(rows[int(find[-1])].pk) in picks_in(text) and f'name="f-policy_found" value="{find}"' in text


@pytest.mark.parametrize(
    ("find", "is_found"),
    [("police 1", True), ("PÖLICE", True), ("poelice", True), ("paper", True), ("1 police", True), ("name", False),
     ("police 2", False), (".*", False), ("", False), ("\x00", False), ("' \\ %", False)],
)  # fmt: skip
def test_words_are_sought_in_titles_and_names_of_files(few_one_by_one, papers: Papers, find: str, is_found: bool):
    old = add(papers, title="Pölice 1")
    for number in range(SHOWN):
        add(papers, title=f"Other {number}", files_new=sent(f"other{number}.pdf", pdf(str(number).encode())))
    text = press(papers, "carol", **{"f-policy_find": find}).content.decode()
    assert (str(old.pk) in picks_in(text)) == is_found
    assert ("Nothing else on file has these words." in text) == (not is_found and bool(find.strip("\x00")))


def test_nothing_is_found_or_taken_that_the_form_may_not_offer(few_one_by_one, papers: Papers):
    rows = [add(papers, title=f"Policy {number}") for number in range(SHOWN + 3)]
    Document.objects.filter(pk=rows[0].pk).update(is_shared=False)
    Document.objects.filter(pk=rows[1].pk).update(valid_until=timezone.now().date() - timedelta(days=2))
    Document.objects.filter(pk=rows[2].pk).update(customer=papers.people["dave"])
    for row in rows[:3]:
        before = Rows().now()
        chosen = {"f-policy": f"d-{row.pk}"}
        assert str(row.pk) not in picks_in(press(papers, "carol", **{"f-policy_find": "policy"}).content.decode())
        data = {"f-what": "A boiler", "do": "send", "key": str(uuid.uuid4()), **chosen}
        answer = papers.client("carol").post("/new/repair/", data)
        assert answer.status_code == 400 and "is no longer here" in answer.content.decode()
        assert Rows().now()["portal_core_servicerequest"] == before["portal_core_servicerequest"]
    assert "Find one among" not in page(papers, "dave", "/new/repair/")


def test_where_all_are_shown_one_by_one_there_is_nothing_to_look_for(few_one_by_one, papers: Papers):
    for number in range(SHOWN):
        add(papers, title=f"Policy {number}")
    assert "Find one among" not in page(papers, "carol", "/new/repair/")


def test_many_fields_of_a_kind_stay_bounded_and_cost_one_statement(papers: Papers, server_statements: Any):
    first = add(papers)
    fields = portal_with("policy", {})
    for kind in fields:
        policy = next(one for one in kind["fields"] if one["key"] == "policy")
        kind["fields"] += [{**policy, "key": f"policy{number}"} for number in range(2, 6)]
    papers.publish(types=fields)

    def cost() -> list[str]:
        tries = []
        for _ in range(3):
            with server_statements() as sent:
                papers.client("carol").get("/new/repair/")
            tries.append(sent.without_transactions)
        return min(tries, key=len)

    few = cost()
    before = timezone.now() - timedelta(days=1)
    Document.objects.bulk_create(
        Document(
            customer_id=first.customer_id, kind_key=first.kind_key, state=DocumentState.ON_FILE, is_shared=True,
            created_at=before, changed_at=before, title=f"Old {number}", files=first.files,
        )
        for number in range(600)
    )  # fmt: skip
    many = cost()
    assert len(many) == len(few)
    assert len([text for text in many if 'FROM "portal_core_document"' in text]) == 1
    form = page(papers, "carol", "/new/repair/")
    assert form.count('value="d-') == 5 * vault.NEWEST_OFFERED == 100
    assert 'value="d-' not in page(papers, "dave", "/new/repair/")


@pytest.mark.parametrize(
    ("name", "path"), [("carol", "/requests/{}/asks/paper/"), ("bob", "/desk/requests/{}/asks/paper/")]
)
def test_an_ask_finds_those_beyond_the_newest_and_takes_one(few_one_by_one, people, client_for, name: str, path: str):
    house = House(people, client_for)
    for number in range(SHOWN + 2):
        assert house.send(house.at("visit"), "paper", a_pdf(f"year-{number}.pdf")).status_code == 302
    # Each has replaced the one before it, as kinds with a last day do; here they are about different things.
    Document.objects.update(state=DocumentState.ON_FILE, replaced_by=None)
    oldest = Document.objects.earliest("id")
    row, client = house.at("visit"), client_for(people[name])
    text = house.page(row, name)
    assert text.count('value="d-') == SHOWN and str(oldest.pk) not in text and "Find one among all on file" in text
    # Nobody has ticked one for them.
    assert not re.search(r'value="d-[^"]*" checked', text)
    since = row.status_since.isoformat()
    asked = {"key": str(uuid.uuid4()), "since": since, "note": "By post", "rows": "find u-files"}
    before = Rows().now()
    answer = client.post(path.format(row.number), {**asked, "u-files_find": "year-0"})
    text = answer.content.decode()
    assert answer.status_code == 200 and Rows().now() == before
    assert f'value="d-{oldest.pk}"' in text and 'value="year-0"' in text
    assert 'class="errors"' not in text and 'role="alert"' not in text
    # At the desk the note stands in the same form, and is kept.
    assert name == "carol" or 'value="By post"' in text
    sent = {"key": str(uuid.uuid4()), "since": since, "u-files": f"d-{oldest.pk}", "note": "By post"}
    assert client.post(path.format(row.number), sent).status_code == 302
    assert house.fresh(row).status_key == "work"
    oldest.refresh_from_db()
    assert oldest.used_count == 1


@pytest.mark.parametrize("find", ["", "year-0"])
def test_enter_in_the_box_of_an_ask_looks_whatever_stands_there_and_sends_nothing(
    few_one_by_one, people, client_for, find: str
):
    house = House(people, client_for)
    for number in range(SHOWN + 2):
        house.send(house.at("visit"), "paper", a_pdf(f"year-{number}.pdf"))
    Document.objects.update(state=DocumentState.ON_FILE, replaced_by=None)
    row = house.at("visit")
    (form,) = [form for form in house.page(row).split("<form")[1:] if "u-files_find" in form]
    # As a browser sends it: every box, and of the buttons the first one, which Enter presses.
    boxes = re.findall(r'<(?:input|button class="sr")[^>]* name="([^"]*)"[^>]* value="([^"]*)"', form)
    data = MultiValueDict()
    for name, value in boxes:
        data.appendlist(name, find if name in ("u-files_find", "u-files_found") else value)
    assert data.getlist("rows")[0] == "enter"
    answer = client_for(people["carol"]).post(f"/requests/{row.number}/asks/paper/", dict(data.lists()))
    assert answer.status_code == 200 and 'class="errors"' not in answer.content.decode()
    assert house.fresh(row).status_key == "visit"


def test_an_ask_finds_and_takes_nothing_that_it_may_not_offer(few_one_by_one, people, client_for):
    house = House(people, client_for)
    for number in range(SHOWN + 2):
        house.send(house.at("visit"), "paper", a_pdf(f"year-{number}.pdf"))
    Document.objects.update(state=DocumentState.ON_FILE, replaced_by=None)
    oldest = Document.objects.earliest("id")
    Document.objects.filter(pk=oldest.pk).update(customer=people["dave"])
    row = house.at("visit")
    before = Rows().now()
    answer = house.send(row, "paper", rows="find u-files", **{"u-files_find": "year-0"})
    assert str(oldest.pk) not in answer.content.decode() and "Nothing else on file" in answer.content.decode()
    assert house.send(row, "paper", **{"u-files": f"d-{oldest.pk}"}).status_code == 400
    assert Rows().now() == before
