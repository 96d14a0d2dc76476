"""Right-to-left words inside sentences without markup."""

from __future__ import annotations

from portal_core.documents.words import reason_for
from portal_core.notifications.parts import fill_line, fill_markdown
from tenants.ui.directions import isolated

NAME = "\u05de\u05e1\u05de\u05da 7.exe"
KEPT = f"\u2068{NAME}\u2069"


def test_only_words_that_run_from_right_to_left_are_marked():
    assert isolated(NAME) == KEPT
    for words in ("", "Sam Porter", "1,200 £", "Ärzte 7"):
        assert isolated(words) == words


def test_a_files_error_and_a_mail_keep_their_own_order_around_a_name():
    assert reason_for(NAME, "program") == f"“{KEPT}” is a program. Send a PDF or a photo instead."
    assert fill_line("News for {customer} 1", {"customer": NAME}, "en") == f"News for {KEPT} 1"
    assert "\u2068\u05de\u05e1\u05de\u05da" in fill_markdown("Hello {customer},", {"customer": NAME}, "en")
