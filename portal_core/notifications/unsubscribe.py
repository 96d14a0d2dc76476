"""The way out at the foot of every mail that need not come: an address that switches one kind off for one person.

SECURITY: the token names person and kind and is signed with the schema in its salt; it opens nothing else, signs
nobody in, and is the same every time, so that a mail can be previewed to the letter. It does not run out: a mail
program may show the button for years.
"""

from dataclasses import dataclass
from uuid import UUID

from portal_core.accounts.models import User
from portal_core.notifications.choices import ALWAYS, Kind, kind_named
from tenants import signing
from tenants.context import current
from tenants.identifiers import parse_uuid

_SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class WayOut:
    """What a token names: a person of this portal, and the kind of mails."""

    user: User
    kind: Kind

    @property
    def masked_address(self) -> str:
        """Enough for its owner to know it, too little for anybody else."""
        name, _at, host = self.user.email.partition("@")
        return f"{name[:1]}•••@{host}"


def address_for(user_id: UUID, kind: str) -> str:
    """The absolute address that switches `kind` off for this person; "" for what always comes."""
    tenant = current()
    if kind == ALWAYS or tenant is None:
        return ""
    return tenant.url(f"/u/{signing.sign(f'{user_id.hex}-{kind}', salt=_SALT)}/")


def read(token: str) -> WayOut | None:
    """What a token stands for; None when it is spoilt, of another portal, or its person or kind is gone."""
    try:
        parts = signing.unsign(token, salt=_SALT).partition("-")
    except signing.BadSignature:
        return None
    key, kind = parse_uuid(parts[0]), parts[2]
    user = User.objects.filter(pk=key, is_active=True).first() if key is not None else None
    found = kind_named(user, kind) if user is not None else None
    return WayOut(user, found) if user is not None and found is not None else None
