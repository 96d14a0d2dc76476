"""How much one customer can write in an hour: far more than anybody does, far less than a script would.

Each message and request tells people by e-mail; without a limit one account could flood a team.
"""

from datetime import datetime
from typing import Final

from portal_core.accounts.actor import Actor
from tenants.limits import Bucket, TooMany, consume

WRITES_AN_HOUR: Final = 300
_HOUR_SECONDS: Final = 3600


def writes_full_until(actor: Actor) -> datetime | None:
    """Counts one message or request of this customer; when writing is possible again, if there were too many."""
    try:
        consume([Bucket("customer-writes", str(actor.user_id), WRITES_AN_HOUR, _HOUR_SECONDS)])
    except TooMany as full:
        return full.again_at
    return None
