"""The vault: a paper gives way only to the same paper, and reaches no role that may not look where it came in."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from portal_core.config.checks.run import check
from portal_core.config.document import load
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.desk import documents as desk_documents
from portal_core.desk import papers_to_check
from portal_core.documents import vault as vaults
from portal_core.documents.errors import NotTheirs
from portal_core.documents.models import Document
from portal_core.portal import documents as portal_documents
from portal_core.service_requests.actions import vault
from tests.contracts.rows import Rows
from tests.documents import papers as portal
from tests.documents.samples import pdf, sent
from tests.documents.test_vault import add, page

SCOPES: list[dict[str, Any]] = [{"types": ["sale"]}, {"scope": "team"}]


def state(document: Document) -> str:
    return Document.objects.get(pk=document.pk).state


def ask(papers, note: str) -> Document:
    carol = papers.people["carol"].pk
    return vault.ask_for_document(actor=papers.actor("bob"), customer_id=carol, kind_key="insurance", note=note)


def send(papers, title: str = "", where: str = "kind=insurance") -> Document:
    data = {"files_new": sent("p.pdf", pdf(uuid.uuid4().bytes)), "title": title}
    assert papers.client("carol").post(f"/documents/add/?{where}", data).status_code == 302
    return Document.objects.latest("created_at")


def test_two_valid_papers_of_one_kind_stand_beside_each_other(papers):
    house, car = send(papers, "Policy of the house"), send(papers, "Policy of the car")
    assert (state(house), state(car)) == ("on_file", "on_file")
    form = page(papers, "carol", "/new/repair/")
    assert f'value="d-{house.pk}"' in form and f'value="d-{car.pk}"' in form
    papers.file(**{"f-policy_new": sent("other.pdf", pdf(b"other"))})
    assert (state(house), state(car)) == ("on_file", "on_file")
    newer = send(papers, "policy of the  House")
    assert (state(house), state(car), state(newer)) == ("replaced", "on_file", "on_file")


def test_a_paper_that_was_sent_back_keeps_its_name_and_only_it_gives_way(papers):
    house, car = send(papers, "Policy of the house"), send(papers, "Policy of the car")
    vault.send_back_document(actor=papers.actor("bob"), document_id=house.pk, reason="Blurred")
    newer = send(papers, where=f"for={house.pk}")
    assert newer.title == "Policy of the house"
    assert (state(house), state(car), state(newer)) == ("replaced", "on_file", "on_file")


def test_what_is_asked_for_twice_is_not_answered_by_one_paper(papers):
    house, car = ask(papers, "That of the house."), ask(papers, "That of the car.")
    send(papers, where=f"for={car.pk}")
    assert (state(house), state(car)) == ("asked", "replaced")
    # Now one is asked for, and a paper of the kind comes without saying what it answers.
    send(papers, "House")
    assert state(house) == "replaced"


@pytest.fixture
def repair_paper(papers) -> Document:
    """A paper that came in with a repair of the desk, of a customer who has a sale of the shop, too."""
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    types = portal.document()["types"]
    types[1]["fields"] = [field for field in types[1]["fields"] if field["key"] in ("what", "plan")]
    papers.publish(types=types)
    sale = {"f-what": "A boiler to buy", "key": str(uuid.uuid4()), "do": "send"}
    assert papers.client("carol").post("/new/sale/", sale).status_code == 302
    papers.people["erin"].team_key = "shop"
    papers.people["erin"].save(update_fields=["team_key"])
    document = Document.objects.get()
    assert document.request_id == row.pk
    return document


@pytest.mark.parametrize("limit", SCOPES, ids=str)
def test_papers_of_requests_outside_a_roles_reach_are_nowhere(limit, papers, repair_paper):
    carol = papers.people["carol"].pk
    own = add(papers, kind="insurance", title="Of no request")
    papers.publish(roles=[{"key": "engineer", "name": "Engineer", "based_on": "agent", **limit}])
    assert papers.status_of("bob", repair_paper.files[0]["id"]) == 200
    assert papers.status_of("erin", repair_paper.files[0]["id"]) == 404
    assert papers.status_of("erin", own.files[0]["id"]) == 200
    for path in (f"/desk/customers/{carol}/documents/", "/desk/documents/"):
        text = page(papers, "erin", path)
        assert str(repair_paper.pk) not in text and repair_paper.files[0]["id"] not in text
        assert own.files[0]["id"] in text
    before = Rows().now()
    for do in ("approve", "send_back", "share", "date"):
        data = {"do": do, "reason": "No"}
        assert papers.client("erin").post(f"/desk/documents/{repair_paper.pk}/", data).status_code == 404
    with pytest.raises(NotTheirs):
        vault.approve_document(actor=papers.actor("erin"), document_id=repair_paper.pk)
    assert Rows().now() == before


def test_a_paper_outside_ones_reach_is_neither_offered_nor_taken(papers, repair_paper):
    roles = [{"key": "engineer", "name": "Engineer", "based_on": "agent", "types": ["sale"]}]
    papers.publish(roles=roles)
    where = f"/desk/new/sale/?customer={papers.people['carol'].pk}"
    assert str(repair_paper.pk) not in page(papers, "erin", where)
    data = {"f-what": "x", "key": str(uuid.uuid4()), "do": "send", "email": "carol@example.com"}
    answer = papers.client("erin").post("/desk/new/sale/", {**data, "f-policy": f"d-{repair_paper.pk}"})
    assert answer.status_code == 400


@pytest.mark.parametrize("hidden_in", ["known", "over"])
def test_a_field_that_staff_see_only_at_times_needs_a_kind_that_they_do_not_see(hidden_in):
    made = portal.document()
    for field in made["types"][0]["fields"]:
        if field["key"] == "policy":
            field["at"] = {**field.get("at", {}), hidden_in: {"engineer": "hidden"}}
    where = "types.repair.fields.policy.document_kind"
    (problem,) = [problem for problem in check(load(made)) if problem.path == where]
    assert f"“engineer” does not see this field in “{hidden_in}”" in problem.problem
    made["document_kinds"][0]["show"] = {"engineer": "hidden"}
    assert [problem for problem in check(load(made)) if problem.path == where] == []


def test_long_lists_of_papers_say_where_they_go_on(papers, monkeypatch):
    wanted = ask(papers, "Asked for long ago.")
    rows = [send(papers, f"Paper {number}") for number in "abc"]
    for module in (portal_documents, desk_documents):
        monkeypatch.setattr(module, "_MOST", 2)
    desk = f"/desk/customers/{papers.people['carol'].pk}/documents/"
    for who, path in (("carol", "/documents/"), ("bob", desk)):
        text = page(papers, who, path)
        assert "Paper c" in text and "Paper b" in text and "Paper a" not in text
        assert f"?before={rows[1].pk}" in text
        older = page(papers, who, f"{path}?before={rows[1].pk}")
        assert "Paper a" in older and "Paper b" not in older
    assert state(wanted) == "replaced"
    monkeypatch.setattr(papers_to_check, "_AT_ONCE", 2)
    first = page(papers, "bob", "/desk/documents/")
    assert "Paper a" in first and "Paper b" in first and "Paper c" not in first
    path = f"/desk/documents/?after={rows[1].pk}"
    assert f'href="{path}" rel="next"' in first
    rest = page(papers, "bob", path)
    assert "Paper c" in rest and "Paper b" not in rest and f'name="back" value="{path}#main"' in rest
    assert "Nothing more waits" in page(papers, "bob", f"/desk/documents/?after={rows[2].pk}")


def test_what_is_asked_for_is_shown_first_however_old(papers, monkeypatch):
    ask(papers, "First of two."), ask(papers, "Second of two.")
    for number in "abc":
        send(papers, f"Paper {number}")
    monkeypatch.setattr(portal_documents, "_MOST", 2)
    text = page(papers, "carol")
    assert "First of two." in text and "Second of two." in text and "Paper a" not in text


def test_from_older_documents_there_is_a_way_back(papers, monkeypatch):
    rows = [send(papers, f"Paper {number}") for number in "abcde"]
    monkeypatch.setattr(portal_documents, "_MOST", 2)
    older = page(papers, "carol", f"/documents/?before={rows[1].pk}")
    assert "Paper a" in older and f'href="/documents/?after={rows[0].pk}" rel="prev"' in older
    middle = page(papers, "carol", f"/documents/?after={rows[0].pk}")
    assert "Paper b" in middle and "Paper c" in middle and "Paper a" not in middle
    assert f'href="/documents/?before={rows[1].pk}"' in middle and f'href="/documents/?after={rows[2].pk}"' in middle
    # Where the way back reaches the newest, it is the first page.
    first = page(papers, "carol", f"/documents/?after={rows[2].pk}")
    assert "Paper e" in first and "Paper d" in first and 'rel="prev"' not in first
    assert 'href="/documents/" rel="prev"' in page(papers, "carol", f"/documents/?before={uuid.UUID(int=1)}")
    assert "Show fewer" in page(papers, "carol", "/documents/?all=1")


def test_every_document_on_file_that_fits_can_be_used_the_older_ones_below(papers):
    rows = [send(papers, f"Policy {number}") for number in range(5)]
    others = [
        Document.objects.create(
            customer_id=papers.people["carol"].pk, kind_key="photo", state="on_file", title=f"Photo {number}"
        )
        for number in range(3)
    ]
    form = page(papers, "carol", "/new/repair/")
    places = [form.index(f'value="d-{row.pk}"') for row in reversed(rows)]
    assert places == sorted(places) and all(f"d-{row.pk}" not in form for row in others)
    folded = form.index("2 older ones on file")
    assert places[2] < folded < places[3]
    assert "<details" in form[places[2] : places[3]] and "<details open" not in form[places[2] : places[3]]
    row = papers.file(**{"f-policy": f"d-{rows[0].pk}"})
    assert portal.files_in(row, "policy") == rows[0].files
    # What was chosen among the older ones is in sight when the form comes back.
    data = {"f-what": "", "key": str(uuid.uuid4()), "do": "send", "f-policy": f"d-{rows[1].pk}"}
    back = papers.client("carol").post("/new/repair/", data).content.decode()
    assert "open><summary" in back[: back.index(f'value="d-{rows[1].pk}" checked')].rsplit("<details", 1)[1]


def test_many_of_one_kind_do_not_push_another_kind_out_of_sight(papers, monkeypatch):
    monkeypatch.setattr(vaults, "NEWEST_OFFERED", 2)
    kinds = papers.kinds()
    kinds[1]["reusable"] = True
    papers.publish(document_kinds=kinds)
    carol = papers.people["carol"].pk
    for kind in ("photo", "insurance", "insurance", "insurance"):
        Document.objects.create(customer_id=carol, kind_key=kind, state="on_file")
    asked = Asked(live_portal(), papers.actor("carol").role, "en", customer_id=carol, person_id=carol)
    found = vaults.shelves(["photo", "insurance"], asked)
    assert {kind: (len(shelf.newest), shelf.has_more) for kind, shelf in found.items()} == {
        "photo": (1, False),
        "insurance": (2, True),
    }
