"""Every template is rendered and says what it needs.

Most are met by a walk through all addresses of a portal and its mails; the others (steps of signing in, errors, parts
that no page of the walk shows) are rendered with a context that has an answer to everything.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.forms import CharField, Form
from django.template import RequestContext
from django.template.loader import get_template
from django.urls import set_urlconf

from portal_core.accounts.actor import actor_for
from tests.contracts.addresses import PUBLIC
from tests.contracts.rendering import rendered
from tests.contracts.walked import SIGNED_OUT, WALKED_TOGETHER, walk_of

ROOT = Path(settings.BASE_DIR) / "templates"
ALL = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.suffix in (".html", ".txt"))


class SampleForm(Form):
    """A form with one field of everything that the pages name by hand."""

    email = name = code = slug = starter = colour = reason = typed = CharField(label="Something")


NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
SAMPLE = {
    "form": SampleForm(),
    "again_at": NOW,
    "minutes": 15,
    "expires_at": NOW,
    "again": {"done_at": NOW},
    "offer": {"since": NOW},
    # Of a customer's archive.
    "made_at": NOW,
    "part": {"sent_at": NOW},
    "lines": [{"at": NOW}],
    "mail": {"arrived_at": NOW, "subject": "Hello"},
    # In the console.
    "tenant": {"slug": "alpha", "line": {"created_at": NOW}, "is_active": True},
}
GUEST = {"token": "x", "number": 1001, "type_key": "job", "guest": {"token": "x", "expires_at": NOW}, "can_renew": True}
GUEST["contact"] = SampleForm()


_FILES = (
    "_offer_find",
    "_offer_pick",
    "_optional_part",
    "_upl",
    "doc",
    "document_step",
    "record_files",
    "vault_row",
)
_PARTS_FOR_LATER = (
    "_optional_part",
    "ask_small",
    "example_card",
    "mail_preview",
    "next_step",
    "prefilled",
    "tabs",
    *_FILES,
)
_STEPS = (
    "_again",
    "_ask_keys",
    "_ask_offer",
    "join",
    "signin_link",
    "signin_link_sent",
    "signin_over",
    "signin_wait",
    "file_not_now",
)
# A whole page on a portal that takes guests: tests/portal/test_guests.py.
ELSEWHERE = {"portal/guest_request.html", "portal/document_add.html", "portal/document_choose.html"}
# A draft with something to decide and to mend, and what was published: tests/desk/setup/test_review.py.
_REVIEWED = (
    "_change",
    "_change_lines",
    "_mapto",
    "_mend",
    "_seeing",
    "_seen_rows",
    "_sentence",
    "_swatch",
    "publish_requests",
    "publish_seen",
    "published",
)
ELSEWHERE |= {f"setup/{part}.html" for part in _REVIEWED}
# What is called alike, and rules for some cases: tests/desk/setup/test_catalogues.py and test_notifications.py.
ELSEWHERE |= {"setup/_alike.html", "setup/_told_conditions.html"}
# A kind of request that was taken out while somebody typed: tests/desk/test_forms_since_opened.py.
ELSEWHERE |= {"desk/new_closed.html"}
# The page of one answer by which a queue is narrowed: tests/desk/test_narrow.py goes through it.
ELSEWHERE |= {"desk/narrow_by.html"}
# Two at a time in the editor: tests/desk/setup/test_others.py.
ELSEWHERE |= {"setup/_here.html"}
# What a logo is painted in: tests/documents/test_logos.py.
ELSEWHERE |= {"setup/_logo_colours.html"}
# Steps of signing in, the platform's pages, errors and parts that no page of the walk shows.
NOT_MET = [
    name
    for name in ALL
    if name.startswith(
        ("portal/own_data/", "console/", "errors/", "platform/", "base/", "emails/invite", "emails/digest")
    )
    or name in {f"portal/{step}.html" for step in _STEPS}
    # Met by tests/portal/test_guests.py, on a portal that takes guests.
    or ("guest" in name and name not in ELSEWHERE)
    or name == "portal/_contact.html"
    # A draft that cannot be shown: tests/preview/test_drafts.py.
    or name in ("setup/preview_problems.html", "setup/_preview_problems.html")
    or name in {f"components/{part}.html" for part in _PARTS_FOR_LATER}
]


@WALKED_TOGETHER
def test_a_walk_through_portal_desk_and_mails_renders_their_templates(request):
    # Carol's comes last: in the end it publishes another version.
    walks = [walk_of(name, False, request) for name in (SIGNED_OUT, "alice", "carol")]
    names = set().union(*(walk.templates for walk in walks))
    assert sorted(set(ALL) - names - set(NOT_MET) - ELSEWHERE) == []


@pytest.mark.parametrize("name", NOT_MET)
def test_what_the_walk_does_not_meet_can_be_rendered_by_itself(name, tenant, rf, people):
    request = rf.get("/")
    request.actor = actor_for(people["alice"])
    if name.startswith(("console/", "platform/", "base/console", "base/platform")):
        request.urlconf = PUBLIC
        set_urlconf(PUBLIC)
    try:
        with rendered() as names:
            get_template(name).template.render(
                RequestContext(request, SAMPLE | GUEST if "guest" in name or "contact" in name else SAMPLE)
            )
    finally:
        set_urlconf(None)
    assert name in names


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("emails/")])
def test_a_template_says_what_it_needs(name):
    """A comment before the first element or block names the variables; a page without any of its own says so."""
    text = (ROOT / name).read_text(encoding="utf-8")
    start = min((at for sign in ("{#", "{% comment") if (at := text.find(sign)) >= 0), default=-1)
    assert start >= 0, "no header comment"
    assert "{% block" not in text[:start], "the comment comes late"
