"""Sentences about who sees and changes what: fields, and documents."""

from typing import Final

from pydantic import JsonValue

from portal_core.accounts.roles import AGENT, CUSTOMER, MANAGER, OWNER
from portal_core.config.changes.change import Phrase, Sentence, Sign
from portal_core.config.changes.telling import Told, fill, said, words
from portal_core.config.draft.paths import Path, read

# What a word of the document lets somebody do; "form" is what customers have without a word.
_DOES: Final = {
    "see": "see {it} without changing it",
    "edit": "see {it} and change it",
    "form": "fill in {it} on the form and see it later",
}
_NOW: Final = {
    "see": "see {it} and no longer change it",
    "edit": "see {it} and can now change it",
    "form": "fill in {it} on the form, and only see it later",
}


def visibility_said(told: Told) -> tuple[Sentence, Sign]:
    """One role and a field, everywhere or in one status."""
    role = told.difference.name
    before, after = _level(told, told.before, live=True), _level(told, told.after, live=False)
    who = _who(told, role)
    where = _where(told)
    if before == after:
        same = "{who}: what they may do with {it}{where} is said by itself, and stays the same."
        return _fill(same, told, who, where), "changed"
    if after == "hidden":
        return _fill("{who} no longer see {it}{where}.", told, who, where), "hidden"
    template, sign = (_DOES, "shown") if before == "hidden" else (_NOW, "changed")
    can = "can now " if before == "hidden" else ""
    sentence = f"{{who}} {can}{template[after]}{{where}}."
    return _fill(sentence, told, who, where), "shown" if sign == "shown" else "changed"


def papers_said(told: Told) -> tuple[Sentence, Sign]:
    """One role and the documents of a kind."""
    role = told.difference.name
    before, after = str(told.before or _usual_papers(told, role)), str(told.after or _usual_papers(told, role))
    who = _who(told, role)
    if before == after:
        return _fill("{who}: whether they see {it} is said by itself, and stays the same.", told, who, ()), "changed"
    if after == "hidden":
        return _fill("{who} no longer see {it}.", told, who, ()), "hidden"
    if before == "hidden":
        return _fill("{who} can now see {it}.", told, who, ()), "shown"
    return _fill("{who} may do something else with {it}.", told, who, ()), "changed"


def _fill(template: str, told: Told, who: Sentence, where: Sentence) -> Sentence:
    return fill(template, {"who": who, "it": told.it, "where": where})


def _who(told: Told, role: str) -> Sentence:
    words_of = told.names.role(role)
    if words_of.startswith("“"):
        return said("people with the role {role}", role=words_of.strip("“”"))
    return words(words_of)


def _where(told: Told) -> Sentence:
    if told.difference.shape != "at":
        return ()
    status = told.difference.path[-2]
    name = told.names.status_of_type(told.owner[1], status)
    return (Phrase(" at "), Phrase(name, "name"))


def _level(told: Told, word: JsonValue, *, live: bool) -> str:
    """What the role may do in effect."""
    if word is not None:
        return str(word)
    document = told.names.live if live else told.names.wanted
    shown = read(dict(document), (*told.item, "show"))
    show = shown if isinstance(shown, dict) else {}
    in_status = told.difference.shape == "at"
    lineage = _lineage(told, told.difference.name)
    for key in lineage if in_status else lineage[1:]:
        if show.get(key) is not None:
            return str(show[key])
    if AGENT in lineage:
        return "edit"
    return "see" if in_status else "form"


def _lineage(told: Told, role: str) -> tuple[str, ...]:
    """The columns in which a role looks, the most special first."""
    built_in: dict[str, tuple[str, ...]] = {
        OWNER: (OWNER, MANAGER, AGENT),
        MANAGER: (MANAGER, AGENT),
        AGENT: (AGENT,),
        CUSTOMER: (CUSTOMER,),
    }
    found: list[str] = []
    while role not in built_in and role not in found:
        found.append(role)
        parent = told.names.read("roles", role, "based_on")
        role = str(parent) if parent is not None else CUSTOMER
    return (*found, *built_in.get(role, (CUSTOMER,)))


def _usual_papers(told: Told, role: str) -> str:
    return "see" if AGENT in _lineage(told, role) or told.names.is_customer(role) else "hidden"


def is_for_customers(told: Told, path: Path) -> bool:
    """Whether customers see the thing at a path, before or after."""
    place = path[:4]
    if place[0] != "types" or len(place) < 4 or place[2] != "fields":
        return True
    for document in (told.names.live, told.names.wanted):
        item = read(dict(document), place)
        if isinstance(item, dict) and not _is_hidden(item):
            return True
    return False


def _is_hidden(item: dict[str, JsonValue]) -> bool:
    show, at = item.get("show"), item.get("at")
    if not isinstance(show, dict) or show.get(CUSTOMER) != "hidden":
        return False
    levels = at.values() if isinstance(at, dict) else ()
    return not any(isinstance(level, dict) and level.get(CUSTOMER, "hidden") != "hidden" for level in levels)
