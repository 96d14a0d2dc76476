"""Sentences about statuses, what they ask, request types, documents, and the rules that have no keys."""

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.telling import Rule, Told
from portal_core.config.changes.walk import Object
from portal_core.config.changes.words import PERMISSIONS, Says, count, duration, keys, listed

_TURNS: Final = {"us": "ours", "customer": "the customer’s", "nobody": "nobody’s"}
_OUTCOMES: Final = {"done": "done", "stopped": "stopped"}
_ADDED_BY: Final = {"staff": "staff", "customer": "customers", "both": "staff and customers"}


def _status(told: Told, value: JsonValue) -> str:
    flow = told.owner[1] if told.owner[0] == "flows" else str(told.names.read(*told.owner, "flow"))
    return told.names.status(flow, value)


def _flow_fields(told: Told, value: JsonValue) -> str:
    return listed([f"“{told.names.field_of_flow(told.owner[1], key)}”" for key in keys(value)]) or "nothing"


def _documents(told: Told, value: JsonValue) -> str:
    return listed([f"“{told.names.named('document_kinds', key)}”" for key in keys(value)]) or "nothing"


def _months(_told: Told, value: JsonValue) -> str:
    return count(value, "month")


def _days(_told: Told, value: JsonValue) -> str:
    return count(value, "day")


def _years(_told: Told, value: JsonValue) -> str:
    return count(value, "year")


def _may(_told: Told, value: JsonValue) -> str:
    return listed([PERMISSIONS.get(key, key) for key in keys(value)])


def _condition(told: Told, value: JsonValue) -> str:
    return told.says.condition(value)


STATUSES: Final[Mapping[tuple[str, str], Rule]] = {
    ("status", "step"): Rule(
        "{it} belongs to the step {change}.",
        cleared="{it} belongs to no step any more: {old}.",
        value=lambda told, value: told.names.named(*told.owner, "steps", str(value)),
    ),
    ("status", "turn"): Rule(
        "At {it} it is {change} turn.",
        cleared="{it} no longer says whose turn it is: {old}.",
        value=lambda _told, value: _TURNS[str(value)],
    ),
    ("status", "expected"): Rule(
        "{it} usually lasts {change}.",
        cleared="{it} no longer says how long it lasts: {old}.",
        value=lambda _told, value: duration(value),
    ),
    ("status", "customer_may"): Rule(
        "At {it} customers may {change}.", cleared="At {it} customers may no longer {old}.", value=_may
    ),
    ("status", "when_done"): Rule(
        "When all that {it} asks is done, the request goes on to {change}.",
        cleared="When all that {it} asks is done, the request stays, no longer goes on to {old}.",
        value=_status,
    ),
    ("status", "close"): Rule(
        "At {it} a request closes without an answer {change}.",
        cleared="At {it} a request no longer closes without an answer: {old}.",
        value=lambda told, value: told.says.close(value),
    ),
    ("status", "outcome"): Rule(
        "{it} ends a request as {change}.",
        cleared="{it} no longer ends a request: {old}.",
        value=lambda _told, value: _OUTCOMES[str(value)],
    ),
    ("ask", "when"): Rule(
        "{it}: only when {change}.", cleared="{it}: always, no longer only when {old}.", value=_condition
    ),
    ("ask", "fields"): Rule(
        "{it}: it is about {change}.", cleared="{it}: it is about nothing, no longer {old}.", value=_flow_fields
    ),
    ("ask", "documents"): Rule(
        "{it}: it names the documents {change}.",
        cleared="{it}: it names no documents any more: {old}.",
        value=_documents,
    ),
    ("ask", "document_kind"): Rule(
        "{it}: the document is {change}.", value=lambda told, value: told.names.named("document_kinds", str(value))
    ),
    ("ask", "approved"): Rule(
        "{it}: a yes leads to {change}.", cleared="{it}: a yes no longer leads to {old}.", value=_status
    ),
    ("ask", "declined"): Rule(
        "{it}: a no leads to {change}.", cleared="{it}: there is no way to decline any more: {old}.", value=_status
    ),
    ("ask", "expires_days"): Rule(
        "{it}: it can be answered for {change}.",
        cleared="{it}: it can be answered without a time limit, no longer for {old}.",
        value=_days,
    ),
    ("ask", "amount"): Rule("{it}: another amount is to be paid.", value=lambda _told, _value: "amount"),
    ("ask", "slots"): Rule("{it}: other times are offered.", value=lambda _told, _value: "times"),
    ("type", "icon"): Rule("{it} has another icon.", value=lambda _told, _value: "icon"),
    ("type", "flow"): Rule(
        "{it} goes through the statuses of {change}.", value=lambda told, value: told.names.named("flows", str(value))
    ),
    ("type", "start"): Rule("{it} begins at {change}.", value=_status),
    ("type", "for"): Rule(
        "{it} is for {change}.",
        cleared="{it} is for everybody, no longer for {old}.",
        value=lambda told, value: told.says.audience(value),
    ),
    ("type", "removes"): Rule(
        "{it} counts towards another kind of work removed.",
        "staff",
        cleared="{it} no longer counts towards work removed.",
        value=lambda _told, _value: "work",
    ),
    ("document_kind", "valid_months"): Rule(
        "{it} is valid for {change}.", cleared="{it} stays valid without end, no longer for {old}.", value=_months
    ),
    ("document_kind", "added_by"): Rule(
        "{it} is added by {change}.",
        cleared="{it} is added by staff and customers, no longer by {old} alone.",
        value=lambda _told, value: _ADDED_BY[str(value)],
    ),
    ("document_kind", "accept"): Rule(
        "{it} may come as {change}.",
        cleared="{it} may come in any form that is allowed, no longer only as {old}.",
        value=lambda _told, value: listed(keys(value), "or"),
    ),
    ("document_kind", "max_files"): Rule(
        "{it} may be at most {change}.",
        cleared="{it} is one file again, no longer up to {old}.",
        value=lambda _told, value: count(value, "file"),
    ),
    ("document_kind", "max_size_mb"): Rule(
        "A file of {it} may have at most {change} MB.", cleared="A file of {it} may have 10 MB again, no longer {old}."
    ),
    ("document_kind", "keep_years"): Rule(
        "{it} is kept for {change}.", cleared="{it} is kept without end, no longer for {old}.", value=_years
    ),
}

# On, off.
ASK_FLAGS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("ask", "required"): ("{it}: it has to be done.", "{it}: it may be left out."),
    ("ask", "ask_reason"): ("{it}: a no needs a reason.", "{it}: a no needs no reason any more."),
}

RuleList = tuple[str, Callable[[Says, Object], str]]
LISTS: Final[Mapping[tuple[str, str], RuleList]] = {
    ("status", "handler"): ("At {it} requests are with {change}.", Says.handler),
    ("status", "if_late"): ("When {it} takes longer, it is told to {change}.", Says.late),
    ("status", "notify"): ("When a request comes to {it}: {change}.", Says.notify),
    ("status", "remind"): ("At {it} customers are reminded {change}.", Says.reminder),
    ("type", "assign"): ("A new request {it} goes to {change}.", Says.assign),
    ("document", "notifications"): ("Who is told: {change}.", Says.notify),
}
