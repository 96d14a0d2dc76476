"""The queue as a table: all of it, each request once, only what this reader sees, and written down first."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.utils import timezone

from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.desk import export
from portal_core.desk.export_table import FIXED
from portal_core.history.models import AuditEntry, Deed
from portal_core.service_requests import whole_queue
from portal_core.service_requests.actions import Move, Wanted, assign, export_queue, move
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queue import Filters
from tenants.context import current, tenant_context
from tests.contracts.rows import Rows
from tests.desk.test_team_history import lines as history_lines
from tests.service_requests.filing import file_request
from tests.service_requests.small_portal import document
from tests.statements import server_statements

HERE = "/desk/export/"


def fetch(client, query="view=all", style="points", **data):
    answer = client.post(f"{HERE}?{query}", {"style": style, **data})
    assert answer.status_code == 200
    assert answer.streaming
    return answer


def let_go(answer):
    """As when the reader has gone; the connection of the tests stays open."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


def table(client, query="view=all", *, delimiter=",", **data):
    """The rows of the table, each by its heads."""
    content = b"".join(fetch(client, query, **data).streaming_content)
    heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert len(set(heads)) == len(heads) and heads[: len(FIXED)] == list(FIXED)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def told(client, query="view=all"):
    """What the page before it says, by its labels."""
    page = client.get(f"{HERE}?{query}").content.decode()
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL)
    return {label: re.sub(r"<[^>]+>", "", text) for label, text in pairs}


@pytest.fixture
def bob(shop, client_for):
    return client_for(shop.people["bob"])


def test_a_row_says_where_a_request_stands_and_what_was_answered(shop, bob):
    row = shop.file("repair", what="=Boiler", kind="leak", gauge="0.8", phone="01314960100")
    assign(actor=shop.actor("bob"), request_id=row.pk, assignee_id=shop.people["bob"].pk)
    row.refresh_from_db()
    row.created_at = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    row.due_at = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    row.save(update_fields=["created_at", "due_at"])
    (found,) = table(bob, "view=all&type=repair")
    assert found | {"Last news": ""} == {
        "Reference": "1001", "Type": "Repair", "Title": "'=Boiler", "Customer": "Carol Customer",
        "E-mail": "carol@example.com", "Status": "New", "Whose turn": "Us", "Due": "2026-12-01 08:30",
        "Who has it": "Bob Agent", "Team": "Desk", "Priority": "Normal", "Sent": "2026-07-01 09:30", "Last news": "",
        "Closed": "", "What?": "'=Boiler", "Which?": "A leak", "Gauge": "0.8", "Cause": "", "Phone": "0131 496 0100",
    }  # fmt: skip
    assert datetime.fromisoformat(found["Last news"]) <= datetime.now()


def test_a_closed_request_has_no_due_time_and_says_when_it_was_closed(shop, bob):
    row = shop.file("repair", what="Boiler", kind="noise")
    move(actor=shop.actor("bob"), request_id=row.pk, move=Move(to="over", seen_status="new", reason="Done"))
    (found,) = table(bob, "view=all&state=closed")
    assert (found["Status"], found["Whose turn"], found["Due"]) == ("Over", "Nobody", "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", found["Closed"])


def test_the_file_is_what_spreadsheet_programs_want(shop, bob):
    shop.file("repair", what='Say "x", y', kind="noise")
    answer = fetch(bob)
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbfReference,Type,") and content.endswith(b"\r\n")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    day = timezone.localdate().isoformat()
    assert answer["Content-Disposition"] == f'attachment; filename="{current().slug}-requests-{day}.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_by_the_settings_of_the_program_numbers_have_commas(shop, bob):
    shop.file("repair", what="a;b", kind="leak", gauge="0.8")
    (found,) = table(bob, "view=all&type=repair", delimiter=";", style="commas")
    assert (found["Gauge"], found["What?"]) == ("0,8", "a;b")


def test_a_german_portal_has_its_own_words_and_ways_whoever_takes_it(shop, client_for):
    german = document()
    german["portal"] |= {"language": "de", "languages": ["de", "en"], "time_zone": "Europe/Berlin", "currency": "EUR"}
    repair = german["types"][0]
    repair["name"] = {"de": "Störung", "en": "Fault"}
    more = [
        {"key": "cost", "kind": "money", "label": {"de": "Kosten", "en": "Cost"}},
        {"key": "dog", "kind": "yes_no", "label": {"de": "Hund?", "en": "Dog?"}},
        {"key": "bar", "kind": "number", "unit": {"de": "bar (ü)", "en": "bar"}, "label": {"de": "Druck", "en": "P"}},
    ]
    repair["fields"] += more
    publish(actor=shop.actor("alice"), document=load(german))
    shop.people["bob"].language = "en"
    shop.people["bob"].save(update_fields=["language"])
    file_request(shop.people["carol"], "repair", what="Ü", kind="noise", cost="62,40", dog="yes", bar="1,5")
    (found,) = table(client_for(shop.people["bob"]), "view=all&type=repair", delimiter=";", style="commas")
    assert (found["Type"], found["Kosten (EUR)"], found["Hund?"], found["Druck (bar (ü))"]) == (
        "Störung",
        "62,40",
        "Ja",
        "1,5",
    )


def test_it_holds_every_page_of_the_queue_in_its_order_and_follows_its_filters(shop, bob, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 3)
    rows = [shop.file("repair" if n % 2 else "sale", what=f"N{n}", kind="noise") for n in range(8)]
    for number, row in enumerate(rows):
        due = timezone.now() + timedelta(hours=(number * 5) % 8 + 1)
        ServiceRequest.objects.filter(pk=row.pk).update(due_at=due, priority=number % 3)
    everything = [row["Title"] for row in table(bob)]
    assert everything == [f"N{n}" for n in sorted(range(8), key=lambda n: (n * 5) % 8)]
    for query, fits in {
        "view=all&type=sale": lambda row: row.type_key == "sale",
        "view=all&team=shop": lambda row: row.team_key == "shop",
        "view=all&priority=pressing": lambda row: row.priority >= 2,
        "view=all&who=me": lambda row: False,
        "view=all&due=over": lambda row: False,
        "view=all&status=new": lambda row: True,
        "view=all&state=closed": lambda row: False,
    }.items():
        wanted = {row.title for row in ServiceRequest.objects.all() if fits(row)}
        found = [row["Title"] for row in table(bob, query)]
        assert set(found) == wanted and len(found) == len(wanted), query
        assert told(bob, query)["Requests"].split(",")[0] == str(len(wanted) or "None")
    assert [row["Title"] for row in table(bob, "view=all&sort=age")] == [f"N{n}" for n in range(8)]


def test_an_empty_queue_is_said_to_be_and_is_heads_alone(shop, bob):
    page = bob.get(HERE).content.decode()
    assert "There is nothing to download" in page and ">Download</button>" not in page
    content = b"".join(fetch(bob).streaming_content)
    assert content.count(b"\r\n") == 1


def test_without_a_type_the_answers_that_are_columns_stand_there_told_apart(shop, bob):
    shop.file("repair", what="Blue", kind="noise")
    shop.file("sale", what="Red", kind="leak", gauge="1")
    rows = table(bob, "view=all&cols=customer,repair.kind,sale.kind,sale.gauge")
    heads = list(rows[0])[len(FIXED) :]
    assert heads == ["Which? (Repair)", "Which? (Sale)", "Gauge"]
    found = {row["Title"]: [row[head] for head in heads] for row in rows}
    assert found == {"Blue": ["A noise", "", ""], "Red": ["", "A leak", "1"]}
    shop.people["bob"].queue_columns = "sale.what"
    shop.people["bob"].save(update_fields=["queue_columns"])
    assert list(table(bob)[0])[len(FIXED) :] == ["What?"]


def test_a_question_called_like_a_fixed_head_is_told_apart(shop, bob):
    changed = document()
    changed["types"][0]["fields"][1]["label"] = "status"
    publish(actor=shop.actor("alice"), document=load(changed))
    shop.file("repair", what="Blue", kind="noise")
    (found,) = table(bob, "view=all&type=repair")
    assert (found["Status"], found["status (2)"]) == ("New", "A noise")


# ---- what is not for this reader


def test_a_role_gets_its_own_requests_and_neither_value_nor_name_of_what_it_never_sees(shop, client_for):
    hidden = document(types=["repair"], scope="team")
    for number, show in ((3, {"customer": "hidden", "engineer": "hidden"}),):
        hidden["types"][0]["fields"][number]["show"] = show
    hidden["types"][0]["fields"][1]["at"] = {"known": {"engineer": "hidden"}}
    publish(actor=shop.actor("alice"), document=load(hidden))
    first = shop.file("repair", what="Blue", kind="noise")
    second = shop.file("repair", what="Green", kind="noise")
    shop.file("sale", what="Red", kind="noise")
    ServiceRequest.objects.filter(pk=first.pk).update(data={**first.data, "cause": "Secretcause"})
    ServiceRequest.objects.filter(pk=second.pk).update(status_key="known")
    erin = client_for(shop.people["erin"])
    for query in ("view=all&type=repair", "view=all&cols=repair.cause,repair.kind,sale.what"):
        rows = table(erin, query)
        assert [row["Title"] for row in rows] == ["Blue", "Green"]
        # Hidden where the second one stands: an empty cell.
        assert [row["Which?"] for row in rows] == ["A noise", ""]
        assert "Cause" not in rows[0] and "Secretcause" not in str(rows) and "Red" not in str(rows)
        assert "Cause" not in erin.get(f"{HERE}?{query}").content.decode()
    assert table(erin, "view=all&type=sale") == []
    alice = table(client_for(shop.people["alice"]), "view=all&type=repair")
    assert [row["Cause"] for row in alice] == ["Secretcause", ""]


def test_what_this_reader_may_not_see_any_more_is_left_out_while_it_is_sent(shop, client_for, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 1)
    shop.publish(scope="team")
    rows = [shop.file("repair", what=f"N{n}", kind="noise") for n in range(3)]
    pieces = iter(fetch(client_for(shop.people["erin"])).streaming_content)
    assert b"Reference" in next(pieces) and b"N0" in next(pieces)
    ServiceRequest.objects.filter(pk=rows[1].pk).update(team_key="shop")
    assert b"N2" in b"".join(pieces)
    assert AuditEntry.objects.latest("id").data["count"] == 3


def test_a_request_that_is_due_later_meanwhile_comes_once_and_none_is_left_out(shop, bob, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 2)
    rows = [shop.file("repair", what=f"N{n}", kind="noise") for n in range(6)]
    for number, row in enumerate(rows):
        ServiceRequest.objects.filter(pk=row.pk).update(due_at=timezone.now() + timedelta(hours=number + 1))
    pieces = iter(fetch(bob).streaming_content)
    got = next(pieces) + next(pieces)
    ServiceRequest.objects.filter(pk=rows[0].pk).update(due_at=timezone.now() + timedelta(days=9))
    ServiceRequest.objects.filter(pk=rows[5].pk).update(due_at=timezone.now())
    got += b"".join(pieces)
    assert re.findall(rb",(N\d),", got) == [b"N%d" % n for n in range(6)]


def test_each_tenant_gets_its_own_whatever_is_asked_of_the_other_meanwhile(twins, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 1)
    for portal, words in ((twins.alpha, "Alphas"), (twins.beta, "Betas")):
        with tenant_context(portal.tenant):
            ServiceRequest.objects.filter(pk=file_request(portal.people["carol"]).pk).update(title=words)
            ServiceRequest.objects.filter(pk=file_request(portal.people["carol"]).pk).update(title=words)
            texts = [field.key for field in live_portal().types[0].fields if field.kind.key == "text"]
            for row in ServiceRequest.objects.all():
                ServiceRequest.objects.filter(pk=row.pk).update(data={**row.data, **dict.fromkeys(texts, words)})
    sent = [
        iter(fetch(portal.client("bob"), "view=all&state=any&type=" + _first_type(portal)).streaming_content)
        for portal in (twins.alpha, twins.beta)
    ]
    alpha, beta = [b"".join(pieces) for pieces in zip(*zip(*sent, strict=True), strict=True)]
    assert b"Alphas" in alpha and b"Betas" not in alpha
    assert b"Betas" in beta and b"Alphas" not in beta


def _first_type(portal):
    with tenant_context(portal.tenant):
        return live_portal().types[0].key


# ---- who, and what is written down


def test_it_stands_in_who_did_what_before_the_first_row_is_sent(shop, bob, client_for):
    shop.file("repair", what="Blue", kind="noise")
    shop.file("sale", what="Red", kind="noise")
    bob.get(f"{HERE}?view=all")
    bob.head(f"{HERE}?view=all")
    assert not AuditEntry.objects.filter(deed=Deed.EXPORTED).exists()
    let_go(fetch(bob, f"view=all&type=repair&who={shop.people['bob'].pk}&state=any"))
    let_go(fetch(bob, "view=all&type=repair"))
    written = list(AuditEntry.objects.filter(deed=Deed.EXPORTED).order_by("id"))
    assert [(entry.actor_id, entry.data["count"]) for entry in written] == [
        (shop.people["bob"].pk, 0),
        (shop.people["bob"].pk, 1),
    ]
    shop.people["erin"].name = ""
    shop.people["erin"].save(update_fields=["name"])
    let_go(fetch(bob, f"view=all&who={shop.people['erin'].pk}"))
    assert told(bob, f"view=all&who={shop.people['erin'].pk}")["Which"] == "All open · With: erin@example.com"
    unnamed, first, second = history_lines(client_for(shop.people["alice"]), "/desk/team/history/?about=data")
    assert "0 requests as a table: All open · With: a colleague without a name yet" in unnamed
    assert "Bob Agent downloaded 1 request as a table: All open · Type: Repair" in first
    assert "downloaded 0 requests as a table: Type: Repair · With: Bob Agent · State: open and closed" in second


@pytest.mark.parametrize("who", ["carol", "dave", "", "frank"])
def test_for_others_there_is_none_and_nothing_is_written(shop, client_for, who):
    shop.file("repair", what="Blue", kind="noise")
    client = client_for(shop.people[who]) if who else client_for()
    before = Rows().now()
    for answer in (client.get(HERE), client.head(HERE), client.post(f"{HERE}?view=all")):
        assert answer.status_code in (302, 403, 404)
        assert not answer.streaming and b"Blue" not in answer.content and b"Reference" not in answer.content
    assert Rows().now() == before
    wanted = Wanted("", uuid.uuid4())
    with pytest.raises(Forbidden):
        export_queue(actor=shop.actor(who), filters=Filters(view="all"), zone=live_portal().time_zone, wanted=wanted)
    assert Rows().now() == before


def test_a_role_that_may_not_see_requests_is_refused(shop, client_for):
    shop.publish(permissions=["reply"])
    shop.file("repair", what="Blue", kind="noise")
    answer = client_for(shop.people["erin"]).post(f"{HERE}?view=all")
    assert answer.status_code == 403 and not answer.streaming
    assert not AuditEntry.objects.filter(deed=Deed.EXPORTED).exists()


def test_seeing_as_a_customer_leads_to_no_table(shop, client_for):
    shop.file("repair", what="Blue", kind="noise")
    alice = client_for(shop.people["alice"])
    for inner in ("desk/export/", "desk/export/?view=all"):
        for ask in (alice.get, alice.post):
            answer = ask(f"/desk/setup/preview/live/{shop.people['carol'].pk}/{inner}")
            assert b"Reference," not in answer.content and b"carol@example.com" not in answer.content
    assert not AuditEntry.objects.filter(deed=Deed.EXPORTED).exists()


def test_nobody_takes_it_without_the_form_of_this_portal(shop, client_for):
    client = client_for(shop.people["bob"])
    client.handler.enforce_csrf_checks = True
    assert client.post(f"{HERE}?view=all").status_code == 403
    assert not AuditEntry.objects.filter(deed=Deed.EXPORTED).exists()


def test_too_often_says_when_it_works_again_and_writes_nothing(shop, bob, monkeypatch):
    monkeypatch.setattr(export, "EXPORTS_AN_HOUR", 1)
    let_go(fetch(bob))
    back = "/desk/?view=all&type=repair"
    page = bob.get(HERE, {"view": "all", "back": back}).content.decode()
    assert f'name="back" value="{back.replace("&", "&amp;")}"' in page
    answer = bob.post(f"{HERE}?view=all", {"back": back})
    assert answer.status_code == 429 and not answer.streaming and b"It works again" in answer.content
    # The way back leads to the queue from which one came, filters and all.
    assert f'href="{back.replace("&", "&amp;")}"' in answer.content.decode()
    assert AuditEntry.objects.filter(deed=Deed.EXPORTED).count() == 1


# ---- how much it costs


def test_a_stretch_costs_one_statement_however_many_there_are(shop, bob, monkeypatch):
    monkeypatch.setattr(whole_queue, "STRETCH", 4)
    for number in range(12):
        shop.file("repair", what=f"N{number}", kind="noise")
    pieces = iter(fetch(bob, "view=all&type=repair").streaming_content)
    next(pieces)
    with server_statements() as statements:
        assert len(list(pieces)) == 3
    assert len(statements.without_transactions) == 3
    assert "OFFSET" not in " ".join(statements)


def test_the_queue_leads_there_with_its_filters_and_columns_and_the_page_leads_back(shop, bob):
    shop.file("repair", what="Blue", kind="noise")
    page = bob.get("/desk/?view=all&type=repair&cols=due,repair.kind").content.decode()
    href = re.search(r'<a class="fchip table-out" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert href.startswith(f"{HERE}?view=all&type=repair&cols=due%2Crepair.kind&back=")
    page = bob.get(href).content.decode()
    assert 'action="/desk/export/?view=all&amp;type=repair&amp;cols=due%2Crepair.kind"' in page
    assert 'href="/desk/?view=all&amp;type=repair&amp;cols=due%2Crepair.kind"' in page
    facts = told(bob, "view=all&type=repair")
    assert facts["Requests"] == "1, each once, in the order of the queue"
    assert facts["Which"] == "All open · Type: Repair"
    assert told(bob, "view=all&status=new")["Which"] == "All open · Status: New"
    assert facts["Answers"] == "What? · Which? · Gauge · Cause · Phone"
    assert "Filter for one type" in told(bob)["Answers"]
