"""A portal with its pictures as one file: out and in byte for byte, and nothing else gets in by it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import tempfile
import zipfile
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from PIL import Image, ImageDraw

from portal_core.config.canonical import canonical
from portal_core.config.document import DocumentRefused
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation, PortalAsset
from portal_core.documents import storage
from portal_core.documents.bundle import DOCUMENT, bundle_of, take_portal
from tenants.context import tenant_context
from tests.documents.hostile_files import REFUSED
from tests.documents.logos import go_live, logo, named, send

VERSIONS = "/desk/setup/versions/"


@pytest.fixture
def alice(papers):
    return papers.client("alice")


@pytest.fixture
def bundle(papers, alice) -> bytes:
    """Of a live portal with both logos."""
    send(alice, logo())
    send(alice, logo(ink="white"), "white.png", "logo_dark")
    go_live()
    return alice.get(f"{VERSIONS}file/?as=bundle").content


def entries(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes] | list[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", how) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, content)
    return written.getvalue()


def read(client: Any, raw: bytes, name: str = "portal.zip") -> Any:
    return client.post(f"{VERSIONS}read/", {"file": SimpleUploadedFile(name, raw)})


def test_a_bundle_holds_the_document_and_its_pictures(bundle, alice):
    parts = entries(bundle)
    brand = json.loads(parts[DOCUMENT])["portal"]["brand"]
    assert set(parts) == {DOCUMENT, f"assets/{brand['logo']}.png", f"assets/{brand['logo_dark']}.png"}
    assert parts[DOCUMENT] == alice.get(f"{VERSIONS}file/").content
    answer = alice.get(f"{VERSIONS}file/?as=bundle&version=2")
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="portal-version-2.zip"' in answer["Content-Disposition"]


def test_a_bundle_read_where_it_was_made_leaves_the_colours_as_they_were_painted(alice):
    picture = Image.new("RGBA", (1400, 400))
    pen = ImageDraw.Draw(picture)
    for place in range(0, 1400, 20):
        ink = ("#126ab4", "#e03c31", "#2e9a3f", "#f5b800")[place // 20 % 4]
        pen.ellipse((place, place % 340, place + 60, place % 340 + 60), fill=ink)
    written = io.BytesIO()
    picture.save(written, "PNG")
    send(alice, written.getvalue())
    painted = list(PortalAsset.objects.get().colours)
    assert len(painted) > 1

    take_portal(io.BytesIO(bundle_of(current().document).content))

    assert list(PortalAsset.objects.get().colours) == painted


def test_out_and_in_and_out_again_is_the_same_byte_for_byte(bundle, papers, alice, other_tenant):
    alice.post("/desk/setup/portal/logo/", {"which": "logo", "do": "remove"})
    answer = read(alice, bundle)
    assert answer["Location"].endswith("/desk/setup/publish/")
    assert current().document == live_portal().document
    assert bundle_of(current().document).content == bundle
    assert alice.get("/desk/setup/publish/").status_code == 200
    with tenant_context(other_tenant):
        assert not PortalAsset.objects.exists()
        document = take_portal(io.BytesIO(bundle))
        assert bundle_of(document).content == bundle
        assert PortalAsset.objects.count() == 2


def test_the_commands_carry_the_pictures_too(bundle, papers, other_tenant, tmp_path):
    there, back = tmp_path / "there.zip", tmp_path / "back.zip"
    out = io.StringIO()
    call_command("portal_export", "--tenant", papers.tenant.slug, "--bundle", str(there), stdout=out)
    assert there.read_bytes() == bundle and out.getvalue() == ""
    call_command("portal_import", "--tenant", other_tenant.slug, str(there), "--publish", stdout=io.StringIO())
    call_command("portal_export", "--tenant", other_tenant.slug, "--bundle", str(back), stdout=out)
    assert back.read_bytes() == bundle
    with tenant_context(other_tenant):
        assert live_portal().logo is not None
    with pytest.raises(CommandError) as refused:
        call_command("portal_export", "--tenant", papers.tenant.slug, "--bundle", str(tmp_path), stdout=out)
    assert refused.value.returncode == 2


def lose(which: str) -> None:
    """As when a storage is brought back without it."""
    storage.remove(PortalAsset.objects.get(digest=getattr(live_portal().document.portal.brand, which)).key)


def test_a_picture_that_the_storage_has_lost_is_told_of_before_the_file_is_taken(bundle, alice):
    lose("logo_dark")
    answer = alice.get(f"{VERSIONS}file/?as=bundle")
    assert answer["Location"] == f"{VERSIONS}?file={live_portal().number}#lost"
    page = alice.get(answer["Location"]).content.decode()
    assert "The logo on dark grounds is gone" in page
    href = re.search(r'href="([^"]+without=yes)"', page)
    answer = alice.get(unescape(href[1]))
    assert set(entries(answer.content)) == {
        name for name in entries(bundle) if live_portal().logo.dark.digest not in name
    }
    assert alice.get(f"{VERSIONS}file/?as=bundle&version=1").status_code == 200, "that one names none"
    lose("logo")
    assert "Both logos are gone" in alice.get(f"{VERSIONS}?file={live_portal().number}").content.decode()
    # Sent once more it is there again.
    send(alice, logo())
    send(alice, logo(ink="white"), "white.png", "logo_dark")
    assert alice.get(f"{VERSIONS}file/?as=bundle").content == bundle
    for asked in ("x", "99", "draft", str(live_portal().number)):
        assert 'id="lost"' not in alice.get(f"{VERSIONS}?file={asked}").content.decode()


def test_the_command_says_that_a_picture_is_lost_and_ends_with_a_code_of_its_own(bundle, papers, tmp_path):
    lose("logo")
    written = tmp_path / "portal.zip"
    with pytest.raises(CommandError, match="The logo is gone from the storage") as told:
        call_command("portal_export", "--tenant", papers.tenant.slug, "--bundle", str(written))
    assert told.value.returncode == 3
    assert f"assets/{live_portal().logo.plain.digest}.png" not in entries(written.read_bytes())
    # The document alone has no pictures to lose.
    call_command("portal_export", "--tenant", papers.tenant.slug, stdout=io.StringIO())


def test_a_document_alone_may_name_a_picture_that_is_not_here_and_goes_live_only_with_it(bundle, papers, other_tenant):
    document = entries(bundle)[DOCUMENT]
    with tenant_context(other_tenant):
        told = io.StringIO()
        path = _written(document)
        call_command("portal_import", "--tenant", other_tenant.slug, path, stdout=io.StringIO(), stderr=told)
        assert "portal.brand.logo" in told.getvalue() and "bundle" in told.getvalue()
        with pytest.raises(CommandError):
            call_command("portal_import", "--tenant", other_tenant.slug, path, "--publish", stderr=io.StringIO())
        assert live_portal().logo is None


def _written(content: bytes) -> str:
    with tempfile.NamedTemporaryFile("wb", suffix=".json", delete=False) as file:
        file.write(content)
        return file.name


def test_a_picture_that_was_packed_otherwise_is_drawn_anew_and_the_document_follows(bundle, papers, other_tenant):
    parts = entries(bundle)
    document = json.loads(parts[DOCUMENT])
    before = document["portal"]["brand"].pop("logo_dark") and document["portal"]["brand"]["logo"]
    with Image.open(io.BytesIO(parts[f"assets/{before}.png"])) as image:
        again = io.BytesIO()
        image.convert("RGBA").save(again, "PNG", compress_level=1)
    digest = hashlib.sha256(again.getvalue()).hexdigest()
    document["portal"]["brand"]["logo"] = digest
    raw = packed({DOCUMENT: json.dumps(document).encode(), f"assets/{digest}.png": again.getvalue()})
    with tenant_context(other_tenant):
        taken = take_portal(io.BytesIO(raw))
        assert taken.portal.brand.logo == before != digest
        assert PortalAsset.objects.get().digest == before


def _entry_changed(document: bytes, place: int, value: bytes) -> bytes:
    """An archive whose list of contents says something else at this place."""
    raw = bytearray(packed({DOCUMENT: document}))
    at = raw.rindex(b"PK\x01\x02") + place
    raw[at : at + len(value)] = value
    return bytes(raw)


def _beyond(document: bytes) -> bytes:
    """An archive whose document lies where no number of the machine reaches."""
    raw = packed({DOCUMENT: document})
    entry, end = raw.rindex(b"PK\x01\x02"), raw.rindex(b"PK\x05\x06")
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 2)
    head, tail = bytearray(raw[entry:end]), bytearray(raw[end:])
    head[42:46], head[30:32] = b"\xff" * 4, struct.pack("<H", len(extra))
    tail[12:16] = struct.pack("<I", len(head) + len(extra))
    return raw[:entry] + bytes(head) + extra + bytes(tail)


def _hostile(bundle: bytes) -> dict[str, tuple[bytes, str]]:
    """What nobody exported here, and a word of why it is refused."""
    parts = entries(bundle)
    document = parts[DOCUMENT]
    picture = next(name for name in parts if name != DOCUMENT)
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    lying = bytearray(packed({DOCUMENT: document, picture: b"\x00" * 5_000_000}))
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (100).to_bytes(4, "little")
    locked = bytearray(packed({DOCUMENT: document}))
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    spoilt = bytearray(packed({DOCUMENT: document}))
    at = spoilt.index(DOCUMENT.encode()) + len(DOCUMENT)
    spoilt[at : at + 200] = b"\xff" * 200
    return {
        "bzip2": (packed({DOCUMENT: document}, zipfile.ZIP_BZIP2), "packed in a way that is not read"),
        "lzma": (packed({DOCUMENT: document}, zipfile.ZIP_LZMA), "packed in a way that is not read"),
        "unknown packing": (_entry_changed(document, 10, b"\x63\x00"), "packed in a way that is not read"),
        "spoilt": (bytes(spoilt), "damaged"),
        "beyond": (_beyond(document), "damaged"),
        "traversal": (packed({**parts, "../../etc/cron.d/x": b"x"}), "does not belong"),
        "absolute": (packed({**parts, "/etc/passwd": b"x"}), "does not belong"),
        "inside": (packed({**parts, f"assets/../{picture}": b"x"}), "does not belong"),
        "windows": (packed({**parts, "..\\x.dll": b"x"}), "does not belong"),
        "unknown": (packed({**parts, "assets/logo.svg": svg}), "does not belong"),
        "nul": (packed({**parts, "assets/a\x00.png": svg}), "does not belong"),
        "another": (packed({**parts, f"assets/{'0' * 64}.png": logo()}), "names no such picture"),
        "svg": (packed({**parts, picture: svg}), "not the picture that its name says"),
        "swapped": (packed({**parts, picture: logo(ink="#00ff00")}), "not the picture that its name says"),
        "twice": (packed([(DOCUMENT, document), (DOCUMENT, document)]), "twice"),
        "empty": (packed({picture: parts[picture]}), "has no portal.json"),
        "bomb": (packed({DOCUMENT: b" " * 50_000_000}), "unpacks to more than 2048 kB"),
        "picture bomb": (packed({DOCUMENT: document, picture: b"\x00" * 5_000_000}), "more than 512 kB"),
        "lying": (bytes(lying), ""),
        "locked": (bytes(locked), "password"),
        "many": (packed({f"{number}": b"" for number in range(500)}), "500 entries"),
        "cut": (bundle[: len(bundle) // 2], "damaged"),
        "page": (b"<!doctype html><script>alert(1)</script>", "not JSON"),
        "no document": (packed({DOCUMENT: b"[]"}), "not an object"),
        "zip alone": (b"PK\x03\x04", "damaged"),
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_whatever_else_an_archive_holds_is_refused_with_place_and_mend_and_changes_nothing(bundle, papers, alice):
    rows, edits = PortalAsset.objects.count(), DraftOperation.objects.count()
    live = canonical(live_portal().document)
    for name, (raw, words) in _hostile(bundle).items():
        with pytest.raises(DocumentRefused) as refused:
            take_portal(io.BytesIO(raw))
        problem = refused.value.problems[0]
        assert words in problem.problem, (name, problem)
        assert problem.mend.endswith("."), name
        answer = read(alice, raw)
        assert answer.status_code == 400, name
        assert "nothing was changed" in answer.content.decode(), name
    assert (PortalAsset.objects.count(), DraftOperation.objects.count()) == (rows, edits)
    assert canonical(live_portal().document) == live and not current().is_changed


def test_a_picture_that_draws_without_end_is_refused_too(bundle, papers):
    document = json.loads(entries(bundle)[DOCUMENT])
    document["portal"]["brand"].pop("logo_dark")
    for name in ("saying.png", "page.png", "drawing.png"):
        content = REFUSED[name]()
        digest = hashlib.sha256(content).hexdigest()
        document["portal"]["brand"]["logo"] = digest
        raw = packed({DOCUMENT: json.dumps(document).encode(), f"assets/{digest}.png": content})
        with pytest.raises(DocumentRefused) as refused:
            take_portal(io.BytesIO(raw))
        assert refused.value.problems[0].path == f"assets/{digest}.png"
    assert PortalAsset.objects.count() == 2


def test_only_who_configures_takes_a_bundle_out_or_in(bundle, papers):
    before = named()
    for who, status in (("bob", 403), ("carol", 404)):
        assert papers.client(who).get(f"{VERSIONS}file/?as=bundle").status_code == status
        assert read(papers.client(who), bundle).status_code == status
    assert named() == before
