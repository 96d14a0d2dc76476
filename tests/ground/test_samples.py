"""The sample portals are made by the product's own actions, stand in every status, and look alive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from deploy.local import sample_content
from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.document.flows import UploadAsk
from portal_core.config.live import live_portal
from portal_core.documents.checking import check
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.history.models import HistoryEntry, Kind
from portal_core.sampling import papers
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.uploading import offers_for
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.context import tenant_context
from tests import databases
from tests.factories import make_user

OWNERS = {"nordwarm": "priya.nair@example.com", "ledger": "dev.patel@example.com"}


@pytest.fixture(scope="module", params=list(OWNERS))
def name(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A sample portal, made in alpha once for the tests that look at it."""
    with databases.around_tests(django_db_blocker):
        with django_db_blocker.unblock(), tenant_context(databases.by_slug("alpha")):
            make_user(OWNERS[request.param], role="owner")
            sample_content.fill(OWNERS[request.param], request.param)
        yield request.param


def test_there_is_a_request_in_every_status_of_every_flow(tenant: Any, people: dict[str, User], name: str) -> None:
    portal = live_portal()
    standing = {
        (portal.type(row.type_key).flow.key, row.status_key) for row in ServiceRequest.objects.filter(version_number=2)
    }
    wanted = {(flow.key, status.key) for flow in portal.flows.values() for status in flow.statuses}
    assert wanted - standing == set()


def test_each_sample_has_people_of_all_sorts_and_requests_of_every_type(
    tenant: Any, people: dict[str, User], name: str
) -> None:
    before = {person.pk for person in people.values()}
    portal = live_portal()
    # The portal's first customer, whom sign-up makes up, was there before, too.
    made = list(User.objects.exclude(pk__in=before).exclude(is_sample=True))
    assert all(person.name for person in made)
    bases = {portal.role(person.role).base if portal.role(person.role) else person.role for person in made}
    assert bases == {"owner", "manager", "agent", "customer"}
    customers = {person.pk for person in made if person.role == "customer"}
    assert len(customers) >= 5
    rows = ServiceRequest.objects.filter(version_number=2)
    assert {row.customer_id for row in rows} == customers
    assert {row.type_key for row in rows} == {kind.key for kind in portal.types}
    assert rows.filter(assignee=None).exists() and rows.exclude(assignee=None).exists()


def test_each_sample_has_documents_in_every_state_and_what_people_wrote(
    tenant: Any, people: dict[str, User], name: str
) -> None:
    assert StoredFile.objects.exclude(attached_at=None).count() >= 10
    assert not StoredFile.objects.filter(attached_at=None).exists()
    states = set(Document.objects.values_list("state", flat=True))
    assert states >= {DocumentState.ASKED, DocumentState.ON_FILE, DocumentState.SENT_BACK}
    on_file = Document.objects.filter(state=DocumentState.ON_FILE)
    assert on_file.filter(from_staff=True, is_shared=True).exists() and on_file.filter(from_staff=False).exists()
    assert on_file.filter(approved_at=None).exists() and on_file.exclude(approved_at=None).exists()
    assert on_file.exclude(valid_until=None).exists()
    # In the vault alone, and with a request.
    assert on_file.filter(request=None).exists() and on_file.exclude(request=None).exists()
    kinds = set(HistoryEntry.objects.values_list("kind", flat=True))
    assert kinds >= {Kind.REPLIED, Kind.NOTED, Kind.APPROVED, Kind.ANSWERED, Kind.ASSIGNED}
    entries = HistoryEntry.objects.exclude(request=None).order_by("request_id", "id")
    moments = [(entry.request_id, entry.at) for entry in entries]
    assert moments == sorted(moments)
    # What happened in several requests is read in the order of time, too; so are documents.
    for told in (
        HistoryEntry.objects.order_by("id").values_list("at"),
        Document.objects.order_by("id").values_list("created_at"),
    ):
        assert list(told) == sorted(told)


def test_each_sample_has_records_of_every_kind_with_requests_about_them(
    tenant: Any, people: dict[str, User], name: str
) -> None:
    portal = live_portal()
    kept = list(SavedRecord.objects.all())
    assert {record.kind_key for record in kept} == set(portal.record_kinds)
    assert all(record.title for record in kept)
    answers = [str(data) for data in ServiceRequest.objects.values_list("data", flat=True)]
    asked_about = {record.kind_key for record in kept if any(str(record.pk) in answer for answer in answers)}
    assert asked_about == set(portal.record_kinds)
    titles = {record.title for record in kept}
    assert {"nordwarm": "Ventra Eco 24", "ledger": "Okafor Joinery Ltd"}[name] in " ".join(titles)


def test_what_statuses_ask_for_stands_in_every_state(tenant: Any, people: dict[str, User], name: str) -> None:
    """Asked, sent and waiting at the desk, sent back and asked again, approved; and on file to be used again."""
    portal = live_portal()
    rows = ServiceRequest.objects.filter(turn="customer", closed_at=None).select_related("customer")
    asked = {}
    for row in rows:
        seen = visible(row, Viewer.of(actor_for(row.customer), portal), portal=portal)
        asked[row.number] = [ask for ask in seen.asks.all if ask.icon == "upload"]
    required = [ask for asks in asked.values() for ask in asks if ask.is_required]
    assert any(ask.sent_back for ask in required)
    assert any(not ask.sent_back and not ask.is_done for ask in required)
    sent = Document.objects.exclude(request=None).filter(from_staff=False, state=DocumentState.ON_FILE)
    assert sent.filter(approved_at=None).exists()
    if name == "ledger":
        assert any(ask.is_done for ask in required)
        assert sent.exclude(approved_at=None).exists()
        assert _offered_to("ife.okafor@example.com") == {"identity"}


def _offered_to(email: str) -> set[str]:
    """The kinds of which something on file is offered to this customer where a request asks for it."""
    portal, found = live_portal(), set()
    for row in ServiceRequest.objects.filter(customer__email=email, turn="customer").select_related("customer"):
        asks = portal.type(row.type_key).flow.status(row.status_key).asks
        uploads = [ask for ask in asks if isinstance(ask, UploadAsk)]
        found |= set(offers_for(row, uploads, Viewer.of(actor_for(row.customer), portal), portal))
    return found


@pytest.mark.parametrize("name", ["ledger"], indirect=True)
def test_samples_are_as_old_as_they_say_from_today(tenant: Any, people: dict[str, User], name: str) -> None:
    now = timezone.now()
    rows = ServiceRequest.objects.filter(type_key="vat-return")
    assert min(now - row.created_at for row in rows) > timedelta(days=7)
    assert max(row.created_at for row in ServiceRequest.objects.all()) > now - timedelta(days=1)


def test_papers_made_in_code_pass_the_checks_of_uploads() -> None:
    import io

    paper = papers.pdf("Café (draft)", ["£1,200 – paid", "two"])
    photo = papers.photo("Stock list")
    assert check.check_file(io.BytesIO(paper), "a.pdf", frozenset({"pdf"})).mime == "application/pdf"
    assert check.check_file(io.BytesIO(photo), "a.jpg", frozenset({"jpg"})).mime == "image/jpeg"
    assert (len(paper) < 3_000, len(photo) < 40_000) == (True, True)


def test_the_clock_of_samples_goes_forward_and_keeps_to_working_days(tenant: Any) -> None:
    for now in (datetime(2026, 11, 26, 7, tzinfo=UTC), datetime(2026, 11, 29, 22, tzinfo=UTC)):
        moments = [sample_content._working_moment(now, hundredths / 100) for hundredths in range(1_500, -1, -1)]
        assert moments == sorted(moments)
        assert moments[-1] == now
        assert {moment.weekday() for moment in moments[:-100]} <= {0, 1, 2, 3, 4}
        assert all(8 <= moment.hour <= 19 for moment in moments[:-100])
