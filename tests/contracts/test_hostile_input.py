"""Whatever is typed, anywhere: kept as typed or refused with an answer, never an error of ours, never run.

Each attempt is rolled back, so that every string meets the same state.
"""

from __future__ import annotations

import copy
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from django.core import mail as sent_mails
from django.core.cache import cache
from django.urls import Resolver404, resolve

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.reading import current
from portal_core.desk.setup.review.page import review_or_faults
from portal_core.documents.models import Document, DocumentState
from portal_core.history.models import HistoryEntry, Kind
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.actions import Move, assign, move
from portal_core.service_requests.models import ServiceRequest
from tenants.context import current_schema, public_context
from tenants.outbox.drain import drain
from tenants.ui import spreadsheet
from tests import databases
from tests.contracts import canaries, hostile
from tests.contracts.addresses import PUBLIC, TENANT, addresses
from tests.contracts.test_setup_pages import methods_of
from tests.databases import PASSWORD
from tests.factories import make_client, make_user
from tests.service_requests.filing import file_request

ANSWERS = {200, 204, 302, 400, 403, 404, 405, 409, 410, 413, 429}
# A megabyte everywhere would take minutes and show nothing new.
SHORT = {name: text for name, text in hostile.STRINGS.items() if len(text) < 100_000}
SHARES = 18
# So many strings further on is the next turn of the questions of an address.
STRIDE = 6

JOB = {
    "f-shop-text": "Pump", "f-shop-long-text": "It drips", "f-shop-number": "1",
    "f-shop-choice": "canarykey-choiceshop-a-q", "f-shop-choices": "canarykey-manyshop-a-q", "f-shop-money": "62.40",
    "f-shop-datetime_day": "2026-12-01", "f-shop-datetime_time": "09:30", "f-shop-url": "https://example.com",
    "f-shop-address_line1": "1 High Street", "f-shop-address_city": "Leeds", "f-shop-address_postcode": "LS1 1AA",
    "f-shop-address_country": "GB", "f-shop-rows": "r1", "f-shop-rows_r1_part": "Vessel", "f-shop-rows_r1_cost": "2",
    "f-shop-rating": "4",
    "f-shop-yes-no": "yes", "f-shop-date": "2026-01-31", "f-shop-email": "a@example.com",
    "f-shop-phone": "0131 496 0142", "key": "", "do": "send",
}  # fmt: skip
SEEN = {"seen": "spoilt", "opened": "1"}
DAY = {"f-shop-date": "2026-02-01"}
QUOTE = {"key": "", "since": "SINCE", "opened": "1", "token": "x"}
PAPER = {"key": "", "since": "SINCE", "opened": "1", "u-files": "", "u-until": "2030-01-01"}
FIND = {**PAPER, "rows": "find u-files", "u-files_find": "paper", "u-files_found": "", "tried": "1"}


@dataclass(frozen=True)
class Form:
    """One form: who sends it where, with which fields when all is well."""

    who: str
    path: str
    fields: dict[str, str]
    before: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.who} {self.path}"


# The contract of a status, as the editor's panel sends it.
CONTRACT = {
    "revision": "0", "name": "Asked", "customer_name": "We ask", "meaning": "Why", "next_step": "{handler} reads it",
    "turn": "customer", "step": "one", "outcome": "", "handler-0-team": "desk", "handler-0-rest": "{}",
    "expected": "2", "expected-unit": "days", "if_late-0-tell": "handler", "if_late-0-after_days": "1",
    "if_late-0-rest": "", "notify-0-who": "customer", "notify-0-when": "now", "notify-0-message": "",
    "notify-0-rest": "", "customer_may": "message", "when_done": "open", "remind-0-after_days": "2",
    "remind-0-message": "", "remind-0-rest": "", "close": "9", "close-to": "dropped",
}  # fmt: skip


# What is shared by all types, as the editor's pages send it.
SHARED = (
    Form(
        "alice",
        "/desk/setup/portal/",
        {
            "revision": "0", "name": "Alpha", "colour": "#c8401a", "voice": "plain", "corners": "soft",
            "registration": "open", "zone": "Europe/London", "currency": "EUR", "links-0-label": "Terms",
            "links-0-url": "https://example.com/terms",
        },
    ),
    Form("alice", "/desk/setup/portal/languages/", {"do": "add", "language": "pl"}),
    Form("alice", "/desk/setup/hours/", {"revision": "0", "mon-0-from": "8:00", "mon-0-to": "17:00", "holidays": ""}),
    Form("alice", "/desk/setup/portal/logo/", {"which": "logo", "do": "remove"}),
    Form(
        "alice",
        "/desk/setup/notifications/send/",
        {"version": "live", "as": "example", "type": "job", "status": "asked", "back": "/desk/setup/notifications/"},
    ),
    Form("alice", "/desk/setup/notifications/?event=created&who=team", {"revision": "0", "when": "daily"}),
    Form("alice", "/desk/setup/notifications/?flow=way&at=asked&who=customer", {"revision": "0", "when": "now"}),
    Form("alice", "/desk/setup/visibility/promises/", {"do": "add", "field": "job.shop-text", "never": "customer"}),
)  # fmt: skip


def flow_forms() -> list[Form]:
    """What the editor's pages about statuses send."""
    way = "/desk/setup/flows/way/"
    move = {
        "mark": "x",
        "status": "asked",
        "revision": "0",
        "from": "asked",
        "to": "open",
        "label": "Go",
        "by": "agent",
    }
    ask = {"revision": "0", "label": "Which day", "help": "Why", "fields": "shop-date", "required": "on"}
    return [
        Form("alice", "/desk/setup/new-flow/", {"name": "Orders", "copy": "way"}),
        Form("alice", f"{way}rename/", {"name": "Ways"}),
        Form("alice", f"{way}add/", {"name": "Seen", "turn": "us", "copy": "asked"}),
        Form("alice", f"{way}order/", {"key": "asked", "to": "before:open"}),
        Form("alice", f"{way}statuses/asked/", CONTRACT),
        Form(
            "alice",
            f"{way}statuses/asked/rules/handler/0/",
            {"revision": "0", "mark": "x", "when": "all", "when-0": '["shop-text", "is", null]', "when-0-to": "x"},
        ),
        Form("alice", f"{way}statuses/open/begin/", {"type": "job"}),
        Form("alice", f"{way}statuses/asked/ways/", {"to": "open", "by": "agent"}),
        Form("alice", f"{way}ways/0/", {**move, "must_fill": "shop-date", "ask_reason": "on"}),
        Form("alice", f"{way}ways/0/remove/", {"mark": "x", "status": "asked"}),
        Form("alice", f"{way}statuses/asked/asks/", {"do": "add", "kind": "fill", "document_kind": "", "key": "day"}),
        Form("alice", f"{way}statuses/asked/asks/day/", ask),
        Form("alice", f"{way}steps/", {"revision": "0", "step-one": "One"}),
        Form("alice", f"{way}steps/change/", {"do": "add", "name": "Two", "key": "one", "to": "up"}),
    ]


def _text_box(path: str) -> str:
    """The box of a missing text on the page of languages."""
    return f"text-{hashlib.sha256(path.encode()).hexdigest()[:16]}"


# The editor: what is asked about the portal, a type, a field and its answers, and each shared list.
SETUP = {
    "portal/": {
        "name": "Acme",
        "prefix": "AC",
        "sender": "A",
        "welcome": "Hello",
        "emergency": "Call",
        "imprint": "A, 1 Street",
        "dirty": "name",
    },
    "types/_add/": {"name": "New", "copy": "job", "flow": "way"},
    "types/_order/": {"key": "job", "to": "last"},
    "types/job/words/": {"name": "Job", "description": "d", "group": "g", "icon": "tool", "title": "t", "before": "b"},
    "starters/": {"starter": "invoices", "types": "copy"},
    "types/job/handling/": {"start": "open", "removes": "phone-calls"},
    "types/job/handling/add/": {
        "when": "all",
        "when-0": '["shop-text", "is", null]',
        "when-0-to": "x",
        "team": "desk",
        "priority": "high",
    },
    "types/job/handling/0/": {"mark": "x", "when": "", "team": "desk", "priority": "high"},
    "types/job/handling/order/": {"key": "x", "to": "last"},
    "types/job/handling/remove/": {"key": "x"},
    "types/job/handling/flow/": {"flow": "way"},
    "types/job/fields/_add/": {"label": "New", "kind": "text", "who": "staff", "copy": ""},
    "types/job/fields/_order/": {"key": "shop-text", "to": "last"},
    "types/job/fields/_show/": {"field": "shop-text", "status": "open", "role": "", "to": "see"},
    "types/job/fields/shop-text/": {
        "label": "Text",
        "noun": "the text",
        "help": "h",
        "placeholder": "p",
        "max_length": "99",
        "pattern": "[a-z]+",
        "pattern_error": "Letters",
        "default": "d",
        "remember": "",
    },
    "types/job/fields/shop-number/": {"label": "Number", "unit": "bar", "min": "1", "max": "2", "decimals": "1"},
    "types/job/fields/shop-text/switch/": {"do": "show", "role": "customer", "to": "see", "status": "open"},
    "types/job/fields/shop-choice/parts/": {"do": "add", "label": "New", "key": "", "to": "", "kind": ""},
    "types/job/fields/shop-choice/parts/canarykey-choiceshop-a-q/": {"label": "Answer", "help": "h"},
    "document-kinds/_add/": {"name": "Paper"},
    "document-kinds/_order/": {"key": "paper", "to": "first"},
    "notifications/order/?event=created&who=team": {"key": "manager", "to": "first"},
    "document-kinds/paper/": {"name": "Paper", "added_by": "both", "max_files": "1", "valid": "12", "accept": "pdf"},
    "record-kinds/thing/": {"name": "Thing", "title": "{field:name}", "icon": "tool"},
    "roles/_add/": {"name": "Night"},
    "roles/engineer/": {"name": "Engineer", "scope": "team", "types": "job"},
    "mails/news/": {"subject": "News {reference}", "body": "Hello", "button": "See it"},
    "ready-answers/_add/": {"name": "Hello"},
    "texts/": {_text_box("types.job.name"): "Auftrag", _text_box("messages.news.body"): "Hallo"},
    "notifications/rules/late/team/add/": {
        "if": "all",
        "if-shape": "0,0g,1",
        "if-0": '["shop-number", "more_than", null]',
        "if-0-to": "1",
        "if-1": "any",
        "if-2": '["shop-text", "is", null]',
        "if-2-to": "x",
        "when": "daily",
    },
    "teams/desk/": {"name": "Desk"},
}

# Steps of signing in need the step before them.
_SIGN_IN = (("post", "/signin/", "email=carol@example.com"),)
_CHANGE = (("post", "/account/email/", f"email=new@example.com&present={PASSWORD}"),)
_SIGN_UP = "name=Acme&email=a@example.com&slug=acme-works&starter=order-status&colour=%23c8401a"
FORMS = [
    Form("carol", "/new/job/", JOB),
    Form("carol", "/new/job/draft/", JOB),
    Form("carol", "/requests/1001/reply/", {"body": "Hello", "key": "", "kind": ""}),
    Form("carol", "/requests/1001/move/", {"to": "open", "status": "asked", "opened": "1", "reason": "Done"}),
    *(
        Form("carol", "/requests/1001/change/", {"edit": field.removeprefix("f-"), **SEEN, field: value})
        for field, value in JOB.items()
        if field in ("f-shop-text", "f-shop-number", "f-shop-date", "f-shop-money", "f-shop-url", "f-shop-rating")
    ),
    Form(
        "carol",
        "/requests/1001/change/",
        {
            "edit": "shop-rows",
            **SEEN,
            "f-shop-rows": "r1",
            "rows": "add f-shop-rows",
            "f-shop-rows_r1_part": "Vessel",
            "f-shop-rows_r1_cost": "2",
        },
    ),
    Form("carol", "/requests/1001/asks/day/", {"key": "", "since": "SINCE", "seen": "x", "from": "home", **DAY}),
    Form("carol", "/requests/1001/asks/read/", {"key": "", "since": "SINCE"}),
    Form("carol", "/requests/1001/asks/quote/", {**QUOTE, "answer": "no", "note": "Too dear", "consent": "on"}),
    Form("carol", "/requests/1001/asks/paper/", {**PAPER, "u-files": "d-PAPER"}),
    Form("carol", "/requests/1001/asks/paper/", FIND),
    Form("bob", "/desk/requests/1001/asks/paper/", {**PAPER, "note": "By post", "back": "/desk/?view=all"}),
    Form("bob", "/desk/requests/1001/asks/paper/", {**FIND, "note": "By post", "back": "/desk/?view=all"}),
    Form("carol", "/requests/1001/reopen/", {"x": "x"}),
    Form("bob", "/desk/requests/1001/asks/quote/", {**QUOTE, "answer": "yes", "note": "Called", "back": "/desk/?"}),
    Form("bob", "/desk/requests/1001/asks/day/", {"key": "", "since": "SINCE", "seen": "x", "note": "Called", **DAY}),
    Form("bob", "/desk/requests/1001/plan/", {"day": "2030-01-02", "seen": "", "back": "/desk/?view=all"}),
    Form("bob", "/desk/requests/1001/reopen/", {"back": "/desk/?view=all"}),
    Form(
        "carol",
        "/new/job/",
        {**JOB, "f-thing": "new", "f-thing_new-name": "Pump", "f-dog": "No", "f-dog_keep": "on", "again": "1001"},
    ),
    Form("carol", "/saved/new/thing/", {"f-name": "Pump", "key": "", "do": "send"}),
    Form("carol", "/saved/THING/change/", {"f-name": "Pump", "seen": "spoilt", "do": "send"}),
    Form("carol", "/account/details/", {"d-dog": "No"}),
    Form("bob", "/desk/records/new/thing/?customer=CAROL", {"f-name": "Pump", "f-office-text": "x", "key": ""}),
    Form("bob", "/desk/records/THING/change/", {"f-name": "Pump", "f-office-number": "1", "seen": "spoilt"}),
    Form("carol", "/account/about/", {"name": "Carol", "phone": "1", "language": "", "time_zone": ""}),
    Form("carol", "/account/told/", {"told-status": "daily", "told-replies": "never"}),
    Form("carol", "/updates/read/", {"until": ""}),
    Form("bob", "/desk/updates/read/", {"until": ""}),
    Form("carol", "/account/email/", {"email": "new@example.com", "present": PASSWORD}),
    Form("carol", "/account/email/code/", {"code": "123456", "old_code": "123456"}, _CHANGE),
    Form("carol", "/account/password/", {"present": PASSWORD, "password": "a very good phrase 77"}),
    Form("signed out", "/signin/", {"email": "carol@example.com", "next": "/requests/", "name": "x"}),
    Form("signed out", "/signin/code/", {"code": "123456", "keep": "on", "next": "/"}, _SIGN_IN),
    Form("signed out", "/signin/code/again/", {"x": "x"}, _SIGN_IN),
    Form("signed out", "/signin/password/", {"email": "carol@example.com", "password": "wrong", "keep": "on"}),
    Form("signed out", "/join/not-a-token/", {"name": "Carol"}),
    Form("bob", "/desk/requests/1001/write/", {"body": "Hello", "kind": "note", "key": "", "back": "/desk/?view=all"}),
    Form("bob", "/desk/requests/1001/assign/", {"who": "me", "team": "desk", "back": "/desk/?view=all"}),
    Form("bob", "/desk/export/?view=all&type=job", {"style": "points", "key": "", "back": "/desk/?view=all"}),
    Form("bob", "/desk/views/keep/", {"query": "view=all&type=job", "name": "Jobs"}),
    Form("bob", "/desk/requests/1001/priority/", {"priority": "2", "seen": "1", "back": "/desk/?view=all"}),
    Form("bob", "/desk/requests/1001/merge/", {"into": "1002"}),
    Form("bob", "/desk/bulk/assign/", {"row": "1001|asked||desk", "who": "me", "team": "desk", "back": "/desk/?"}),
    Form(
        "bob",
        "/desk/bulk/move/",
        {
            "row": "1001|asked||desk",
            "to": "way.open",
            "shown_to": "way.open",
            "shown_reason": "r",
            "reason": "r",
            "tell": "yes",
            "version": "1",
            "key": "",
            "do": "move",
            "back": "/desk/?view=all",
        },
    ),
    Form(
        "bob",
        "/desk/requests/1001/move/",
        {
            "to": "open",
            "shown_to": "open",
            "status": "asked",
            "tell": "yes",
            "reason": "r",
            "subject": "News",
            "body": "It goes on",
            "back": "/desk/?view=all",
        },
    ),
    Form(
        "bob",
        "/desk/requests/1001/change/",
        {"edit": "office-text", "f-office-text": "x", "seen": "x", "back": "/desk/?"},
    ),
    Form(
        "bob",
        "/desk/new/job/",
        {"email": "new@example.com", "name": "New", "f-shop-text": "Pump", "key": "", "do": "send"},
    ),
    *(Form("alice", f"/desk/setup/{path}", {"revision": "0", **fields}) for path, fields in SETUP.items()),
    Form("alice", "/desk/first-steps/", {"asked": "6-15", "minutes": "4"}),
    Form(
        "alice",
        "/desk/setup/publish/",
        {"key": "", "revision": "0", "live": "2", "note": "Why", "when": "later", "at": "2030-01-02T10:00"},
    ),
    Form("alice", "/desk/setup/publish/back/", {"path": "portal.name", "what": "The name"}),
    Form(
        "alice",
        "/desk/setup/publish/mend/",
        {"finding": "MEND", "value": "x"},
        (("post", "/desk/setup/flows/way/statuses/asked/", hostile.form({**CONTRACT, "customer_name": ""})),),
    ),
    Form("alice", "/desk/setup/publish/map/", {"source": "way.asked", "to": "open", "tell": "no"}),
    Form(
        "alice", "/desk/setup/publish/requests/", {"source": "way.asked", "to-1001": "open", "next": "", "after": "1"}
    ),
    Form("alice", "/desk/setup/publish/seen/", {"field": "job.office-text", "old": "keep"}),
    Form("alice", "/desk/setup/versions/1/back/", {"note": "Why", "live": "2"}),
    Form("alice", "/desk/setup/versions/read/", {"file": "x"}),
    Form("alice", "/desk/team/invite/", {"emails": "new@example.com", "role": "agent", "team": "desk"}),
    Form("alice", "/desk/team/BOB/", {"role": "manager", "team": "desk"}),
    Form("alice", "/desk/team/BOB/deactivate/", {"requests_to": ""}),
    Form(
        "platform",
        "/signup/",
        {"name": "Acme", "email": "a@example.com", "slug": "", "starter": "order-status", "colour": ""},
    ),
    Form(
        "platform", "/signup/code/", {"code": "123456", "time_zone": "Europe/Berlin"}, (("post", "/signup/", _SIGN_UP),)
    ),
    Form("platform", "/console/signin/", {"email": "operator@example.com"}),
    Form(
        "platform", "/console/code/", {"code": "123456"}, (("post", "/console/signin/", "email=operator@example.com"),)
    ),
    Form("platform", "/console/second/", {"code": "123456"}),
    Form("platform", "/console/enrol/", {"code": "123456"}),
    *flow_forms(),
    *SHARED,
]
# Whatever a page reads from its address.
QUERY = [
    *("edit", "before", "page", "show", "sent", "next", "email", "to", "tell", "reason", "back", "at", "view", "type"),
    *("again", "record", "status", "who", "team", "due", "sort", "customer", "person", "slug", "name", "starter", "q"),
    *("into", "priority", "state", "saved", "select", "ready", "source", "after", "field", "from", "version"),
    *("as", "screen", "find"),
    *("into", "priority", "state", "saved", "select", "ready", "parts", "from", "missing"),
    "flow",
    "event",
    "of",
    "language",
    # Of a list that an answer narrows, and of the page where it is set.
    *("answers", "how", "value"),
]


def _document() -> dict[str, Any]:
    """The portal of the canaries, which asks for a document as well: one with a last day, that can be used again."""
    made = canaries.document()
    kind = {"key": "paper", "name": "Paper", "valid_months": 12, "reusable": True, "accept": ["pdf"]}
    made["document_kinds"] = [*made.get("document_kinds", []), kind]
    asked = next(status for status in made["flows"][0]["statuses"] if status["key"] == "asked")
    asked["asks"].append({"key": "paper", "do": "upload", "document_kind": "paper", "required": False})
    return made


class House:
    """A request in "asked", given to Bob, and clients by name."""

    def __init__(self, people: dict[str, Any], tenant: Any) -> None:
        publish(actor=actor_for(people["alice"]), document=load(_document()))
        self.row = file_request(people["carol"], "job", **{"shop-date": "2026-01-31", "shop-text": "Pump"})
        assert self.row.number == 1001
        self.thing = SavedRecord.objects.get()
        on_file = Document(customer=people["carol"], kind_key="paper", state=DocumentState.ON_FILE)
        on_file.save()
        self.paper = on_file
        bob = actor_for(people["bob"])
        assign(actor=bob, request_id=self.row.pk, assignee_id=people["bob"].pk)
        move(actor=bob, request_id=self.row.pk, move=Move(to="asked", seen_status="open"))
        with public_context():
            make_user("operator@example.com", "Olga", "operator")
        self.people = people

    def client(self, who: str) -> Any:
        if who == "platform":
            with public_context():
                return make_client()
        return make_client(self.people.get(who))

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens inside is taken back, limits included."""
        cache.clear()
        sent_mails.outbox.clear()
        with databases.taken_back():
            yield

    def send(self, client: Any, path: str, body: str) -> Any:
        path = path.replace("BOB", str(self.people["bob"].pk)).replace("CAROL", str(self.people["carol"].pk))
        path = path.replace("THING", str(self.thing.pk))
        body = body.replace("d-PAPER", f"d-{self.paper.pk}")
        if "finding=MEND" in body:
            body = body.replace("finding=MEND", f"finding={self._mend()}")
        if "since=SINCE" in body:
            since = ServiceRequest.objects.values_list("status_since", flat=True).get(pk=self.row.pk)
            body = body.replace("since=SINCE", f"since={quote(since.isoformat())}")
        return client.post(path, body, content_type="application/x-www-form-urlencoded")

    def _mend(self) -> str:
        """The mark of what the review has to mend: the name that customers read is missing."""
        mends = review_or_faults(actor_for(self.people["alice"]), current()).mends
        named = ("flows", "way", "statuses", "asked", "customer_name")
        return next(mend.mark for mend in mends if [op.path for op in mend.operations("x")] == [named])


@pytest.fixture(scope="module")
def _house(kept) -> House:
    return kept(House)


@pytest.fixture
def house(_house, tenant) -> House:
    """The one house of all these tests, as it was made."""
    return copy.deepcopy(_house)


def _problem(attempt: Any, *given: Any) -> str:
    """What is wrong with the answer to `attempt(*given)`, in a line; nothing when all is well."""
    try:
        answer = attempt(*given)
    except Exception as error:  # what would have been a 500
        return f"{type(error).__name__}: {error}"[:300]
    if answer.status_code not in ANSWERS:
        return f"answered {answer.status_code}"
    # What lies in a workbook is no page: test_hostile_exports opens it.
    is_packed = answer.get("Content-Type") == spreadsheet.WORKBOOK_TYPE
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = "" if is_packed else content.decode()
    raw = [sign for sign in (*hostile.MARKUP, *hostile.RUN) if sign in text]
    if raw:
        return f"stands in the page: {raw}"
    location = answer.get("Location", "")
    if location.startswith(("//", "javascript:")) or "evil.example" in urlsplit(location).netloc:
        return f"sends away to {location}"
    return ""


def _everything(form: Form) -> list[tuple[str, str]]:
    """Every string in every field."""
    return list(product(form.fields, SHORT))


def _a_share(form: Form) -> list[tuple[str, str]]:
    """Every 18th string, of most sorts one, in one of the form's fields in turn; the next form takes the next ones.

    Each string meets an 18th of the forms, and each field something; `--heavy` tries every string in every field.
    """
    strings = list(SHORT)[FORMS.index(form) % SHARES :: SHARES]
    tries = range(max(len(strings), len(form.fields)))
    return [(field, strings[number % len(strings)]) for number, field in zip(tries, cycle(form.fields), strict=False)]


def test_the_shares_leave_nothing_out():
    tried = [(form, *attempt) for form in FORMS for attempt in _a_share(form)]
    assert {(str(form), field) for form, field, _ in tried} == {
        (str(form), field) for form in FORMS for field in form.fields
    }
    meets = Counter(string for _, _, string in tried)
    assert min(meets[string] for string in SHORT) >= len(FORMS) // SHARES


# Forms of the editor that hold nothing but their button; last, what another form holds as well.
NOTHING_TO_TYPE = {
    *(f"{what}_retire" for what in ("document_kinds", "messages", "ready_answers", "record_kinds", "roles", "teams")),
    *("type_retire", "flow_retire", "status_retire", "delete", "undo", "discard", "publish_cancel", "version_load"),
    *("told_rule_remove", "told_rule", "preview_home", "preview_page"),
}


def test_every_form_of_the_editor_is_among_them():
    sent = {resolve(urlsplit(form.path).path, TENANT).func for form in FORMS if form.path.startswith("/desk/setup/")}
    takes = [one for one in addresses(TENANT) if one.route.startswith("desk/setup/") and "POST" in methods_of(one)]
    assert len(takes) > 50
    missing = {one.name.removeprefix("desk:setup_") for one in takes if one.view not in sent}
    assert sorted(missing) == sorted(NOTHING_TO_TYPE)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_any_string_in_some_field_of_a_form_is_kept_or_refused(form, house):
    assert _problems(house, form, _a_share(form)) == []


def test_the_mend_that_is_tried_is_one(house):
    form = next(form for form in FORMS if form.path.endswith("/publish/mend/"))
    client = house.client(form.who)
    for _method, path, body in form.before:
        house.send(client, path, body)
    house.send(client, form.path, hostile.form({**form.fields, "value": "We ask you"}))
    assert current().read(("flows", "way", "statuses", "asked", "customer_name")) == "We ask you"


@pytest.mark.heavy
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_any_string_in_any_field_of_a_form_is_kept_or_refused(form, house):
    assert _problems(house, form, _everything(form)) == []


def _problems(house: House, form: Form, attempts: list[tuple[str, str]]) -> list[str]:
    problems = []
    signed_in = house.client(form.who)
    for field, name in attempts:
        with house.undone():
            # A step in between is remembered in the session, so that it needs a new one each time.
            client = house.client(form.who) if form.before else signed_in
            for _method, path, body in form.before:
                house.send(client, path, body)
            key = {"key": str(uuid.uuid4())} if "key" in form.fields else {}
            body = hostile.form({**form.fields, **key, field: SHORT[name]})
            if problem := _problem(house.send, client, form.path, body):
                problems.append(f"{field} = {name}: {problem}")
    return problems


def _pairs(form: Form) -> list[dict[str, str]]:
    """A megabyte in each field, two fields at a time: two megabytes are still read, three are not."""
    names = list(form.fields)
    return [
        dict.fromkeys(names[first : first + 2], hostile.STRINGS["one megabyte"]) for first in range(0, len(names), 2)
    ]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_megabyte_and_a_thousand_fields_are_refused_or_kept(form, house):
    """In every third pair of fields, the next form's being the next ones, and every second form as a whole.

    `--heavy` fills in every field, and every form as a whole.
    """
    pairs, number = _pairs(form), FORMS.index(form)
    _send_megabytes(form, house, [*pairs[number % min(3, len(pairs)) :: 3], _wholes(form)[number % 2]])


@pytest.mark.heavy
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_megabyte_in_any_field_is_refused_or_kept(form, house):
    _send_megabytes(form, house, [*_pairs(form), *_wholes(form)])


def _wholes(form: Form) -> list[dict[str, str]]:
    """A megabyte in every field, and far more fields than any form has."""
    megabyte = dict.fromkeys(form.fields, hostile.STRINGS["one megabyte"])
    return [megabyte, {f"f-x{number}": "x" for number in range(1_500)}]


def _send_megabytes(form: Form, house: House, attempts: list[dict[str, str]]) -> None:
    for fields in attempts:
        with house.undone():
            client = house.client(form.who)
            for _method, path, body in form.before:
                house.send(client, path, body)
            assert _problem(house.send, client, form.path, hostile.form({**form.fields, **fields})) == ""


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.heavy)], ids=["some", "all"])
@pytest.mark.parametrize("urlconf", [TENANT, PUBLIC])
def test_any_string_in_any_part_of_an_address_finds_nothing(urlconf, step, house):
    """Each address gets every sixth string, the next one the next ones; with `--heavy` all of them.

    What no address takes is answered in one place: once for each reader and first part of the address.
    """
    problems, unknown = [], set()
    carol, alice, platform = (house.client(who) for who in ("carol", "alice", "platform"))
    for number, address in enumerate(address for address in addresses(urlconf) if address.parameters):
        reader = platform if urlconf == PUBLIC else alice if address.audience == "staff" else carol
        for what, text in list(SHORT.items())[number % step :: step]:
            path = next(address.paths({name: [hostile.part(text)] for name in address.parameters}))
            if not _leads_somewhere(path, urlconf):
                place = (path.split("/")[1], address.audience, what)
                if place in unknown:
                    continue
                unknown.add(place)
            answers = {_problem(method, path) for method in (reader.get, reader.post)} - {""}
            problems.extend(f"{address.route} = {what}: {problem}" for problem in answers)
    assert problems == []
    assert len(unknown) >= len(SHORT) // 2


def _leads_somewhere(path: str, urlconf: str) -> bool:
    """Whether a view is asked about this path, read as the server reads it."""
    try:
        resolve(unquote(path, errors="replace"), urlconf)
    except Resolver404:
        return False
    return True


PAGES = [
    ("carol", "/"), ("carol", "/new/"), ("carol", "/new/job/"), ("carol", "/requests/"), ("carol", "/requests/1001/"),
    ("carol", "/account/"), ("carol", "/saved/"),
    ("signed out", "/signin/"), ("signed out", "/signin/password/"), ("bob", "/desk/"),
    ("bob", "/desk/requests/1001/"), ("bob", "/desk/requests/1001/preview/"), ("bob", "/desk/search/"),
    ("bob", "/desk/new/"), ("bob", "/desk/export/"),
    ("alice", "/desk/setup/publish/"), ("alice", "/desk/setup/publish/requests/"),
    ("alice", "/desk/setup/publish/seen/all/"), ("alice", "/desk/setup/versions/"),
    ("alice", "/desk/setup/versions/file/"),
    ("bob", "/desk/new/job/"), ("alice", "/desk/first-steps/"), ("alice", "/desk/team/"), ("platform", "/"),
    ("alice", "/desk/setup/preview/"), ("alice", "/desk/setup/preview/live/example/requests/"),
    ("platform", "/signup/"), ("platform", "/signup/address/"), ("platform", "/console/"), ("platform", "/dev/mail/"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_any_string_in_any_question_of_an_address_is_answered(who, path, house):
    """All questions at once, each with another string: a page reads only the few that it knows."""
    client = house.client(who)
    problems = []
    strings = list(SHORT)
    for turn in range(0, len(strings), STRIDE):
        asked = {name: strings[(turn + place) % len(strings)] for place, name in enumerate(QUERY)}
        query = "&".join(f"{name}={hostile.part(SHORT[string])}" for name, string in asked.items())
        cache.clear()
        if problem := _problem(client.get, f"{path}?{query}"):
            problems.append(f"{asked}: {problem}")
    assert problems == []


def _kept(text: str, *, one_line: bool) -> str:
    """What is expected to be stored of a typed text: all of it, with the line ends of this side."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return " ".join(lines.split()) if one_line else lines.strip()


def test_what_is_taken_is_stored_as_typed(house):
    """In a message: what was answered with a redirect stands in the history, sign for sign."""
    kept = []
    for name, text in SHORT.items():
        with house.undone():
            body = hostile.form({"body": text, "key": str(uuid.uuid4())})
            answer = house.send(house.client("carol"), "/requests/1001/reply/", body)
            stored = list(HistoryEntry.objects.filter(kind=Kind.REPLIED).values_list("body", flat=True))
            if answer.status_code != 302:
                assert stored == [], name
                assert answer.status_code == 400, name
                continue
            # What UTF-8 cannot say arrives as the sign for "unreadable".
            sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            assert [_kept(line, one_line=False) for line in stored] == [_kept(sent, one_line=False)], name
            kept.append(name)
    assert {"script", "placeholders", "emoji", "right to left override", "template variable"} <= set(kept)


def test_what_people_write_is_never_looked_at_again(house):
    """Placeholders, templates and markup in a name, a title, a message and a reason arrive as typed everywhere."""
    wicked = "{reference} {field:office-text} {{ 4242|add:424200000 }} <script>alert(1)</script>"
    carol = User.objects.get(email="carol@example.com")
    carol.name = wicked
    carol.save(update_fields=["name"])
    sent_mails.outbox.clear()
    bob = house.client("bob")
    row = file_request(carol, "job", **{"shop-date": "2026-01-31", "shop-text": wicked})
    path = f"/desk/requests/{row.number}"
    for fields in ({"kind": "reply", "body": wicked, "key": str(uuid.uuid4())},):
        assert house.send(bob, f"{path}/write/", hostile.form(fields)).status_code == 302
    moved = {"to": "asked", "shown_to": "asked", "status": "open", "tell": "yes", "subject": wicked, "body": wicked}
    assert house.send(bob, f"{path}/move/", hostile.form(moved)).status_code == 302
    pages = [bob.get(f"{path}/"), bob.get(f"{path}/?as=customer"), bob.get("/desk/?view=all")]
    pages += [house.client("carol").get(place) for place in (f"/requests/{row.number}/", "/requests/", "/")]
    for page in pages:
        text = page.content.decode()
        assert "{reference}" in text and "{field:office-text}" in text
        assert "<script>alert" not in text and "424204242" not in text
    _look_at_mails(house)


def _look_at_mails(house: House) -> None:
    drain(current_schema())
    assert len(sent_mails.outbox) >= 3
    for mail in sent_mails.outbox:
        assert "424204242" not in mail.body + mail.subject
        assert all("<script>alert" not in str(content) for content, _type in mail.alternatives)
    assert any("{reference}" in mail.subject for mail in sent_mails.outbox)


@pytest.mark.parametrize(
    "name", ["header injection", "header folding", "encoded words", "nul", "right to left override"]
)
def test_no_text_makes_a_header_of_a_mail(name, house):
    text = hostile.STRINGS[name]
    carol = User.objects.get(email="carol@example.com")
    answer = house.send(
        house.client("carol"),
        "/account/about/",
        hostile.form({"name": text, "phone": "", "language": "", "time_zone": ""}),
    )
    assert answer.status_code in (302, 400)
    fields = {**JOB, "f-shop-text": text, "f-soon-text": text, "key": str(uuid.uuid4())}
    house.send(house.client("carol"), "/new/job/", hostile.form(fields))
    row = ServiceRequest.objects.order_by("-number").first()
    subject = {
        "to": "asked",
        "shown_to": "asked",
        "status": row.status_key,
        "tell": "yes",
        "subject": text,
        "body": text,
    }
    house.send(house.client("bob"), f"/desk/requests/{row.number}/move/", hostile.form(subject))
    drain(current_schema())
    assert sent_mails.outbox
    for mail in sent_mails.outbox:
        message = mail.message()
        assert {"bcc", "x-injected"}.isdisjoint(header.lower() for header in message)
        assert message.get_all("Subject") is not None and len(message.get_all("Subject")) == 1
        assert "evil.example" not in "".join(mail.recipients())
    assert carol.pk
