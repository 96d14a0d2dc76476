"""Files that mean harm: refused with a reason or made harmless, fast, in little memory, and never served active."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zlib
from typing import Any

import pytest
from django.conf import settings

from portal_core.config.file_formats import FORMATS
from portal_core.documents.checking import Refused, check_file
from portal_core.documents.models import StoredFile
from portal_core.documents.names import shown_name
from portal_core.documents.words import _REASONS
from tests.documents.hostile_files import DEFANGED, HTML, REFUSED, packed
from tests.documents.locked_papers import LOCKED_TAKEN
from tests.documents.samples import office, pdf, picture, sent

EVERYTHING = frozenset(FORMATS)
SECONDS, MEGABYTES = 2.0, 200
# Runs in a process of its own, whose memory the operating system bounds; says how long each took and how much was held.
MEASURE = """
import json, pathlib, resource, sys, time
sys.path.insert(0, ".")
from portal_core.config.file_formats import FORMATS
from portal_core.documents.checking import Refused, check_file
resource.setrlimit(resource.RLIMIT_AS, (600 * 1024 * 1024, 600 * 1024 * 1024))
folder, told = pathlib.Path(sys.argv[1]), {}
for number, name in json.loads((folder / "names").read_text()).items():
    with (folder / number).open("rb") as content:
        start = time.process_time()
        try:
            check_file(content, name, frozenset(FORMATS))
            what = "taken"
        except Refused as refused:
            what = refused.code
        told[name] = [what, time.process_time() - start]
# Not ru_maxrss: that begins with what the process held that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([told, int(peak.split()[1]) / 1024]))
"""


def test_there_are_at_least_sixty_of_them():
    assert len(REFUSED) + len(DEFANGED) >= 60


@pytest.mark.parametrize("name", list(REFUSED))
def test_it_is_refused_with_a_reason_that_says_what_to_send(name):
    with pytest.raises(Refused) as refused:
        check_file(io.BytesIO(REFUSED[name]()), name, EVERYTHING)
    assert refused.value.code in _REASONS


@pytest.mark.parametrize("name", list(DEFANGED))
def test_what_is_kept_of_it_is_harmless(name):
    checked = check_file(io.BytesIO(DEFANGED[name]()), name, EVERYTHING)
    content = checked.content.read()
    assert (HTML not in content and b"PK\x03\x04" not in content[4:]) or name == "lying.docx"
    shown = shown_name(name, checked.extension)
    assert ".exe" not in shown and "/" not in shown and "\u202e" not in shown


def test_each_is_checked_in_two_seconds_and_two_hundred_megabytes(tmp_path):
    made = {**REFUSED, **DEFANGED}
    # The largest that are taken, too: a photo of a good telephone, a large plan.
    taken = {"phone.jpg": lambda: picture(size=(8_000, 6_000)), "plan.png": lambda: picture("PNG", size=(5_000, 4_000))}
    # A book of ten thousand streams, and one that is nothing but beginnings of names.
    taken["book.pdf"] = lambda: pdf(packed(zlib.compress(b"5 0 <</Type/Font>>" * 50)) * 10_000)
    taken |= LOCKED_TAKEN
    # A document of nearly a million links.
    links = b"<Relationships>" + b'<a b=""/>' * 900_000 + b"</Relationships>"
    taken["links.docx"] = lambda: office("docx", {"word/_rels/a.rels": links, "word/media/a.bin": os.urandom(60_000)})
    taken["slashes.pdf"] = lambda: pdf(b"/JavaScrip/#4a" * 3_000_000)
    names = {str(number): name for number, name in enumerate([*made, *taken])}
    for number, make in enumerate([*made.values(), *taken.values()]):
        (tmp_path / str(number)).write_bytes(make())
    (tmp_path / "names").write_text(json.dumps(names))
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told, peak = json.loads(done.stdout)
    slow = {name: seconds for name, (_what, seconds) in told.items() if seconds > SECONDS}
    assert slow == {}
    assert peak < MEGABYTES, f"{peak:.0f} MB"
    assert {name for name, (what, _seconds) in told.items() if what == "taken"} == {*DEFANGED, *taken}


def test_none_comes_in_through_the_portal_and_none_goes_out_active(papers, file_store, tmp_path):
    carol = papers.client("carol")
    for name, make in REFUSED.items():
        answer = carol.post("/files/", {"file": sent(name, make()), "kind": "", "name": "f-plan"})
        # Each is looked at: none is turned away for being one too many.
        assert answer.status_code in (400, 422), name
        assert answer["Content-Type"].startswith("text/plain")
    assert not StoredFile.objects.exists()
    assert [path for path in file_store.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", list(DEFANGED))
def test_what_is_served_cannot_run(name, papers):
    key = papers.upload(file=sent(name, DEFANGED[name]()))
    for query in ("", "?show=1"):
        _assert_inert(papers.client("carol").get(f"/files/{key}/{query}"), name, shown=bool(query))


def _assert_inert(answer: Any, name: str, *, shown: bool) -> None:
    assert answer.status_code == 200
    may_be_inline = shown and name.endswith((".jpg", ".png"))
    assert answer["Content-Disposition"].startswith("inline" if may_be_inline else "attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"] and "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in answer["Cache-Control"] and "no-store" in answer["Cache-Control"]
    assert "html" not in answer["Content-Type"] and "script" not in answer["Content-Type"]
