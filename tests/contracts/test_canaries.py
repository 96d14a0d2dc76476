"""Nothing that a reader may not see leaves by any channel: pages, forms with errors, mails, headers, logs.

Values that stand nowhere else are planted in hidden fields, their history, notes and staff's names of statuses; then
everything that a reader can reach is read. Such a walk takes some hundred requests, so each reader walks once: what
was found is remembered for the other tests that ask about it, here and in test_templates.py. On the short walk each
question is asked at one of the addresses of its kind; on the whole one (`--heavy`) at all of them.
"""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.core import mail as sent_mails

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.kinds import all_kinds
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from portal_core.messaging.actions import Message, note, reply
from portal_core.saved_records.actions import RecordChange, add_record, change_record
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.actions import Move, assign, change_fields, move
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import Ended, drain
from tests.contracts import canaries
from tests.contracts.addresses import TENANT, Address, addresses
from tests.contracts.rendering import rendered
from tests.factories import make_client, make_user
from tests.service_requests.filing import file_request

STATUS_NAMES = [canaries.staff_status_name(status) for status in canaries.STATUSES]
SECRETS = [canaries.NOTE, *STATUS_NAMES]
SIGNED_OUT = "signed out"
# On one worker, so that they share the walks.
WALKED_TOGETHER = pytest.mark.xdist_group("walks")
# Whether the walk is a whole one.
walks = pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["short", "whole"])


class Scene:
    """Two requests of Carol, full of canaries: `a` stands in "open", `b` in "fixed"."""

    def __init__(self, people: dict[str, Any], tenant: Any) -> None:
        self.people, self.tenant = people, tenant
        people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer", team_key="desk")
        people["alice"].team_key = "desk"
        people["alice"].save(update_fields=["team_key"])
        publish(actor=actor_for(people["alice"]), document=load(canaries.document()))
        self.thing, self.old_thing = (self._kept(mark) for mark in ("a", "b"))
        self.a = self._planted("a")
        self.b = self._planted("b")
        self._move(self.b, "fixed")

    def actor(self, name: str) -> Any:
        return actor_for(self.people[name])

    def _kept(self, mark: str) -> SavedRecord:
        """A record of Carol's with every group of fields filled in by the owner, and filled in otherwise before."""
        before, after = canaries.record_answers("was"), canaries.record_answers(mark)
        new = NewRecord(uuid.uuid4(), "thing", self.people["carol"].pk, {**before, "name": f"Thing {mark}"})
        record = add_record(actor=self.actor("alice"), record=new)
        return change_record(actor=self.actor("alice"), record_id=record.pk, change=RecordChange(after, before))

    def _planted(self, mark: str) -> ServiceRequest:
        typed = {
            canaries.key(group, kind): self._typed(group, kind, "was" if group == "soon" else mark)
            for group in ("shop", "soon")
            for kind in canaries.KINDS
        }
        typed["thing"] = str((self.thing if mark == "a" else self.old_thing).pk)
        row = file_request(self.people["carol"], "job", **typed)
        for group in ("office", "late", "soon"):
            for value in ("was", mark):
                self._change(row, group, value)
        for body in (f"{canaries.NOTE} one", f"{canaries.NOTE} two"):
            note(actor=self.actor("bob"), request_id=row.pk, message=Message(body, uuid.uuid4()))
        reply(actor=self.actor("bob"), request_id=row.pk, message=Message("We look at it", uuid.uuid4()))
        reply(actor=self.actor("carol"), request_id=row.pk, message=Message("Thank you", uuid.uuid4()))
        assign(actor=self.actor("bob"), request_id=row.pk, assignee_id=self.people["erin"].pk)
        self._move(row, "asked")
        move(actor=self.actor("carol"), request_id=row.pk, move=Move(to="open", seen_status="asked", reason="There"))
        return row

    def _typed(self, group: str, kind: str, mark: str) -> Any:
        """What Carol fills in; of a file its key."""
        planted = canaries.planted(group, kind, mark, self.people["carol"].pk)
        return canaries.typed(group, kind, mark) if planted is None else planted[0]["id"]

    def _change(self, row: ServiceRequest, group: str, mark: str) -> None:
        portal = live_portal()
        row.refresh_from_db()
        answers = {}
        for kind in canaries.KINDS:
            field = portal.type("job").field(canaries.key(group, kind))
            value = canaries.planted(group, kind, mark, self.people["alice"].pk)
            if value is None:
                form_field = field.kind.form_field(field, Asked(portal, resolve_role("customer"), "en"))
                value = form_field.clean(canaries.typed(group, kind, mark))
            answers[field.key] = field.kind.store(value, field)
        change_fields(
            actor=self.actor("alice"), request_id=row.pk, answers=answers, seen={k: row.data.get(k) for k in answers}
        )

    def _move(self, row: ServiceRequest, to: str) -> None:
        row.refresh_from_db()
        move(actor=self.actor("bob"), request_id=row.pk, move=Move(to=to, seen_status=row.status_key))

    def files(self) -> list[str]:
        """The keys of the files in request `a`, one of each group."""
        keys = (canaries.key(group, "file") for group in canaries.GROUPS)
        return [ServiceRequest.objects.get(pk=self.a.pk).data[key][0]["id"] for key in keys]

    def papers(self) -> list[uuid.UUID]:
        """The keys of documents of the request, hidden from one or the other."""
        found = Document.objects.filter(request=self.a, kind_key__in=("office-paper", "shop-paper", "soon-paper"))
        return list(found.order_by("kind_key", "pk").distinct("kind_key").values_list("pk", flat=True))

    def hide_soon(self) -> None:
        publish(actor=self.actor("alice"), document=load(canaries.document_with_soon_hidden()))

    def mails(self) -> dict[str, str]:
        """Everything that was mailed since the last time, by address."""
        while drain(self.tenant.schema_name) is Ended.MORE_TO_DO:
            pass  # one turn has a budget, and a machine may be slow
        said: dict[str, str] = {}
        for mail in sent_mails.outbox:
            address = mail.recipients()[0].split("<")[-1].rstrip(">")
            said[address] = said.get(address, "") + "\n".join(_parts(mail))
        sent_mails.outbox.clear()
        return said


def _parts(mail: Any) -> Iterator[str]:
    yield from (mail.subject, mail.body, str(mail.extra_headers))
    yield from (str(content) for content, _type in mail.alternatives)
    for name, value in mail.message().items():
        yield f"{name}: {make_header(decode_header(str(value)))}"


@dataclass
class Planted:
    """A scene whose mails are sent, what they said, and by which templates."""

    scene: Scene
    said: dict[str, str]
    templates: set[str]


@pytest.fixture(scope="module")
def planted(kept) -> Planted:
    """Made once for a module, since it takes as long as its tests; nothing of it is printed or logged."""
    log, printed = _Log(), io.StringIO()
    with log.heard(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        made = kept(_plant)
    assert canaries.found_in("\n".join([*log.lines, printed.getvalue()]), EVERYTHING) == []
    return made


def _plant(people: dict[str, Any], tenant: Any) -> Planted:
    scene = Scene(people, tenant)
    with rendered() as templates:
        return Planted(scene, scene.mails(), templates)


class _Log(logging.Handler):
    """Every line that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        root, steps = logging.getLogger(), logging.getLogger("markdown_it")
        levels = root.level, steps.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        # It tells each of its steps and nothing of the text; a mail of sixty answers makes ten thousand lines.
        steps.setLevel(logging.INFO)
        try:
            yield
        finally:
            root.removeHandler(self)
            root.setLevel(levels[0])
            steps.setLevel(levels[1])


@pytest.fixture
def scene(planted, tenant, capfd) -> Iterator[Scene]:
    """The planted requests; whatever a test does with them, nothing of them may be printed or stand in the log."""
    made = copy.deepcopy(planted.scene)
    CAROL[:] = [str(made.people["carol"].pk), str(made.thing.pk)]
    log = _Log()
    with log.heard():
        yield made
    printed = capfd.readouterr()
    assert canaries.found_in("\n".join([*log.lines, printed.out, printed.err]), EVERYTHING) == []


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


# Carol's key and her record's, as addresses name them; set with the scene.
CAROL = ["", ""]


def _queries(name: str, path: str) -> Iterator[str]:
    yield ""
    if f"/{NOBODYS}/" in path:
        return
    if name in ("portal:request", "desk:request"):
        yield from (f"?edit={key}" for key in FIELD_KEYS)
        yield from ("?sent=1", f"?before={uuid.UUID(int=2**128 - 1)}", "?before=x")
    if name in ("desk:request", "desk:preview"):
        yield from ("?as=customer", *(f"?to={status}&reason=r" for status in canaries.STATUSES))
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


def _shares(paths: list[str], whole: bool) -> Iterator[tuple[str, Share]]:
    """The addresses of a page; between those that lead somewhere, the questions go round."""
    known = [path for path in paths if not UNKNOWN.intersection(path.split("/"))] or paths[:1]
    for path in paths:
        if whole:
            yield path, Share()
        elif path in known:
            yield path, Share(known.index(path), len(known), piecemeal=path == known[0])
        else:
            yield path, Share(step=0, piecemeal=False)


def _turned_away(client: Any, path: str) -> Iterator[tuple[str, str]]:
    """What is answered at a closed door: the same to every question, so each method is tried once."""
    for method, ask in (("GET", client.get), ("POST", client.post)):
        answer = ask(path)
        assert answer.status_code in {302, 403, 404, 405}, f"{method} {path} answers {answer.status_code}"
        yield f"{method} {path}", _heard(answer)


def _answers(client: Any, name: str, path: str, share: Share) -> Iterator[tuple[str, str]]:
    yield from _got(client, name, path, share)
    yield from _sent(client, name, path, share)


def _got(client: Any, name: str, path: str, share: Share) -> Iterator[tuple[str, str]]:
    """A page by every query; one that is not to be got says so to all of them."""
    for turn, query in enumerate(_queries(name, path)):
        if not share.has(turn):
            continue
        answer = client.get(path + query)
        yield f"GET {path}{query}", _heard(answer)
        if answer.status_code == NOT_ALLOWED:
            return
    if share.piecemeal:
        yield f"GET {path} (htmx)", _heard(client.get(path, headers={"HX-Request": "true"}))


def _sent(client: Any, name: str, path: str, share: Share) -> Iterator[tuple[str, str]]:
    """Every form to an address; one that takes none says so to all of them."""
    for turn, data in enumerate(_posts(name, path)):
        if not share.has(turn):
            continue
        answer = client.post(path, data)
        yield f"POST {path} {data}", _heard(answer)
        if answer.status_code == NOT_ALLOWED:
            return


def everything_reached(
    client: Any, scene: Scene, user: Any | None, names: set[str] | None = None, *, whole: bool = False
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
        for path, share in _shares(list(address.paths(values | own)), whole):
            answers = _turned_away(client, path) if is_turned_away else _answers(client, address.name, path, share)
            yield from ((f"{address.name}: {asked}", heard) for asked, heard in answers)
            if is_turned_away:
                break
    # Where the reader's own messages stand now.
    yield "portal:home: GET / at the end", _heard(client.get("/"))


def _heard(answer: Any) -> str:
    assert answer.status_code < 500
    # How long an answer is may look like a year.
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items() if name != "Content-Length")
    return f"{headers}\n{answer.cookies}\n{_content(answer)}"


def _content(answer: Any) -> str:
    """What an answer says; of an archive, everything that lies in it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.get("Content-Type") != "application/zip":
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode(errors='replace')}" for name in archive.namelist())


def test_every_kind_that_takes_an_answer_has_its_canary():
    # Records have theirs in `canaries.record_answers`, inside the record.
    assert set(canaries.KINDS) | {"record"} == {kind.key for kind in all_kinds() if kind.is_input}


# What a customer never sees. Of the group "late", the values of request b may be seen: it stands in "fixed".
FROM_CUSTOMERS = [
    *SECRETS,
    *canaries.record_signs("office"),
    *canaries.record_labels("office"),
    *canaries.every_sign("office"),
    *(canaries.label("office", kind) for kind in canaries.KINDS),
    *canaries.every_sign("late", ("a",)),
]
FROM_ENGINEERS = [
    *canaries.record_signs("shop"),
    *canaries.record_labels("shop"),
    *canaries.every_sign("shop"),
    *(canaries.label("shop", kind) for kind in canaries.KINDS),
]
FROM_ALL_AFTER = [
    *canaries.record_signs("soon"),
    *canaries.record_labels("soon"),
    *canaries.every_sign("soon"),
    *(canaries.label("soon", kind) for kind in canaries.KINDS),
]
# Whoever is not the customer of the requests learns nothing at all of them. What a form asks, those may read who may
# file one: of the labels, only what customers never see counts.
EVERYTHING = [
    *SECRETS,
    *canaries.record_labels("office"),
    *(sign for group in ("office", "shop", "soon") for sign in canaries.record_signs(group)),
    *(sign for group in canaries.GROUPS for sign in canaries.every_sign(group)),
]


# Whatever is sought in what a reader reached.
SOUGHT = list(dict.fromkeys([*EVERYTHING, *FROM_CUSTOMERS, *FROM_ENGINEERS, *FROM_ALL_AFTER]))


@dataclass
class Walked:
    """What one reader reached: the canaries in each answer, before the fields "soon" were hidden and afterwards."""

    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)


_walked: dict[tuple[str, bool], Walked] = {}
# Those from whom something is hidden that they saw before.
WALK_AGAIN = {"carol", "erin"}
# Those whose doings are mailed on the short walk, too: to staff, to customers and to guests.
TELLING = {"alice", "carol", SIGNED_OUT}


def walk_of(name: str, whole: bool, request: pytest.FixtureRequest) -> Walked:
    """What `name` (or SIGNED_OUT) reaches; walked now unless a test before has done so."""
    key = name, whole
    if key not in _walked:
        _walked[key] = _walk(name, whole, request.getfixturevalue("scene"))
        _walked[key].templates.update(request.getfixturevalue("planted").templates)
    return _walked[key]


def _walk(name: str, whole: bool, scene: Scene) -> Walked:
    with rendered() as templates:
        # A paper that came in with a request; its kind is none of the portal's, so it is for staff alone.
        Document.objects.create(customer=scene.people["carol"], kind_key="gone", state="on_file", request=scene.a)
        user = scene.people.get(name)
        client = make_client(user)
        walked = Walked(_leaks(everything_reached(client, scene, user, whole=whole), SOUGHT), templates=templates)
        if name in WALK_AGAIN:
            scene.hide_soon()
            # Where nothing of a request stood while more was to be seen, nothing of it can stand now.
            showing = {asked.split(": ")[0] for asked in walked.before}
            walked.after = _leaks(everything_reached(client, scene, user, showing, whole=whole), SOUGHT)
        if whole or name in TELLING:
            scene.mails()
    return walked


def _leaks(heard: Mapping[str, str] | Iterable[tuple[str, str]], wanted: list[str]) -> dict[str, list[str]]:
    """Which of the signs stand in which answer."""
    pairs = heard.items() if isinstance(heard, Mapping) else heard
    return {asked: leaks for asked, text in pairs if (leaks := canaries.found_in(text, wanted))}


def _among(reached: dict[str, list[str]], wanted: list[str]) -> dict[str, list[str]]:
    """The same, of the signs that were found on a walk."""
    leaks = {asked: [sign for sign in found if sign in wanted] for asked, found in reached.items()}
    return {asked: signs for asked, signs in leaks.items() if signs}


def test_staff_who_may_see_it_see_every_canary(scene, client_for):
    """The positive control: what is sought elsewhere is really there, in the same pages."""
    alice = client_for(scene.people["alice"])
    page = "".join(_heard(alice.get(f"/desk/requests/{row.number}/")) for row in (scene.a, scene.b))
    values = [value for group in canaries.GROUPS for value in canaries.every_value(group, ("a", "b"))]
    wanted = [*values, canaries.NOTE, *canaries.every_value("office", ("was",)), canaries.staff_status_name("open")]
    assert canaries.found_in(page, wanted) == wanted


@WALKED_TOGETHER
@walks
def test_customers_see_what_is_theirs(whole, request):
    """The other half of the control: the walk would find a canary if it stood there."""
    reached = walk_of("carol", whole, request).before
    late = canaries.every_value("late", ("b",))
    assert any(set(late) <= set(found) for found in reached.values())
    assert _among(reached, canaries.every_sign("soon", ("a",)))
    assert _among(reached, canaries.every_sign("shop", ("a",)))


@WALKED_TOGETHER
@walks
def test_a_customer_reaches_nothing_that_is_hidden_from_customers(whole, request):
    walked = walk_of("carol", whole, request)
    assert _among(walked.before, FROM_CUSTOMERS) == {}
    assert _among(walked.after, FROM_CUSTOMERS + FROM_ALL_AFTER) == {}
    # Both walks have found what stands there for her.
    assert _among(walked.after, canaries.every_sign("shop", ("a",)))


@WALKED_TOGETHER
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


@WALKED_TOGETHER
@walks
def test_a_role_of_the_business_reaches_nothing_that_is_hidden_from_it(whole, request):
    walked = walk_of("erin", whole, request)
    assert any("desk:request: GET /desk/requests/" in asked for asked in walked.before)
    assert _among(walked.before, FROM_ENGINEERS) == {}
    assert _among(walked.after, FROM_ENGINEERS + FROM_ALL_AFTER) == {}
    assert _among(walked.after, canaries.every_sign("office", ("a",)))


def test_the_archive_of_ones_own_data_holds_nothing_that_is_hidden(scene, client_for):
    carol = client_for(scene.people["carol"])
    heard = _heard(carol.post("/account/download/"))
    assert "requests-1.json" in heard
    assert canaries.found_in(heard, FROM_CUSTOMERS) == []
    # It holds what is hers: the answers of both requests, and what was written to her.
    shop = canaries.every_value("shop", ("a",))
    assert canaries.found_in(heard, shop) == shop and "We look at it" in heard
    scene.hide_soon()
    after = _heard(carol.post("/account/download/"))
    assert canaries.found_in(after, FROM_CUSTOMERS + FROM_ALL_AFTER) == [] and canaries.found_in(after, shop) == shop
    others = _heard(client_for(scene.people["dave"]).post("/account/download/"))
    assert canaries.found_in(others, EVERYTHING) == []


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


@WALKED_TOGETHER
@walks
def test_nothing_that_people_wrote_is_printed_or_logged(whole, request, capfd):
    """Every walk is listened to (`scene`); here somebody walks who may see all of it."""
    log = _Log()
    with log.heard():
        walk_of("alice", whole, request)
        logging.getLogger("deploy").info("the log is heard")
    printed = capfd.readouterr()
    assert "the log is heard" in log.lines
    assert canaries.found_in("\n".join([*log.lines, printed.out, printed.err]), EVERYTHING) == []
