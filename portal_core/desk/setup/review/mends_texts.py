"""Mends of texts: a placeholder that stands for nothing goes out of them."""

import re
from typing import Final

from portal_core.config.draft.paths import Path
from portal_core.config.placeholders import FIELD_PREFIX
from portal_core.desk.setup.review.finding import Control, Finding, Menders, Option, without_placeholders

_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")


def placeholders_in(finding: Finding) -> set[str]:
    """The placeholders that a finding is about: those it says in braces, or the fields that it names."""
    return set(_IN_BRACES.findall(finding.said)) or {f"{FIELD_PREFIX}{key}" for key in finding.quoted}


def leave_out(finding: Finding, path: Path) -> Control | None:
    """The text without them, or other words where nothing would be left; None where that would change nothing."""
    names = placeholders_in(finding)
    if "names no fields" in finding.said:
        names = {name for name in _IN_BRACES.findall(str(finding.read(*path))) if name.startswith(FIELD_PREFIX)}
    edit = without_placeholders(finding, path, names)
    if edit is None:
        return None
    if edit.value is None:
        return Control("This text", text_path=path)
    return Control("This text", (Option("Leave that word out of it", (edit,)),))


def text(finding: Finding) -> Control | None:
    """The same at the place of the finding."""
    return leave_out(finding, finding.path)


TEXTS: Final[Menders] = (
    ("messages.*.*", text),
    ("ready_answers.*.body", text),
)
