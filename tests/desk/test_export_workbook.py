"""The queue as an Excel workbook: the table of the CSV in cells that are what they are; asked for once, made once."""

from __future__ import annotations

import io
import re
import tempfile
import uuid
from datetime import UTC, datetime

import openpyxl
import pytest
from django.core.cache import cache

from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.desk import export
from portal_core.desk.export_table import FIXED
from portal_core.history.models import AuditEntry, Deed
from portal_core.importing.mapping import FileFormat
from portal_core.importing.reading import SourceFile, open_rows
from portal_core.service_requests import whole_queue
from portal_core.service_requests.models import ServiceRequest
from tenants.context import current, tenant_context
from tests.contracts.rows import Rows
from tests.desk.test_export import HERE, fetch, let_go, table
from tests.service_requests.filing import file_request
from tests.service_requests.small_portal import document


@pytest.fixture
def bob(shop, client_for):
    return client_for(shop.people["bob"])


def workbook(client, query="view=all", **data):
    """The sheet of the workbook, opened as whoever gets it opens it."""
    content = b"".join(fetch(client, query, style="xlsx", **data).streaming_content)
    return openpyxl.load_workbook(io.BytesIO(content))["Requests"]


def rows_of(sheet):
    heads, *rows = sheet.iter_rows()
    return [{head.value: cell for head, cell in zip(heads, row, strict=True)} for row in rows]


def deeds() -> int:
    return AuditEntry.objects.filter(deed=Deed.EXPORTED).count()


def test_text_is_text_numbers_are_numbers_and_moments_are_by_the_portals_clock(shop, bob):
    changed = document()
    more = [
        {"key": "cost", "kind": "money", "label": "Cost"},
        {"key": "day", "kind": "date", "label": "Day"},
        {"key": "when", "kind": "datetime", "label": "When"},
    ]
    changed["types"][0]["fields"] += more
    changed["portal"]["currency"] = "GBP"
    publish(actor=shop.actor("alice"), document=load(changed))
    row = shop.file(
        "repair", what="=1+1", kind="leak", gauge="0.8", phone="01314960100", cost="62.40", day="2026-12-01"
    )
    ServiceRequest.objects.filter(pk=row.pk).update(
        data={**row.data, "when": "2026-07-01T08:30Z", "what": "00123"},
        created_at=datetime(2026, 7, 1, 8, 30, 59, tzinfo=UTC),
        title="=1+1",
    )
    sheet = workbook(bob, "view=all&type=repair")
    (found,) = rows_of(sheet)
    assert list(found)[: len(FIXED)] == list(FIXED)
    expected = {
        "Reference": ("1001", "s"), "Title": ("00123", "s"), "What?": ("00123", "s"), "Which?": ("A leak", "s"),
        "Gauge": (0.8, "n"), "Cost (GBP)": (62.4, "n"), "Phone": ("0131 496 0100", "s"),
        "Day": (datetime(2026, 12, 1), "d"), "When": (datetime(2026, 7, 1, 9, 30), "d"),
        "Sent": (datetime(2026, 7, 1, 9, 30), "d"),
    }  # fmt: skip
    assert {head: (found[head].value, found[head].data_type) for head in expected} == expected
    forms = {head: found[head].number_format for head in ("Cost (GBP)", "Gauge", "Day", "Sent", "What?")}
    assert list(forms.values()) == ["0.00", "0.0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@"]
    assert found["Closed"].value is None
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref.startswith("A1:")
    # The same table as the CSV.
    (same,) = table(bob, "view=all&type=repair")
    assert list(same) == list(found)


def test_what_is_taken_out_is_read_as_the_csv_of_it_is(shop, bob):
    shop.file("repair", what="00123", kind="leak", gauge="0.8", phone="01314960100")
    content = b"".join(fetch(bob, "view=all&type=repair", style="xlsx").streaming_content)
    (row,) = open_rows(SourceFile(io.BytesIO(content)), FileFormat())
    (same,) = table(bob, "view=all&type=repair")
    times = ("Due", "Sent", "Last news", "Closed")
    as_csv = {head: text.replace("T", " ")[:16] if head in times else text for head, text in row.cells.items()}
    assert as_csv == same


def test_a_formula_is_never_one(shop, bob):
    for words in ("=1+1", "+1", "-2+3", "@SUM(1)", "＝1", "#REF!"):
        shop.file("repair", what=words, kind="noise")
    shop.people["carol"].name = "=HYPERLINK(1)"
    shop.people["carol"].save(update_fields=["name"])
    cells = [cell for row in workbook(bob, "view=all&type=repair").iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert {"=1+1", "+1", "-2+3", "@SUM(1)", "＝1", "#REF!", "=HYPERLINK(1)"} <= {cell.value for cell in cells}


def test_the_file_says_what_it_is_and_is_offered_first(shop, bob):
    shop.file("repair", what="Blue", kind="noise")
    answer = fetch(bob, style="xlsx")
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert re.fullmatch(
        rf'attachment; filename="{current().slug}-requests-\d{{4}}-\d\d-\d\d\.xlsx"', answer["Content-Disposition"]
    )
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    let_go(answer)
    page = bob.get(HERE).content.decode()
    assert re.findall(r'name="style" value="(\w+)"( checked)?', page) == [
        ("xlsx", " checked"),
        ("points", ""),
        ("commas", ""),
    ]
    # Nonsense and nothing are the first choice.
    assert fetch(bob, style="x")["Content-Type"] == answer["Content-Type"]


def test_each_request_once_though_the_queue_changes_meanwhile_and_what_is_not_seen_any_more_is_left_out(
    shop, client_for, monkeypatch
):
    monkeypatch.setattr(whole_queue, "STRETCH", 2)
    shop.publish(scope="team")
    rows = [shop.file("repair", what=f"N{n}", kind="noise") for n in range(6)]
    pieces = iter(fetch(client_for(shop.people["erin"]), style="xlsx").streaming_content)
    content = next(pieces)
    ServiceRequest.objects.filter(pk=rows[0].pk).update(due_at=datetime(2030, 1, 1, tzinfo=UTC))
    ServiceRequest.objects.filter(pk=rows[3].pk).update(team_key="shop")
    content += b"".join(pieces)
    titles = [row["Title"].value for row in rows_of(openpyxl.load_workbook(io.BytesIO(content))["Requests"])]
    assert titles == ["N0", "N1", "N2", "N4", "N5"]


def test_a_role_gets_neither_value_nor_name_of_what_it_never_sees(shop, client_for):
    hidden = document(types=["repair"], scope="team")
    hidden["types"][0]["fields"][3]["show"] = {"customer": "hidden", "engineer": "hidden"}
    hidden["types"][0]["fields"][1]["at"] = {"known": {"engineer": "hidden"}}
    publish(actor=shop.actor("alice"), document=load(hidden))
    first = shop.file("repair", what="Blue", kind="noise")
    second = shop.file("repair", what="Green", kind="noise")
    ServiceRequest.objects.filter(pk=first.pk).update(data={**first.data, "cause": "Secretcause"})
    ServiceRequest.objects.filter(pk=second.pk).update(status_key="known")
    erin = rows_of(workbook(client_for(shop.people["erin"]), "view=all&type=repair"))
    assert [(row["Title"].value, row["Which?"].value) for row in erin] == [("Blue", "A noise"), ("Green", None)]
    assert "Cause" not in erin[0] and "Secretcause" not in str([cell.value for row in erin for cell in row.values()])
    alice = rows_of(workbook(client_for(shop.people["alice"]), "view=all&type=repair"))
    assert [row["Cause"].value for row in alice] == ["Secretcause", None]


def test_each_tenant_gets_its_own(twins, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 1)
    for portal, words in ((twins.alpha, "Alphas"), (twins.beta, "Betas")):
        with tenant_context(portal.tenant):
            for _ in range(2):
                row = file_request(portal.people["carol"])
                ServiceRequest.objects.filter(pk=row.pk).update(data={**row.data, "what": words})
            portal.people["carol"].name = words
            portal.people["carol"].save(update_fields=["name"])
    query = f"{HERE}?view=all&state=any"
    sent = [
        iter(portal.client("bob").post(query, {"style": "xlsx"}).streaming_content)
        for portal in (twins.alpha, twins.beta)
    ]
    alpha, beta = [b"".join(pieces) for pieces in zip(*zip(*sent, strict=True), strict=True)]
    for content, wanted in ((alpha, "Alphas"), (beta, "Betas")):
        rows = rows_of(openpyxl.load_workbook(io.BytesIO(content))["Requests"])
        assert {row["Customer"].value for row in rows} == {wanted}


@pytest.mark.parametrize("who", ["carol", "dave", "", "frank"])
def test_for_others_there_is_none_and_nothing_is_written(shop, client_for, who):
    shop.file("repair", what="Blue", kind="noise")
    client = client_for(shop.people[who]) if who else client_for()
    before = Rows().now()
    answer = client.post(f"{HERE}?view=all", {"style": "xlsx"})
    assert answer.status_code in (302, 403, 404) and not answer.streaming and not answer.content.startswith(b"PK")
    assert Rows().now() == before


def test_more_than_a_sheet_holds_is_said_and_nothing_is_written_or_sent(shop, bob, monkeypatch):
    monkeypatch.setattr(export, "_WORKBOOK", export._File("xlsx", "x", at_most=1))
    for words in ("Blue", "Green"):
        shop.file("repair", what=words, kind="noise")
    answer = bob.post(f"{HERE}?view=all", {"style": "xlsx"})
    assert answer.status_code == 400 and not answer.streaming
    assert "These are 2 requests; an Excel workbook holds 1. Choose CSV" in answer.content.decode()
    assert deeds() == 0
    # Nobody has to wait for what was refused.
    assert len(table(bob)) == 2


# ---- asked for once


def test_a_button_pressed_twice_is_one_deed_and_one_table(shop, bob, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 1)
    for words in ("Blue", "Green"):
        shop.file("repair", what=words, kind="noise")
    key = re.search(r'name="key" value="([^"]+)"', bob.get(HERE).content.decode())[1]
    first = iter(fetch(bob, style="xlsx", key=key).streaming_content)
    next(first)
    again = b"".join(fetch(bob, style="xlsx", key=key).streaming_content)
    assert len(rows_of(openpyxl.load_workbook(io.BytesIO(again))["Requests"])) == 2
    # The first is not made to its end, and does not look as if it were.
    with pytest.raises(ConnectionResetError):
        list(first)
    assert deeds() == 1


@pytest.mark.parametrize("refusal", ["limit", "rows"])
def test_a_second_press_that_is_refused_does_not_end_the_first(shop, bob, monkeypatch, refusal):
    monkeypatch.setattr(whole_queue, "STRETCH", 1)
    for words in ("Blue", "Green"):
        shop.file("repair", what=words, kind="noise")
    key = str(uuid.uuid4())
    first = iter(fetch(bob, style="xlsx", key=key).streaming_content)
    content = next(first)
    if refusal == "limit":
        monkeypatch.setattr(export, "EXPORTS_AN_HOUR", 1)
    else:
        monkeypatch.setattr(export, "_WORKBOOK", export._File("xlsx", "x", at_most=1))
    answer = bob.post(f"{HERE}?view=all", {"style": "xlsx", "key": key})
    assert answer.status_code == (429 if refusal == "limit" else 400) and not answer.streaming
    content += b"".join(first)
    assert len(rows_of(openpyxl.load_workbook(io.BytesIO(content))["Requests"])) == 2


@pytest.mark.parametrize("change", ["style", "filters", "columns", "form", "count", "time"])
def test_whatever_else_is_taken_is_written_down(shop, bob, monkeypatch, time_machine, change):
    time_machine.move_to(datetime(2026, 7, 1, 12, tzinfo=UTC), tick=False)
    shop.file("repair", what="Blue", kind="noise")
    key = str(uuid.uuid4())
    let_go(fetch(bob, style="xlsx", key=key))
    query, style = "view=all", "xlsx"
    if change == "style":
        style = "points"
    elif change == "filters":
        query = "view=all&state=any"
    elif change == "columns":
        query = "view=all&cols=repair.what"
    elif change == "form":
        key = ""
    elif change == "count":
        shop.file("repair", what="Green", kind="noise")
    else:
        time_machine.move_to(datetime(2026, 7, 1, 12, 2, tzinfo=UTC), tick=False)
    let_go(fetch(bob, query, style=style, key=key))
    assert deeds() == 2


def test_the_form_of_another_person_is_another_deed(shop, client_for):
    key = str(uuid.uuid4())
    for name in ("bob", "alice"):
        let_go(fetch(client_for(shop.people[name]), key=key))
    assert deeds() == 2


def test_while_one_is_under_way_another_form_is_told_so_and_nothing_is_written(shop, bob):
    shop.file("repair", what="Blue", kind="noise")
    under_way = fetch(bob, style="xlsx")
    answer = bob.post(f"{HERE}?view=all", {"style": "points"})
    assert answer.status_code == 429 and not answer.streaming
    page = answer.content.decode()
    assert "A table is being downloaded for you just now" in page
    # What was chosen stays chosen.
    assert 'value="points" checked' in page
    assert deeds() == 1
    # The reader has gone: the server closes what it sends.
    let_go(under_way)
    assert table(bob)[0]["Title"] == "Blue"


def test_a_few_of_the_team_at_once(shop, client_for, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 1)
    under_way = fetch(client_for(shop.people["alice"]))
    bob = client_for(shop.people["bob"])
    answer = bob.post(f"{HERE}?view=all")
    assert answer.status_code == 429 and "Several colleagues are downloading" in answer.content.decode()
    assert deeds() == 1
    let_go(under_way)
    let_go(fetch(bob))


def test_an_error_keeps_nobody_waiting(shop, bob, monkeypatch):
    def broken(*_: object, **__: object) -> object:
        raise LookupError

    with monkeypatch.context() as patched:
        patched.setattr(export, "export_queue", broken)
        with pytest.raises(LookupError):
            bob.post(f"{HERE}?view=all")
    keys = [f"seat:desk-export:{shop.people['bob'].pk}", *(f"seats:desk-export:{n}" for n in range(export.AT_ONCE))]
    assert cache.get_many(keys) == {}
    let_go(fetch(bob))


def test_no_file_is_made(shop, bob, monkeypatch):
    def made(*_: object, **__: object) -> object:
        raise AssertionError

    # One without a name would be seen nowhere.
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, made)
    shop.file("repair", what="Blue", kind="noise")
    assert len(list(fetch(bob, style="xlsx").streaming_content)) > 1
