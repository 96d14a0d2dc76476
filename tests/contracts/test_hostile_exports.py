"""What leaves as a file or on paper: sixty hostile strings of the business and of a customer stay text there, too."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.document import load
from portal_core.config.document.clean import clean_text
from portal_core.config.draft.editing import replace
from portal_core.config.draft.reading import current
from portal_core.documents.bundle import take_portal
from portal_core.documents.models import StoredFile
from portal_core.service_requests.models import ServiceRequest
from tests.contracts import hostile
from tests.documents import papers as portal
from tests.documents.samples import pdf, sent

# What a text of the business or an answer can be at all: sizes are for the forms (test_hostile_input.py).
STRINGS = {name: text for name, text in hostile.STRINGS.items() if clean_text(text).strip() and len(text) <= 1_000}
_NAME = re.compile(r"(index|style|account|saved-\d+|documents-\d+|requests-\d+)\.(html|json|css)")
_FILE = re.compile(r"files/[0-9a-f]{12}-[^/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+\.pdf")


class Tags(HTMLParser):
    """Every tag of a page, and every attribute by which something could run or lead out of it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ways: list[str] = []
        self.odd: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.ways.append(value or "")
            elif name.startswith("on") or name in ("srcdoc", "style", "formaction"):
                self.odd.append(f"{tag} {name}")


def hostile_portal() -> dict[str, Any]:
    """A portal in which each string is a question with an answer to choose, the portal's own words are some too."""
    document = portal.document()
    strings = list(STRINGS.values())
    kind = document["types"][0]
    fields = [
        {"key": f"f{number}", "kind": "text", "label": _label(text), "help": text}
        for number, text in enumerate(strings)
    ]
    kind["fields"] = [*kind["fields"][:3], *fields]
    kind["description"] = STRINGS["script"]
    kind["name"] = _label(STRINGS["image"])
    document["portal"]["welcome"] = STRINGS["markdown link"]
    status = document["flows"][0]["statuses"][0]
    status["customer_name"], status["meaning"] = _label(STRINGS["attribute"]), _plain(STRINGS["title"])
    document["ready_answers"] = [
        {"key": f"a{number}", "name": _label(text), "body": _plain(text)} for number, text in enumerate(strings)
    ]
    document["document_kinds"][0]["name"] = _label(STRINGS["html comment"])
    return document


def _plain(text: str) -> str:
    """Without braces: what looks like a placeholder is refused before publishing."""
    return text.replace("{", "(").replace("}", ")")


def _label(text: str) -> str:
    return " ".join(clean_text(_plain(text)).split())[:100]


@pytest.fixture
def hostile_papers(papers: Any) -> Any:
    publish(actor=actor_for(papers.people["alice"]), document=load(hostile_portal()))
    row = papers.file(**{"f-plan_new": sent("plan.pdf", pdf(b"p"))})
    answers = {f"f{number}": text for number, text in enumerate(load_texts())}
    ServiceRequest.objects.filter(pk=row.pk).update(data={**row.data, **answers}, title=answers["f0"][:200])
    return papers


def load_texts() -> list[str]:
    """The strings as an answer holds them: what storage cannot hold never gets so far."""
    kept = (text.replace("\x00", "").encode("utf-8", "replace").decode() for text in STRINGS.values())
    return list(kept)


def check_page(page: str, ways: set[str]) -> None:
    found = Tags(page)
    assert not found.tags & {"script", "img", "svg", "iframe", "object", "embed", "base", "form"}, found.tags
    assert found.odd == []
    assert set(found.ways) <= ways, found.ways


def test_a_customers_archive(hostile_papers: Any) -> None:
    answer = hostile_papers.client("carol").post("/account/download/")
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.zip"', answer["Content-Disposition"])
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = made.namelist()
    assert all(_NAME.fullmatch(name) or _FILE.fullmatch(name) for name in names), names
    assert len(set(names)) == len(names)
    ways = {name for name in names if not name.startswith("files/")}
    files = {name for name in names if name.startswith("files/")}
    for name in names:
        if name.endswith(".html"):
            check_page(made.read(name).decode(), ways | files)
    (request,) = json.loads(made.read("requests-1.json"))
    given = {item["answer"] for item in request["answers"]}
    assert len(given) > 40, "what was answered is there, as it was written"
    assert STRINGS["formula"] in given
    assert STRINGS["template variable"] in given
    page = made.read("requests-1.html").decode()
    assert "&lt;script&gt;alert" in page
    assert not [sign for sign in (*hostile.MARKUP, *hostile.RUN) if sign in page]


HOSTILE_NAMES = (
    "../../../../etc/passwd.pdf",
    "..\\..\\windows\\win.ini.pdf",
    "=cmd|' /C calc'!A0.pdf",
    "a\u202efdp.exe.pdf",
    'x"; filename="evil.html.pdf',
    "<svg onload=alert(1)>.pdf",
    "con.pdf",
    "a\r\nX-Injected: yes.pdf",
    "%2e%2e%2fpasswd.pdf",
    "\u200b.pdf",
)


def test_names_of_files_in_an_archive_lead_nowhere_else(papers: Any) -> None:
    carol = papers.client("carol")
    for name in HOSTILE_NAMES:
        answer = carol.post("/files/", {"file": sent(name, pdf(name.encode())), "kind": "", "name": "f-plan"})
        if answer.status_code == 201:
            papers.file(**{"f-plan": str(StoredFile.objects.latest("created_at").pk)})
    taken = StoredFile.objects.count()
    assert taken >= len(HOSTILE_NAMES) - 2, "most are taken, under a name that does no harm"
    answer = papers.client("carol").post("/account/download/")
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    files = [name for name in made.namelist() if name.startswith("files/")]
    assert len(files) == taken
    assert all(_FILE.fullmatch(name) for name in files), files
    # Each page leads to them as they lie there.
    found = Tags(made.read("requests-1.html").decode())
    assert not found.odd
    assert {way for way in found.ways if way.startswith("files/")} <= set(map(quote, files))


def test_a_portal_as_a_file_and_back(papers: Any) -> None:
    document = load(hostile_portal())
    replace(actor=actor_for(papers.people["alice"]), document=document, title="Test")
    alice = papers.client("alice")
    for which in ("as=bundle&", ""):
        answer = alice.get(f"/desk/setup/versions/file/?{which}version=draft")
        assert re.fullmatch(r'attachment; filename="portal-draft\.(zip|json)"', answer["Content-Disposition"])
        assert answer["X-Content-Type-Options"] == "nosniff"
        content = io.BytesIO(answer.content)
        if which:
            assert zipfile.ZipFile(content).namelist() == ["portal.json"]
        assert canonical(take_portal(content)) == canonical(current().document)


@pytest.mark.parametrize(("style", "delimiter"), [("points", ","), ("commas", ";")])
def test_a_queue_as_a_table(hostile_papers: Any, style: str, delimiter: str) -> None:
    row = ServiceRequest.objects.get()
    alice = hostile_papers.client("alice")
    answer = alice.post(f"/desk/export/?view=all&type={row.type_key}", {"style": style})
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.csv"', answer["Content-Disposition"])
    content = b"".join(answer.streaming_content)
    assert b"\x00" not in content and content.count(b"\r") == content.count(b"\r\n") == 2
    heads, cells = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    # Each question has its own head, each answer stands below it, and neither begins like a formula.
    assert len(heads) == len(cells) == len({head.casefold() for head in heads}) > len(STRINGS)
    assert not [cell for cell in (*heads, *cells) if re.match(r"\W*?[=+@＝＋－＠-]", cell) and not _is_honest(cell)]
    assert f"'{STRINGS['formula']}" in cells
    page = alice.get(f"/desk/export/?view=all&type={row.type_key}").content.decode()
    assert not [sign for sign in (*hostile.MARKUP, *hostile.RUN) if sign in page]


def test_a_queue_as_a_workbook(hostile_papers: Any) -> None:
    row = ServiceRequest.objects.get()
    alice = hostile_papers.client("alice")
    answer = alice.post(f"/desk/export/?view=all&type={row.type_key}", {"style": "xlsx"})
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.xlsx"', answer["Content-Disposition"])
    content = b"".join(answer.streaming_content)
    heads, cells = openpyxl.load_workbook(io.BytesIO(content))["Requests"].iter_rows()
    assert len(heads) == len(cells) == len({head.value.casefold() for head in heads}) > len(STRINGS)
    # What a customer or the business wrote is text, as it was written, whatever it begins with.
    assert {cell.data_type for cell in (*heads, *cells) if isinstance(cell.value, str)} == {"s"}
    assert STRINGS["formula"] in {cell.value for cell in cells}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name in parts if re.search("vba|external|hyperlink|drawing", name, re.IGNORECASE)]
    tags = set(re.findall(r"<(\w+)", parts["xl/worksheets/sheet1.xml"].partition("<sheetData>")[2]))
    assert tags == {"row", "c", "is", "t", "v", "autoFilter", "pageMargins"}


def _is_honest(cell: str) -> bool:
    return cell.startswith("'") or re.fullmatch(r"[+-]?\d+", cell) is not None


def test_a_request_on_paper(hostile_papers: Any) -> None:
    row = ServiceRequest.objects.get()
    page = hostile_papers.client("alice").get(f"/desk/requests/{row.number}/print/").content.decode()
    assert "&lt;script&gt;alert" in page
    assert not [sign for sign in (*hostile.MARKUP, *hostile.RUN) if sign in page]
    assert [line for line in Tags(page).odd if not line.endswith(" style")] == []
