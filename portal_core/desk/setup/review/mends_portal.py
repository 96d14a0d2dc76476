"""Mends of what is wrong with the portal as a whole, with shared lists, roles, promises and who is told."""

from typing import Final

from portal_core.config.draft.operations import Operation, Set
from portal_core.desk.setup.review.finding import (
    TAKE_OUT,
    Control,
    Finding,
    Loss,
    Menders,
    Option,
    dropping,
    picking,
    setting,
    taking_out,
    without_rule,
    without_words,
)
from portal_core.desk.setup.review.mends_asks import let_see
from portal_core.desk.setup.review.mends_rules import rule_condition

_BASES: Final = (("agent", "Agents"), ("manager", "Managers"), ("customer", "Customers"))
_LARGEST_MB: Final = (5, 10, 25, 50)


def _rule(finding: Finding) -> Control:
    """A rule about who is told of an event that cannot hold."""
    return Control("This rule", (without_rule(finding, "Take this rule out", finding.path[:2]),))


def _rule_part(finding: Finding) -> Control:
    return Control("This rule", (dropping(setting(TAKE_OUT, finding.path, None)), *_rule(finding).options))


def _day(finding: Finding) -> Control:
    return Control("That day", (setting("Closed on that day of the week", finding.path, None),))


def _holiday(finding: Finding) -> Control:
    return Control("This holiday", (without_rule(finding, TAKE_OUT, finding.path),))


def _logo(finding: Finding) -> Control:
    brand = finding.path[:-1]
    gone = [Set((*brand, name), None) for name in ("logo", "logo_dark")]
    both: tuple[Operation, ...] = tuple(gone) if finding.path[-1] == "logo" else (gone[1],)
    return Control("The picture", (Option("Without this picture", both),))


def _guests(finding: Finding) -> Control:
    return Control("Guests", (setting("Only people with an account send requests", finding.path, None),))


def _languages(finding: Finding) -> Control:
    own, others = finding.read("portal", "language"), finding.read(*finding.path)
    codes = [own, *(others if isinstance(others, list) else [])]
    return Control("Languages", (setting("The portal’s own language is one of them", finding.path, codes),))


def _language(finding: Finding) -> Control:
    return Control("This language", (without_rule(finding, TAKE_OUT, finding.path),))


def _based_on(finding: Finding) -> Control:
    return Control("It is based on", picking(finding.path, _BASES))


def _role_type(finding: Finding) -> Control:
    """SECURITY: a list without any type means none, a missing one means all."""
    held = finding.read(*finding.path[:-1])
    held = held if isinstance(held, list) else []
    others = ((key, name) for key, name in finding.named("types") if key not in held)
    none = without_rule(finding, TAKE_OUT, finding.path, keep_empty=True)
    return Control("Which requests it is for", (dropping(none), *picking(finding.path, others, "“{}” instead")))


def _permission(finding: Finding) -> Control:
    return Control("What it may do", (without_rule(finding, TAKE_OUT, finding.path, keep_empty=True),))


def _accept(finding: Finding) -> Control | None:
    edit = without_words(finding, finding.path, finding.words)
    return None if edit is None else Control("Files that it takes", (Option("Leave this kind of file out", (edit,)),))


def _size(finding: Finding) -> Control:
    return Control("The largest file", tuple(setting(f"{size} MB", finding.path, size) for size in _LARGEST_MB))


def _added_by(finding: Finding) -> Control:
    staff = setting("Staff add these documents", finding.path, "staff")
    return Control("What is right", (let_see(finding.path[1]), staff))


def _reusable(finding: Finding) -> Control:
    never = setting("They are not offered again", finding.path, None)
    return Control("What is right", (let_see(finding.path[1]), never))


def _promise(finding: Finding) -> Control:
    """A promise that does not hold is kept by hiding the field, or not made."""
    drop = dropping(without_rule(finding, "Do not promise it", finding.path[:2]), Loss.PROMISE, finding.path[:2])
    rule = finding.read(*finding.path[:2])
    field, never = (str(rule.get(name)) for name in ("field", "never")) if isinstance(rule, dict) else ("", "")
    kind, _, key = field.partition(".")
    place = ("types", kind, "fields", key)
    if len(finding.path) > 2 or finding.read(*place) is None:
        return Control("This promise", (drop,))
    shown = finding.read(*place, "at")
    edits = [Set((*place, "at", status, never), None) for status in (shown if isinstance(shown, dict) else {})]
    hide = Option(f"{finding.role(never)} do not see it anywhere", (*edits, Set((*place, "show", never), "hidden")))
    return Control("This promise", (hide, drop))


PORTAL: Final[Menders] = (
    ("notifications.*.if", rule_condition),
    ("notifications.*.message", _rule_part),
    ("notifications.*.when", _rule_part),
    ("notifications.*.**", _rule),
    ("notifications.*", _rule),
    ("assertions.*.**", _promise),
    ("assertions.*", _promise),
    ("hours.holidays.*", _holiday),
    ("hours.*", _day),
    ("portal.brand.logo", _logo),
    ("portal.brand.logo_dark", _logo),
    ("portal.guests", _guests),
    ("portal.languages", _languages),
    ("portal.languages.*", _language),
    ("roles.*.based_on", _based_on),
    ("roles.*.types.*", _role_type),
    ("roles.*.permissions.*", _permission),
    ("document_kinds.*.accept", _accept),
    ("document_kinds.*.max_size_mb", _size),
    ("document_kinds.*.added_by", _added_by),
    ("document_kinds.*.reusable", _reusable),
    ("document_kinds.*.show.*", taking_out),
    ("rules", taking_out),
    ("webhooks", taking_out),
    ("schedules", taking_out),
)
