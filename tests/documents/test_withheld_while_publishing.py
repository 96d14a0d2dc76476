"""A paper that comes in beside a version that keeps old papers of its kind hidden is an old one, or a new one."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import Decided, publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from portal_core.documents.uploads import Rules, take
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.actions import vault
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.withholding_papers import is_told_of
from tenants.context import tenant_context
from tests.databases import people_of
from tests.documents.papers import document
from tests.documents.samples import pdf, sent
from tests.service_requests.filing import file_request

KIND = "certificate"


def showing(level: str) -> dict[str, Any]:
    made = document()
    next(kind for kind in made["document_kinds"] if kind["key"] == KIND)["show"] = {"customer": level}
    return made


@pytest.mark.parametrize("holds", [False, True], ids=["without the lock", "with it"])
def test_what_is_written_beside_a_publishing_is_not_missed(race_tenant, in_threads, monkeypatch, holds):
    is_written, is_live = Event(), Event()
    tell = vault.tell

    def slowly(*args: Any, **kwargs: Any) -> HistoryEntry:
        """The paper is written and not committed yet; where publishing can, it gets through meanwhile."""
        entry = tell(*args, **kwargs)
        is_written.set()
        is_live.wait(2)
        return entry

    monkeypatch.setattr(vault, "tell", slowly)
    if not holds:
        monkeypatch.setattr(vault, "hold_live_portal", live_portal)
    with tenant_context(race_tenant):
        people = people_of(race_tenant)
        publish(actor=SYSTEM, document=load(showing("hidden")))
        row = file_request(people["carol"], "repair", what="A boiler")
        paper = vault.Paper(KIND, [take(people["bob"].pk, sent("Canarypaper.pdf", pdf()), Rules()).pk], share=True)

    def one(task: str) -> None:
        with tenant_context(race_tenant):
            if task == "add":
                bob = actor_for(people["bob"])
                vault.add_document(actor=bob, customer_id=people["carol"].pk, paper=paper, request_id=row.pk)
                return
            is_written.wait(5)
            decided = Decided(withhold=frozenset({f"document:{KIND}"}))
            publish(actor=SYSTEM, document=load(showing("see")), decided=decided)
            is_live.set()

    assert in_threads(one, ["add", "publish"], threads=2) == [None, None]
    with tenant_context(race_tenant):
        request = ServiceRequest.objects.get(pk=row.pk)
        line = HistoryEntry.objects.filter(document=Document.objects.get(kind_key=KIND), request=request).latest("at")
        carol = Viewer.of(actor_for(people["carol"]), live_portal())
        assert is_told_of(request, KIND, line.at, carol) is not holds
        assert not Document.objects.get(kind_key=KIND).is_shared
