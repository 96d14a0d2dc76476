"""A small portal with files in every place: two file fields, messages with files, document kinds of every sort."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.documents.models import Document, StoredFile
from portal_core.service_requests.models import ServiceRequest
from tests.documents.samples import sent
from tests.factories import make_user
from tests.service_requests import small_portal

KINDS = [
    {"key": "insurance", "name": "Insurance certificate", "valid_months": 12, "reusable": True, "accept": ["pdf"],
     "max_files": 2, "max_size_mb": 5},
    {"key": "photo", "name": "Photo", "accept": ["image"], "max_files": 5, "show": {"engineer": "hidden"}},
    {"key": "certificate", "name": "Gas certificate", "valid_months": 12, "added_by": "staff", "accept": ["pdf"],
     "show": {"customer": "see"}},
    {"key": "assessment", "name": "Assessment", "added_by": "staff", "show": {"customer": "hidden"}},
]  # fmt: skip
FIELDS = [
    {"key": "what", "kind": "text", "label": "What?", "required": True},
    {"key": "policy", "kind": "file", "document_kind": "insurance", "label": "Your insurance",
     "at": {"new": {"customer": "edit"}}},
    {"key": "plan", "kind": "file", "label": "A plan", "max_files": 2},
    {"key": "secret", "kind": "file", "document_kind": "assessment", "label": "Assessment",
     "show": {"customer": "hidden"}},
    {"key": "shop", "kind": "file", "label": "Shop paper", "show": {"engineer": "hidden"},
     "at": {"over": {"customer": "hidden"}}},
]  # fmt: skip


def document(**changes: Any) -> dict[str, Any]:
    """The portal's document; `changes` replace whole parts of it."""
    made = small_portal.document()
    made["document_kinds"] = copy.deepcopy(KINDS)
    for kind in made["types"]:
        kind["fields"] = copy.deepcopy(FIELDS)
    for status in made["flows"][0]["statuses"]:
        status["customer_may"] = ["message", "upload"] if status["key"] == "new" else ["message"]
    made["flows"][0]["transitions"][0].pop("must_fill")
    made.update(copy.deepcopy(changes))
    return made


class Papers:
    """The portal with its people: Alice owns, Bob works there, Erin is an engineer, Carol and Dave are customers."""

    def __init__(self, people: dict[str, Any], tenant: Any, client_for: Any) -> None:
        self.people, self.tenant, self.client_for = people, tenant, client_for
        people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer", team_key="desk")
        self.publish()
        self._clients: dict[str, Any] = {}

    def publish(self, **changes: Any) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(document(**changes)))

    def kinds(self) -> list[dict[str, Any]]:
        """The document kinds, to be changed and published again."""
        return copy.deepcopy(KINDS)

    def actor(self, name: str) -> Any:
        return actor_for(self.people[name])

    def client(self, name: str) -> Any:
        if name not in self._clients:
            self._clients[name] = self.client_for(self.people[name])
        return self._clients[name]

    def upload(self, name: str = "carol", file: Any = None, kind: str = "") -> str:
        """What script does: sends one file before its form, and gives its key."""
        answer = self.client(name).post("/files/", {"file": file or sent(), "kind": kind, "name": "f-policy"})
        assert answer.status_code == 201, answer.content.decode()
        return str(StoredFile.objects.latest("created_at").pk)

    def file(self, who: str = "carol", **fields: Any) -> ServiceRequest:
        """Files a request the way a browser does; a value may be keys, or files that come along."""
        data = {"f-what": "A boiler", "key": str(uuid.uuid4()), "do": "send", **fields}
        answer = self.client(who).post("/new/repair/", data)
        assert answer.status_code == 302, answer.content.decode()[-6000:]
        return ServiceRequest.objects.latest("created_at")

    def status_of(self, who: str, file_id: Any) -> int:
        """What fetching a file answers."""
        return self.client(who).get(f"/files/{file_id}/").status_code


def files_in(row: ServiceRequest, key: str) -> list[dict[str, Any]]:
    row.refresh_from_db()
    return row.data.get(key, [])


def only_document() -> Document:
    return Document.objects.get()


def portal_with(key: str, more: dict[str, Any]) -> list[dict[str, Any]]:
    """The request types with one field changed."""
    types = document()["types"]
    for kind in types:
        for field in kind["fields"]:
            if field["key"] == key:
                field.update(more)
    return types
