"""Every address has an audience, and whoever does not belong to it gets no answer and changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.core.cache import cache
from django.test import Client

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.saved_records.models import SavedRecord
from tenants.context import public_context, tenant_context
from tests import databases
from tests.contracts import canaries
from tests.contracts.addresses import PUBLIC, TENANT, Address, addresses
from tests.contracts.rows import Rows
from tests.factories import make_client, make_user
from tests.service_requests.filing import file_request

AUDIENCES = {"open", "visitor", "guest", "customer", "signed_in", "staff", "operator"}
SIGNED_OUT, OPERATOR, TWIN = "signed out", "operator", "of the other twin"
ROLES = (SIGNED_OUT, "carol", "dave", "bob", "mona", "alice", "erin", "emma", OPERATOR, TWIN)
LET_IN = "let in"
# What the infrastructure asks, without any person behind it.
MACHINES = {"readyz"}
TENANT_ADDRESSES = {address.name: address for address in addresses(TENANT)}
PUBLIC_ADDRESSES = {address.name: address for address in addresses(PUBLIC)}
METHODS = ("get", "post")
# So many addresses are tried before all tables are looked at.
AT_ONCE = 10
# Open to a role, and decided once more by what is asked there: a note needs another permission than the page.
MAY_STILL_REFUSE = {"desk:write"}
# Open to read, and pressing needs more: the review may be read by who prepares it, publishing is another permission.
PRESSING_NEEDS = {"desk:setup_publish": "publish"}
# Who is let into the editor beside its owner.
SHARING_THE_EDITOR = ("mona", "emma")
# What of the editor makes something live, or calls that off; all else edits the draft alone.
MAKES_LIVE = {"desk:setup_publish_cancel", "desk:setup_version_back"}


@pytest.mark.parametrize("urlconf", [TENANT, PUBLIC])
def test_every_address_declares_its_audience(urlconf):
    undeclared = [address.route for address in addresses(urlconf) if address.audience not in AUDIENCES]
    assert undeclared == []


@pytest.mark.parametrize("urlconf", [TENANT, PUBLIC])
def test_no_two_addresses_have_the_same_name(urlconf):
    names = [address.name for address in addresses(urlconf)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "address", [a for a in TENANT_ADDRESSES.values() if a.audience == "staff"], ids=lambda a: a.name
)
def test_what_staff_may_try_names_a_known_permission(address):
    assert address.permission in resolve_role("owner").permissions


def test_of_the_editor_only_what_makes_something_live_needs_more_than_preparing_it():
    needed = {a.name: a.permission for a in TENANT_ADDRESSES.values() if a.route.startswith("desk/setup/")}
    assert len(needed) > 80
    assert {name for name, permission in needed.items() if permission == "publish"} == MAKES_LIVE
    assert {permission for name, permission in needed.items() if name not in MAKES_LIVE} == {"manage_setup"}


@dataclass
class Town:
    """One request of Carol's, and somebody of every kind at the door."""

    people: dict[str, Any]
    clients: dict[str, Client]
    paths: dict[str, str]
    owners: dict[str, Any]

    def expected(self, address: Address, who: str) -> Any:
        """What the table of audiences says: LET_IN, a status, or where one is sent."""
        role = self.owners.get(who)
        audience = address.audience
        if audience == "open":
            return LET_IN
        if role is None:
            return "/signin/"
        if audience in ("signed_in", "visitor"):
            return LET_IN
        if audience in ("customer", "guest"):
            if role.is_staff:
                return "/desk/"
            return LET_IN if who == "carol" or not {"number", "record_id"} & set(address.parameters) else 404
        if not role.is_staff:
            return 404
        return LET_IN if role.may(address.permission) else 403

    @contextmanager
    def undone(self, who: str) -> Iterator[None]:
        """What this person does inside is taken back, cookies and limits included."""
        client = self.clients[who]
        cookies = deepcopy(client.cookies)
        try:
            with databases.taken_back():
                yield
        finally:
            client.cookies = cookies
            cache.clear()


@pytest.fixture(scope="module")
def _town(kept) -> Town:
    return kept(_built)


@pytest.fixture
def town(_town, tenant) -> Town:
    """The one town of all these tests, as it was built."""
    return Town(
        deepcopy(_town.people), {name: _fresh(c) for name, c in _town.clients.items()}, _town.paths, _town.owners
    )


def _fresh(client: Client) -> Client:
    client = copy(client)
    client.cookies = deepcopy(client.cookies)
    return client


def _built(people: dict[str, Any], tenant: Any) -> Town:
    document = canaries.document()
    # A role that may look and nothing else.
    document["roles"][0]["permissions"] = ["see"]
    # One that prepares what others publish.
    permissions = ["see", "manage_setup"]
    document["roles"].append({"key": "editor", "name": "Editor", "based_on": "manager", "permissions": permissions})
    publish(actor=actor_for(people["alice"]), document=load(document))
    people["mona"] = make_user("mona@example.com", "Mona Manager", "manager")
    people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer")
    people["emma"] = make_user("emma@example.com", "Emma Editor", "editor")
    row = file_request(people["carol"])
    twins = databases.twins()
    twins.mirror()
    with public_context():
        operator = make_user("operator@example.com", "Olga Operator", "operator")
    clients = {name: make_client(people[name]) for name in ("carol", "dave", "bob", "mona", "alice", "erin", "emma")}
    clients[SIGNED_OUT] = make_client()
    clients[OPERATOR] = _with_cookie_of(tenant, operator, None)
    # The same ids, e-mails and passwords on the other side: only the session is another tenant's.
    clients[TWIN] = _with_cookie_of(tenant, twins.beta.alice, twins.beta.tenant)
    values = {
        "number": [row.number],
        "type_key": ["job"],
        "kind_key": ["thing"],
        "record_id": [SavedRecord.objects.get(kind_key="thing").pk],
        "ask_key": ["quote"],
        "field_key": ["shop-text"],
        "flow_key": ["way"],
        "status_key": ["asked"],
        "position": [0],
        "event": ["late"],
        "collection": ["types"],
        "reader": ["team"],
        "what": ["kept"],
        "part_key": ["x"],
        "item_key": ["x"],
        "revision": [1],
        "key": [people["bob"].pk],
        "token": ["not-a-token"],
        "digest": [live_portal().brand_hash],
        "digits": ["c8401a"],
        "file_id": [uuid.UUID(int=7)],
        "version": ["live"],
        "who": ["example"],
        "inner": ["requests/"],
    }
    paths = {name: next(address.paths(values)) for name, address in TENANT_ADDRESSES.items()}
    return Town(people, clients, paths, {name: resolve_role(user.role) for name, user in people.items()})


def _with_cookie_of(tenant: Any, user: Any, home: Any) -> Client:
    """A client on `tenant`'s host that carries the session cookie of a user of another schema."""
    with public_context():
        if home is None:
            foreign = make_client(user)
        else:
            with tenant_context(home):
                foreign = make_client(user, tenant=home)
    client = make_client(None, tenant=tenant)
    client.cookies["sessionid"] = foreign.cookies["sessionid"].value
    return client


@pytest.fixture
def rows(town) -> Rows:
    return Rows()


def _attempts(address: Address) -> Iterator[tuple[str, dict[str, str]]]:
    key = str(uuid.uuid4())
    everything = {
        "body": "Let me in",
        "kind": "note",
        "key": key,
        "to": "asked",
        "shown_to": "asked",
        "status": "open",
        "reason": "r",
        "tell": "yes",
        "who": "me",
        "edit": "shop-text",
        "f-shop-text": "x",
        "seen": "x",
        "do": "send",
        "email": "new@example.com",
        "emails": "new@example.com",
        "role": "owner",
        "team": "",
        "asked": "6-15",
        "minutes": "4",
        "name": "Nobody",
        "language": "de",
    }
    yield "get", {}
    yield "post", everything


@pytest.mark.parametrize("who", ROLES)
def test_whoever_does_not_belong_to_an_address_gets_what_the_audience_says_and_changes_nothing(who, town, rows):
    denied = {name: town.expected(address, who) for name, address in TENANT_ADDRESSES.items()}
    denied = [(name, expected) for name, expected in denied.items() if expected != LET_IN]
    problems = []
    # One town is enough for all of them, since none of them may change it; all tables take as long as some attempts.
    before = rows.now()
    for some in (denied[first : first + AT_ONCE] for first in range(0, len(denied), AT_ONCE)):
        sent = len(sent_mails.outbox)
        for name, expected in some:
            for method, data in _attempts(TENANT_ADDRESSES[name]):
                answer, what = _answer(town, who, name, method, data)
                if answer.status_code != 405 and (problem := _not_denied(answer, expected)):
                    problems.append(f"{what}: {problem}")
        # The tables hold the events and the mails that wait, too.
        after = rows.now()
        names = ", ".join(name for name, _ in some)
        if after != before:
            problems.append(f"{who} at one of {names}: a denied attempt wrote into {sorted(_changed(before, after))}")
        if len(sent_mails.outbox) != sent:
            problems.append(f"{who} at one of {names}: a denied attempt sent a mail")
        before = after
    assert problems == []
    assert len(denied) > 5


@pytest.mark.parametrize("who", ROLES)
def test_whoever_belongs_to_an_address_is_let_in(who, town):
    """The editor's doors all ask the same, and its owner tries them all: each other role tries a third of them."""
    let_in = [name for name, address in TENANT_ADDRESSES.items() if town.expected(address, who) == LET_IN]
    if who in SHARING_THE_EDITOR:
        editor = _doors_of_the_editor(let_in)
        tried = editor[SHARING_THE_EDITOR.index(who) :: 3]
        let_in = [name for name in let_in if name not in editor or name in tried]
    _let_in(town, who, let_in)


@pytest.mark.heavy
@pytest.mark.parametrize("who", SHARING_THE_EDITOR)
def test_whoever_prepares_the_portal_is_let_in_at_every_door_of_the_editor(who, town):
    _let_in(town, who, _doors_of_the_editor(list(TENANT_ADDRESSES)))


def _doors_of_the_editor(names: list[str]) -> list[str]:
    """Those of the given addresses at which nothing is asked but to prepare the portal."""
    kept = {*PRESSING_NEEDS, *MAKES_LIVE}
    return [name for name in names if name.startswith("desk:setup_") and name not in kept]


def _let_in(town: Town, who: str, let_in: list[str]) -> None:
    """Fails unless `who` is let in at all of these addresses."""
    problems = []
    for name in let_in:
        # What they do must not decide about the next address: the session may be over, the request closed.
        with town.undone(who):
            for method, data in _attempts(TENANT_ADDRESSES[name]):
                answer, what = _answer(town, who, name, method, data)
                if method == "post" and _may_not_press(town, who, name):
                    problem = "" if answer.status_code == 403 else "not refused"
                else:
                    problem = "" if answer.status_code == 405 else _not_let_in(answer, TENANT_ADDRESSES[name])
                if problem:
                    problems.append(f"{what}: {problem}")
    assert problems == []
    assert len(let_in) > 5


def _may_not_press(town: Town, who: str, name: str) -> bool:
    role = town.owners.get(who)
    return name in PRESSING_NEEDS and role is not None and not role.may(PRESSING_NEEDS[name])


def _answer(town: Town, who: str, name: str, method: str, data: dict[str, str]) -> tuple[Any, str]:
    """What `who` gets at an address, and both in words."""
    answer = getattr(town.clients[who], method)(town.paths[name], data)
    what = f"{name}: {who}, {method} {town.paths[name]}: {answer.status_code} {answer.get('Location', '')}"
    assert answer.status_code < 500, what
    return answer, what


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table, sign in after.items() if sign != before[table]}


def _not_denied(answer: Any, expected: Any) -> str:
    """What is wrong with the answer to somebody who does not belong there; nothing when all is well."""
    if isinstance(expected, int):
        return "" if answer.status_code == expected else f"not {expected}"
    if expected == "/signin/" and answer.status_code == 403:
        # A form sent by somebody signed out: what was typed comes back, with the way to sign in.
        return "" if 'href="/signin/' in answer.content.decode() else "no way to sign in"
    if answer.status_code != 302 or answer["Location"].split("?")[0] != expected:
        return f"not sent to {expected}"
    return ""


def _not_let_in(answer: Any, address: Address) -> str:
    """What is wrong with the answer to somebody who does; nothing when all is well."""
    if answer.status_code == 403 and address.name not in MAY_STILL_REFUSE:
        return "refused"
    if answer.status_code == 302 and address.audience != "open" and answer["Location"].startswith("/signin/"):
        return "asked to sign in"
    return ""


def test_the_checksum_sees_a_change_of_one_row(town, rows):
    before = rows.now()
    town.people["dave"].phone = "1"
    town.people["dave"].save(update_fields=["phone"])
    assert _changed(before, rows.now()) == {"accounts_user"}


@pytest.mark.parametrize("who", ["signed out", "carol", "alice", "operator without a second factor"])
@pytest.mark.parametrize("name", [n for n, a in PUBLIC_ADDRESSES.items() if a.audience == "operator"])
def test_the_console_is_for_operators_with_both_factors(name, who, town):
    path = next(PUBLIC_ADDRESSES[name].paths({"token": ["x"], "name": ["x"], "slug": ["alpha"]}))
    with public_context():
        client = make_client()
        if who.startswith("operator"):
            operator = make_user("second@example.com", "Second", "operator")
            client = make_client(operator)
    if who in town.clients:
        client.cookies["sessionid"] = town.clients[who].cookies["sessionid"].value if who != "signed out" else "x"
    for method in METHODS:
        answer = getattr(client, method)(path)
        assert answer.status_code in (302, 405)
        if answer.status_code == 302:
            assert answer["Location"] == "/console/signin/"


@pytest.mark.parametrize("name", [n for n in PUBLIC_ADDRESSES if n not in MACHINES])
def test_platform_addresses_answer_without_an_error_and_do_not_exist_on_a_tenants_host(name, town):
    path = next(PUBLIC_ADDRESSES[name].paths({"token": ["x"], "name": ["x"], "slug": ["alpha"]}))
    with public_context():
        stranger = make_client()
    for method in METHODS:
        assert getattr(stranger, method)(path).status_code < 500
    shared = {next(a.paths({p: ["x"] for p in a.parameters}), "") for a in TENANT_ADDRESSES.values()}
    if path not in shared:
        assert town.clients["alice"].get(path).status_code == 404
