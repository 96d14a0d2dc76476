"""Customers out of a CSV file, through the command."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.importing.customers import check_customers, write_customers
from portal_core.importing.reading import SourceFile
from portal_core.service_requests.errors import Forbidden
from tenants.context import tenant_context
from tenants.outbox.models import Event, Mail
from tests.contracts.rows import Rows

pytestmark = pytest.mark.django_db
GOOD = "E-Mail;Vorname;Nachname;Telefon;Sprache;Kundennummer\nMaren@Example.com;Maren;Holt;07700 900218;de;1\n"


@pytest.fixture
def run(alpha, people, tmp_path: Path):
    def bring(content: str | bytes, *options: str) -> tuple[str, str]:
        file = tmp_path / "customers.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_customers", str(file), "--tenant", "alpha", *options, stdout=out, stderr=err)
        except CommandError as error:
            return f"refused {error.returncode}: {error}", err.getvalue()
        return out.getvalue(), err.getvalue()

    return bring


def test_customers_come_in_and_nobody_is_told(run):
    said, notes = run(GOOD)
    assert "1 customer brought in" in said
    assert "not used: Kundennummer" in notes
    maren = User.objects.get(email="maren@example.com")
    assert (maren.name, maren.phone, maren.language, maren.role) == ("Maren Holt", "07700 900218", "de", "customer")
    assert not maren.has_usable_password()
    assert maren.last_sign_in_at is None
    assert (Mail.objects.count(), Event.objects.count()) == (0, 0)


def test_twice_adds_nothing_and_changes_nothing(run):
    run(GOOD)
    User.objects.filter(email="maren@example.com").update(name="Corrected by hand")
    before = Rows().now()
    said, _ = run(GOOD)
    assert "0 customers brought in; 1 was there already" in said
    assert Rows().now() == before


def test_a_dry_run_shows_who_would_come_and_writes_nothing(run):
    before = Rows().now()
    said, _ = run(GOOD, "--dry-run")
    assert "Maren Holt" in said
    assert "1 new, 0 there already, 0 bad. Nothing was written" in said
    assert Rows().now() == before


BAD = (
    ("not-an-address,Ann", "line 2: email: “not-an-address” is not an e-mail address"),
    (",Ann", "line 2: email: it is empty"),
    ("bob@example.com,Bob", "line 2: email: bob@example.com belongs to somebody of the team"),
    ("ann@example.com,Ann\nANN@example.com,Ann", "line 3: email: ann@example.com stands in line 2 already"),
    ("ann@example.com", "line 2: The row has 1 cell, the header has 2"),
    (f"ann@example.com,{'x' * 200}", "line 2: name: "),
    ("ann@example.com,Ann\x07", "line 2: name: "),
)


@pytest.mark.parametrize(("rows", "words"), BAD, ids=[words[:30] for _rows, words in BAD])
def test_a_bad_row_is_named_with_its_line_and_keeps_the_file_out(run, rows, words):
    before = Rows().now()
    said, notes = run(f"email,name\n{rows}\ngood@example.com,Good\n")
    assert said.startswith("refused 1")
    assert words in notes
    assert Rows().now() == before


def test_the_good_rows_come_in_when_asked(run):
    said, notes = run("email,name\nnonsense,Ann\ngood@example.com,Good\n", "--skip-bad")
    assert "1 customer brought in" in said
    assert "line 2" in notes
    assert User.objects.filter(email="good@example.com").exists()


def test_a_language_that_the_portal_does_not_speak_is_refused(run):
    _said, notes = run("email,language\nann@example.com,tlh\n")
    assert "does not speak “tlh”" in notes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"name,phone\nAnn,1\n", "No column holds e-mail addresses"),
        (b"\n\n", "empty"),
        (b"email,stra\xdfe\na@example.com,1\n", "--encoding"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(run, content, words):
    said, _ = run(content)
    assert said.startswith("refused 1")
    assert words in said and "mapping" not in said


def test_another_encoding_is_said_and_read(run):
    content = "email,name\nju@example.com,Jürgen\n".encode("latin-1")
    _said, notes = run(content)
    assert "--encoding" in notes
    run(content, "--encoding", "latin-1")
    assert User.objects.get(email="ju@example.com").name == "Jürgen"


def test_an_unknown_tenant_and_a_missing_file_are_wrong_calls(alpha, tmp_path):
    for arguments in (("--tenant", "nobody-here"), ("--tenant", "alpha")):
        with pytest.raises(CommandError) as refused:
            call_command("import_customers", str(tmp_path / "none.csv"), *arguments)
        assert refused.value.returncode == 2


def test_agents_do_not_import(people, tenant):
    bob = actor_for(people["bob"])
    file = io.BytesIO(b"email\nann@example.com\n")
    with pytest.raises(Forbidden):
        check_customers(actor=bob, source=SourceFile(file))
    source = SourceFile(io.BytesIO(b"email\nann@example.com\n"))
    checked = check_customers(actor=actor_for(people["alice"]), source=source)
    with pytest.raises(Forbidden):
        write_customers(actor=bob, checked=checked)
    assert not User.objects.filter(email="ann@example.com").exists()


def test_customers_come_into_the_tenant_that_was_named(run, other_tenant):
    run(GOOD)
    with tenant_context(other_tenant):
        assert not User.objects.filter(email="maren@example.com").exists()


def test_ten_thousand_come_in_with_few_statements(run, server_statements):
    rows = "".join(f"c{n}@example.com,Number {n}\n" for n in range(10_000))
    with server_statements() as sent:
        said, _ = run(f"email,name\n{rows}")
    assert "10000 customers brought in" in said
    assert len(sent) < 120
