"""A form that was sent after its session had ended shows what was typed, and nothing that the form sent for itself."""

from __future__ import annotations

import re
from typing import Any

OURS = {"key": "k", "opened": "3", "rows": "enter", "tried": "1", "f-policy_found": "house", "again": "1001"}


def kept(answer: Any) -> list[tuple[str, str]]:
    return re.findall(r'<label class="label"[^>]*>([^<]*)</label><textarea[^>]*>\n([^<]*)', answer.content.decode())


def test_what_was_typed_is_shown_and_nothing_else(tenant, client_for):
    answer = client_for().post("/requests/1001/asks/paper/", {**OURS, "f-policy_find": "", "body": "Good morning"})
    assert answer.status_code == 403 and kept(answer) == [("Body", "Good morning")]


def test_a_form_in_which_nothing_was_typed_leads_to_signing_in(tenant, client_for):
    answer = client_for().post("/requests/1001/asks/paper/", OURS)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/signin/")
