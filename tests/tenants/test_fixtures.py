"""The fixtures that all other tests stand on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from tenants.context import current_schema, public_context, tenant_context
from tenants.models import Tenant
from tests.factories import Twins, make_user


def test_a_test_runs_inside_alpha(tenant: Any) -> None:
    assert current_schema() == tenant.schema_name
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == (tenant.schema_name,)


@pytest.mark.parametrize("run", [1, 2])
def test_rows_of_a_test_are_gone_in_the_next(tenant: Any, other_tenant: Any, run: int) -> None:
    for snapshot in (tenant, other_tenant):
        with tenant_context(snapshot):
            assert not get_user_model().objects.filter(email="left@example.com").exists()
            make_user("left@example.com")
    with public_context():
        Tenant.objects.create(name="Left", slug="left-behind")


def test_twins_are_equal_in_everything_but_eve(twins: Twins) -> None:
    for name in ("alice", "bob", "carol", "dave"):
        ours, theirs = twins.alpha.people[name], twins.beta.people[name]
        assert (ours.pk, ours.email, ours.password) == (theirs.pk, theirs.email, theirs.password)
    assert "eve" in twins.beta.people
    assert "eve" not in twins.alpha.people


def test_a_mirror_brings_what_a_test_wrote(twins: Twins) -> None:
    with twins.alpha.entered():
        made = make_user("fresh@example.com")
    twins.mirror()
    with twins.beta.entered():
        assert get_user_model().objects.get(email="fresh@example.com").pk == made.pk
        assert get_user_model().objects.filter(email="eve@example.com").exists()


def test_statements_are_counted_at_the_wire(tenant: Any, server_statements: Any) -> None:
    get_user_model().objects.count()  # warm: the path is set
    with server_statements() as sent:
        get_user_model().objects.count()
        with connection.connection.cursor() as raw:
            raw.execute("SET application_name = 'seen'")
    assert len(sent) == 2, sent


def test_a_race_tenant_is_seen_by_other_connections(race_tenant: Any, in_threads: Any) -> None:
    def count(_number: int) -> int:
        with tenant_context(race_tenant):
            return int(get_user_model().objects.count())

    counts = in_threads(count, range(8))
    assert len(set(counts)) == 1
    assert counts[0] >= 4
