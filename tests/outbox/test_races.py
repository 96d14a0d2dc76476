"""Two workers at one outbox: every mail once. With the guards off, the same test sees doubles."""

import threading
import time
from collections import Counter

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from tenants.context import tenant_context
from tenants.outbox import emit, lease, queue_mail, subscribers
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.outbox.helpers import a_mail

MAILS = 40


class Slow(BaseEmailBackend):
    """Takes its time, so that two workers meet."""

    taken: Counter = Counter()
    lock = threading.Lock()
    busy = 0
    most_busy = 0

    def open(self):
        return True

    def send_messages(self, messages):
        with Slow.lock:
            Slow.busy += 1
            Slow.most_busy = max(Slow.most_busy, Slow.busy)
        time.sleep(0.005)
        with Slow.lock:
            Slow.busy -= 1
            for message in messages:
                Slow.taken[message.to[0]] += 1
        return len(messages)


@pytest.fixture(autouse=True)
def _slow(settings):
    settings.EMAIL_BACKEND = "tests.outbox.test_races.Slow"
    Slow.taken = Counter()
    Slow.most_busy = 0


def fill(tenant):
    with tenant_context(tenant), transaction.atomic():
        for number in range(MAILS):
            queue_mail(a_mail(number))


def test_eight_drains_at_once_send_each_mail_once(race_tenant, in_threads):
    fill(race_tenant)
    results = in_threads(drain, [race_tenant.schema_name] * 8, threads=8)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(Slow.taken) == MAILS
    assert set(Slow.taken.values()) == {1}
    assert Slow.most_busy == 1


def test_row_locks_alone_also_send_each_mail_once(race_tenant, in_threads, monkeypatch):
    monkeypatch.setattr(lease, "take", lambda phase, schema: True)
    fill(race_tenant)
    in_threads(drain, [race_tenant.schema_name] * 8, threads=8)
    assert set(Slow.taken.values()) == {1} and len(Slow.taken) == MAILS


def test_without_locks_the_race_is_there(race_tenant, in_threads, monkeypatch):
    from tenants.outbox import delivery, queries

    monkeypatch.setattr(lease, "take", lambda phase, schema: True)
    unlocked = _Unlocked(queries.due_mails)
    monkeypatch.setattr(delivery, "due_mails", unlocked)
    fill(race_tenant)
    in_threads(drain, [race_tenant.schema_name] * 8, threads=8)
    assert max(Slow.taken.values()) > 1


def test_eight_drains_at_once_handle_each_event_once(race_tenant, in_threads, monkeypatch):
    handled: Counter = Counter()
    monkeypatch.setattr(subscribers, "_handlers", {"test.x": [lambda event: handled.update([event.pk])]})
    with tenant_context(race_tenant), transaction.atomic():
        for _ in range(MAILS):
            emit("test.x", {})
    in_threads(drain, [race_tenant.schema_name] * 8, threads=8)
    with tenant_context(race_tenant):
        assert not Event.objects.filter(kind="test.x", done_at=None).exists()
    assert len(handled) == MAILS and set(handled.values()) == {1}


def test_mail_committed_while_another_worker_drains_is_not_left_behind(race_tenant, in_threads):
    """Whoever is refused the lease goes away; the holder must look again."""

    def write_and_drain(number):
        with tenant_context(race_tenant), transaction.atomic():
            queue_mail(a_mail(number))
        drain(race_tenant.schema_name)

    in_threads(write_and_drain, range(120), threads=12)
    with tenant_context(race_tenant):
        assert Mail.objects.filter(sent_at=None).count() == 0
    assert set(Slow.taken.values()) == {1} and len(Slow.taken) == 120


class _Unlocked:
    """A queryset without FOR UPDATE."""

    def __init__(self, source):
        self.source = source

    def __call__(self):
        rows = self.source()
        rows.select_for_update = lambda **options: rows
        return rows
