"""The dump rewritten for replaying: what is moved, what must stay where it is, and that data are left alone."""

from __future__ import annotations

import pytest
from django.db import connection

from tenants.snapshot import TenantSnapshot
from tenants.template_sql import compact, split
from tenants.templates import ensure_template

TABLE = "CREATE TABLE t_x.{} (\n    id integer NOT NULL,\n    other integer\n);\n"
PRIMARY = "ALTER TABLE ONLY t_x.{0}\n    ADD CONSTRAINT {0}_pkey PRIMARY KEY (id);\n"
FOREIGN = (
    "ALTER TABLE ONLY t_x.{0}\n    ADD CONSTRAINT {0}_fk FOREIGN KEY (other) REFERENCES t_x.{1}(id)"
    " DEFERRABLE INITIALLY DEFERRED;\n"
)


def dump_of(*names: str, references: tuple[tuple[str, str], ...] = (), rows: str = "") -> str:
    return "".join(
        [
            *map(TABLE.format, names),
            rows,
            *map(PRIMARY.format, names),
            *(FOREIGN.format(table, other) for table, other in references),
        ]
    )


def order_of(text: str) -> list[str]:
    return [statement.split()[2] for statement in split(text) if statement.startswith("CREATE TABLE")]


def test_keys_stand_in_their_table_and_what_is_referred_to_comes_first() -> None:
    text = compact(dump_of("a", "b", "c", references=(("a", "b"), ("b", "c"), ("c", "c"))))
    assert order_of(text) == ["t_x.c", "t_x.b", "t_x.a"]
    assert "ALTER TABLE" not in text
    assert text.count("CONSTRAINT") == 6


def test_of_a_circle_one_key_is_added_afterwards() -> None:
    text = compact(dump_of("a", "b", references=(("a", "b"), ("b", "a"))))
    assert order_of(text) == ["t_x.b", "t_x.a"]
    assert [line for line in split(text) if line.startswith("ALTER")] == [FOREIGN.format("b", "a").strip()]


def test_a_foreign_key_of_a_table_with_rows_is_added_afterwards() -> None:
    rows = "INSERT INTO t_x.a VALUES (1, 1);\nINSERT INTO t_x.b VALUES (1, NULL);\n"
    text = compact(dump_of("a", "b", references=(("a", "b"),), rows=rows))
    assert text.index("INSERT INTO t_x.b") < text.index("FOREIGN KEY")
    assert text.index("CONSTRAINT a_pkey") < text.index("INSERT INTO t_x.a")


@pytest.mark.parametrize("clause", [" NOT VALID", " ON DELETE CASCADE"])
def test_a_key_that_does_not_wait_for_the_commit_stays_as_it_is(clause: str) -> None:
    key = FOREIGN.format("a", "b").replace(" DEFERRABLE INITIALLY DEFERRED", clause)
    assert key in compact(dump_of("a", "b") + key)


def test_data_are_left_alone_whatever_they_look_like() -> None:
    row = "INSERT INTO t_x.a VALUES ('-- Name; ''x''; $$;\nCREATE TABLE t_x.z (\n    id integer\n);', \"$a$\");"
    body = "CREATE FUNCTION t_x.f() RETURNS trigger\n    AS $_$ BEGIN -- why;\n RETURN 'x;'; END $_$;"
    dump = f"-- it's a comment;\n{body}\n\n--\n-- more\n--\n{dump_of('a')}{row}\n"
    assert [body, row] == [line for line in split(compact(dump)) if not line.startswith("CREATE TABLE")]


@pytest.mark.django_db
def test_nothing_of_our_own_template_is_added_to_a_table_that_stands() -> None:
    """What would be is a statement more for every new portal; for a foreign key also a query to be planned."""
    altered = [line for line in split(ensure_template().sql) if line.startswith("ALTER TABLE ONLY")]
    assert altered == []


@pytest.mark.django_db
def test_no_index_is_there_for_nothing(tenant: TenantSnapshot) -> None:
    """Django adds one for LIKE to every unique text; every index is a file to make for each new portal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND indexdef LIKE '%%varchar_pattern_ops%%'",
            [tenant.schema_name],
        )
        assert cursor.fetchall() == []
