"""Mends of what is wrong with statuses, with what they ask and with the ways between them."""

from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from portal_core.config.checks.reach import reachable, ways_of
from portal_core.config.draft.paths import Path
from portal_core.desk.setup.review.finding import (
    TAKE_OUT,
    Control,
    Finding,
    Menders,
    Option,
    picking,
    removing,
    setting,
    without_placeholders,
    without_rule,
    without_words,
)
from portal_core.desk.setup.review.mends_texts import leave_out

_SUGGESTED: Final = {
    "upload": "Send us the document we ask for",
    "choose": "Choose one of the times we offer",
    "approve": "Say yes or no to what we offer",
    "fill": "Answer our questions",
    "read": "Read it and confirm",
}
_TEXTS: Final = {
    "customer_name": "Name customers read",
    "meaning": "What it means, in the customer’s words",
    "next_step": "Next step customers read",
}
_TURNS: Final = (("us", "Ours"), ("customer", "The customer’s"), ("nobody", "Nobody’s: it ends here"))
_EXPECTED: Final[tuple[tuple[JsonValue, str], ...]] = (
    ({"hours": 4}, "4 hours"),
    ({"days": 1}, "1 day"),
    ({"days": 2}, "2 days"),
    ({"days": 5}, "5 days"),
    ({"days": 14}, "14 days"),
    ({"no_limit": True}, "No limit"),
)


def _flow(finding: Finding) -> Path:
    return finding.path[:2]


def _status(finding: Finding) -> Path:
    return finding.path[:4]


def _others(finding: Finding, *, ended: bool | None = None) -> list[tuple[str, str]]:
    """Other statuses of the flow; with `ended` only those that end a request, or do not."""
    here = finding.path[3] if finding.path[2] == "statuses" else ""
    outcomes = {str(item["key"]): item.get("outcome") for item in finding.items(*_flow(finding), "statuses")}
    return [
        (key, name)
        for key, name in finding.named(*_flow(finding), "statuses")
        if key != here and ended in (None, outcomes[key] is not None)
    ]


def _text(finding: Finding) -> Control | None:
    """Words that are missing are written; those that name what is not there leave it out."""
    part = finding.path[-1]
    if finding.read(*finding.path) is not None:
        return leave_out(finding, finding.path)
    asks = finding.items(*_status(finding), "asks")
    suggested = _SUGGESTED.get(str(asks[0].get("do")), "") if asks and part == "next_step" else ""
    return Control(_TEXTS[part], text_path=finding.path, suggested=suggested)


def _outcome(finding: Finding) -> Control:
    ends = picking(finding.path, (("done", "It ends as done"), ("stopped", "It ends as stopped")))
    ours = setting("It does not end: it is our turn", (*_status(finding), "turn"), "us")
    return Control("How it ends", (*ends, ours))


def _expected(finding: Finding) -> Control:
    options = tuple(setting(label, finding.path, value) for value, label in _EXPECTED)
    return Control("How long it usually lasts", options)


def _working(finding: Finding) -> Control:
    return Control("How the time is counted", (setting("Around the clock, every day", finding.path, None),))


def _handler(finding: Finding) -> Control:
    """A last rule without a condition, behind those that have one."""
    rules = finding.read(*finding.path)
    kept = [rule for rule in (rules if isinstance(rules, list) else []) if isinstance(rule, dict) and "when" in rule]
    return Control(
        "Who has it",
        tuple(setting(name, finding.path, [*kept, {"team": key}]) for key, name in finding.named("teams")),
    )


def _notify(finding: Finding) -> Control:
    nobody = setting("Nobody is told", finding.path, [{"who": "nobody"}])
    mails = (
        setting(f"The customer, by the mail “{name}”", finding.path, [{"who": "customer", "message": key}])
        for key, name in finding.named("messages")
    )
    return Control("Who is told", (nobody, *mails))


def mail(finding: Finding) -> Control:
    """The words of one rule about mails: others, without what has no value there, or no such mail."""
    rule = finding.path[:-1]
    key = finding.read(*finding.path)
    words = _mail_without(finding, str(key)) if isinstance(key, str) else ()
    others = picking(finding.path, ((k, n) for k, n in finding.named("messages") if k != key), "Send the mail “{}”")
    expected: tuple[Option, ...] = ()
    if "{expected}" in finding.said:
        path = (*_status(finding), "expected")
        expected = tuple(setting(f"Promise {label} here", path, value) for value, label in _EXPECTED[:-1])
    return Control("What is sent", (*words, *expected, *others, without_rule(finding, "Send no such mail", rule)))


def _mail_without(finding: Finding, key: str) -> tuple[Option, ...]:
    gone = {"expected"} if "{expected}" in finding.said else {f"field:{name}" for name in finding.quoted}
    edits = [without_placeholders(finding, ("messages", key, part), gone) for part in ("subject", "body", "button")]
    # A mail without a subject or words is none.
    found = tuple(edit for edit in edits if edit is not None and (edit.value is not None or edit.path[-1] == "button"))
    return (Option("Leave that word out of the mail", found),) if found else ()


def _step(finding: Finding) -> Control:
    steps = picking(finding.path, finding.named(*_flow(finding), "steps"))
    return Control("Step of the course", (*steps, setting("None of them", finding.path, None)))


def _onward(finding: Finding) -> Control:
    """Where it goes once all is done: said nowhere, a place that is not there, or though nothing must be done."""
    asks = (*_status(finding), "asks")
    stay: tuple[Option, ...] = (setting("It does not go on by itself", finding.path, None),)
    if "Nothing must be done" in finding.said:
        needed = tuple(
            setting(f"“{name}” has to be done", (*asks, key, "required"), None) for key, name in finding.named(*asks)
        )
        return Control("What is right", (*stay, *needed))
    stay = () if "nothing says where" in finding.said else stay
    return Control("When all is done, it goes to", (*picking(finding.path, _others(finding)), *stay))


def _close_to(finding: Finding) -> Control:
    never = setting("It is not closed by itself", finding.path[:-1], None)
    return Control("Closing leads to", (*picking(finding.path, _others(finding, ended=True)), never))


def _not_their_turn(finding: Finding) -> Control:
    """Reminders, closing, lateness where they can never happen."""
    turn = (*_status(finding), "turn")
    theirs = (setting("It is the customer’s turn here", turn, "customer"),) if "turn" in finding.said else ()
    return Control("What is right", (setting(TAKE_OUT, finding.path, None), *theirs))


def _reminder(finding: Finding) -> Control:
    return Control("This reminder", (without_rule(finding, "Send no such reminder", finding.path[:-1]),))


def rule_team(finding: Finding) -> Control:
    """Whoever a rule names is not there, or cannot be named yet."""
    rule = finding.path[:-1]
    old = finding.read(*rule)
    kept = {k: v for k, v in old.items() if k not in ("team", "person")} if isinstance(old, dict) else {}
    teams = (setting(name, rule, {**kept, "team": key}) for key, name in finding.named("teams"))
    return Control("Who gets it", (*teams, without_rule(finding, "Take this rule out", rule)))


def rule_condition(finding: Finding) -> Control:
    """The condition of a rule that stands in a list without keys."""
    return Control(
        "This rule",
        (
            setting("Let it hold always, without the condition", finding.path, None),
            without_rule(finding, "Take this rule out", finding.path[:-1]),
        ),
    )


def _notice_when(finding: Finding) -> Control:
    return Control("When they are told", (setting("At once", finding.path, None),))


def _notice_who(finding: Finding) -> Control:
    rules = finding.read(*finding.path[:5])
    listed = rules if isinstance(rules, list) else []
    others: list[JsonValue] = [rule for rule in listed if isinstance(rule, dict) and rule.get("who") != "nobody"]
    return Control(
        "Who is told",
        (
            setting("Those who are named", finding.path[:5], others),
            setting("Nobody", finding.path[:5], [{"who": "nobody"}]),
        ),
    )


def _ask(finding: Finding) -> Control:
    """Something is asked where it is not the customer's turn, asks for nothing, or cannot be asked yet."""
    options = [removing("Do not ask for it", finding.path[:6])]
    if "customer’s turn" in finding.said:
        options.append(setting("It is the customer’s turn here", (*_status(finding), "turn"), "customer"))
    return Control("What is asked", tuple(options))


def _ask_label(finding: Finding) -> Control | None:
    return leave_out(finding, finding.path)


def _ask_target(finding: Finding) -> Control:
    nowhere = setting("It leads nowhere of its own", finding.path, None)
    return Control("This answer leads to", (*picking(finding.path, _others(finding)), nowhere))


def _ask_when(finding: Finding) -> Control:
    always = setting("Ask for it always", finding.path, None)
    return Control("When it is asked", (always, removing("Do not ask for it", finding.path[:6])))


def _ask_list(finding: Finding) -> Control:
    """A field or document that the ask names and customers cannot answer, see, or that is not there."""
    options = list(_let_customers(finding))
    edit = without_words(finding, finding.path, finding.quoted)
    if edit is not None:
        options.append(Option("Leave it out of what is asked", (edit,)))
    options.append(removing("Do not ask for it", finding.path[:6]))
    return Control("What is asked", tuple(options))


def _let_customers(finding: Finding) -> Iterable[Option]:
    quoted = finding.quoted
    if finding.path[-1] == "documents":
        yield from (
            let_see(key) for key in quoted if finding.read("document_kinds", key) and "never see" in finding.said
        )
    elif len(quoted) == 3:
        field, kind, status = quoted
        level = "edit" if "fill in" in finding.said else "see"
        word = "answer" if level == "edit" else "see"
        yield setting(
            f"Let customers {word} it here", ("types", kind, "fields", field, "at", status, "customer"), level
        )


def let_see(kind: str) -> Option:
    """Customers see the documents of a kind."""
    return setting("Let customers see these documents", ("document_kinds", kind, "show", "customer"), "see")


def let_add(finding: Finding) -> Iterable[Option]:
    """Customers may add the documents of the kind that a finding names last, and see them."""
    kind = finding.quoted[-1] if finding.quoted else ""
    if "may not add" in finding.said and finding.read("document_kinds", kind):
        see, place = let_see(kind).operations, ("document_kinds", kind, "added_by")
        yield Option("Let customers add and see these documents", (*setting("", place, "both").operations, *see))


def _ask_document(finding: Finding) -> Control:
    kinds = (
        (str(item["key"]), finding.names.named("document_kinds", str(item["key"])))
        for item in finding.items("document_kinds")
        if item.get("added_by", "both") != "staff"
    )
    drop = removing("Do not ask for it", finding.path[:6])
    return Control("What is asked for", (*let_add(finding), *picking(finding.path, kinds), drop))


def _asks(finding: Finding) -> Control:
    """Everything asked has a condition, and nothing else can be done where none holds."""
    status, asks = _status(finding), finding.items(*finding.path)
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


def _customers_turn(finding: Finding) -> Control:
    """It is their turn and there is nothing to do, or it has ended: another turn, or something that they may do."""
    status = _status(finding)
    if "has ended" in finding.said:
        ended = setting("It ends here, and it is nobody’s turn", finding.path, "nobody")
        return Control("What is right", (ended, setting("It does not end here", (*status, "outcome"), None)))
    if "nothing they can do" in finding.said:
        write = setting("Customers may write here", (*status, "customer_may"), ["message"])
        return Control("What is right", (write, setting("It is our turn", finding.path, "us")))
    return Control("Whose turn it is", picking(finding.path, _TURNS))


def _lost(finding: Finding) -> Control:
    """A status to which, or from which, no way leads."""
    flow, key = _flow(finding), finding.path[3]
    moves = finding.read(*flow, "transitions")
    old: list[JsonValue] = moves if isinstance(moves, list) else []
    leads_on = "come to an end" in finding.said
    reached = _reached(finding)
    others = [pair for pair in _others(finding, ended=leads_on) if leads_on or pair[0] in reached]

    def way(other: str, name: str) -> Option:
        move: JsonValue = {"from": [key if leads_on else other], "to": other if leads_on else key, "by": ["agent"]}
        words = f"A way to “{name}”" if leads_on else f"A way from “{name}”"
        return setting(f"{words}, which agents can take", (*flow, "transitions"), [*old, move])

    drop = removing("Take this status out", finding.path)
    return Control("What is missing", (*(way(*other) for other in others), drop))


def _reached(finding: Finding) -> set[str]:
    """The statuses of the flow that requests come to."""
    document, key = finding.document, finding.path[1]
    starts = [kind.start for kind in document.types if kind.flow == key and not kind.retired]
    return next((reachable(starts, ways_of(flow)[0]) for flow in document.flows if flow.key == key), set())


def _move_to(finding: Finding) -> Control:
    move = finding.path[:4]
    return Control(
        "This way leads to",
        (*picking(finding.path, _others(finding)), without_rule(finding, "Take this way out", move)),
    )


def _move_list(finding: Finding) -> Control:
    """A status, a role or a field that a way names and that is not there, or cannot be filled in by who moves."""
    options = list(_let_movers(finding))
    edit = without_words(finding, finding.path, finding.quoted)
    if edit is not None and (edit.value is not None or finding.path[-1] == "must_fill"):
        words = "Do not ask for it on this way" if finding.path[-1] == "must_fill" else "Leave it out of this way"
        options.append(Option(words, (edit,)))
    options.append(without_rule(finding, "Take this way out", finding.path[:4]))
    return Control("This way", tuple(options))


def _let_movers(finding: Finding) -> Iterable[Option]:
    by = finding.read(*finding.path[:4], "by")
    if "can edit it in" not in finding.said or not isinstance(by, list):
        return
    field, kind, status = finding.quoted
    for role in map(str, by):
        path = ("types", kind, "fields", field, "at", status, role)
        yield setting(f"{finding.role(role)} can fill it in there", path, "edit")


_S: Final = "flows.*.statuses.*"
FLOWS: Final[Menders] = (
    (f"{_S}.customer_name", _text),
    (f"{_S}.meaning", _text),
    (f"{_S}.next_step", _text),
    (f"{_S}.turn", _customers_turn),
    (f"{_S}.outcome", _outcome),
    (f"{_S}.expected", _expected),
    (f"{_S}.expected.working", _working),
    (f"{_S}.handler", _handler),
    (f"{_S}.handler.*.team", rule_team),
    (f"{_S}.handler.*.person", rule_team),
    (f"{_S}.handler.*.when", rule_condition),
    (f"{_S}.notify", _notify),
    (f"{_S}.notify.*.message", mail),
    (f"{_S}.notify.*.when", _notice_when),
    (f"{_S}.notify.*.who", _notice_who),
    (f"{_S}.notify.*.if", rule_condition),
    (f"{_S}.remind", _not_their_turn),
    (f"{_S}.remind.*.message", mail),
    (f"{_S}.remind.*.when", rule_condition),
    (f"{_S}.remind.*.after_days", _reminder),
    (f"{_S}.if_late", _not_their_turn),
    (f"{_S}.if_late.*.when", rule_condition),
    (f"{_S}.close", _not_their_turn),
    (f"{_S}.close.to", _close_to),
    (f"{_S}.step", _step),
    (f"{_S}.when_done", _onward),
    (f"{_S}.asks", _asks),
    (f"{_S}.asks.*", _ask),
    (f"{_S}.asks.*.do", _ask),
    (f"{_S}.asks.*.when", _ask_when),
    (f"{_S}.asks.*.fields", _ask_list),
    (f"{_S}.asks.*.documents", _ask_list),
    (f"{_S}.asks.*.document_kind", _ask_document),
    (f"{_S}.asks.*.approved", _ask_target),
    (f"{_S}.asks.*.declined", _ask_target),
    (f"{_S}.asks.*.*", _ask_label),
    (_S, _lost),
    ("flows.*.transitions.*.to", _move_to),
    ("flows.*.transitions.*.*", _move_list),
)
