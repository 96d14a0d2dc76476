"""Rules of a flow in plain words."""

import hashlib
import json
from collections.abc import Mapping

from pydantic import JsonValue

from portal_core.config.draft.values import items_of, strings_of
from portal_core.desk.setup.flows.reading import BUILT_IN, FlowView, Item
from portal_core.desk.setup.frame import words

WAITING = (("us", "Us"), ("customer", "Customer"), ("nobody", "Nobody"))


def expected_words(value: JsonValue) -> str:
    """How long a status usually lasts."""
    if not isinstance(value, dict):
        return ""
    if value.get("no_limit"):
        return "no limit"
    unit = "hours" if "hours" in value else "days"
    number = value.get(unit)
    kind = "working " if value.get("working") else ""
    return f"{number} {kind}{unit[:-1] if number == 1 else unit}"


def usually(status: Item) -> str:
    """What the table says under “Usually”: the promise, or what happens while the customer does nothing."""
    if status.get("outcome"):
        return ""
    reminders, close = items_of(status.get("remind")), status.get("close")
    if status.get("turn") == "customer" and reminders:
        return f"nudge after {days(reminders[0].get('after_days'))}"
    if status.get("turn") == "customer" and isinstance(close, dict):
        return f"closes after {days(close.get('after_days'))}"
    return expected_words(status.get("expected"))


def days(number: JsonValue) -> str:
    """A number of days."""
    return "1 day" if number == 1 else f"{number} days"


def listed(names: list[str], last: str = "and") -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""


def move_words(flow: FlowView, move: Mapping[str, JsonValue]) -> str:
    """What holds for one way besides where it leads: who may go, what must be filled in, whether a reason is asked."""
    who = listed([flow.role_name(key) for key in strings_of(move.get("by"))], "or")
    parts = [f"by {_inside(who)}" if who else "by nobody"]
    fields = [f"“{flow.names.get(key, 'a question that is gone')}”" for key in strings_of(move.get("must_fill"))]
    if fields:
        parts.append(f"once {listed(fields)} {'is' if len(fields) == 1 else 'are'} filled in")
    if move.get("ask_reason"):
        parts.append("with a reason")
    return ", ".join(parts)


def _inside(who: str) -> str:
    """The built-in names begin sentences of their own; here they stand inside one."""
    for _, name in BUILT_IN:
        who = who.replace(name, name.lower())
    return who


def by_itself(flow: FlowView, status: Item) -> list[tuple[str, str]]:
    """Where a request goes from a status without anybody moving it: to which status, and when."""
    found = []
    if status.get("when_done"):
        found.append((str(status["when_done"]), "by itself, once everything that is asked is done"))
    for ask in items_of(status.get("asks")):
        for part, word in (("approved", "approved"), ("declined", "declined")):
            if ask.get(part):
                found.append((str(ask[part]), f"by itself, when the customer has {word} “{ask_name(flow, ask)}”"))
    close = status.get("close")
    if isinstance(close, dict):
        found.append((str(close.get("to")), f"by itself, {days(close.get('after_days'))} without an answer"))
    return found


def ask_name(flow: FlowView, ask: Item) -> str:
    """What an ask is called: its own words, else what it asks for."""
    own = words(ask.get("label"), flow.draft)
    if own:
        return own
    fields = [flow.names.get(key, "") for key in strings_of(ask.get("fields"))]
    names = listed([name for name in fields if name])
    match ask.get("do"):
        case "fill":
            return f"Fill in {names}" if names else "Fill something in"
        case "upload":
            return f"Add {dict(flow.named('document_kinds')).get(str(ask.get('document_kind')), 'a document')}"
        case "approve":
            return f"Approve {names}" if names else "Approve"
        case "read":
            return "Read and confirm"
    return "Something that is not available yet"


ASK_KINDS = (
    ("fill", "Fill in questions"),
    ("upload", "Add a document"),
    ("approve", "Approve or decline"),
    ("read", "Read and confirm"),
)


def mark_of(kept: Item) -> str:
    """What a way or a rule is at the moment, in a few letters: they have no keys by which to know them again."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


def rule_words(flow: FlowView, part: str, rule: Item) -> str:
    """What a rule of a status says, besides its condition."""
    message = dict(flow.messages).get(str(rule.get("message")), "")
    words_of_mail = f", in the words of “{message}”" if message else ""
    match part:
        case "handler":
            return dict(flow.named("teams")).get(str(rule.get("team")), "Nobody")
        case "if_late":
            when = f"{days(rule['after_days'])} later" if rule.get("after_days") else "at once"
            return f"Tell {_TOLD.get(str(rule.get('tell')), 'nobody')} {when}"
        case "remind":
            return f"After {days(rule.get('after_days'))}{words_of_mail}"
    how = {"daily": " in one mail a day", "never": " only in the portal"}.get(str(rule.get("when")), "")
    return f"Tell {_TOLD.get(str(rule.get('who')), 'nobody')}{how}{words_of_mail}"


_TOLD = {
    "customer": "the customer",
    "handler": "whoever has it",
    "team": "the team",
    "manager": "managers",
    "owner": "the owner",
}
