"""Findings inside a set of statuses: which one, which status, and which others there are."""

from portal_core.config.draft.paths import Path
from portal_core.desk.setup.review.finding import Finding


def flow_of(finding: Finding) -> Path:
    """The set of statuses in which it lies."""
    return finding.path[:2]


def status_of(finding: Finding) -> Path:
    """The status in which it lies."""
    return finding.path[:4]


def others(finding: Finding, *, ended: bool | None = None) -> list[tuple[str, str]]:
    """Other statuses of the flow by key and name; with `ended` only those that end a request, or do not."""
    here = finding.path[3] if finding.path[2] == "statuses" else ""
    outcomes = {str(item["key"]): item.get("outcome") for item in finding.items(*flow_of(finding), "statuses")}
    return [
        (key, name)
        for key, name in finding.named(*flow_of(finding), "statuses")
        if key != here and ended in (None, outcomes[key] is not None)
    ]
