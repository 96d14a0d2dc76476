"""A walk of one reader through everything that they can reach.

It takes some hundred requests, so each reader walks once: what was found is remembered for the other tests that ask
about it. On the short walk each question is asked at one of the addresses of its kind; on the whole one (`--heavy`) at
all of them. Whom nothing is hidden from walks for the log and the templates alone, and is short with every fourth.
Whoever walks again once the fields "soon" are hidden asks one half of the questions before, and the other afterwards
where something planted stood.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from portal_core.accounts.roles import resolve_role
from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from tests.contracts import canaries
from tests.contracts.addresses import TENANT, Address, addresses
from tests.contracts.planted import CAROL, EVERYTHING, FROM_ALL_AFTER, FROM_CUSTOMERS, FROM_ENGINEERS, Scene, leaks_in
from tests.contracts.rendering import rendered
from tests.contracts.unpacked import content_of
from tests.factories import make_client

SIGNED_OUT = "signed out"
# On one worker, so that they share the walks.
WALKED_TOGETHER = pytest.mark.xdist_group("walks")
# Whether the walk is a whole one.
walks = pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["short", "whole"])

# One plain kind and the one with words of its own, of each group.
FIELD_KEYS = [canaries.key(group, kind) for group in canaries.GROUPS for kind in ("text", "choice")]
# A table and what is more than a line, once as hidden and once as open to customers.
FIELD_KEYS += [canaries.key(group, kind) for group in ("office", "shop") for kind in ("rows", "address")]
RECORD_KEYS = [canaries.key(group, kind) for group in ("office", "shop", "soon") for kind in ("text", "number")]
# Where fields are sent, and which.
CHANGED_AT = {
    "portal:change": FIELD_KEYS,
    "desk:change": FIELD_KEYS,
    "portal:record_change": RECORD_KEYS,
    "desk:record_change": RECORD_KEYS,
}
NOBODYS = 999_999
NOT_ALLOWED = 405
# Parts of addresses that name nothing.
UNKNOWN = {str(NOBODYS), "nothing", "x", "x:y:z", str(uuid.UUID(int=7)), str(uuid.UUID(int=8))}


def _queries(name: str, path: str) -> Iterator[str]:
    """Those of a page."""
    yield ""
    if f"/{NOBODYS}/" in path:
        return
    if name in ("desk:request", "desk:preview"):
        yield from ("?as=customer", *(f"?to={status}&reason=r" for status in canaries.STATUSES))
    if name in ("portal:request", "desk:request"):
        yield from (f"?edit={key}" for key in FIELD_KEYS)
        yield from ("?sent=1", f"?before={uuid.UUID(int=2**128 - 1)}", "?before=x")
    if name == "portal:new":
        yield from (f"?again={scene_number}" for scene_number in (1001, 1002, NOBODYS))
    if name == "portal:saved":
        yield "?show=archived"
    if name in ("desk:record_add", "desk:new"):
        yield from (f"?customer={CAROL[0]}", f"?customer={CAROL[0]}&record={CAROL[1]}")
    if name == "portal:requests":
        yield from ("?show=closed", "?at=x", "?q=job", "?type=job")
    if name == "desk:merge":
        yield from ("?into=1001", "?into=1002", "?into=x")
    if name == "desk:search":
        yield from ("?q=job", "?q=carol&state=open&priority=low", "?q=canarynote", "?q=1001", "?q=job&at=x", "?q=%21")
    if name == "desk:export":
        yield from ("?view=all&type=job", "?view=all&cols=job.soon-text,job.shop-text", "?type=nothing")
    if name == "desk:queue":
        yield from ("?sort=priority", "?priority=pressing&view=all", "?at=2p2026-01-01T00:00:00_x")
        yield from (f"?view={view}" for view in ("needs-us", "new", "mine", "with-customers", "all"))
        yield from ("?state=closed", "?sort=age", "?due=week", "?status=fixed&view=all", "?type=job", "?at=x")


def _posts(name: str, path: str) -> Iterator[dict[str, str]]:
    key = str(uuid.uuid4())
    yield {}
    if f"/{NOBODYS}/" in path:
        return
    yield {"key": key, "body": "", "kind": "note", "email": "x", "do": "update", "f-shop-number": "x"}
    yield {"key": key, "do": "send", "f-shop-number": "x", "f-shop-date": "y", "email": "carol@example.com"}
    if name == "desk:merge":
        yield from ({"into": "x"}, {"into": str(NOBODYS)})
        return
    if name == "desk:view_keep":
        yield {"query": "view=all&type=job", "name": "Jobs"}
    if name.startswith("desk:bulk"):
        yield from ({"row": f"{number}|open||desk", "who": "me"} for number in (1001, 1002))
        yield from ({"row": "1001|asked||", "to": f"way.{to}", "do": "look", "reason": "r"} for to in canaries.STATUSES)
        return
    for status in canaries.STATUSES:
        if name.endswith(":move"):
            # Stale: the page showed another status than the one in force.
            yield {"to": status, "shown_to": status, "status": "dropped", "reason": ""}
            yield {"to": status, "shown_to": "x", "status": "open", "reason": ""}
    for key in CHANGED_AT.get(name, ()):
        yield {"edit": key, "seen": "spoilt", f"f-{key}": "x"}
        yield {"edit": key, "seen": "spoilt", f"f-{key}": "Another answer"}


# They end the reader's own session, or the account of the customer whom the canaries are for.
NEVER_TRIED = {"signout", "account_end_session", "account_end_others", "desk:customer_access", "desk:customer_email"}


def _is_turned_away(address: Address, user: Any | None) -> bool:
    """Whether the page's decorator lets nobody like this in, whatever is asked: test_urls tries it everywhere."""
    if user is None:
        return address.audience in {"customer", "signed_in", "staff"}
    role = resolve_role(user.role)
    if address.audience == "staff":
        return not (role.is_staff and role.may(address.permission))
    return role.is_staff and address.audience in {"customer", "guest"}


@dataclass(frozen=True)
class Share:
    """Which of the questions of a page are asked at one of its addresses: each `step`-th, and with 0 the plain ones."""

    first: int = 0
    step: int = 1
    piecemeal: bool = True

    def has(self, turn: int) -> bool:
        return turn == 0 or (self.step > 0 and turn % self.step == self.first)


@dataclass(frozen=True)
class Walk:
    """How much is asked: all of it at every address if `whole`, else each `step`-th question of a page, from the
    `first` on, once.
    """

    whole: bool = False
    step: int = 1
    first: int = 0


def _shares(paths: list[str], walk: Walk) -> Iterator[tuple[str, Share]]:
    """The addresses of a page; between those that lead somewhere, the questions go round."""
    known = [path for path in paths if not UNKNOWN.intersection(path.split("/"))] or paths[:1]
    for path in paths:
        if walk.whole:
            yield path, Share()
        elif path in known:
            turn = known.index(path) + len(known) * walk.first
            yield path, Share(turn, len(known) * walk.step, path == known[0])
        else:
            yield path, Share(step=0, piecemeal=False)


def _turned_away(client: Any, path: str) -> Iterator[tuple[str, str]]:
    """What is answered at a closed door: the same to every question, so each method is tried once."""
    for method, ask in (("GET", client.get), ("POST", client.post)):
        answer = ask(path)
        assert answer.status_code in {302, 403, 404, 405}, f"{method} {path} answers {answer.status_code}"
        yield f"{method} {path}", words_of(answer)


def _answers(client: Any, name: str, path: str, share: Share) -> Iterator[tuple[str, str]]:
    yield from _got(client, name, path, share)
    yield from _sent(client, name, path, share)


def _got(client: Any, name: str, path: str, share: Share) -> Iterator[tuple[str, str]]:
    """A page by every query; one that is not to be got says so to all of them."""
    for turn, query in enumerate(_queries(name, path)):
        if not share.has(turn):
            continue
        answer = client.get(path + query)
        yield f"GET {path}{query}", words_of(answer)
        if answer.status_code == NOT_ALLOWED:
            return
    if share.piecemeal:
        yield f"GET {path} (htmx)", words_of(client.get(path, headers={"HX-Request": "true"}))


def _sent(client: Any, name: str, path: str, share: Share) -> Iterator[tuple[str, str]]:
    """Every form to an address; one that takes none says so to all of them."""
    for turn, data in enumerate(_posts(name, path)):
        if not share.has(turn):
            continue
        answer = client.post(path, data)
        yield f"POST {path} {data}", words_of(answer)
        if answer.status_code == NOT_ALLOWED:
            return


def everything_reached(
    client: Any, scene: Scene, user: Any | None, names: set[str] | None = None, *, walk: Walk = Walk()
) -> Iterator[tuple[str, str]]:
    """Every answer that this client gets from every address: what was asked, and the answer with its headers.

    `user` is whose client it is, None for somebody signed out; `names` are the addresses to be asked, all without it.
    """
    values = {
        "number": [scene.a.number, scene.b.number, NOBODYS],
        "type_key": ["job", "nothing"],
        "kind_key": ["thing", "nothing"],
        "record_id": [scene.thing.pk, scene.old_thing.pk, uuid.UUID(int=8)],
        "ask_key": ["quote", "shop-paper", "nothing"],
        "field_key": [canaries.key("shop", "text"), canaries.key("shop", "choice")],
        "event": ["late"],
        "collection": ["types"],
        "reader": ["team"],
        "what": ["kept"],
        "part_key": ["handler", "canarykey-choiceshop-a-q"],
        "item_key": ["desk"],
        "flow_key": ["way"],
        "status_key": ["asked"],
        "position": [0],
        "revision": [1],
        "key": [scene.people["carol"].pk],
        "token": ["x", "x:y:z"],
        "digest": [live_portal().brand_hash],
        "digits": ["c8401a"],
        "file_id": [*scene.files(), uuid.UUID(int=7)],
        "version": ["live"],
        "who": [scene.people["carol"].pk, "example"],
        "inner": [f"requests/{scene.a.number}/", "new/job/", "account/password/", "mail/job/asked/"],
    }
    for address in addresses(TENANT):
        if address.name in NEVER_TRIED or (names is not None and address.name not in names):
            continue
        is_turned_away = _is_turned_away(address, user)
        own = {"key": scene.papers()} if address.name == "desk:document" else {}
        for path, share in _shares(list(address.paths(values | own)), walk):
            answers = _turned_away(client, path) if is_turned_away else _answers(client, address.name, path, share)
            yield from ((f"{address.name}: {asked}", heard) for asked, heard in answers)
            if is_turned_away:
                break
    # Where the reader's own messages stand now.
    yield "portal:home: GET / at the end", words_of(client.get("/"))


def words_of(answer: Any) -> str:
    assert answer.status_code < 500
    # How long an answer is may look like a year.
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items() if name != "Content-Length")
    return f"{headers}\n{answer.cookies}\n{content_of(answer)}"


# Whatever is sought in what a reader reached.
SOUGHT = list(dict.fromkeys([*EVERYTHING, *FROM_CUSTOMERS, *FROM_ENGINEERS, *FROM_ALL_AFTER]))


@dataclass
class Walked:
    """What one reader reached: the canaries in each answer, before the fields "soon" were hidden and afterwards."""

    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)


_WALKED: dict[tuple[str, bool], Walked] = {}
# Those from whom something is hidden that they saw before.
WALK_AGAIN = {"carol", "erin"}
# Those from whom nothing is hidden.
SEEING_ALL = {"alice"}
# Those whose doings are mailed on the short walk, too: to staff, to customers and to guests.
TELLING = {"alice", "carol", SIGNED_OUT}


def walk_of(name: str, whole: bool, request: pytest.FixtureRequest) -> Walked:
    """What `name` (or SIGNED_OUT) reaches; walked now unless a test before has done so."""
    key = name, whole
    if key not in _WALKED:
        _WALKED[key] = _walk(name, whole, request.getfixturevalue("scene"))
        _WALKED[key].templates.update(request.getfixturevalue("planted").templates)
    return _WALKED[key]


def _walk(name: str, whole: bool, scene: Scene) -> Walked:
    with rendered() as templates:
        # A paper that came in with a request; its kind is none of the portal's, so it is for staff alone.
        Document.objects.create(customer=scene.people["carol"], kind_key="gone", state="on_file", request=scene.a)
        user = scene.people.get(name)
        client = make_client(user)
        walk = Walk(whole, step=4 if name in SEEING_ALL else 2 if name in WALK_AGAIN else 1)
        walked = Walked(leaks_in(everything_reached(client, scene, user, walk=walk), SOUGHT), templates=templates)
        if name in WALK_AGAIN:
            scene.hide_soon()
            # Where nothing of a request stood while more was to be seen, nothing of it can stand now.
            showing = {asked.split(": ")[0] for asked in walked.before}
            again = everything_reached(client, scene, user, showing, walk=replace(walk, first=1))
            walked.after = leaks_in(again, SOUGHT)
        if whole or name in TELLING:
            scene.mails()
    return walked
