"""Proving an address by a mailed link, where strangers have used up the codes that it gets in an hour.

As with signing in (`flooded.py`): a code belongs to the browser that asked for it, and the owner's own would get none
any more. A link belongs to whoever reads the mail, whichever of all the wishes sent it. So one goes to the address
every few minutes, and there is always one that works.

SECURITY: it says only whose mailbox it was sent to. What waits is another browser's own: nobody sends a stranger's form
by opening it, and in a browser where nothing waits for this address it does nothing.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

from portal_core.accounts.models import normalise_email
from tenants import signing
from tenants.context import current_schema
from tenants.identifiers import uuid7
from tenants.limits import Bucket, TooMany, consume, is_first

LINK_EVERY_SECONDS: Final = 5 * 60
LINK_MINUTES: Final = 15
_SECONDS: Final = LINK_MINUTES * 60
_SALT: Final = "accounts.proof_link"
_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class ProofLink:
    """A link that works. `token` is what stands in its address: the mailbox by a keyed hash, never by name."""

    token: str
    mailbox: str

    def was_sent_to(self, email: str) -> bool:
        """Whether it is this address that is proved by it."""
        return constant_time_compare(self.mailbox, _hash(normalise_email(email)))

    def use_up(self) -> bool:
        """Whether it had not been used before; it cannot be from now on."""
        return is_first("proof-link", self.token, _SECONDS)


def new_token(purpose: str, email: str) -> str | None:
    """The token of a link to be mailed now; None where the last one has only just gone to this address."""
    address = normalise_email(email)
    try:
        consume((Bucket(f"proof-link-{purpose}", address, 1, LINK_EVERY_SECONDS),))
    except TooMany:
        return None
    return signing.dumps([purpose, _hash(address), uuid7().hex], salt=_SALT)


def read_token(token: str, purpose: str) -> ProofLink | None:
    """The link, if it was mailed for this purpose and its time is not over. Uses nothing up."""
    if len(token) > _LONGEST:
        return None
    try:
        said, mailbox, _key = signing.loads(token, salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return ProofLink(token, mailbox) if said == purpose else None


def _hash(address: str) -> str:
    return salted_hmac(f"{_SALT}:{current_schema()}", address, algorithm="sha256").hexdigest()[:32]
