"""Tells samples: everything is done by the people's own actions, so that samples show nothing the product cannot do."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.models import User
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import FileField
from portal_core.config.document.flows import ApproveAsk, Ask, UploadAsk
from portal_core.config.live import live_portal
from portal_core.documents.kinds import kind_of, rules_of
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.documents.uploads import stored_value, take
from portal_core.history.record import JsonValue
from portal_core.messaging.actions import Message, note, reply
from portal_core.sampling import papers
from portal_core.sampling.days import dated
from portal_core.sampling.stories import KeptRecord, Step, Story, VaultPaper
from portal_core.saved_records.actions import add_record
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.actions import Move, Submission, assign, move, submit
from portal_core.service_requests.actions.answer_ask import AskAnswer, answer_ask
from portal_core.service_requests.actions.change_fields import change_fields
from portal_core.service_requests.actions.vault import (
    Paper,
    add_document,
    approve_document,
    ask_for_document,
    send_back_document,
)
from portal_core.service_requests.approvals import approval_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.taking import Given
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import uuid7

Answers: TypeAlias = Mapping[str, JsonValue]
# The clock as it stood so many days ago.
Clock: TypeAlias = Callable[[float], AbstractContextManager[None]]


@dataclass
class Teller:
    """Tells the stories of one sample. `people` by the names that the stories use; `planner` gives requests out."""

    planner: User
    people: Mapping[str, User]
    days_ago: Clock
    records: dict[str, SavedRecord] = field(default_factory=dict)

    def keep(self, record: KeptRecord) -> None:
        """Adds one of a customer's saved details; by somebody of the staff where the sample says so."""
        customer = self.people[record["customer"]]
        who = self.people[record.get("by", record["customer"])]
        new = NewRecord(uuid7(), record["kind"], customer.pk, _dated(record["answers"]))
        self.records[record["key"]] = add_record(actor=actor_for(who), record=new)

    def file(self, paper: VaultPaper) -> None:
        """Puts a document into a customer's vault, or asks for it."""
        with self.days_ago(paper.get("days_ago", 0)):
            self._file(paper)

    def tell(self, story: Story) -> ServiceRequest:
        """Files one request and takes it through its steps."""
        customer = self.people[story["customer"]]
        request_type = live_portal().type(story["type"])
        with self.days_ago(story.get("days_ago", 0)):
            answers = self._answers(story.get("answers", {}), request_type, customer)
            submission = Submission(story["type"], answers, uuid7(), customer.pk)
            request = submit(actor=actor_for(customer), submission=submission)
        for step in story.get("steps", []):
            with self.days_ago(step.get("days_ago", 0)):
                self._take(step, request, request_type)
        return request

    def _file(self, paper: VaultPaper) -> None:
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

    def _take(self, step: Step, request: ServiceRequest, request_type: CompiledType) -> None:
        who = self.people[step["who"]]
        actor, text = actor_for(who), step.get("text", "")
        request.refresh_from_db()
        match step["do"]:
            case "reply":
                reply(actor=actor, request_id=request.pk, message=Message(text, uuid7()))
            case "note":
                note(actor=actor, request_id=request.pk, message=Message(text, uuid7()))
            case "fill":
                answers = self._answers(step["answers"], request_type, who)
                seen = {key: request.data.get(key) for key in answers}
                change_fields(actor=actor, request_id=request.pk, answers=answers, seen=seen)
            case "give":
                assign(actor=actor_for(self.planner), request_id=request.pk, assignee_id=who.pk)
            case "done" | "no" | "send" | "use":
                self._answer(step, request, who)
            case "approve":
                approve_document(actor=actor, document_id=_newest(request, step["kind"]).pk)
            case "send_back":
                send_back_document(actor=actor, document_id=_newest(request, step["kind"]).pk, reason=text)
            case status:
                answers = self._answers(step.get("answers", {}), request_type, who)
                wanted = Move(to=status, seen_status=request.status_key, reason=text, answers=answers)
                move(actor=actor, request_id=request.pk, move=wanted)

    def _answer(self, step: Step, request: ServiceRequest, who: User) -> None:
        """Does what is asked: fills in, sends, reads, approves; or declines."""
        portal = live_portal()
        request_type = portal.type(request.type_key)
        asks = request_type.flow.status(request.status_key).asks
        ask = next(each for each in asks if each.key == step["ask"])
        answers = self._answers(step.get("answers", {}), request_type, who)
        answer = AskAnswer(
            ask.key,
            uuid7(),
            seen_since=request.status_since,
            answers=answers,
            seen={key: request.data.get(key) for key in answers},
            is_yes=step["do"] != "no",
            token=_token(ask, request, actor_for(who)),
            note=step.get("text", ""),
            given=_given(step, ask, request, who),
        )
        answer_ask(actor=actor_for(who), request_id=request.pk, answer=answer)

    def _answers(self, answers: Answers, request_type: CompiledType, who: User) -> dict[str, JsonValue]:
        return {key: self._value(value, request_type.field(key), who) for key, value in _dated(answers).items()}

    def _value(self, value: JsonValue, item: CompiledField, who: User) -> JsonValue:
        if isinstance(item.config, FileField):
            return _all_taken(value, item.config.document_kind, who)
        if isinstance(value, dict) and "record" in value:
            record = self.records[str(value["record"])]
            return {"id": str(record.pk), "title": record.title}
        return value


def _token(ask: Ask, request: ServiceRequest, actor: Actor) -> str:
    if not isinstance(ask, ApproveAsk):
        return ""
    portal = live_portal()
    return approval_of(request, ask, Viewer.of(actor, portal), portal).token


def _given(step: Step, ask: Ask, request: ServiceRequest, who: User) -> Given:
    """The files that answer an ask for a document: new ones, or those of the newest of its kind on file."""
    if not isinstance(ask, UploadAsk):
        return Given()
    if step["do"] == "use":
        on_file = Document.objects.filter(customer=request.customer_id, state=DocumentState.ON_FILE)
        newest = on_file.filter(kind_key=ask.document_kind).order_by("-pk")[:1]
        files = StoredFile.objects.filter(document__in=newest.values("pk"))
        return Given(list(files.order_by("pk").values_list("pk", flat=True)))
    taken = _all_taken(step["papers"], ask.document_kind, who)
    return Given([uuid.UUID(str(file["id"])) for file in taken if isinstance(file, dict)])


def _newest(request: ServiceRequest, kind_key: str) -> Document:
    found = Document.objects.filter(request=request, kind_key=kind_key, state=DocumentState.ON_FILE)
    return found.order_by("-pk")[:1].get()


def _all_taken(value: JsonValue, kind_key: str | None, who: User) -> list[JsonValue]:
    files = value["files"] if isinstance(value, dict) and "files" in value else [value]
    wanted = files if isinstance(files, list) else []
    return [_taken(paper, kind_key, who) for paper in wanted if isinstance(paper, dict)]


def _taken(paper: Mapping[str, JsonValue], kind_key: str | None, who: User) -> dict[str, JsonValue]:
    """A file that this person sends, as answers keep it."""
    title, lines = str(paper.get("pdf") or paper.get("photo")), paper.get("lines")
    is_pdf, written = "pdf" in paper, lines if isinstance(lines, list) else []
    content = papers.pdf(title, [str(line) for line in written]) if is_pdf else papers.photo(title)
    sent = SimpleUploadedFile(f"{title}.{'pdf' if is_pdf else 'jpg'}", content)
    return dict(stored_value(take(who.pk, sent, rules_of(kind_of(live_portal(), kind_key)))))


def _dated(answers: Answers) -> dict[str, JsonValue]:
    return dated(answers, timezone.localdate(), live_portal())
