"""What becomes of the mails about open requests, in sentences beside the changes that bring it about."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.config.changes import Change
from portal_core.config.draft.paths import Path
from portal_core.config.planning import Plan
from portal_core.notifications.mail_changes import Effect, MailChange, MailChanges, mail_changes

# The changes beside which it is said, the likeliest first.
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "reached": ("status.notify", "status.new", "status.back", "status.turn"),
    "reminded": ("status.remind", "status.new", "status.turn"),
    "closed": ("status.close", "status.new", "status.turn"),
    "late": ("status.if_late", "status.expected", "status.new"),
}
_NOTIFICATIONS: Final = ("document.notifications",)
# Of one request, of several.
_READERS: Final = {
    "customer": ("its customer", "their customers"),
    "handler": ("whoever has it", "whoever has them"),
    "team": ("its team", "their teams"),
    "manager": ("managers", "managers"),
    "owner": ("the owner", "the owner"),
}
_EFFECTS: Final[Mapping[Effect, str]] = {
    "starts": "would get a mail",
    "stops": "would no longer get a mail",
    "sooner": "would get a mail at once, no longer with the daily mail,",
    "later": "would get it with the daily mail, no longer at once,",
}
_WHEN: Final = {
    "reached": ("when it comes there", "when one comes there"),
    "reminded": ("as a reminder of what is asked there",) * 2,
    "closed": ("when it is closed there for want of an answer", "when one is closed there for want of an answer"),
    "late": ("when it lasts longer than promised", "when one lasts longer than promised"),
    "replied": ("when somebody answers", "when somebody answers"),
    "noted": ("when a colleague leaves a note",) * 2,
    "assigned": ("when it is given to somebody", "when one is given to somebody"),
    "changed": ("when an answer of the form is changed",) * 2,
    "planned": ("when a day is planned for it", "when a day is planned for one"),
}


def mails_that_change(actor: Actor, planned: Plan) -> MailChanges:
    """All of them, as far as `actor` sees; none for a document that cannot work yet."""
    if planned.previous is None:
        return MailChanges()
    try:
        return mail_changes(actor, *planned.portals, planned.moves)
    except (KeyError, ValueError):  # it leads to what is not there; the findings say so
        return MailChanges()


def mail_facts(mails: MailChanges, changes: Sequence[Change]) -> dict[Path, str]:
    """The sentences, by the place of the change beside which they stand."""
    beside: dict[Path, list[str]] = {}
    for mail in mails.found:
        change = _change(mail, changes)
        if change is not None:
            beside.setdefault(change.path, []).extend(_said(mail, is_whole=mails.is_whole))
    return {path: " ".join(said) for path, said in beside.items()}


def from_then_on(mails: MailChanges) -> str:
    """Kinds of mail, not mails: how many requests each is about stands beside its change."""
    begins, ends = _counted(mails, "starts"), _counted(mails, "stops")
    parts = [f"{begins} more" if begins else "", f"{ends} fewer" if ends else ""]
    said = " and ".join(part for part in parts if part)
    if said:
        return f"by publishing; from then on {_at_least(mails.is_whole)}{said} about open requests"
    return "" if mails.is_whole else "by publishing; not every rule about open requests could be counted"


def _counted(mails: MailChanges, effect: Effect) -> int:
    """How many kinds of mail would start, or stop."""
    return sum(effect in mail.requests for mail in mails.found)


def _at_least(is_whole: bool) -> str:
    return "" if is_whole else "at least "


def _change(mail: MailChange, changes: Sequence[Change]) -> Change | None:
    here = [change for change in changes if change.path[: len(mail.place)] == mail.place]
    wanted = _BESIDE[mail.what] if mail.place[0] == "flows" else _NOTIFICATIONS
    return next((change for kind in wanted for change in here if change.kind == kind), None)


def _said(mail: MailChange, *, is_whole: bool) -> Iterable[str]:
    for effect, count in mail.requests.items():
        many = count > 1
        requests = _at_least(is_whole).capitalize() + (f"{count:,} open requests" if many else "1 open request")
        yield f"{requests}: {_READERS[mail.who][many]} {_EFFECTS[effect]} {_WHEN[mail.what][many]}."
