"""When to try again: doubling, bounded, spread at random so that a thousand tenants do not come back at once."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

EVENT_CEILING_SECONDS = 3600
MAIL_CEILING_SECONDS = 900
# The mail server itself is away: everybody waits, nobody for long.
SERVER_CEILING_SECONDS = 60


def delay_seconds(attempts: int, *, ceiling_seconds: int) -> float:
    """Seconds to wait after `attempts` failed attempts (1 and up): half to all of the doubled base."""
    base = float(getattr(settings, "OUTBOX_RETRY_BASE_SECONDS", 5))
    full: float = min(base * 2 ** min(attempts - 1, 20), float(ceiling_seconds))
    # Jitter, not a secret.
    return full * random.uniform(0.5, 1.0)  # noqa: S311 - spreads, guards nothing


def next_try(attempts: int, *, ceiling_seconds: int) -> datetime:
    """The moment of the next attempt after `attempts` failed ones."""
    return timezone.now() + timedelta(seconds=delay_seconds(attempts, ceiling_seconds=ceiling_seconds))
