"""Two documents in, the changes between them out: complete, each by one rule."""

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import JsonValue

from portal_core.config.canonical import canonical
from portal_core.config.changes.change import Change, Group, Phrase, Sentence, Sign
from portal_core.config.changes.languages import set_aside
from portal_core.config.changes.names import Names
from portal_core.config.changes.rules_fields import FIELDS, FLAGS
from portal_core.config.changes.rules_flows import ASK_FLAGS, LISTS, STATUSES
from portal_core.config.changes.rules_items import is_column, item_of, item_said, order_said
from portal_core.config.changes.rules_portal import PORTAL
from portal_core.config.changes.rules_texts import TEXTS
from portal_core.config.changes.rules_visibility import is_for_customers, papers_said, visibility_said
from portal_core.config.changes.telling import Rule, Told, fill, rules_change, swap, text_change, words
from portal_core.config.changes.walk import Object, walk
from portal_core.config.changes.words import KINDS, Says, each, keys
from portal_core.config.document.portal_document import PortalDocument

VALUES: Final[Mapping[tuple[str, str], Rule]] = {**PORTAL, **FIELDS, **STATUSES}
SWITCHES: Final = {**FLAGS, **ASK_FLAGS}
MOVES: Final = ("flow", "transitions")


def compare(live: PortalDocument, wanted: PortalDocument) -> tuple[Change, ...]:
    """All changes from `live` to `wanted`; none exactly when both are the same in canonical form."""
    return compare_json(canonical(live), canonical(wanted))


def compare_json(live: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue]) -> tuple[Change, ...]:
    """The same for documents in canonical form as plain values."""
    names = Names(live, wanted)
    aside = set_aside(Told(difference, names) for difference in walk(live, wanted))
    return tuple(aside.given_to(change(told), _words) for told in aside.told)


def change(told: Told) -> Change:
    """The change that one difference is."""
    match told.difference.what:
        case "new" | "gone":
            return _item(told)
        case "order":
            return _made(told, "order", item_of(told).group, "changed", order_said(told))
        case "sort":
            return _made(told, "kind", None, "changed", _other_sort(told))
    return _value(told)


def _made(told: Told, what: str, group: Group | None, sign: Sign, sentence: Sentence) -> Change:
    shape = "column" if is_column(told) else told.difference.shape
    noticed: Group = group or ("customers" if is_for_customers(told, told.difference.path) else "staff")
    return Change(f"{shape}.{what}", noticed, sign, sentence, (told.difference.path,))


def _item(told: Told) -> Change:
    is_new = told.difference.what == "new"
    row = item_of(told)
    sentence = item_said(told, row.new if is_new else row.gone)
    return _made(told, told.difference.what, row.group, "new" if is_new else "gone", sentence)


def _value(told: Told) -> Change:
    place = (told.difference.shape, told.difference.name)
    if told.difference.name == "retired":
        return _retired(told)
    if place in TEXTS:
        return _made(told, place[1], "wording", "changed", _text(told))
    if place in SWITCHES:
        on, off = SWITCHES[place]
        return _made(told, place[1], None, "changed", fill(on if _is_on(told) else off, {"it": told.it}))
    if place in VALUES:
        rule = VALUES[place]
        return _made(told, place[1], rule.group, "changed", rule.sentence(told))
    if place == MOVES:
        return _moves(told)
    if place in LISTS:
        return _list(told, *LISTS[place])
    return _special(told)


def _is_on(told: Told) -> bool:
    # What is on unless something else is said is left out of the canonical form.
    return bool(told.before is False if told.after is None else told.after)


def _special(told: Told) -> Change:
    match told.difference.shape:
        case "show" | "at":
            sentence, sign = visibility_said(told)
            return _seen(told, f"field.{told.difference.shape}", sign, sentence)
        case "papers_show":
            sentence, sign = papers_said(told)
            return _seen(told, "document_kind.show", sign, sentence)
    if told.difference.name == "registration":
        is_closed = told.after == "closed"
        sentence = words(
            "Only people whom staff invite get an account." if is_closed else "Everybody can get an account."
        )
        return _made(told, "registration", "customers", "changed", sentence)
    if told.difference.name == "assertions":
        return _made(told, "assertions", "staff", "changed", _assertions(told))
    return _made(
        told, "other", "staff", "changed", fill("Something about {it} that other programs use.", {"it": told.it})
    )


def _seen(told: Told, kind: str, sign: Sign, sentence: Sentence) -> Change:
    group: Group = "customers" if told.names.is_customer(told.difference.name) else "staff"
    return Change(kind, group, sign, sentence, (told.difference.path,))


def _retired(told: Told) -> Change:
    row, is_gone = item_of(told), told.after is True
    sentence = item_said(told, row.retired if is_gone else row.back)
    return _made(told, "retired" if is_gone else "back", row.group, "gone" if is_gone else "new", sentence)


def _text(told: Told) -> Sentence:
    what = TEXTS[(told.difference.shape, told.difference.name)]
    owner = (Phrase(told.names.named(*told.item[:-2]), "name"),) if len(told.item) > 2 else ()
    subject = fill(what, {"it": told.it, "owner": owner})
    place = told.owner if told.owner[0] in ("types", "record_kinds") else ()
    text = text_change(told.names, told.before, told.after, place)
    return fill("{subject}: {text}", {"subject": subject, "text": text})


def _words(told: Told) -> Sentence:
    """What is said in another language: one text, or all those of a list."""
    if (told.difference.shape, told.difference.name) in TEXTS:
        return _text(told)
    pairs = zip(each(told.before), each(told.after), strict=True)
    texts = [text_change(told.names, old.get("label"), new.get("label")) for old, new in pairs if old != new]
    listed: list[Phrase] = []
    for text in texts:
        listed += [Phrase(" · "), *text] if listed else text
    what = "Moves in {it}" if told.difference.name == "transitions" else "Links at the foot of every page"
    return fill(f"{what}: {{texts}}", {"it": told.it, "texts": tuple(listed)})


def _list(told: Told, template: str, said: Callable[[Says, Object], str]) -> Change:
    before, after = ([said(told.says, rule) for rule in each(value)] for value in (told.before, told.after))
    if before == after:  # what differs is beyond the words
        sentence = fill("A detail changes. " + template, {"it": told.it, "change": words("; ".join(after))})
    else:
        sentence = fill(template, {"it": told.it, "change": rules_change(before, after)})
    return _made(told, told.difference.name, _told_by(told), "changed", sentence)


def _moves(told: Told) -> Change:
    before, after = (told.says.moves(value) for value in (told.before, told.after))
    if before == after:
        sentence = fill("Moves in {it} follow the statuses that come and go, and their order.", {"it": told.it})
    else:
        change = rules_change([move for move in before if move not in after], [m for m in after if m not in before])
        sentence = fill("Moves in {it}: {change}.", {"it": told.it, "change": change})
    return _made(told, told.difference.name, _told_by(told), "changed", sentence)


def _told_by(told: Told) -> Group:
    """Customers notice rules that speak of them."""
    if told.difference.name in ("handler", "if_late", "assign"):
        return "staff"
    rules = [rule for value in (told.before, told.after) for rule in each(value)]
    changed = [rule for rule in rules if not (rule in each(told.before) and rule in each(told.after))]
    names_customer = any(rule.get("who") == "customer" or "customer" in keys(rule.get("by")) for rule in changed)
    return "customers" if names_customer or told.difference.name == "remind" else "staff"


def _assertions(told: Told) -> Sentence:
    before, after = ([_promise(told, rule) for rule in each(value)] for value in (told.before, told.after))
    gone, new = ([one for one in before if one not in after], [one for one in after if one not in before])
    change = rules_change(gone, new) if gone or new else rules_change(before, after)
    return fill("What is promised: {change}.", {"change": change})


def _promise(told: Told, rule: Mapping[str, JsonValue]) -> str:
    kind, _, key = str(rule["field"]).partition(".")
    who = told.names.role(str(rule["never"]))
    who = f"People with the role {who}" if who.startswith("“") else who
    # Several types may have a field of this name.
    return f"{who} never see “{told.names.field(('types', kind), key)}” of “{told.names.named('types', kind)}”"


def _other_sort(told: Told) -> Sentence:
    before, after = (value if isinstance(value, dict) else {} for value in (told.before, told.after))
    name = told.difference.name
    if name != "kind":
        return fill("{it} is something else now.", {"it": told.it})
    gaps = {"it": told.it, "change": swap(KINDS[str(before[name])], KINDS[str(after[name])])}
    return fill("{it} asks for something else: {change}.", gaps)
