"""What people choose about their mails, and what is not theirs to choose.

Always sent: what waits for the customer (it is their turn), codes and what concerns signing in. Everything else is of
a kind that the reader can have at once, once a day, or not by mail. Without a choice the business's document decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal_core.accounts.actor import actor_for
from portal_core.accounts.locks import lock_user
from portal_core.accounts.models import User
from portal_core.config.live import live_portal
from portal_core.notifications.models import Way

# Not a choice: a mail of this kind says why it always comes, and has no way to switch it off.
ALWAYS: Final = "turn"
# The daily mail as a whole: switched off at its foot, on again by choosing "once a day" for anything.
DIGEST: Final = "digest"
_BEFORE: Final = "before"


@dataclass(frozen=True)
class Kind:
    """One kind of news, in the reader's words; `usual` is what counts where neither reader nor business has chosen."""

    key: str
    name: str | Promise
    hint: str | Promise = ""
    usual: Way = Way.NOW


CUSTOMER_KINDS: Final = (
    Kind("status", _("Status changes"), _("where your request stands, what happens next and when")),
    Kind("replies", _("Messages from people")),
    Kind("documents", _("Your documents"), _("approved, shared with you, or about to run out")),
)
STAFF_KINDS: Final = (
    Kind("new", _("New requests"), _("for you or your team")),
    Kind("assigned", _("Requests given to you")),
    Kind("replied", _("Messages and changes from customers")),
    Kind("noted", _("Notes of colleagues"), usual=Way.NEVER),
    Kind("status", _("Statuses that you are to know of")),
    Kind("late", _("Promises that are late")),
)
# What happened -> the kind under which its reader chooses.
STAFF_KIND_OF: Final[Mapping[str, str]] = {
    "created": "new",
    "assigned": "assigned",
    "handed_over": "assigned",
    "replied": "replied",
    "changed": "replied",
    "planned": "replied",
    "noted": "noted",
    "moved": "status",
    "late": "late",
    "lapsed": "late",
    "infected": "replied",
    "paper_infected": "replied",
}


def kinds_for(user: User) -> tuple[Kind, ...]:
    """What this person can choose about."""
    if actor_for(user).is_staff:
        return STAFF_KINDS
    has_documents = bool(live_portal().document_kinds)
    return tuple(kind for kind in CUSTOMER_KINDS if kind.key != "documents" or has_documents)


def kind_named(user: User, key: str) -> Kind | None:
    """One of the person's kinds (or the daily mail) by its key."""
    if key == DIGEST:
        return Kind(DIGEST, _("The daily mail"), usual=Way.DAILY)
    # A mail that is in the mailbox already has its way out, whatever the portal shows by now.
    kinds = STAFF_KINDS if actor_for(user).is_staff else CUSTOMER_KINDS
    return next((kind for kind in kinds if kind.key == key), None)


def way_for(user: User, kind: str, asked: str) -> Way:
    """How a notice of `kind` goes to this person by mail; `asked` is what the document says for this one."""
    return chosen_way(user.notice_choices, kind, asked)


def chosen_way(choices: Mapping[str, object], kind: str, asked: str) -> Way:
    """`way_for` by the choices alone (`User.notice_choices`), for counting without loading people."""
    if kind == ALWAYS:
        return Way.NOW
    chosen = _chosen(choices, kind) or Way(asked)
    return Way.NEVER if chosen == Way.DAILY and not _takes_digest(choices) else chosen


def takes_digest(user: User) -> bool:
    """Whether the daily mail has not been switched off as a whole."""
    return _takes_digest(user.notice_choices)


def _takes_digest(choices: Mapping[str, object]) -> bool:
    return _chosen(choices, DIGEST) != Way.NEVER


def choose(user_id: UUID | str, ways: Mapping[str, Way], *, shown: Mapping[str, Way]) -> None:
    """Keeps what a person chose, by kind; what stays as it was `shown` and was never chosen stays the business's.

    Taking anything once a day switches the daily mail on again.
    """
    with transaction.atomic():
        user = lock_user(user_id)
        chosen = {**user.notice_choices}
        chosen.pop(_BEFORE, None)
        if any(way == Way.DAILY != shown.get(kind) for kind, way in ways.items()):
            chosen.pop(DIGEST, None)
        changed = {kind: way for kind, way in ways.items() if kind in chosen or shown.get(kind) != way}
        user.notice_choices = {**chosen, **{kind: str(way) for kind, way in changed.items()}}
        user.save(update_fields=["notice_choices"])


def switch_off(user_id: UUID | str, kind: str) -> None:
    """No mails of this kind from now on; what was chosen before is kept for `switch_on`. Twice is once."""
    with transaction.atomic():
        user = lock_user(user_id)
        chosen = {**user.notice_choices}
        if chosen.get(kind) == Way.NEVER:
            return
        before = {**chosen.get(_BEFORE, {}), kind: chosen.get(kind, "")}
        user.notice_choices = {**chosen, kind: str(Way.NEVER), _BEFORE: before}
        user.save(update_fields=["notice_choices"])


def switch_on(user_id: UUID | str, kind: str) -> None:
    """Undoes `switch_off`; nothing is changed where nothing was switched off."""
    with transaction.atomic():
        user = lock_user(user_id)
        chosen = {**user.notice_choices}
        if chosen.get(kind) != Way.NEVER:
            return
        before = {**chosen.pop(_BEFORE, {})}
        # Switched off on the account page: there is nothing to go back to but the business's own rule.
        was = before.pop(kind, "")
        chosen.pop(kind)
        if was:
            chosen[kind] = was
        user.notice_choices = {**chosen, **({_BEFORE: before} if before else {})}
        user.save(update_fields=["notice_choices"])


def has_chosen(user: User, kind: str) -> bool:
    """Whether it is the person's own choice how this kind goes, and not the business's rule."""
    return _chosen(user.notice_choices, kind) is not None or not takes_digest(user)


def is_off(user: User, kind: str) -> bool:
    """Whether the person has switched this kind off."""
    return _chosen(user.notice_choices, kind) == Way.NEVER


def _chosen(choices: Mapping[str, object], kind: str) -> Way | None:
    value = choices.get(kind)
    return Way(value) if isinstance(value, str) and value in Way.values else None
