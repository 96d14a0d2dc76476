"""Mails that were refused for good: marked on the person, and listed in words for those who run the place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER
from tenants.context import current
from tenants.outbox.models import Mail
from tenants.outbox.queries import stuck_events

SHOWN: Final = 100
PERIOD: Final = timedelta(days=30)
_NEEDED: Final = (
    *("recipient_user_id", "to_address", "subject", "is_secret", "created_at", "failed_at", "last_error"),
)


@dataclass(frozen=True)
class Undelivered:
    """One mail that did not arrive: to whom, when, why, and what can be done."""

    name: str
    address: str
    subject: str
    at: datetime
    reason: str
    mend: str
    answer: str
    is_mended: bool


@dataclass(frozen=True)
class _Reason:
    """How a refusal is recognised in the mail server's words, and what it means."""

    pattern: re.Pattern[str]
    reason: str
    mend: str


# By the codes of RFC 3463 first, by the plain ones after; the last one takes the rest.
_REASONS: Final = (
    _Reason(
        re.compile(r"^Expired"),
        "Our mail server could not be reached in time.",
        "Nothing to do: the next mail goes out as usual.",
    ),
    _Reason(
        re.compile(r"^(BadHeader|ValueError|IndexError|MessageImpossible|not an address)|\b5\.1\.3\b"),
        "This is not an address that mail can be sent to.",
        "Ask for the right address, by telephone perhaps.",
    ),
    _Reason(
        re.compile(r"\b5\.1\.(1|2|6|10)\b|^55[013]\b(?!.*\b5\.7)"),
        "The address does not exist, or not any more.",
        "Ask for the right address; a customer changes it on their account page.",
    ),
    _Reason(
        re.compile(r"\b5\.2\.[12]\b|^552\b"),
        "The mailbox is full or closed.",
        "Reach them another way, and try again later by writing once more.",
    ),
    _Reason(
        re.compile(r"\b5\.7\.\d+\b|^554\b|^521\b"),
        "Their mail server takes this for unwanted mail.",
        "Ask them to let mails of this portal in; tell us if it happens with many addresses.",
    ),
    _Reason(
        re.compile(""),
        "Their mail server refused it.",
        "Its answer stands below; reach them another way meanwhile.",
    ),
)


def on_outcome(mail: Mail) -> None:
    """Marks a person whose mail was refused for good, and takes the mark away once one arrives."""
    if mail.recipient_user_id is None or current() is None:
        return
    people = User.objects.filter(pk=mail.recipient_user_id, email=mail.to_address)
    if mail.failed_at is not None:
        mark = {"mail": str(mail.pk), "to": mail.to_address, "at": mail.failed_at.isoformat()}
        people.update(mail_refused=mark)
    elif mail.sent_at is not None:
        people.filter(mail_refused__isnull=False).update(mail_refused=None)


def refused_address(user: User) -> str:
    """The address to which the last mail could not be delivered; "" when it did, or they have another one now."""
    mark = user.mail_refused
    return user.email if isinstance(mark, dict) and mark.get("to") == user.email else ""


def undelivered(page: int = 1) -> tuple[Sequence[Undelivered], bool]:
    """A page of the mails to customers that were given up in the last 30 days, newest first; whether there are more."""
    since = timezone.now() - PERIOD
    to_customers = User.objects.filter(role=CUSTOMER).values("pk")
    failed = Mail.objects.filter(failed_at__gte=since, recipient_user_id__in=to_customers).order_by("-failed_at", "-id")
    # After an outage there are many: neither their words nor more of them than are shown leave the database.
    mails = list(failed.only(*_NEEDED)[(page - 1) * SHOWN : page * SHOWN + 1])
    has_more, mails = len(mails) > SHOWN, mails[:SHOWN]
    people = User.objects.in_bulk({mail.recipient_user_id for mail in mails if mail.recipient_user_id is not None})
    pairs = [(mail, people.get(mail.recipient_user_id)) for mail in mails if mail.recipient_user_id is not None]
    return [_line(mail, user) for mail, user in pairs if user is not None], has_more


def waiting_events() -> int:
    """How many things that happened could not be told to anybody yet, though it was tried several times."""
    return stuck_events().count()


def _line(mail: Mail, user: User) -> Undelivered:
    meant = next(reason for reason in _REASONS if reason.pattern.search(mail.last_error))
    return Undelivered(
        name=user.name,
        address=mail.to_address,
        subject="" if mail.is_secret else mail.subject,
        at=mail.failed_at or mail.created_at,
        reason=meant.reason,
        mend=meant.mend,
        answer=mail.last_error[:300] if meant is _REASONS[-1] else "",
        is_mended=refused_address(user) == "",
    )
