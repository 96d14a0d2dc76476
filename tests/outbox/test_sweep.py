"""The sweep finds what nobody was woken for; the purge removes only what is done."""

import time
from datetime import timedelta

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from tenants.context import public_context, tenant_context
from tenants.outbox import emit, queue_mail
from tenants.outbox.drain import drain
from tenants.outbox.lease import lock_number
from tenants.outbox.models import Event, Mail
from tenants.outbox.purge import purge
from tenants.outbox.raw import batches
from tenants.outbox.sweep import due_schemas, sweep
from tests.outbox.helpers import a_mail


def write(tenant, function):
    with tenant_context(tenant), transaction.atomic():
        return function()


def test_sweep_finds_a_schema_with_a_due_event(race_tenant):
    assert race_tenant.schema_name not in sweep()
    write(race_tenant, lambda: emit("test.x", {}))
    assert race_tenant.schema_name in sweep()
    drain(race_tenant.schema_name)
    assert race_tenant.schema_name not in sweep()


def test_sweep_finds_a_schema_with_a_due_mail(race_tenant):
    write(race_tenant, lambda: queue_mail(a_mail()))
    assert race_tenant.schema_name in sweep()


def test_sweep_leaves_what_is_not_due_yet(race_tenant):
    write(race_tenant, lambda: emit("test.x", {}, due_at=timezone.now() + timedelta(hours=1)))
    assert race_tenant.schema_name not in sweep()


def test_second_sweep_at_the_same_time_does_nothing(race_tenant):
    write(race_tenant, lambda: emit("test.x", {}))
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_number("sweep")])
        assert sweep() == []
    assert race_tenant.schema_name in sweep()


def test_schema_that_went_away_does_not_hide_the_others(race_tenant):
    write(race_tenant, lambda: emit("test.x", {}))
    names = [f"t_gone{number:012d}" for number in range(7)] + [race_tenant.schema_name]
    assert due_schemas(names, timezone.now()) == [race_tenant.schema_name]


def test_batches_hold_at_most_five_hundred():
    assert [len(part) for part in batches([str(n) for n in range(1201)])] == [500, 500, 201]


def test_purge_removes_old_done_rows_and_nothing_that_waits(race_tenant):
    long_ago = timezone.now() - timedelta(days=90)

    def fill():
        done, waiting = emit("test.done", {}), emit("test.waits", {})
        Event.objects.filter(pk=done.pk).update(done_at=long_ago, created_at=long_ago)
        Event.objects.filter(pk=waiting.pk).update(created_at=long_ago, due_at=long_ago)
        sent, open_ = queue_mail(a_mail(1), event=done), queue_mail(a_mail(2), event=waiting)
        Mail.objects.filter(pk=sent.pk).update(sent_at=long_ago)
        Mail.objects.filter(pk=open_.pk).update(created_at=long_ago)
        emit("test.fresh", {})
        Event.objects.filter(kind="test.fresh").update(done_at=timezone.now())

    write(race_tenant, fill)
    assert purge() >= 2
    with tenant_context(race_tenant):
        assert set(Event.objects.values_list("kind", flat=True)) >= {"test.waits", "test.fresh"}
        assert not Event.objects.filter(kind="test.done").exists()
        assert list(Mail.objects.values_list("to_address", flat=True)) == ["reader2@example.com"]


def test_sweep_leaves_no_connection_behind(race_tenant):
    def count() -> int:
        with public_context(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return cursor.fetchone()[0]

    before = count()
    for _ in range(5):
        sweep()
    deadline = time.monotonic() + 5  # the server needs a moment to notice
    while count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert count() <= before


def _parameters():
    return {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in {"host", "port", "user", "password", "dbname"}
    }
