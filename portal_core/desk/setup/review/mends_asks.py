"""Mends of what a status asks of customers, and of where a request goes when all of it is done."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import (
    Control,
    Finding,
    Loss,
    Menders,
    Option,
    dropping,
    picking,
    removing,
    setting,
    with_word,
    without_words,
)
from portal_core.desk.setup.review.in_flow import others, status_of
from portal_core.desk.setup.review.mends_texts import text

_DROP: Final = "Do not ask for it"


def let_see(kind: str) -> Option:
    """Customers see the documents of a kind."""
    return setting("Let customers see these documents", ("document_kinds", kind, "show", "customer"), "see")


def let_add(finding: Finding) -> Iterable[Option]:
    """Customers may add the documents of the kind that a finding names, and see them."""
    if finding.kind is ProblemKind.NOT_ADDABLE:
        kind = finding.key_of("document_kinds")
        see, place = let_see(kind).operations, ("document_kinds", kind, "added_by")
        yield Option("Let customers add and see these documents", (*setting("", place, "both").operations, *see))


def _ask(finding: Finding) -> Control:
    """Something is asked where it is not the customer's turn, asks for nothing, or cannot be asked yet."""
    options = [removing(_DROP, finding.path[:6])]
    if finding.kind is ProblemKind.NOT_THEIR_TURN:
        options.append(setting("It is the customer’s turn here", (*status_of(finding), "turn"), "customer"))
    return Control("What is asked", tuple(options))


def _target(finding: Finding) -> Control:
    nowhere = dropping(setting("It leads nowhere of its own", finding.path, None))
    return Control("This answer leads to", (*picking(finding.path, others(finding)), nowhere))


def _when(finding: Finding) -> Control:
    always = dropping(setting("Ask for it always", finding.path, None), Loss.NEXT_STEP_ALWAYS, finding.path[:6])
    return Control("When it is asked", (always, removing(_DROP, finding.path[:6])))


def _list(finding: Finding) -> Control:
    """A field or document that the ask names and customers cannot answer, see, or that is not there."""
    return Control("What is asked", (*_let_customers(finding), *_other_documents(finding), *_left_out(finding)))


def _left_out(finding: Finding) -> Iterable[Option]:
    """Without the thing, or without the ask where nothing else would be left of it."""
    name = finding.about[0][-1]
    edit = without_words(finding, finding.path, (name,))
    drop = removing(_DROP, finding.path[:6])
    if edit is not None and edit.value is not None:
        yield Option("Leave it out of what is asked", (edit,), drops=True)
        yield drop
    else:
        yield dropping(drop, Loss.NEXT_STEP, finding.path[:6])


def _let_customers(finding: Finding) -> Iterable[Option]:
    if finding.kind not in (ProblemKind.NOT_SEEN, ProblemKind.NOT_EDITABLE):
        return
    if finding.path[-1] == "documents":
        yield let_see(finding.key_of("document_kinds"))
        return
    level = "edit" if finding.kind is ProblemKind.NOT_EDITABLE else "see"
    word = "answer" if level == "edit" else "see"
    place = (*finding.about[0], "at", finding.key_of("statuses"), "customer")
    yield setting(f"Let customers {word} it here", place, level)


def _other_documents(finding: Finding) -> Iterable[Option]:
    if finding.path[-1] == "documents" and finding.missing:
        old = finding.missing[-1]
        for key, name in finding.named("document_kinds"):
            yield Option(f"“{name}” instead", (with_word(finding, finding.path, old, key),), puts=key)


def _document(finding: Finding) -> Control:
    kinds = (
        (str(item["key"]), finding.names.named("document_kinds", str(item["key"])))
        for item in finding.items("document_kinds")
        if item.get("added_by", "both") != "staff"
    )
    drop = dropping(removing(_DROP, finding.path[:6]), Loss.NEXT_STEP, finding.path[:6])
    return Control("What is asked for", (*let_add(finding), *picking(finding.path, kinds), drop))


def _all(finding: Finding) -> Control:
    """Everything asked has a condition, and nothing else can be done where none holds."""
    status, asks = status_of(finding), finding.items(*finding.path)
    always = (
        setting(
            f"Always ask “{finding.names.named(*finding.path, str(ask['key']))}”",
            (*finding.path, str(ask["key"]), "when"),
            None,
        )
        for ask in asks
    )
    may = finding.read(*status, "customer_may")
    words: list[JsonValue] = [*(may if isinstance(may, list) else []), "message"]
    return Control("What customers can do", (*always, setting("Let them write", (*status, "customer_may"), words)))


def _onward(finding: Finding) -> Control:
    """Where it goes once all is done: said nowhere, a place that is not there, or though nothing must be done."""
    asks = (*status_of(finding), "asks")
    stay = dropping(setting("It does not go on by itself", finding.path, None))
    if finding.kind is ProblemKind.NOTHING_REQUIRED:
        needed = (
            setting(f"“{name}” has to be done", (*asks, key, "required"), None) for key, name in finding.named(*asks)
        )
        return Control("What is right", (replace(stay, drops=False), *needed))
    ways = picking(finding.path, others(finding))
    return Control("When all is done, it goes to", ways if finding.kind is ProblemKind.LEADS_NOWHERE else (*ways, stay))


_S: Final = "flows.*.statuses.*"
ASKS: Final[Menders] = (
    (f"{_S}.when_done", _onward),
    (f"{_S}.asks", _all),
    (f"{_S}.asks.*", _ask),
    (f"{_S}.asks.*.do", _ask),
    (f"{_S}.asks.*.when", _when),
    (f"{_S}.asks.*.fields", _list),
    (f"{_S}.asks.*.documents", _list),
    (f"{_S}.asks.*.document_kind", _document),
    (f"{_S}.asks.*.approved", _target),
    (f"{_S}.asks.*.declined", _target),
    (f"{_S}.asks.*.*", text),
)
