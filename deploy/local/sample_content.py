"""What stands in the sample portals: people, saved details, requests and papers, made through everybody's own actions.

Nothing is written past the actions, so the samples cannot show anything that the product does not do. The content of
each is a JSON file. `days_ago` says when something happened, counted from the day of the start: for as long as it is
written, the clock is turned back. Values: `{"in_days": 3}` is a date, `{"pdf": "Title", "lines": […]}` and
`{"photo": "Caption"}` are files, several in `{"files": […]}`; `{"record": "KEY"}` is a saved detail of the customer's.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NotRequired, TypedDict
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from deploy.local import sample_papers
from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.compiled import CompiledField, CompiledType
from portal_core.config.document.fields import FileField
from portal_core.config.document.flows import ApproveAsk
from portal_core.config.live import live_portal
from portal_core.config.starters import starter
from portal_core.documents.kinds import kind_of, rules_of
from portal_core.documents.uploads import stored_value, take
from portal_core.history.record import JsonValue
from portal_core.messaging.actions import Message, note, reply
from portal_core.saved_records.actions import add_record
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.actions import Move, Submission, assign, move, submit
from portal_core.service_requests.actions.answer_ask import AskAnswer, answer_ask
from portal_core.service_requests.actions.vault import (
    Paper,
    add_document,
    approve_document,
    ask_for_document,
    send_back_document,
)
from portal_core.service_requests.approvals import approval_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import uuid7

_FOLDER = Path(__file__).parent
Answers = Mapping[str, JsonValue]


class _Step(TypedDict, total=False):
    """One thing that happens: `do` is reply, note, give, done or no (of an ask), or the status it is moved to."""

    do: str
    who: str
    text: str
    ask: str
    answers: dict[str, JsonValue]
    days_ago: float


class _Story(TypedDict, total=False):
    """One request from its form to where it stands."""

    customer: str
    type: str
    answers: dict[str, JsonValue]
    days_ago: float
    steps: list[_Step]


class _Record(TypedDict):
    """One of a customer's saved details; `key` names it in this file alone, `by` is who added it: they, or staff."""

    key: str
    customer: str
    kind: str
    answers: dict[str, JsonValue]
    by: NotRequired[str]


class _Paper(TypedDict, total=False):
    """One document in a customer's vault; `then` is approved or sent_back, by `by`. Without `paper` it is asked for."""

    customer: str
    who: str
    kind: str
    title: str
    paper: dict[str, JsonValue]
    valid_in_days: int
    due_in_days: int
    then: str
    by: str
    text: str
    days_ago: float


def fill(owner_email: str, name: str) -> None:
    """Turns the fresh tenant at hand into the sample of that name: configuration, people, details, requests."""
    content = json.loads((_FOLDER / f"sample_{name}.json").read_text(encoding="utf-8"))
    owner = User.objects.get(email=owner_email)
    owner.name = content["owner"]
    owner.save(update_fields=["name"])
    publish(actor=actor_for(owner), document=starter(name), note=content["note"])
    for person in content["staff"]:
        User.objects.create_user(person["email"], name=person["name"], role=person["role"], team_key=person["team"])
    for person in content["customers"]:
        phone = person.get("phone", "")
        User.objects.create_user(person["email"], name=person["name"], role="customer", phone=phone)
    teller = _Teller(owner, {user.email: user for user in User.objects.all()})
    for record in content.get("records", []):
        teller.keep(record)
    for story in content["requests"]:
        teller.tell(story)
    for paper in content.get("documents", []):
        with _days_ago(paper["days_ago"]):
            teller.file(paper)


@dataclass
class _Teller:
    """Tells the stories of one sample."""

    owner: User
    people: Mapping[str, User]
    records: dict[str, SavedRecord] = field(default_factory=dict)

    def keep(self, record: _Record) -> None:
        """Adds one of a customer's saved details; by somebody of the staff where the sample says so."""
        customer = self.people[record["customer"]]
        who = self.people[record.get("by", record["customer"])]
        new = NewRecord(uuid7(), record["kind"], customer.pk, _dated(record["answers"]))
        self.records[record["key"]] = add_record(actor=actor_for(who), record=new)

    def file(self, paper: _Paper) -> None:
        """Puts a document into a customer's vault, or asks for it."""
        who, customer, today = self.people[paper["who"]], self.people[paper["customer"]], timezone.localdate()
        if "paper" not in paper:
            due_on = today + timedelta(days=paper["due_in_days"])
            ask_for_document(
                actor=actor_for(who), customer_id=customer.pk, kind_key=paper["kind"], note=paper["text"], due_on=due_on
            )
            return
        until = today + timedelta(days=paper["valid_in_days"]) if "valid_in_days" in paper else None
        taken = _taken(paper["paper"], paper["kind"], who)
        new = Paper(paper["kind"], [uuid.UUID(str(taken["id"]))], paper.get("title", ""), until, share=True)
        document = add_document(actor=actor_for(who), customer_id=customer.pk, paper=new)
        if paper.get("then") == "approved":
            approve_document(actor=actor_for(self.people[paper["by"]]), document_id=document.pk)
        elif paper.get("then") == "sent_back":
            actor = actor_for(self.people[paper["by"]])
            send_back_document(actor=actor, document_id=document.pk, reason=paper["text"])

    def tell(self, story: _Story) -> None:
        """Files one request and takes it through its steps."""
        customer = self.people[story["customer"]]
        request_type = live_portal().type(story["type"])
        with _days_ago(story.get("days_ago", 0)):
            answers = self._answers(story["answers"], request_type, customer)
            submission = Submission(story["type"], answers, uuid7(), customer.pk)
            request = submit(actor=actor_for(customer), submission=submission)
        for step in story.get("steps", []):
            with _days_ago(step.get("days_ago", 0)):
                self._take(step, request, request_type)

    def _take(self, step: _Step, request: ServiceRequest, request_type: CompiledType) -> None:
        who = self.people[step["who"]]
        text = step.get("text", "")
        request.refresh_from_db()
        answers = self._answers(step.get("answers", {}), request_type, who)
        match step["do"]:
            case "reply":
                reply(actor=actor_for(who), request_id=request.pk, message=Message(text, uuid7()))
            case "note":
                note(actor=actor_for(who), request_id=request.pk, message=Message(text, uuid7()))
            case "give":
                assign(actor=actor_for(self.owner), request_id=request.pk, assignee_id=who.pk)
            case "done" | "no":
                self._answer(step, request, who, answers)
            case status:
                wanted = Move(to=status, seen_status=request.status_key, reason=text, answers=answers)
                move(actor=actor_for(who), request_id=request.pk, move=wanted)

    def _answer(self, step: _Step, request: ServiceRequest, who: User, answers: Answers) -> None:
        """Does what is asked: fills in, reads, approves; or declines."""
        actor, portal = actor_for(who), live_portal()
        asks = portal.type(request.type_key).flow.status(request.status_key).asks
        ask = next(each for each in asks if each.key == step["ask"])
        viewer = Viewer.of(actor, portal)
        answer = AskAnswer(
            ask.key,
            uuid7(),
            seen_since=request.status_since,
            answers=answers,
            seen={key: request.data.get(key) for key in answers},
            is_yes=step["do"] == "done",
            token=approval_of(request, ask, viewer, portal).token if isinstance(ask, ApproveAsk) else "",
            note=step.get("text", ""),
        )
        answer_ask(actor=actor, request_id=request.pk, answer=answer)

    def _answers(self, answers: Answers, request_type: CompiledType, who: User) -> dict[str, JsonValue]:
        return {key: self._value(value, request_type.field(key), who) for key, value in _dated(answers).items()}

    def _value(self, value: JsonValue, item: CompiledField, who: User) -> JsonValue:
        if isinstance(item.config, FileField):
            files = value["files"] if isinstance(value, dict) and "files" in value else [value]
            papers = files if isinstance(files, list) else []
            return [_taken(paper, item.config.document_kind, who) for paper in papers if isinstance(paper, dict)]
        if isinstance(value, dict) and "record" in value:
            record = self.records[str(value["record"])]
            return {"id": str(record.pk), "title": record.title}
        return value


def _taken(paper: Mapping[str, Any], kind_key: str | None, who: User) -> dict[str, JsonValue]:
    """A file that this person sends, as answers keep it. `Any`: as the sample's file writes it."""
    title = str(paper.get("pdf") or paper.get("photo"))
    is_pdf = "pdf" in paper
    content = sample_papers.pdf(title, paper.get("lines", [])) if is_pdf else sample_papers.photo(title)
    sent = SimpleUploadedFile(f"{title}.{'pdf' if is_pdf else 'jpg'}", content)
    return dict(stored_value(take(who.pk, sent, rules_of(kind_of(live_portal(), kind_key)))))


def _dated(answers: Answers) -> dict[str, JsonValue]:
    today = timezone.localdate()
    return {
        key: (today + timedelta(days=int(str(value["in_days"])))).isoformat()
        if isinstance(value, dict) and "in_days" in value
        else value
        for key, value in answers.items()
    }


@contextmanager
def _days_ago(days: float) -> Iterator[None]:
    """The clock as it stood so many days ago; actions take their time from it."""
    moment = _working_moment(timezone.now(), days)
    with mock.patch.object(timezone, "now", lambda: moment):
        yield


def _working_moment(now: datetime, days: float) -> datetime:
    """A moment when people work, by the portal's clock: whole days count back, the fraction says how early that day.

    What happened later has fewer `days` and stays later here: 1.0 is the end of yesterday's work, 0.5 lies between that
    and now; weekends move to the evening of the Friday before.
    """
    zone = live_portal().time_zone

    def at(day: date, hours: float) -> datetime:
        return datetime.combine(day, time(), zone) + timedelta(hours=hours)

    today = now.astimezone(zone).date()
    whole, fraction = int(days), days % 1
    if whole == 0:
        evening = _working_moment(now, 1)
        return evening + (now - evening) * (1 - days)
    day = today - timedelta(days=whole)
    weekend = max(0, day.weekday() - 4)
    if weekend:
        return at(day - timedelta(days=weekend), 16 + weekend + (1 - fraction) * 0.9)
    return at(day, 9 + (1 - fraction) * 7.9)
