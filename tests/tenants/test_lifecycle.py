"""Suspended: one plain page, nothing sent, nothing lost; resumed: as before, and nobody lost days meanwhile."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from io import StringIO

import pytest
from django.core import mail as sent_mails
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.live import live_portal
from tenants import catalog, cleaning, lifecycle, middleware, registry
from tenants.context import current_schema, public_context, tenant_context
from tenants.errors import AlreadySo, ChangedMeanwhile, ReasonMissing, TenantGone
from tenants.models import Tenant, TenantChange
from tenants.outbox import emit, queue_mail
from tenants.outbox.drain import Ended, drain
from tenants.outbox.inspection import Outbox, outbox_of
from tenants.outbox.models import Event, Mail
from tenants.outbox.purge import purge
from tenants.outbox.sweep import sweep
from tenants.snapshot import TenantSnapshot
from tests.factories import make_user
from tests.outbox.helpers import a_mail

OPS = "ops@example.com"


def suspended(tenant, reason="Unpaid since March"):
    lifecycle.suspend(tenant.slug, reason=reason, by=OPS)


def something_due(tenant):
    with tenant_context(tenant), transaction.atomic():
        emit("test.x", {})
        queue_mail(a_mail())


def changes(slug):
    with public_context():
        return list(TenantChange.objects.filter(tenant__slug=slug).order_by("at").values_list("what", "reason", "by"))


def test_a_suspended_portal_serves_one_plain_page_whatever_is_asked(race_tenant):
    suspended(race_tenant)
    host = race_tenant.primary_domain
    for path in ("/", "/signin/", "/desk/", "/g/whatever/", "/brand/x.css", "/files/1/"):
        for answer in (Client(headers={"host": host}).get(path), Client(headers={"host": host}).post(path)):
            assert answer.status_code == 503
            assert "Closed for the moment" in answer.content.decode()
            assert race_tenant.name not in answer.content.decode()
            assert answer["Retry-After"] == "3600"
            assert not answer.cookies


def says_how_it_is_reached(tenant):
    """What a real business writes into its document; one of it is hostile."""
    with tenant_context(tenant):
        document = canonical(live_portal().document)
        imprint = {"en": "Alpha Ltd <script>\n2 Dock Street\n0131 496 0142", "de": "Alpha GmbH\n0131 496 0142"}
        document["portal"] |= {"languages": ["en", "de"], "imprint": imprint, "emergency": "Gas? Call 0131 496 0999."}
        publish(actor=SYSTEM, document=document)


def test_the_plain_page_says_how_the_business_is_reached_in_the_readers_language(race_tenant, monkeypatch):
    says_how_it_is_reached(race_tenant)
    suspended(race_tenant)
    client = Client(headers={"host": race_tenant.primary_domain})
    page = client.get("/").content.decode()
    for words in ("Alpha Ltd &lt;script&gt;", "2 Dock Street", 'href="tel:01314960142"', 'href="tel:01314960999"'):
        assert words in page
    german = client.get("/", headers={"accept-language": "de"}).content.decode()
    assert "Alpha GmbH" in german and "Dock Street" not in german
    # A schema that this code does not know is not read.
    monkeypatch.setattr(middleware, "is_ready", lambda tenant: False)
    answer = client.get("/")
    assert answer.status_code == 503 and "Dock Street" not in answer.content.decode()


def told(address):
    with public_context():
        return list(Mail.objects.filter(to_address=address).order_by("id").values_list("subject", "text"))


@pytest.fixture(autouse=True)
def no_mail_stays(request):
    """The mails of public are committed, and belong to no tenant that is dropped."""
    yield
    if "race_tenant" in request.fixturenames:
        with request.getfixturevalue("django_db_blocker").unblock(), public_context():
            Mail.objects.all().delete()


def test_its_owners_are_told_once_each_time_by_the_platform(race_tenant):
    with tenant_context(race_tenant):
        alice = User.objects.get(role="owner")
        make_user("anna@example.com", "Anna", role="owner", language="de")
        make_user("gone@example.com", role="owner", is_active=False)
    suspended(race_tenant, "Unpaid since March")
    with pytest.raises(AlreadySo):
        suspended(race_tenant)
    ((subject, text),) = told(alice.email)
    assert subject.endswith("is closed for the moment") and race_tenant.primary_domain in text
    # Why is between operators.
    assert "Unpaid" not in text and "ist vorübergehend geschlossen" in told("anna@example.com")[0][0]
    drain("public")
    assert {parseaddr(mail.to[0])[1] for mail in sent_mails.outbox} == {alice.email, "anna@example.com"}
    lifecycle.resume(race_tenant.slug, by=OPS, reason="Paid")
    with pytest.raises(AlreadySo):
        lifecycle.resume(race_tenant.slug, by=OPS)
    subject, text = told(alice.email)[1]
    assert subject.endswith("is open again") and "/desk/" in text and "Paid" not in text
    assert len(told(alice.email)) == len(told("anna@example.com")) == 2
    assert told("gone@example.com") == told("bob@example.com") == []


def test_a_suspension_that_fails_tells_nobody(race_tenant, monkeypatch):
    def broken(*args, **more):
        raise RuntimeError

    monkeypatch.setattr(lifecycle, "tell_suspended", broken)
    with pytest.raises(RuntimeError):
        suspended(race_tenant)
    assert catalog.by_slug(race_tenant.slug).is_active and changes(race_tenant.slug) == []


def test_with_a_schema_behind_nobody_is_asked_for_and_it_closes_all_the_same(race_tenant, monkeypatch):
    monkeypatch.setattr(lifecycle, "is_ready", lambda tenant: False)
    with tenant_context(race_tenant):
        address = User.objects.get(role="owner").email
    suspended(race_tenant)
    assert not catalog.by_slug(race_tenant.slug).is_active and told(address) == []


def test_with_the_guard_off_a_suspended_tenant_would_go_on_sending(race_tenant, monkeypatch):
    something_due(race_tenant)
    suspended(race_tenant)
    monkeypatch.setattr(TenantSnapshot, "is_active", True)
    drain(race_tenant.schema_name)
    assert len(sent_mails.outbox) == 1


def test_a_suspended_tenant_sends_and_handles_nothing_and_nothing_of_it_is_lost(race_tenant):
    something_due(race_tenant)
    suspended(race_tenant)
    assert race_tenant.schema_name not in sweep()
    assert drain(race_tenant.schema_name) is Ended.EMPTY
    assert sent_mails.outbox == []
    with tenant_context(race_tenant):
        assert Event.objects.filter(done_at=None).count() == Mail.objects.filter(sent_at=None).count() == 1

    lifecycle.resume(race_tenant.slug, by=OPS)
    assert race_tenant.schema_name in sweep()
    drain(race_tenant.schema_name)
    assert len(sent_mails.outbox) == 1


def test_nothing_of_a_suspended_tenant_is_cleaned_away(race_tenant, monkeypatch):
    seen = []
    monkeypatch.setattr(registry, "_cleaners", [lambda: seen.append(current_schema())])
    suspended(race_tenant)
    cleaning.clean_tick()
    assert "public" in seen and race_tenant.schema_name not in seen
    lifecycle.resume(race_tenant.slug, by=OPS)
    cleaning.clean_tick()
    assert race_tenant.schema_name in seen


def test_what_a_suspended_tenant_has_sent_is_not_purged(race_tenant):
    with tenant_context(race_tenant):
        Event.objects.create(kind="test.x", done_at=timezone.now() - timedelta(days=40))
    suspended(race_tenant)
    purge()
    with tenant_context(race_tenant):
        assert Event.objects.count() == 1
    lifecycle.resume(race_tenant.slug, by=OPS)
    purge()
    with tenant_context(race_tenant):
        assert not Event.objects.exists()


def test_every_change_stays_with_its_reason_and_whoever_made_it(race_tenant):
    suspended(race_tenant, "  Unpaid\nsince  March ")
    lifecycle.resume(race_tenant.slug, by="night@example.com", reason="Paid")
    assert changes(race_tenant.slug) == [
        ("suspended", "Unpaid since March", OPS),
        ("resumed", "Paid", "night@example.com"),
    ]
    assert catalog.by_slug(race_tenant.slug).is_active


def test_without_a_reason_twice_or_for_nobody_nothing_changes(race_tenant):
    with pytest.raises(ReasonMissing):
        suspended(race_tenant, " \n ")
    with pytest.raises(AlreadySo):
        lifecycle.resume(race_tenant.slug, by=OPS)
    with pytest.raises(TenantGone):
        lifecycle.suspend("nobody", reason="x", by=OPS)
    with pytest.raises(TenantGone):
        lifecycle.resume("nobody", by=OPS)
    assert changes(race_tenant.slug) == []
    suspended(race_tenant)
    with pytest.raises(AlreadySo):
        suspended(race_tenant, "Another")
    assert [what for what, _, _ in changes(race_tenant.slug)] == ["suspended"]


@pytest.fixture
def suspended_again_meanwhile(monkeypatch):
    """While a tenant is being resumed, somebody else resumes it, and a third person suspends it anew."""

    def use(tenant):
        def meddle(_closed_since):
            monkeypatch.setattr(registry, "_resume_hooks", [])
            lifecycle.resume(tenant.slug, by="b@example.com")
            lifecycle.suspend(tenant.slug, reason="Abuse", by="c@example.com")

        monkeypatch.setattr(registry, "_resume_hooks", [meddle])

    return use


def test_resuming_does_not_undo_a_later_suspension(race_tenant, suspended_again_meanwhile):
    suspended(race_tenant)
    suspended_again_meanwhile(race_tenant)
    with pytest.raises(ChangedMeanwhile):
        lifecycle.resume(race_tenant.slug, by=OPS)
    assert not catalog.by_slug(race_tenant.slug).is_active
    assert [what for what, _, _ in changes(race_tenant.slug)] == ["suspended", "resumed", "suspended"]
    lifecycle.resume(race_tenant.slug, by=OPS)
    assert catalog.by_slug(race_tenant.slug).is_active


def test_the_command_says_that_somebody_was_there_meanwhile(race_tenant, suspended_again_meanwhile):
    suspended(race_tenant)
    suspended_again_meanwhile(race_tenant)
    with pytest.raises(CommandError, match="Somebody else has suspended it anew meanwhile"):
        call_command("resume_tenant", race_tenant.slug)


def test_the_commands_say_what_they_did_and_who(race_tenant, monkeypatch):
    monkeypatch.setenv("LOGNAME", "erik")

    def said(*words):
        output = StringIO()
        call_command(*words, stdout=output)
        return output.getvalue()

    slug = race_tenant.slug
    assert said("suspend_tenant", slug, "--reason", "Abuse") == f"{slug} is suspended; its mails wait.\n"
    with public_context():
        assert Tenant.objects.get(slug=slug).status == "suspended"
    assert said("resume_tenant", slug) == f"{slug} is open again; what waited goes out.\n"
    assert changes(slug) == [("suspended", "Abuse", "erik (shell)"), ("resumed", "", "erik (shell)")]
    for words, code in (
        (("suspend_tenant", "nobody", "--reason", "x"), 2),
        (("suspend_tenant", slug, "--reason", " "), 2),
        (("resume_tenant", "nobody"), 2),
        (("resume_tenant", slug), 1),
    ):
        with pytest.raises(CommandError) as refused:
            said(*words)
        assert refused.value.returncode == code
    assert len(changes(slug)) == 2


def test_operators_see_what_waits_and_what_fails_and_not_what_it_says(race_tenant):
    with tenant_context(race_tenant), transaction.atomic():
        queue_mail(a_mail())
        stuck = Event.objects.create(kind="test.x", attempts=5, last_error="KeyError: 'carol@example.com'")
        Event.objects.create(kind="test.y", attempts=2, last_error="KeyError: 1")
    seen = outbox_of(race_tenant.schema_name)
    assert (seen.waiting_mails, seen.last_sent_at) == (1, None)
    assert [(each.kind, each.attempts, each.error) for each in seen.stuck] == [("test.x", 5, "KeyError")]
    assert seen.stuck[0].since == stuck.created_at
    assert outbox_of("t_gone") == Outbox()
