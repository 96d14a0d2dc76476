"""Logos: drawn small and in one way, kept apart from customers' files, fetched only as far as they are anybody's."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.conf import settings
from django.core import mail as sent_mails
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image, ImageChops, ImageDraw, ImageStat
from PIL.PngImagePlugin import PngInfo

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config import live
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.editing import discard, undo
from portal_core.config.draft.reading import current
from portal_core.config.errors import PublishRefused
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation, PortalAsset, PortalVersion
from portal_core.documents import storage, sweep
from portal_core.documents.checking import Refused
from portal_core.documents.checking.logo import MOST_BYTES, draw_logo
from portal_core.documents.logos import keep_logo
from portal_core.documents.models import StoredFile
from tenants.context import tenant_context
from tenants.outbox.drain import drain
from tests.desk.setup.test_sheets import form_of
from tests.documents.hostile_files import REFUSED
from tests.documents.logos import LOGO, go_live, logo, named, noise, send
from tests.documents.papers import document
from tests.documents.samples import picture
from tests.factories import make_client

PORTAL = "/desk/setup/portal/"


@pytest.fixture
def alice(papers):
    return papers.client("alice")


def drawn(content):
    return draw_logo(io.BytesIO(content))


def address(digest):
    return f"/brand/{digest}.png"


# ---- drawing


@pytest.mark.parametrize(
    "content", [logo(), logo(size=(1600, 900)), logo(kind="JPEG", ground="white"), noise(), logo(ink="white")]
)
def test_a_logo_is_light_and_comes_out_of_itself_as_the_very_same_bytes(content):
    made = drawn(content)
    assert len(made.content) <= MOST_BYTES
    again = drawn(made.content)
    assert (again.content, again.digest) == (made.content, made.digest)
    assert drawn(content).content == made.content
    with Image.open(io.BytesIO(made.content)) as image:
        assert (image.format, image.size) == ("PNG", (made.width, made.height))
        assert made.height <= 84


def test_the_empty_margin_is_cut_off_and_what_is_seen_stays():
    made = drawn(logo(size=(400, 120)))
    with Image.open(io.BytesIO(made.content)) as image:
        assert image.convert("RGBA").getchannel("A").getbbox() == (0, 0, made.width, made.height)
    assert made.width / made.height == pytest.approx((400 * 0.9 - 24) / 72, rel=0.05)


def test_on_which_ground_it_can_be_made_out_is_told_and_what_it_is_painted_in():
    dark, white = drawn(logo(ink="#101820")), drawn(logo(ink="white"))
    assert (dark.reads_on_light, dark.reads_on_dark) == (True, False)
    assert (white.reads_on_light, white.reads_on_dark) == (False, True)
    badge = drawn(logo(ink="#101820", ground="#ffffff"))
    assert (badge.reads_on_light, badge.reads_on_dark) == (True, True)
    assert drawn(logo(ink="#c8401a")).colours == ("#c8401a",)
    assert dark.colours == white.colours == drawn(logo(ink="#767676")).colours == ()


def huge(size=(5_000, 4_000), box=(500, 400, 4_500, 3_600)):
    """As a scanner or a designer sends it: twenty million pixels of four channels, with a margin."""
    image = Image.new("RGBA", size, (255, 0, 0, 0))
    ImageDraw.Draw(image).rounded_rectangle(box, 700, fill="#10307a")
    ImageDraw.Draw(image).ellipse((1_500, 1_000, 3_500, 3_000), fill="#f0b040")
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def test_a_huge_picture_becomes_the_logo_that_a_small_one_of_it_becomes():
    content = huge()
    made = drawn(content)
    assert drawn(made.content).content == made.content
    with Image.open(io.BytesIO(content)) as image:
        small = io.BytesIO()
        image.resize((500, 400), Image.Resampling.BOX).save(small, "PNG")
    beside = drawn(small.getvalue())
    assert (made.width, made.height) == (beside.width, beside.height) == (105, 84)
    assert (made.colour, made.reads_on_light) == (beside.colour, beside.reads_on_light) == ("#10307a", True)
    assert {*made.colours} == {*beside.colours} == {"#10307a", "#f0b040"}
    with Image.open(io.BytesIO(made.content)) as one, Image.open(io.BytesIO(beside.content)) as other:
        difference = ImageChops.difference(one.convert("RGBA"), other.convert("RGBA"))
        assert max(ImageStat.Stat(difference).mean) < 3
    # Of strips that are drawn one by one no seam is seen.
    with Image.open(io.BytesIO(made.content)) as image:
        lines = [image.convert("RGBA").getpixel((52, line)) for line in range(25, 60)]
    assert len(set(lines)) == 1


@pytest.mark.parametrize(
    ("size", "code"), [((9_000, 1_000), "logo_wide"), ((1_000, 3_000), "logo_narrow"), ((2_000, 2_000), "logo_empty")]
)
def test_a_huge_picture_is_refused_for_the_same_reasons(size, code):
    written = io.BytesIO()
    Image.new("RGBA", size, (9, 9, 9, 0 if code == "logo_empty" else 255)).save(written, "PNG")
    with pytest.raises(Refused) as refused:
        drawn(written.getvalue())
    assert refused.value.code == code


# In a process of its own, whose memory the operating system bounds (see test_hostile_files.py).
MEASURE = """
import resource, sys, time
sys.path.insert(0, ".")
from portal_core.documents.checking import check_file
from portal_core.documents.checking.logo import draw_logo
resource.setrlimit(resource.RLIMIT_AS, (600 * 1024 * 1024, 600 * 1024 * 1024))
start = time.process_time()
for name in sys.argv[1:]:
    with open(name, "rb") as content:
        draw_logo(check_file(content, name, ("png", "jpg")).content)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024, time.process_time() - start)
"""


def test_the_largest_picture_that_is_taken_becomes_a_logo_in_two_hundred_megabytes(tmp_path):
    (tmp_path / "huge.png").write_bytes(huge())
    (tmp_path / "phone.jpg").write_bytes(picture(size=(8_000, 6_000)))
    files = [str(tmp_path / name) for name in ("huge.png", "phone.jpg")]
    command = [sys.executable, "-c", MEASURE, *files]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    peak, seconds = map(float, done.stdout.split())
    assert peak < 200, f"{peak:.0f} MB"
    assert seconds < 8, f"{seconds:.1f} s"


def test_nothing_but_the_picture_is_kept(papers):
    asset = keep_logo(io.BytesIO(logo(pnginfo=_words())), "a.png")
    content = b"".join(storage.read(asset.key))
    assert b"Canary" not in content
    assert hashlib.sha256(content).hexdigest() == asset.digest
    assert not StoredFile.objects.exists()


def _words():
    info = PngInfo()
    info.add_text("Comment", "Canarycomment")
    return info


# ---- sending it


def test_hostile_files_are_refused_each_with_a_reason_and_leave_nothing(papers, alice, file_store):
    before = PortalVersion.objects.count()
    for name, make in REFUSED.items():
        cache.clear()  # so many in an hour are refused for that alone
        answer = send(alice, make(), name)
        assert answer.status_code == 400, name
        assert 'class="error-text" id="error-logo"' in answer.content.decode(), name
        reason = answer.context["slots"][0].refusal
        assert reason.endswith(".") and "“" in reason and len(reason) > 30, name
        assert "please" not in reason.lower() and "PDF and send" not in reason, name
    assert not PortalAsset.objects.exists() and not DraftOperation.objects.exists()
    assert PortalVersion.objects.count() == before
    assert not [path for path in file_store.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "mark.svg", "Export it as PNG"),
        (b"%PDF-1.4", "mark.pdf", "Send the logo as PNG"),
        (logo(size=(4000, 100)), "wide.png", "eight times as wide"),
        (logo(size=(60, 12)), "small.png", "at least 84 pixels high"),
        (picture("PNG", (20, 400)), "high.png", "higher than wide"),
        (picture("PNG", (9, 9)), "dot.png", "at least 84 pixels high"),
        (Image.new("RGBA", (80, 80), (0, 0, 0, 0)), "nothing.png", "shows nothing"),
        (b"", "empty.png", "is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_a_logo_is_refused_with_its_mend(content, name, words, papers, alice):
    if isinstance(content, Image.Image):
        written = io.BytesIO()
        content.save(written, "PNG")
        content = written.getvalue()
    answer = send(alice, content, name)
    assert answer.status_code == 400
    assert words in answer.context["slots"][0].refusal
    assert named() is None


def test_a_picture_that_is_too_large_is_said_with_its_limit(papers, alice):
    answer = send(alice, b"\x89PNG\r\n\x1a\n" + b"\x00" * (5 * 1024 * 1024), "large.png")
    assert answer.status_code == 400 and "5 MB" in answer.context["slots"][0].refusal


def test_it_is_in_the_draft_first_and_live_only_once_published(papers, alice):
    answer = send(alice, logo(), "Hafen & Söhne.png")
    assert (answer.status_code, answer["Location"]) == (302, f"{PORTAL}#logo")
    digest = named()
    asset = PortalAsset.objects.get()
    assert (asset.digest, asset.name) == (digest, "Hafen _ Söhne.png")
    assert live_portal().logo is None
    page = alice.get(PORTAL).content.decode()
    assert page.count(address(digest)) >= 3, "in its place, and in both small pages"
    assert "Hafen _ Söhne.png" in page and "In the dark it stands on a light tile." in page
    assert address(digest) not in papers.client("carol").get("/").content.decode()
    go_live()
    assert live_portal().logo.plain.digest == digest
    for client, path in ((papers.client("carol"), "/"), (make_client(), "/signin/")):
        page = client.get(path).content.decode()
        assert f'<img src="{address(digest)}"' in page, path
        assert "logo-tile-dark" in page


def test_both_logos_their_words_and_the_name_beside(papers, alice):
    send(alice, logo())
    send(alice, logo(ink="white"), "white.png", "logo_dark")
    typed = {"logo_alone": "on", "logo_alt": "Acme & sons"}
    assert alice.post(PORTAL, {**form_of(alice, PORTAL), **typed}).status_code == 302
    go_live()
    page = papers.client("carol").get("/").content.decode()
    logo_part = page[page.index("<picture") : page.index("</picture>")]
    assert f'media="(prefers-color-scheme: dark)" srcset="{address(named("logo_dark"))}"' in logo_part
    assert 'alt="Acme &amp; sons"' in logo_part and "logo-tile" not in logo_part
    head = page[page.index('class="brandmark"') :]
    assert "<bdi>" not in head[: head.index("</a>")]


def test_an_edit_of_it_can_be_undone_taken_out_and_set_back_to_what_is_live(papers, alice):
    send(alice, logo())
    first = named()
    undo(actor=papers.actor("alice"), revision=current().revision)
    assert named() is None
    send(alice, logo())
    go_live()
    send(alice, logo(ink="#c8401a"))
    assert named() != first
    alice.post(LOGO, {"which": "logo", "do": "live"})
    assert named() == first
    alice.post(LOGO, {"which": "logo", "do": "remove"})
    assert named() is None and live_portal().logo is not None
    undo(actor=papers.actor("alice"), revision=current().revision)
    assert named() == first
    assert alice.post(LOGO, {"which": "brand", "do": "remove"}).status_code == 404
    assert alice.post(LOGO, {"which": "logo", "do": "send"}).status_code == 302
    assert named() == first


def painted(*inks, kind="PNG", **more):
    """A logo of bars, each in a colour, on a see-through ground (on white as JPEG), as a designer exports it."""
    image = Image.new(
        "RGB" if kind == "JPEG" else "RGBA", (100 * len(inks), 100), "white" if kind == "JPEG" else (0, 0, 0, 0)
    )
    pen = ImageDraw.Draw(image)
    for place, ink in enumerate(inks):
        pen.ellipse((100 * place + 5, 5, 100 * place + 95, 95), fill=ink)
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (painted("#c8401a", "#c8401a", "#10307a", "#888888", "black"), ("#c8401a", "#10307a")),
        # What is half seen through is seen as it is painted.
        (painted("#c8401aff", "#10307a20"), ("#c8401a",)),
        (painted("#c8401a", "#cc441e"), ("#c8401a",)),
        (painted("#e6007e", "#009ee0", "#ffed00", "#4c9a2a", "#f08000", "#5b2a86"), 5),
        (painted("white", "#202020", "#777777"), ()),
    ],
    ids=["the most first", "see-through", "alike", "many", "greys"],
)
def test_what_it_is_painted_in_is_told_colour_by_colour(content, expected):
    colours = drawn(content).colours
    assert (len(colours) if isinstance(expected, int) else colours) == expected


def test_soft_pictures_have_colours_too_and_moving_ones_those_of_their_first_picture():
    near = drawn(painted("#c8401a", "#10307a", kind="JPEG", quality=60)).colours
    assert len(near) == 2
    for found, meant in zip(near, ("#c8401a", "#10307a"), strict=True):
        assert max(abs(int(found[at : at + 2], 16) - int(meant[at : at + 2], 16)) for at in (1, 3, 5)) < 12
    assert len(drawn(noise()).colours) <= 5
    frames = [Image.open(io.BytesIO(painted(ink))) for ink in ("#c8401a", "#10307a")]
    for kind in ("PNG", "WEBP"):
        written = io.BytesIO()
        frames[0].save(written, kind, save_all=True, append_images=frames[1:], lossless=True)
        assert drawn(written.getvalue()).colours == ("#c8401a",)


def test_each_of_its_colours_is_offered_with_its_verdict_and_taken_over_in_one_press(papers, alice):
    send(alice, painted("#10307a", "#ffd500", "#c8401a"))
    page = alice.get(PORTAL).content.decode()
    offers = re.findall(r'<button[^>]*form="form-logo" name="colour" value="(#[0-9a-f]{6})"', page)
    assert offers == [choice.colour for choice in alice.get(PORTAL).context["colour_choices"]]
    assert {*offers} == {"#10307a", "#ffd500", "#c8401a"}
    for words in ("Bright: texts are shown darker", "Reads well, close to the red of errors", ">contrast 5.0<"):
        assert words in page
    answer = alice.post(LOGO, {"which": "logo", "colour": "#c8401a"})
    assert answer.url == f"{PORTAL}#s-colour"
    assert current().read(("portal", "brand", "colour")) == "#c8401a"
    assert "Your colour now" in alice.get(PORTAL).content.decode()
    alice.post(LOGO, {"which": "logo", "do": "remove"})
    send(alice, logo(ink="black"))
    page = alice.get(PORTAL).content.decode()
    assert 'form="form-logo" name="colour"' not in page
    assert "it has no colour of its own to take" in page


def test_no_colour_is_taken_but_one_of_the_logo(papers, alice):
    send(alice, painted("#10307a"))
    for colour in ("#c8401a", "red", "", "#10307a;", "#10307A"):
        answer = alice.post(LOGO, {"which": "logo", "colour": colour}, follow=True)
        assert "has no such colour" in answer.content.decode()
        assert current().read(("portal", "brand", "colour")) is None
    for who, status in (("bob", 403), ("carol", 404)):
        assert papers.client(who).post(LOGO, {"which": "logo", "colour": "#10307a"}).status_code == status
    assert current().read(("portal", "brand", "colour")) is None


def test_a_logo_from_before_is_told_its_colours_when_it_is_sent_anew(papers, alice):
    send(alice, painted("#10307a", "#ffd500"))
    PortalAsset.objects.update(colours=[])
    send(alice, painted("#10307a", "#ffd500"))
    assert PortalAsset.objects.get().colours == ["#ffd500", "#10307a"]


def test_only_who_configures_sends_or_takes_out_a_logo(papers, alice):
    for who, status in (("bob", 403), ("erin", 403), ("carol", 404)):
        assert send(papers.client(who), logo()).status_code == status
        assert papers.client(who).post(LOGO, {"which": "logo", "do": "remove"}).status_code == status
    assert send(make_client(), logo()).status_code in (302, 403)
    assert not PortalAsset.objects.exists() and not DraftOperation.objects.exists()


# ---- fetching it


def test_the_live_one_is_everybodys_and_a_drafts_of_those_who_configure_alone(papers, alice):
    send(alice, logo())
    digest = named()
    readers = {"alice": 200, "bob": 404, "erin": 404, "carol": 404}
    for who, status in readers.items():
        assert papers.client(who).get(address(digest)).status_code == status, who
    assert make_client().get(address(digest)).status_code == 404
    assert "private" in alice.get(address(digest))["Cache-Control"]
    go_live()
    answer = make_client().get(address(digest))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer and not answer.cookies
    send(alice, logo(ink="#c8401a"))
    go_live()
    assert make_client().get(address(digest)).status_code == 404, "another one is live"
    assert alice.get(address(digest)).status_code == 200
    assert make_client().post(address(digest)).status_code == 405


def test_what_was_never_a_logo_is_fetched_by_nobody(papers, alice):
    papers.upload()
    row = StoredFile.objects.get()
    for digest in (row.sha256, "0" * 64, "0" * 12):
        assert alice.get(address(digest)).status_code == 404
        assert make_client().get(address(digest)).status_code == 404
    with pytest.raises(PublishRefused) as refused:
        publish(actor=papers.actor("alice"), document=load(_naming(row.sha256)))
    (problem,) = refused.value.problems
    assert problem.path == "portal.brand.logo" and "Choose the logo again" in problem.mend
    assert live_portal().logo is None


def _naming(digest, **more):
    made = document()
    made["portal"]["brand"] = {"logo": digest, **more}
    return made


def test_the_twins_logo_is_never_ones_own(twins, file_store, settings):
    with tenant_context(twins.beta.tenant):
        digest = keep_logo(io.BytesIO(logo()), "beta.png").digest
        made = dict(live_portal().document.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        made["portal"]["brand"] = {"logo": digest}
        publish(actor=actor_for(twins.beta.people["alice"]), document=load(made))
    assert make_client(None, tenant=twins.beta.tenant).get(address(digest)).status_code == 200
    assert make_client(None, tenant=twins.alpha.tenant).get(address(digest)).status_code == 404
    with tenant_context(twins.alpha.tenant):
        owner = make_client(twins.alpha.people["alice"])
        assert owner.get(address(digest)).status_code == 404
        assert not PortalAsset.objects.exists()
    # The same picture on both sides: each has its own row and content.
    with tenant_context(twins.alpha.tenant):
        assert keep_logo(io.BytesIO(logo()), "alpha.png").digest == digest
    rows = []
    for side in (twins.alpha, twins.beta):
        with tenant_context(side.tenant):
            rows.append(PortalAsset.objects.get())
    assert rows[0].key != rows[1].key and rows[0].key.split("/")[0] != rows[1].key.split("/")[0]


def test_pages_with_a_logo_ask_the_database_no_more(papers, alice):
    carol = papers.client("carol")

    def asked(path):
        carol.get(path)
        with CaptureQueriesContext(connection) as found:
            assert carol.get(path).status_code == 200
        return len(found)

    before = {path: asked(path) for path in ("/", "/requests/", "/new/")}
    send(alice, logo())
    go_live()
    assert {path: asked(path) for path in before} == before


# ---- mails


def test_it_travels_inside_mails_and_text_mails_stay_as_they_are(papers, alice, drained):
    send(alice, logo())
    go_live()
    digest = named()
    make_client().post("/signin/", {"email": papers.people["carol"].email})
    mails = drained()
    assert mails
    for sent in mails:
        message = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        assert message.get_content_type() == "multipart/related"
        html = message.get_body(preferencelist=("html",)).get_content()
        assert f'src="cid:logo-{digest[:32]}"' in html and address(digest) not in html
        (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
        # In one line: not every mail program reads a folded one.
        assert f"\nContent-ID: <logo-{digest[:32]}>\n" in sent.message().as_string()
        assert image.get_content_disposition() == "inline"
        assert hashlib.sha256(image.get_payload(decode=True)).hexdigest() == digest
        assert "logo" not in message.get_body(preferencelist=("plain",)).get_content().lower()


def test_without_a_logo_mails_are_as_they_were(papers, drained):
    make_client().post("/signin/", {"email": papers.people["carol"].email})
    mails = drained()
    assert mails
    for sent in mails:
        message = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        assert message.get_content_type() == "multipart/alternative"
        assert "cid:" not in message.as_string()


@pytest.fixture
def drained(papers):
    """Sends what waits, and gives it."""

    def run():
        sent_mails.outbox.clear()
        drain(papers.tenant.schema_name)
        return list(sent_mails.outbox)

    return run


# ---- keeping it


def later(days):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def test_what_a_version_a_draft_or_an_edit_names_is_never_swept(papers, alice, file_store):
    send(alice, logo())
    go_live()
    digest = named()
    publish(actor=papers.actor("alice"), document=load(document()))
    send(alice, logo(ink="#c8401a"))
    discard(actor=papers.actor("alice"), title="Discarded")
    assert PortalAsset.objects.count() == 2
    with later(400):
        sweep.sweep()
        assert PortalAsset.objects.count() == 2, "an old version and an edit that can be undone name them"
        DraftOperation.objects.all().delete()
        sweep.sweep()
        (kept,) = PortalAsset.objects.all()
        assert kept.digest == digest
        assert [path for path in file_store.rglob("*") if path.is_file()] == [file_store / kept.key]
    assert alice.get(address(digest)).status_code == 200


def test_what_nothing_names_is_swept_after_a_week_and_sent_again_is_new(papers, alice, file_store):
    asset = keep_logo(io.BytesIO(logo()), "a.png")
    with later(6):
        sweep.sweep()
        assert PortalAsset.objects.exists()
        keep_logo(io.BytesIO(logo()), "again.png")
    with later(12):
        sweep.sweep()
        assert PortalAsset.objects.get().digest == asset.digest, "it was sent again six days ago"
    with later(14):
        sweep.sweep()
    assert not PortalAsset.objects.exists()
    assert [path for path in file_store.rglob("*") if path.is_file()] == []


def test_a_logo_that_is_gone_leaves_the_letter(papers, alice):
    send(alice, logo())
    go_live()
    digest = named()
    PortalAsset.objects.all().delete()
    live.cache.clear()
    page = papers.client("carol").get("/").content.decode()
    assert address(digest) not in page and "<picture" not in page
    assert "is not here. Choose it again." in alice.get(PORTAL).content.decode()


def _live_with(content: bytes) -> None:
    kept = keep_logo(io.BytesIO(content), "sign.png")
    made = document()
    made["portal"]["brand"] = {"logo": kept.digest}
    publish(actor=SYSTEM, document=load(made))


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("#c8401a", (0, 0, 0, 0)), ("#101a30", (255, 255, 255, 255)), ("#fff8f0", (33, 30, 29, 255))],
    ids=["on both", "not in the dark", "not on light"],
)
def test_the_icon_of_the_tab_is_the_logo_where_it_can_be_made_out_that_small(papers, ink, ground):
    _live_with(logo(ink, size=(138, 120)))
    response = make_client().get("/favicon.ico")
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert not response.cookies and len(response.content) < MOST_BYTES
    icon = Image.open(io.BytesIO(response.content)).convert("RGBA")
    assert (icon.size, icon.getpixel((1, 1))) == ((64, 64), ground), "on a ground of its own where it would vanish"
    with CaptureQueriesContext(connection) as queries:
        assert make_client().get("/favicon.ico").content == response.content
    assert not [query for query in queries if "portalasset" in query["sql"]], "drawn once"


def test_a_wide_logo_and_one_that_is_gone_leave_the_letter(papers):
    _live_with(logo(size=(400, 100)))
    assert make_client().get("/favicon.ico")["Content-Type"] == "image/svg+xml"
    _live_with(logo("#0a7a2a", size=(115, 100)))
    storage.remove(PortalAsset.objects.get(digest=live_portal().logo.plain.digest).key)
    assert make_client().get("/favicon.ico")["Content-Type"] == "image/svg+xml"
