"""The portal full of canaries that a walk looks for: who planted them, and which of them whom must not reach."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.header import decode_header, make_header
from typing import Any

from django.core import mail as sent_mails

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.document import load
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
from tests.contracts.rendering import rendered
from tests.factories import make_user
from tests.service_requests.filing import file_request

STATUS_NAMES = [canaries.staff_status_name(status) for status in canaries.STATUSES]
SECRETS = [canaries.NOTE, *STATUS_NAMES]
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
# Carol's key and her record's, as addresses name them; set with the scene.
CAROL = ["", ""]


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


def plant(people: dict[str, Any], tenant: Any) -> Planted:
    scene = Scene(people, tenant)
    with rendered() as templates:
        return Planted(scene, scene.mails(), templates)


class Log(logging.Handler):
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


def leaks_in(heard: Mapping[str, str] | Iterable[tuple[str, str]], wanted: list[str]) -> dict[str, list[str]]:
    """Which of the signs stand in which answer."""
    pairs = heard.items() if isinstance(heard, Mapping) else heard
    return {asked: leaks for asked, text in pairs if (leaks := canaries.found_in(text, wanted))}
