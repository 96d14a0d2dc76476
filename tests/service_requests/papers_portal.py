"""The asking portal with kinds of documents: one that a status asks for, one for photos, one that staff add."""

from __future__ import annotations

import copy
import re
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portal_core.documents.models import Document, StoredFile
from portal_core.documents.uploads import USUAL_SIZE_MB, Rules, take
from portal_core.service_requests.actions.vault import Paper, add_document
from tests.documents.samples import pdf
from tests.factories import make_user
from tests.service_requests.asking_portal import Desk, document

KINDS: list[dict[str, Any]] = [
    {"key": "insurance", "name": {"en": "Insurance", "de": "Versicherung"}, "valid_months": 12, "reusable": True,
     "accept": ["pdf"], "max_files": 2, "max_size_mb": 1},
    {"key": "photo", "name": "Photo", "accept": ["image", "pdf"], "max_files": 3, "show": {"engineer": "hidden"}},
    {"key": "offer", "name": "Offer", "added_by": "staff", "accept": ["pdf"], "show": {"customer": "see"}},
]  # fmt: skip


def papers_document(**changes: Any) -> dict[str, Any]:
    """The asking portal, whose status "visit" asks for documents and whose "quote" names some."""
    made = copy.deepcopy(document())
    made["document_kinds"] = KINDS
    engineer = {"key": "engineer", "name": "Engineer", "based_on": "agent", "permissions": ["see", "reply"]}
    made["roles"] = [engineer]
    statuses = {status["key"]: status for status in made["flows"][0]["statuses"]}
    statuses["visit"]["asks"] = [
        {"key": "paper", "do": "upload", "document_kind": "insurance"},
        {"key": "photo", "do": "upload", "document_kind": "photo", "required": False},
    ]
    statuses["quote"]["asks"][0]["documents"] = ["offer"]
    statuses["quote"]["asks"].append(
        {"key": "terms", "do": "read", "label": "Read the offer", "documents": ["offer"], "required": False}
    )
    for key, more in changes.items():
        statuses[key].update(more)
    return made


class House(Desk):
    """The portal with its people, and a browser for each."""

    def __init__(self, people: dict[str, Any], client_for: Any) -> None:
        super().__init__(people)
        people["erin"] = make_user("erin@example.com", "Erin Engineer", "engineer", team_key="desk")
        self.publish(papers_document())
        self.client_for = client_for

    def send(self, row: Any, ask: str, *files: Any, name: str = "carol", **more: Any) -> Any:
        """Sends the form of an ask as a browser without script does."""
        data = {"key": str(uuid.uuid4()), "since": self.fresh(row).status_since.isoformat(), **more}
        if files:
            data["u-files_new"] = list(files)
        return self.client_for(self.people[name]).post(f"/requests/{row.number}/asks/{ask}/", data)

    def page(self, row: Any, name: str = "carol") -> str:
        path = f"/requests/{row.number}/" if name in ("carol", "dave") else f"/desk/requests/{row.number}/"
        answer = self.client_for(self.people[name]).get(path)
        return re.sub(r"\s+", " ", answer.content.decode())

    def offer(self, row: Any, content: bytes = b"one") -> Document:
        """Staff add an offer to the request and show it."""
        file = stored(self.people["bob"], content)
        paper = Paper("offer", [file.pk], share=True)
        return add_document(actor=self.actor("bob"), customer_id=row.customer_id, paper=paper, request_id=row.pk)


def a_pdf(name: str = "policy.pdf", extra: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(extra), "application/pdf")


def stored(owner: Any, content: bytes) -> StoredFile:
    return take(owner.pk, a_pdf("offer.pdf", content), Rules(max_files=2, max_size_mb=USUAL_SIZE_MB))
