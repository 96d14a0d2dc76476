"""How long requests usually stand in a status, measured in this portal: "Usually moves within 2 days".

Once a night, for each type and status: the time between coming into it and leaving it, over what was left in the last
90 days. What is said is the time within which four of five left (the 80th percentile), rounded up to whole hours: the
middle would be wrong for every second reader. Below 20 cases nothing is said. What was imported says how long things
took elsewhere: a stay that began or ended there does not count.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from django.db import connection
from django.utils import timezone

from portal_core.config.models import ONLY_ROW, PortalState
from tenants.context import current

DAYS: Final = 90
LEAST_CASES: Final = 20
SHARE: Final = 0.8
_HOUR_SECONDS: Final = 3600

# Requests without news in these days cannot have left a status in them: they are not looked at.
_QUERY: Final = """
SELECT r.type_key, s.status, percentile_cont(%(share)s) WITHIN GROUP (ORDER BY extract(epoch FROM s.left_at - s.at))
  FROM (SELECT h.request_id, coalesce(h.data->>'to', h.data->>'status') AS status, h.at,
               lead(h.at) OVER lines AS left_at,
               h.data ? 'imported' OR lead(h.data ? 'imported') OVER lines AS was_elsewhere
          FROM portal_core_historyentry h
          JOIN portal_core_servicerequest q ON q.id = h.request_id AND q.last_entry_at >= %(since)s
         WHERE h.kind IN ('submitted', 'moved')
        WINDOW lines AS (PARTITION BY h.request_id ORDER BY h.at, h.id)) s
  JOIN portal_core_servicerequest r ON r.id = s.request_id
 WHERE s.left_at >= %(since)s AND s.left_at > s.at AND NOT s.was_elsewhere
 GROUP BY r.type_key, s.status
HAVING count(*) >= %(least)s
"""


def measure_usual_hours() -> None:
    """Measures the portal at hand and keeps the figures; does nothing outside of a portal. Idempotent."""
    if current() is None:
        return
    PortalState.objects.filter(pk=ONLY_ROW).update(usual_hours=measured(timezone.now()))


def measured(now: datetime) -> dict[str, dict[str, int]]:
    """The figures as they are now: whole hours by type and status."""
    figures: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, {"share": SHARE, "since": now - timedelta(days=DAYS), "least": LEAST_CASES})
        for type_key, status, seconds in cursor.fetchall():
            figures.setdefault(type_key, {})[status] = max(1, ceil(seconds / _HOUR_SECONDS))
    return figures
