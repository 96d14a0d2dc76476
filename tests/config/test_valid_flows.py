"""Whatever way is valid works: what it asks is shown and can be done, what it promises comes when the clock gets there.

Beside `test_valid_documents.py`, which is about forms: here files and records are really filled in, too.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import pytest
import time_machine
from django.core import mail as sent_mails
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.conditions import holds
from portal_core.config.document import load
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.asking import fields_of_fill
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import has_limit
from tenants import catalog
from tenants.outbox.drain import Ended, drain
from tenants.outbox.models import Event
from tests import databases
from tests.config.test_valid_documents import QUICK, THOROUGH, answered, expected, filled_in, sources
from tests.config.valid_documents import ELSEWHERE, documents, wrong_for
from tests.contracts.rows import Rows
from tests.documents.samples import pdf
from tests.factories import make_user
from tests.service_requests.filing import paper
from tests.service_requests.sending import inputs_of, sent_for

START = "2026-11-23 09:00 +0000"  # a Monday
STAFF = ("alice", "bob", "mia", "tess")
FORM = "application/x-www-form-urlencoded"


def a_pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("proof.pdf", pdf(uuid.uuid4().bytes.hex().encode()), "application/pdf")


@dataclass
class Walk:
    """One portal in force, and the requests that are made in it."""

    people: dict[str, Any]
    tenant: Any
    client_for: Any
    clock: Any
    document: dict[str, Any]
    data: st.DataObject
    answers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        teams = [one["key"] for one in self.document.get("teams", [])] or [""]
        self.people["mia"] = make_user("mia@example.com", "Mia", "manager", team_key=teams[-1])
        self.people["tess"] = make_user("tess@example.com", "Tess", "agent", team_key=teams[0])
        publish(actor=actor_for(self.people["alice"]), document=load(self.document))
        self.portal = live_portal()
        self.type = self.portal.types[0]
        self.carol = self.client_for(self.people["carol"])
        self.asked = Asked(
            self.portal,
            resolve_role("customer"),
            self.portal.language,
            self.people["carol"].pk,
            self.people["carol"].pk,
        )
        self.answers = answered(self.document, self.data)

    # ---- the form, with files and records

    def inputs(self, key: str) -> dict[str, list[str]]:
        """What is sent for one field, by the names of its inputs."""
        wanted = self.type.field(key)
        if wanted.kind.key == "file":
            return {f"f-{key}": [paper(self.people["carol"].pk)["id"]]}
        if wanted.kind.key == "record":
            return {f"f-{key}": ["new"], f"f-{key}_new-maker": ["Vaillant"]}
        return sent_for(wanted, self.answers[key], self.asked)

    def wrong(self, key: str) -> dict[str, list[str]]:
        """What must be refused: somebody else's file, a thing that is not theirs, a spoilt answer."""
        wanted = self.type.field(key)
        if wanted.kind.key == "file":
            return {f"f-{key}": [paper(self.people["dave"].pk)["id"]]}
        if wanted.kind.key == "record":
            wrong = {f"f-{key}": [str(uuid.uuid4())]}, {f"f-{key}": ["new"], f"f-{key}_new-maker": [""]}
            return self.data.draw(st.sampled_from(wrong))
        widget = wanted.kind.form_field(wanted, self.asked).widget
        spoilt = inputs_of(widget, f"f-{key}", wrong_for(sources(self.document)[key]))
        # No browser sends half a character; what is far too long is as wrong.
        return {name: ["x" * 1_000 if one == "\ud800" else one for one in words] for name, words in spoilt.items()}

    def kept_keys(self) -> list[str]:
        return [one.key for one in self.type.fields if one.kind.key in ELSEWHERE and not one.retired]

    def is_asked_for(self) -> set[str]:
        """The keys under which answers are to be kept once the form is sent."""
        return set(expected(self.type, self.asked, {**self.answers, **dict.fromkeys(self.kept_keys(), "there")}))

    def filled(self) -> Any:
        sent = filled_in(self.type, self.asked, self.answers)
        for key in self.kept_keys():
            for name, words in self.inputs(key).items():
                sent.setlist(name, words)
        sent["key"] = str(uuid.uuid4())
        return sent

    def file(self) -> ServiceRequest:
        answer = self.carol.post("/new/repair/", self.filled().urlencode(), content_type=FORM)
        assert answer.status_code == 302, answer.content.decode()
        return ServiceRequest.objects.get(number=int(answer["Location"].split("/")[2]))

    def refuses_what_is_wrong(self) -> None:
        """A spoilt answer to one question that is asked: the form comes back, says where, and nothing is written."""
        asked = sorted(self.is_asked_for())
        # Files and records first: the others are tried in `test_valid_documents.py`.
        for key in [key for key in asked if key in self.kept_keys()] or asked[:1]:
            sent = self.filled()
            for name in [name for name in sent if name == f"f-{key}" or name.startswith(f"f-{key}_")]:
                del sent[name]
            for name, words in self.wrong(key).items():
                sent.setlist(name, words)
            before = ServiceRequest.objects.count()
            answer = self.carol.post("/new/repair/", sent.urlencode(), content_type=FORM)
            assert answer.status_code == 400
            assert re.search(rf'id="[^"]*f-{key}(_[^"]*)?-error"', answer.content.decode())
            assert ServiceRequest.objects.count() == before

    # ---- where it stands, and what is said of it

    def fresh(self, row: ServiceRequest) -> ServiceRequest:
        return ServiceRequest.objects.select_related("customer").get(pk=row.pk)

    def source(self, status: str) -> dict[str, Any]:
        return next(one for one in self.document["flows"][0]["statuses"] if one["key"] == status)

    def status(self, key: str) -> Any:
        return self.type.flow.status(key)

    def holds(self, rule: Any, row: ServiceRequest) -> bool:
        condition = getattr(rule, "when", None) if hasattr(rule, "tell") or hasattr(rule, "do") else rule.if_
        return holds(condition, row.data, row.status_key, self.portal.time_zone)

    def told(self, about: ServiceRequest | None = None) -> Counter[str]:
        """How many mails each person gets now, by the first part of the address. `about`: of those, the ones that go at
        once about this request alone; the walk's other requests and the daily mails have theirs in between."""
        # Its budget is real time, whatever the clock of the walk says: all is to be sent on a slow machine, too.
        assert drain(self.tenant.schema_name, budget_seconds=600) is Ended.EMPTY
        assert not Event.objects.exclude(last_error="").exists()
        thread = "" if about is None else f"<request-{about.pk}."
        mails = [mail for mail in sent_mails.outbox if mail.extra_headers.get("References", "").startswith(thread)]
        found = Counter(parseaddr(mail.recipients()[0])[1].partition("@")[0] for mail in mails)
        sent_mails.outbox.clear()
        return found

    def mails(self) -> int:
        """How many mails Carol gets now."""
        return self.told()["carol"]

    def mails_at_once(self, row: ServiceRequest) -> int:
        """How many she is to get, by the rules of the status."""
        rules = [rule for rule in self.status(row.status_key).notify if rule.who == "customer"]
        first = next((rule for rule in rules if self.holds(rule, row)), None)
        return int(first is not None and first.when == "now")

    def meant(self, who: str, row: ServiceRequest) -> set[str]:
        """Whom a rule of the document means by a word for staff: its person, its team, else those who run the place."""
        managing = {"owner": {"alice"}, "manager": {"alice", "mia"}}
        if who in managing:
            return managing[who]
        if who == "handler" and row.assignee_id:
            return {name for name, user in self.people.items() if user.pk == row.assignee_id}
        team = {name for name in STAFF if row.team_key and self.people[name].team_key == row.team_key}
        return team or managing["manager"]

    def staff_at_once(self, rules: Any, row: ServiceRequest, *, but: str = "") -> Counter[str]:
        """Which colleagues are to be mailed by these rules, whoever did it themselves left out; one mail for each."""
        holding = [rule for rule in rules if rule.who not in ("customer", "nobody") and self.holds(rule, row)]
        wanted = [self.meant(rule.who, row) for rule in holding if rule.when == "now"]
        return Counter(set().union(*wanted) - {but})

    def staff_of_new(self, row: ServiceRequest) -> Counter[str]:
        """Which colleagues are mailed of a new request: whom its first status names, and its team where the document
        says nothing else of staff and new requests."""
        rules = [rule for rule in self.portal.notifications if rule.event == "created"]
        told = set(self.staff_at_once([*rules, *self.status(row.status_key).notify], row))
        if not any(rule.who not in ("customer", "nobody") for rule in rules):
            told |= self.meant("team", row)
        return Counter(told)

    def files_and_tells(self) -> ServiceRequest:
        row = self.file()
        assert set(row.data) == self.is_asked_for()
        told = self.told()
        assert told.pop("carol", 0) == self.mails_at_once(row)
        assert told == self.staff_of_new(row)
        return row

    def to_customer(self, row: ServiceRequest) -> ServiceRequest:
        """Staff ask the customer."""
        needed = [key for key in self.source_move()["must_fill"] if key not in row.data and key in self.answers]
        applicable = {one.key for one in self.type.applicable_fields({**row.data, **self.answers}, row.status_key)}
        answers = {key: self.answers[key] for key in needed if key in applicable}
        move(
            actor=actor_for(self.people["bob"]), request_id=row.pk, move=Move("asked", row.status_key, answers=answers)
        )
        row = self.fresh(row)
        told = self.told()
        assert told.pop("carol", 0) == self.mails_at_once(row)
        assert told == self.staff_at_once(self.status(row.status_key).notify, row, but="bob")
        return row

    def source_move(self) -> dict[str, Any]:
        return self.document["flows"][0]["transitions"][0]

    # ---- what is asked

    def asks(self, row: ServiceRequest) -> list[Any]:
        """What applies to this request, by the document."""
        found = [ask for ask in self.status(row.status_key).asks if self.holds(ask, row)]
        return [ask for ask in found if ask.do != "fill" or fields_of_fill(row, ask, self.type)]

    def does_what_is_asked(self, row: ServiceRequest) -> None:
        """All of it, until the request goes on by itself or nothing is left that can be done."""
        done: dict[str, str] = {}
        for _ in range(12):
            row = self.fresh(row)
            if row.status_key != "asked" or row.closed_at is not None:
                break
            page = self.carol.get(f"/requests/{row.number}/").content.decode()
            forms = {ask.key: self.form(page, ask.key) for ask in self.asks(row)}
            todo = [ask for ask in self.asks(row) if forms[ask.key] is not None]
            if not todo:
                break
            assert self.carol.get("/").status_code == 200
            ask = todo[0]
            self.refuses(row, ask, forms[ask.key])
            word = self.does(row, ask, forms[ask.key])
            gone = self.opened_again(row, ask)
            done = {**{key: kept for key, kept in done.items() if key not in gone}, ask.key: word}
            self.tells_of_the_answer(self.fresh(row))
        self.stands_where_it_should(self.fresh(row), done)

    def opened_again(self, before: ServiceRequest, ask: Any) -> set[str]:
        """What was agreed to (or read) before this ask was done, and no longer stands: its answers or its documents are
        others now."""
        after = self.fresh(before).data
        changed = {key for key in {*before.data, *after} if before.data.get(key) != after.get(key)}
        kinds = {ask.document_kind} if ask.do == "upload" else set()
        asks = self.status("asked").asks
        agreed = {one.key for one in asks if one.do == "approve" and changed.intersection(one.fields)}
        return agreed | {one.key for one in asks if kinds.intersection(getattr(one, "documents", ()))}

    def tells_of_the_answer(self, row: ServiceRequest) -> None:
        """It has moved by itself, of which all hear as of any other move; or it still waits, and colleagues hear of the
        answer where the document says so."""
        told = self.told()
        if row.status_key == "asked":
            answered = [rule for rule in self.portal.notifications if rule.event == "changed"]
            assert told == self.staff_at_once(answered, row)
            return
        assert told.pop("carol", 0) == self.mails_at_once(row)
        assert told == self.staff_at_once(self.status(row.status_key).notify, row)

    def form(self, page: str, key: str) -> dict[str, str] | None:
        found = re.search(rf'<form[^>]*asks/{key}/" enctype[^>]*>.*?</form>', page, re.DOTALL)
        if found is None:
            return None
        return dict(re.findall(r'<input type="hidden" name="(key|since|seen|token)" value="([^"]*)"', found[0]))

    def post(self, row: ServiceRequest, ask: Any, sent: dict[str, Any]) -> Any:
        return self.carol.post(f"/requests/{row.number}/asks/{ask.key}/", sent)

    def refuses(self, row: ServiceRequest, ask: Any, form: dict[str, str]) -> None:
        """What is incomplete or spoilt changes nothing."""
        before = Rows().now()
        match ask.do:
            case "upload":
                answer = self.post(
                    row, ask, {**form, "u-files_new": SimpleUploadedFile("x.html", b"<script>1</script>")}
                )
            case "fill":
                fields = [one for one in fields_of_fill(row, ask, self.type) if one.when is None]
                if not fields or fields[0].kind.key == "file":
                    return  # a stranger's file has to be there first, and would be a change
                answer = self.post(row, ask, {**form, **self.wrong(fields[0].key)})
            case "approve":
                wanted = {"answer": "yes"} if ask.consent else {"answer": "yes", "token": "made up"}
                answer = self.post(row, ask, {**form, **wanted})
            case _:
                answer = self.post(row, ask, {**form, "since": "2020-01-01T00:00+00:00"})
        assert answer.status_code in (400, 409)
        assert Rows().now() == before

    def does(self, row: ServiceRequest, ask: Any, form: dict[str, str]) -> str:
        """Does it as its form would; what its line in the history is to be."""
        sent: dict[str, Any] = dict(form)
        kind = Kind.ANSWERED
        if ask.do == "upload":
            sent["u-files_new"] = a_pdf()
        elif ask.do == "fill":
            for one in fields_of_fill(row, ask, self.type):
                sent |= self.inputs(one.key)
        elif ask.do == "approve":
            kind = Kind.APPROVED
            sent |= {"answer": "yes", "consent": "on"}
            if ask.declined and self.data.draw(st.booleans()):
                kind = Kind.DECLINED
                sent |= {"answer": "no", "note": "Too dear"}
        answer = self.post(row, ask, sent)
        assert answer.status_code == 302, answer.content.decode()
        line = HistoryEntry.objects.get(request=row, submission_key=form["key"])
        assert (line.kind, line.data["ask"]) == (kind, ask.key)
        return str(kind)

    def stands_where_it_should(self, row: ServiceRequest, done: dict[str, str]) -> None:
        asks = [ask for ask in self.status("asked").asks if ask.key in done]
        declined = next((ask for ask in asks if done[ask.key] == Kind.DECLINED), None)
        if declined is not None:
            assert row.status_key == declined.declined
            return
        approved = next((ask.approved for ask in asks if done[ask.key] == Kind.APPROVED and ask.approved), None)
        if row.status_key != "asked":
            assert row.status_key == (approved or self.status("asked").when_done)
            return
        waiting = [ask for ask in self.asks(row) if ask.required and not self.is_done(row, ask)]
        can_go_on = approved or (self.status("asked").when_done and any(ask.required for ask in self.asks(row)))
        assert waiting or not done or not can_go_on
        # What is left waits for a document that is not there.
        assert all(getattr(ask, "documents", ()) for ask in waiting)

    def is_done(self, row: ServiceRequest, ask: Any) -> bool:
        return ask.key in row.stay.get("asks", {})

    # ---- time

    def goes_to(self, moment: Any) -> int:
        self.clock.move_to(moment)
        return self.mails()

    def waits_for_the_customer(self, row: ServiceRequest) -> None:
        """Reminders on their days, then the end; each once."""
        status, since = self.status("asked"), row.waiting_since
        assert since is not None
        local = since.astimezone(self.portal.time_zone)
        reminded = 0
        for day in sorted({rule.after_days for rule in status.remind}):
            self.goes_to(local + timedelta(days=day, minutes=1))
            rules = [rule for rule in status.remind if rule.after_days == day]
            reminded += any(holds(rule.when, row.data, "asked", self.portal.time_zone) for rule in rules)
            assert HistoryEntry.objects.filter(request=row, kind=Kind.REMINDED).count() == reminded
            assert self.fresh(row).closed_at is None
        if status.close is None:
            return
        self.goes_to(local + timedelta(days=status.close.after_days, minutes=-1))
        assert self.fresh(row).closed_at is None
        self.goes_to(local + timedelta(days=status.close.after_days + 1, minutes=1))
        row = self.fresh(row)
        assert (row.status_key, row.closed_at is not None) == ("over", True)

    def is_late(self, row: ServiceRequest) -> None:
        """Whom the rules name is told when a promise is not kept; without rules it is the document's to say."""
        status = self.status("new")
        is_promised = status.expected is not None and not status.expected.no_limit
        assert has_limit(row.due_at) is is_promised
        if not is_promised:
            return
        self.clock.move_to(row.due_at - timedelta(minutes=1))
        assert not self.told(row) and not self.late_events(row)
        self.clock.move_to(row.due_at + self.days_of_late(status) + timedelta(minutes=1))
        assert self.told(row) == self.staff_of_late(row)
        wanted = {rule.tell for rule in status.if_late if self.holds(rule, row)} if status.if_late else {""}
        assert self.late_events(row) == wanted

    def days_of_late(self, status: Any) -> timedelta:
        """How long after the due moment the last rule can tell: working days may lie a week apart, each holiday may
        fall on the only one of its week, and what is due when work ends counts from where it begins again."""
        days = max((rule.after_days for rule in status.if_late), default=0)
        holidays = self.document.get("hours", {}).get("holidays", [])
        return timedelta(weeks=1 + days + len(holidays)) if days else timedelta()

    def late_events(self, row: ServiceRequest) -> set[str]:
        told = Event.objects.filter(kind="request.late", payload__request_id=str(row.pk))
        return {
            who for payload in told.values_list("payload", flat=True) for who in (payload["tell"], *payload["also"])
        }

    def staff_of_late(self, row: ServiceRequest) -> Counter[str]:
        """Which colleagues are mailed of a promise that is not kept: whom the rules of the status name, as the document
        has it for lateness; without such rules, whom the document names, else whoever handles the request."""
        rules = [rule for rule in self.portal.notifications if rule.event == "late"]
        holding = [rule for rule in rules if self.holds(rule, row)]
        usual = {rule.who: rule.when for rule in reversed(holding)}
        if not rules:
            usual = {"handler": "now"}
        status = self.status("new")
        named = {rule.tell for rule in status.if_late if self.holds(rule, row)}
        ways = {who: usual.get(who, "now") for who in named} if status.if_late else usual
        return Counter(set().union(*(self.meant(who, row) for who, when in ways.items() if when == "now")))


@contextmanager
def taken_back() -> Iterator[None]:
    """Rows, what is remembered of them, and mails."""
    cache.clear()
    try:
        with databases.taken_back():
            yield
    finally:
        catalog.forget()
        sent_mails.outbox.clear()


@pytest.fixture
def walking(people, tenant, client_for) -> Any:
    def begin(document: dict[str, Any], data: st.DataObject) -> None:
        with taken_back(), time_machine.travel(START, tick=False) as clock:
            walk = Walk(people, tenant, client_for, clock, document, data)
            walk.refuses_what_is_wrong()
            walk.does_what_is_asked(walk.to_customer(walk.files_and_tells()))
            walk.waits_for_the_customer(walk.to_customer(walk.files_and_tells()))
            walk.is_late(walk.files_and_tells())

    return begin


@settings(QUICK, max_examples=5)
@given(document=documents(requires_kept=True), data=st.data())
def test_what_a_valid_way_asks_and_promises_is_done_and_comes(walking, document, data):
    walking(document, data)


@pytest.mark.heavy
@settings(THOROUGH, max_examples=200)
@given(document=documents(requires_kept=True), data=st.data())
def test_many_valid_ways(walking, document, data):
    walking(document, data)
