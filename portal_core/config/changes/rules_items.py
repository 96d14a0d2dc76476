"""Sentences about things that come, go, are retired, come back, or stand in another order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.change import Group, Phrase, Sentence
from portal_core.config.changes.telling import Told, fill, said, words
from portal_core.config.changes.words import ASKS, KINDS, keys


@dataclass(frozen=True)
class Item:
    """The four things that happen to an item, and what its siblings are called together.

    `group` None: whoever sees it notices.
    """

    new: str
    gone: str
    siblings: str
    group: Group | None = "customers"
    retired: str = "{it} is no longer offered; what exists of it stays."
    back: str = "{it} is offered again."


ITEMS: Final[Mapping[str, Item]] = {
    "type": Item(
        "Customers can make a new request: {it}.",
        "{it} can no longer be requested; it goes away.",
        "Request types",
        retired="{it} can no longer be requested; requests that exist stay.",
        back="{it} can be requested again.",
    ),
    "field": Item(
        "{owner} asks one more question: {name}{facts}.",
        "{owner} no longer asks {name}.",
        "Questions in {owner}",
        None,
        retired="{owner} no longer asks {name}; what was typed is kept for staff.",
        back="{owner} asks {name} again.",
    ),
    "column": Item(
        "The table {owner} has one more column: {name}{facts}.",
        "The table {owner} loses the column {name}.",
        "Columns of {owner}",
        None,
        retired="The table {owner} no longer asks for {name}; what was typed is kept for staff.",
        back="The table {owner} asks for {name} again.",
    ),
    "choice": Item(
        "{owner} has one more answer: {name}.",
        "{owner} loses the answer {name}.",
        "Answers to {owner}",
        None,
        retired="{owner} no longer offers the answer {name}.",
        back="{owner} offers the answer {name} again.",
    ),
    "flow": Item(
        "A new set of statuses: {it}.",
        "The set of statuses {it} goes away.",
        "Sets of statuses",
        "staff",
        "The set of statuses {it} is no longer used.",
        "The set of statuses {it} is used again.",
    ),
    "step": Item("{owner} has one more step: {name}.", "{owner} loses the step {name}.", "Steps of {owner}"),
    "status": Item(
        "A new status: {it}{facts}.",
        "The status {it} goes away{facts}.",
        "Statuses of {owner}",
        "customers",
        "The status {it} is no longer used{facts}.",
        "The status {it} is used again.",
    ),
    "ask": Item(
        "At {owner} customers are asked {facts}.",
        "At {owner} customers are no longer asked {facts}.",
        "Things that {owner} asks for",
    ),
    "role": Item(
        "A new role: {it}.",
        "The role {it} goes away.",
        "Roles",
        "staff",
        "The role {it} is no longer given.",
        "The role {it} can be given again.",
    ),
    "team": Item(
        "A new team: {it}.",
        "The team {it} goes away.",
        "Teams",
        "staff",
        "The team {it} no longer gets requests.",
        "The team {it} gets requests again.",
    ),
    "record_kind": Item("Customers can save {it}.", "Customers can no longer save {it}.", "What customers can save"),
    "document_kind": Item("A new kind of document: {it}.", "The document {it} goes away.", "Kinds of document"),
    "message": Item("A new mail: {it}.", "The mail {it} goes away.", "Mails", "wording"),
    "ready_answer": Item("A new ready answer: {it}.", "The ready answer {it} goes away.", "Ready answers", "staff"),
}


def item_of(told: Told) -> Item:
    """The table's row for what a difference is about."""
    return ITEMS["column" if is_column(told) else told.difference.shape]


def is_column(told: Told) -> bool:
    """Whether it is a column of a table."""
    path = told.difference.path
    return "columns" in path and told.difference.shape == "field"


def item_said(told: Told, template: str) -> Sentence:
    """The sentence for one item."""
    return fill(template, {"it": _it(told), "owner": _owner(told), "name": _name(told), "facts": _facts(told)})


def order_said(told: Told) -> Sentence:
    """The sentence for another order: what moved, as few words as possible."""
    path = told.difference.path
    owner = (Phrase(told.names.named(*path[:-1]), "name"),) if len(path) > 1 else ()
    siblings = fill(item_of(told).siblings, {"owner": owner})
    names = [told.names.named(*path, key) for key in keys(told.after)][:8]
    listing = tuple(_comma_names(names))
    return fill("{siblings} stand in another order: {listing}.", {"siblings": siblings, "listing": listing})


def _comma_names(names: list[str]) -> list[Phrase]:
    found: list[Phrase] = []
    for name in names:
        found += [Phrase(", "), Phrase(name, "name")] if found else [Phrase(name, "name")]
    return found


def _it(told: Told) -> Sentence:
    return told.it


def _name(told: Told) -> Sentence:
    return (Phrase(told.names.named(*told.item), "name"),)


def _owner(told: Told) -> Sentence:
    owner = told.item[:-2]
    return (Phrase(told.names.named(*owner), "name"),) if owner else ()


def _facts(told: Told) -> Sentence:
    source = told.after if told.after is not None else told.before
    value: dict[str, JsonValue] = source if isinstance(source, dict) else {}
    match told.difference.shape:
        case "field":
            return words(_field_facts(value))
        case "ask":
            return words(ASKS.get(str(value.get("do")), "something"))
        case "status":
            return _status_facts(told, value)
    return ()


def _field_facts(value: dict[str, JsonValue]) -> str:
    facts = [KINDS.get(str(value.get("kind")), "an answer")]
    if value.get("required"):
        facts.append("required")
    show = value.get("show")
    if isinstance(show, dict) and show.get("customer") == "hidden":
        facts.append("for staff only")
    return f" ({', '.join(facts)})"


def _status_facts(told: Told, value: dict[str, JsonValue]) -> Sentence:
    name = told.names.text(value.get("customer_name"))
    return said("; customers read {name} there", name=name) if name else ()
