"""What is not sent, and why: beside the table of who is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from portal_core.desk.setup import told
from portal_core.notifications.daily import HOUR


@dataclass(frozen=True)
class Calm:
    """One thing that keeps people from getting too much; `href` is where it can be changed."""

    icon: str
    title: str
    sub: str
    href: str = ""


def kept_calm(
    statuses: Sequence[Mapping[str, JsonValue]], names: Mapping[str, str], cells: Mapping[str, str]
) -> list[Calm]:
    """For the statuses of one way: `names` by key, and where the customer's cell of each is."""
    return [
        *_silent(statuses, names, cells),
        *_reminders(statuses, names, cells),
        Calm(
            "clock",
            f"What can wait comes in one mail a day, at {HOUR:%H:%M}",
            "In each reader’s own morning; your people get it on working days alone.",
        ),
        Calm(
            "user",
            "Nobody is told of what they did themselves",
            "And one person is told once, however many rules name them.",
        ),
        Calm(
            "sliders",
            "Customers choose what they get by mail",
            "What they have turned off stands in their portal alone. Codes for signing in always come.",
        ),
        Calm(
            "send",
            "Publishing sends nothing by itself",
            "Where requests are moved by a new version, you choose in the review whether customers are told.",
        ),
        Calm(
            "shield",
            "Automatic answers stay away",
            "Every mail says that it is automatic, so that out-of-office robots do not answer it.",
        ),
    ]


def _silent(
    statuses: Sequence[Mapping[str, JsonValue]], names: Mapping[str, str], cells: Mapping[str, str]
) -> list[Calm]:
    """Where customers get no mail at all."""
    silent = []
    for status in statuses:
        rules = told.rules_in(status.get("notify"))
        ways = [told.of_status(rules, "customer"), *told.conditional(rules, "customer")]
        if all(told.when_of(rule) in ("nobody", "never") for rule in ways):
            silent.append(str(status["key"]))
    if not silent:
        return []
    listed = ", ".join(names[key] for key in silent[:6]) + (f" and {len(silent) - 6} more" if len(silent) > 6 else "")
    where = "One status sends" if len(silent) == 1 else f"{len(silent)} statuses send"
    return [Calm("bell", f"{where} customers no mail", f"{listed}: it is read in the portal.", cells[silent[0]])]


def _reminders(
    statuses: Sequence[Mapping[str, JsonValue]], names: Mapping[str, str], cells: Mapping[str, str]
) -> list[Calm]:
    asked = [str(status["key"]) for status in statuses if told.rules_in(status.get("remind"))]
    if not asked:
        return []
    listed = ", ".join(names[key] for key in asked[:6])
    sub = f"{listed}: only while it is the customer’s turn, and no more once they have answered."
    return [Calm("undo", "Reminders end with the answer", sub, cells[asked[0]])]
