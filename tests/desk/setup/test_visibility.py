"""Who sees what: the page says what the portal does, and promises are kept in the draft and hold a version back."""

from __future__ import annotations

import pytest

from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.roles import AGENT, CUSTOMER, GUEST, MANAGER, OWNER, resolve_role
from portal_core.config.checks import check
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Set
from portal_core.config.draft.reading import current
from portal_core.config.models import DraftOperation
from portal_core.config.problems import stops
from portal_core.config.proof import FORM, prove, sees_anywhere
from portal_core.config.visibility import Visibility, visibility
from portal_core.desk.setup.visibility import readers_of
from tests.desk.setup.test_sheets import read

PAGE = "/desk/setup/visibility/"
PROMISE = f"{PAGE}promises/"


def a_field() -> str:
    return next(str(f["key"]) for f in read("types", "repair", "fields") if f["kind"] == "text")


def show(**said: str) -> None:
    path = ("types", "repair", "fields", a_field())
    edit(actor=SYSTEM, operations=[Set((*path, "show"), dict(said) or None), Set((*path, "at"), None)], title="Show")


def test_a_proof_covers_every_place_once_and_says_what_the_portal_does(alice):
    for kind in current().document.types:
        statuses = [
            status.key for flow in current().document.flows if flow.key == kind.flow for status in flow.statuses
        ]
        places = [FORM, *statuses]
        for field in kind.fields:
            for role in map(resolve_role, (CUSTOMER, GUEST, AGENT, MANAGER, OWNER)):
                proofs = prove(field, role, places, kind.key)
                assert sorted(map(str, (p for proof in proofs for p in proof.places))) == sorted(map(str, places))
                for proof in proofs:
                    assert {visibility(field, role, place) for place in proof.places} == {proof.value}


def test_the_reason_is_the_rule_that_decides(alice):
    show(customer="hidden")
    kind = next(kind for kind in current().document.types if kind.key == "repair")
    field = next(field for field in kind.fields if field.key == a_field())
    (proof,) = prove(field, resolve_role(CUSTOMER), [FORM, "x"])
    assert (proof.value, proof.why, proof.column) == (Visibility.HIDDEN, "field", "customer")
    assert sees_anywhere(field, resolve_role(CUSTOMER), [FORM, "x"]) == []
    (proof,) = prove(field, resolve_role(AGENT), [FORM, "x"])
    assert (proof.value, proof.why) == (Visibility.EDIT, "usual")
    one = field.model_copy(update={"at": {"x": {"customer": "see"}}})
    assert [(p.value, p.why, p.places) for p in prove(one, resolve_role(CUSTOMER), [FORM, "x"])] == [
        (Visibility.HIDDEN, "field", (FORM,)),
        (Visibility.SEE, "status", ("x",)),
    ]
    gone = field.model_copy(update={"retired": True, "show": {}})
    assert prove(gone, resolve_role(CUSTOMER), ["x"])[0].why == "retired"


def test_everything_can_be_looked_at_and_says_who_where_and_why(alice):
    page = alice.get(PAGE)
    asked = [key for _, listed in page.context["choices"] for key, _ in listed]
    assert {"messages", "notes", f"repair.{a_field()}"} <= set(asked)
    names = {reader.name for reader in readers_of(current())}
    for key in asked:
        shown = alice.get(f"{PAGE}?of={key}")
        assert shown.status_code == 200, key
        lines = list(shown.context["lines"])
        assert {line.who for line in lines} == names, key
        assert all(line.does and line.where and line.why for line in lines), key
    assert alice.get(f"{PAGE}?of=repair.nothing").status_code == 404
    assert alice.get(f"{PAGE}?of=<script>").status_code == 404
    assert not DraftOperation.objects.exists()


def test_what_is_saved_is_looked_at_too_and_no_type_is_taken_for_it(alice):
    """A type called "documents" or "messages" has fields of its own, not a kind of documents of that name."""
    field = {"key": "cost", "kind": "text", "label": "Cost", "show": {"customer": "hidden"}}
    kind = {"key": "bicycle", "name": "Bicycle", "title": "Bicycle", "fields": [{**field, "show": {"customer": "see"}}]}
    flow = str(read("types", "repair", "flow"))
    start = str(read("types", "repair", "start"))
    types = [
        {"key": key, "name": key, "flow": flow, "start": start, "fields": [field]}
        for key in ("documents", "messages", "notes")
    ]
    documents = {"key": "cost", "name": "Costs"}
    made = [(("types",), one) for one in types] + [(("record_kinds",), kind), (("document_kinds",), documents)]
    edit(actor=SYSTEM, operations=[Insert(*one) for one in made], title="Add")

    def customers(of: str) -> tuple[str, str]:
        page = alice.get(f"{PAGE}?of={of}")
        line = next(line for line in page.context["lines"] if line.who == "Customers")
        return line.mark, line.where

    assert customers("document:cost") == ("see", "among what is theirs")
    assert customers("record:bicycle.cost") == ("see", "among what is theirs")
    for key in ("documents", "messages", "notes"):
        assert customers(f"{key}.cost") == ("hidden", "everywhere")
        assert "Search" in dict(alice.get(f"{PAGE}?of={key}.cost").context["places"])
    promised = alice.get(PAGE).context["fields"]
    assert "record:bicycle.cost" not in [key for _, listed in promised for key, _ in listed]
    assert "documents.cost" in [key for _, listed in promised for key, _ in listed]


def test_the_page_follows_the_draft(alice):
    of = f"{PAGE}?of=repair.{a_field()}"
    show(customer="hidden")
    customers = next(line for line in alice.get(of).context["lines"] if line.who == "Customers")
    assert (customers.mark, customers.where, customers.why) == ("hidden", "everywhere", "It is set for Customers.")
    show(agent="hidden")
    assert "Not found by its words by anybody" in alice.get(of).content.decode()


def test_a_promise_is_kept_holds_is_broken_and_taken_out(alice):
    show(customer="hidden")
    said = {"field": f"repair.{a_field()}", "never": "customer"}
    before = read("assertions") or []
    alice.post(PROMISE, {**said, "do": "add"})
    assert read("assertions") == [*before, said]
    alice.post(PROMISE, {**said, "do": "add"})
    assert read("assertions") == [*before, said]
    assert "Holds in the draft. New." in alice.get(PAGE).content.decode()
    show(customer="see")
    assert "They see it on the form" in alice.get(PAGE).content.decode()
    assert any(problem.path == f"assertions.{len(before)}" for problem in stops(check(current().document)))
    alice.post(PROMISE, {**said, "do": "remove"})
    assert (read("assertions") or []) == before


@pytest.mark.parametrize(
    "typed",
    [
        {"field": "repair.nothing", "never": "customer"},
        {"field": "document:any", "never": "customer"},
        {"field": "record:any.thing", "never": "customer"},
        {"field": "notes", "never": "customer"},
        {"field": "", "never": ""},
        {"field": "<script>", "never": "<script>"},
    ],
)
def test_what_is_not_offered_becomes_no_promise(typed, alice):
    assert alice.post(PROMISE, {**typed, "do": "add"}).status_code == 302
    assert alice.post(PROMISE, {**typed, "do": "remove"}).status_code == 302
    assert alice.post(PROMISE, {"field": f"repair.{a_field()}", "never": "nobody-such", "do": "add"}).status_code == 302
    assert not DraftOperation.objects.exists()


def test_only_those_who_shape_the_portal_read_the_proof(shop, client_for, people):
    for who in ("bob", "carol"):
        client = client_for(people[who])
        for path in (PAGE, "/desk/setup/texts/", "/desk/setup/hours/", "/desk/setup/notifications/"):
            assert client.get(path).status_code in (302, 403, 404), (who, path)
        said = {"field": f"repair.{a_field()}", "never": "customer", "do": "add"}
        assert client.post(PROMISE, said).status_code in (302, 403, 404)
    assert not DraftOperation.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "portal/", "portal/look/", "hours/", "texts/", "notifications/", "notifications/?event=late&who=handler",
        "visibility/", "visibility/?of=notes",
    ],
)  # fmt: skip
def test_a_page_asks_the_database_little_whatever_the_draft_holds(path, alice, django_assert_max_num_queries):
    alice.get(f"/desk/setup/{path}")
    for key in ("one", "two", "three"):
        alice.post("/desk/setup/mails/_add/", {"name": key})
        alice.post("/desk/setup/teams/_add/", {"name": key})
    with django_assert_max_num_queries(14):
        assert alice.get(f"/desk/setup/{path}").status_code == 200
