"""What people and businesses write does no harm in the frame, around it, or by its addresses."""

from __future__ import annotations

import copy
import re

import pytest
from django.utils.html import escape

from portal_core.desk.setup.preview.rewriting import Place, rewrite
from tests.contracts import hostile
from tests.factories import make_user
from tests.preview.conftest import ROOT
from tests.service_requests.filing import file_request

ELSEWHERE = 'target="_blank" rel="noopener noreferrer"'
PLACE = Place("/desk/setup/preview/live/new/", "https://nord.example")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/requests/1001/?x=1#y">', '<a href="/desk/setup/preview/live/new/requests/1001/?x=1#y">'),
        ('<form action="/new/x/" hx-post="/new/x/">', '<form action="{0}new/x/" hx-post="{0}new/x/">'),
        ('<form data-autosave="/new/x/draft/">', '<form data-autosave="{0}new/x/draft/">'),
        ('<link href="/brand/0123456789ab.css">', '<link href="{0}brand/0123456789ab.css">'),
        ('<a href="https://nord.example/requests/1/">', '<a href="{0}requests/1/">'),
        ('<a href="?page=2">', '<a href="?page=2">'),
        ('<a href="#now">', '<a href="#now">'),
        ('<link href="/static/portico.css">', '<link href="/static/portico.css">'),
        (
            '<a href="https://else.example/">',
            '<a href="https://else.example/" target="_blank" rel="noopener noreferrer">',
        ),
        ('<a href="//else.example/">', '<a href="//else.example/" target="_blank" rel="noopener noreferrer">'),
        ('<a href="/files/1/">', '<a href="/files/1/" target="_blank" rel="noopener noreferrer">'),
        ('<input type="file" name="f">', '<input type="file" name="f" disabled>'),
        ('<a href="tel:0131">', '<a href="tel:0131">'),
    ],
)
def test_addresses_stay_in_the_frame_or_open_elsewhere(before, after):
    assert rewrite(before, PLACE).html == after.format(PLACE.base)


PIECES = [
    "<!doctype html><p class=x data-a='b\"c' hidden>&lt;b&gt; &amp;amp; &#x27;quoted&#39; &nbsp;</p>",
    "<script>if (a < b && c > d) { x = '<a href=\"/x/\">'; }</script>",
    "<style>a > b { content: '</a>' }</style><!-- <a href='/y/'> --><svg><use href=\"#i\"/></svg><br/><br>",
    "<textarea>\n<a href=\"/z/\"> &lt;/textarea&gt;</textarea>",
    "text < text & text; &unknown; &copy; &#999999999;",
]  # fmt: skip


@pytest.mark.parametrize("html", PIECES)
def test_what_needs_no_change_goes_through_character_by_character(html):
    assert rewrite(html, PLACE).html == html


@pytest.mark.parametrize("text", list(hostile.STRINGS.values()), ids=list(hostile.STRINGS))
def test_new_words_are_underlined_and_stay_text(text):
    made = rewrite(f"<p>{escape(text)}</p>", PLACE, [text.strip()] if text.strip() else [])
    assert re.sub(r"</?ins>", "", made.html).replace("&#39;", "&#x27;") == f"<p>{escape(text)}</p>".replace(
        "&#39;", "&#x27;"
    )


def test_what_a_business_and_its_customer_write_runs_nowhere(studio):
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}"
    document = copy.deepcopy(studio.live)
    document["types"][0]["name"] = bad
    document["types"][0]["fields"][0]["label"] = bad
    document["flows"][0]["statuses"][0]["name"] = bad
    document["flows"][0]["statuses"][0]["meaning"] = bad
    document["portal"]["welcome"] = bad
    carol = make_user("bad@example.com", bad[:100], "customer")
    row = file_request(carol, what=bad[:80])
    studio.draft(document)
    paths = ["", "new/", "new/repair/", f"requests/{row.number}/", "mail/repair/known/"]
    for path in paths:
        for answer in (
            studio.see(carol, path, version="draft"),
            studio.client.get(ROOT, {"as": str(carol.pk), "page": path, "find": bad}),
        ):
            assert answer.status_code == 200, path
            page = answer.content.decode()
            assert "<script>alert" not in page and "<img src=x" not in page, path


PARTS = [*list(hostile.STRINGS.values())[:20], "../../../signout/", "//else.example/", "a?b=c", "\x00", "x" * 5000]


NAMES = ("as", "page", "version", "screen", "find")


@pytest.mark.parametrize("step", [len(NAMES), pytest.param(1, marks=pytest.mark.heavy)], ids=["short", "whole"])
@pytest.mark.parametrize("number", range(len(PARTS)))
def test_addresses_with_hostile_parts_are_answered_quietly(number, step, studio):
    """Each text in one of the questions, the next text in the next one; with `--heavy` each in all of them."""
    text = PARTS[number]
    for name in NAMES[number % step :: step]:
        answer = studio.client.get(f"{ROOT}?{name}={hostile.part(text)}")
        assert answer.status_code in (200, 400, 404), name
        if answer.status_code == 200:
            frame = re.search(r'<iframe[^>]* src="([^"]*)"', answer.content.decode())
            assert frame and re.fullmatch(r"/desk/setup/preview/(live|draft)/[\w-]+/[\w/.-]*", frame[1]), name


def test_only_our_own_page_may_frame_it_and_it_frames_nothing(studio):
    inner = studio.see("new")
    assert inner["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in inner["Content-Security-Policy"]
    assert "frame-src" not in inner["Content-Security-Policy"]
    assert "unsafe-inline" not in inner["Content-Security-Policy"]
    outer = studio.client.get(ROOT)
    assert outer["X-Frame-Options"] == "DENY"
    assert "frame-src 'self'" in outer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in outer["Content-Security-Policy"]
    other = studio.client.get("/desk/setup/")
    assert "frame-src" not in other["Content-Security-Policy"] and other["X-Frame-Options"] == "DENY"


def test_a_mail_in_the_frame_runs_no_script_and_carries_no_secret(studio):
    document = copy.deepcopy(studio.live)
    document["flows"][0]["statuses"][1]["notify"] = [{"who": "customer", "when": "now", "message": "known"}]
    document["messages"] = [{"key": "known", "subject": "Known {reference}", "body": "Hello **there**."}]
    studio.publish(document)
    carol = studio.people["carol"]
    row = file_request(carol)
    answer = studio.see(carol, "mail/repair/known/")
    page = answer.content.decode()
    assert "<strong>there</strong>" in page or "there" in page
    assert "script-src 'none'" in answer["Content-Security-Policy"]
    assert f"{ROOT}live/{carol.pk}/requests/{row.number}/" in page
    assert not re.search(r"/u/[^-]", page)
