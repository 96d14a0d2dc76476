"""Mends of texts: a placeholder that stands for nothing goes out of them."""

from typing import Final

from portal_core.config.draft.paths import Path
from portal_core.config.placeholders import FIELD_PREFIX
from portal_core.desk.setup.review.finding import Control, Finding, Menders, Option, without_placeholders


def placeholders_in(finding: Finding) -> set[str]:
    """The placeholders that a finding is about: those that it names, or those of the fields that it names."""
    return set(finding.words) or {f"{FIELD_PREFIX}{path[-1]}" for path in finding.about if path[-2:-1] == ("fields",)}


def leave_out(finding: Finding, path: Path) -> Control | None:
    """The text without them, or other words where nothing would be left; None where that would change nothing."""
    names = placeholders_in(finding)
    edit = without_placeholders(finding, path, names)
    if edit is None:
        return None
    if edit.value is None:
        return Control("This text", text_path=path)
    return Control("This text", (Option("Leave that word out of it", (edit,), drops=True),))


def text(finding: Finding) -> Control | None:
    """The same at the place of the finding."""
    return leave_out(finding, finding.path)


TEXTS: Final[Menders] = (
    ("messages.*.*", text),
    ("ready_answers.*.body", text),
)
