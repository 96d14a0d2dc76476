"""Answers that customers may see by the configuration and do not: what stood in a field before it was shown to them.

A business that shows a field to customers from now on can keep what stands there hidden until it is next changed:
staff wrote it for themselves. `ServiceRequest.withheld` says so by field: `{"at": when, "until": when it was changed}`.

SECURITY: whoever reads an answer for a reader takes it from `seen_data`, and a line of history asks `told_of`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from django.db import connection
from django.utils import timezone

from portal_core.config.impact import Withhold
from portal_core.config.viewer import Viewer
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest

# Of a change in the history: all of it, only what it became, or nothing.
Told: TypeAlias = Literal["all", "after", "nothing"]

_WITHHOLD = """
UPDATE portal_core_servicerequest
   SET withheld = coalesce(withheld, '{}'::jsonb) || jsonb_build_object(%(field)s::text, %(mark)s::jsonb)
 WHERE type_key = %(type)s AND status_key = ANY(%(statuses)s) AND data ? %(field)s
"""


def withhold(fields: Sequence[Withhold]) -> None:
    """Hides what stands in these fields now, of open and closed requests, in the transaction of the caller."""
    mark = f'{{"at": "{timezone.now().isoformat()}", "until": null}}'
    with connection.cursor() as cursor:
        for item in fields:
            where = {"type": item.type_key, "field": item.field_key, "mark": mark}
            cursor.execute(_WITHHOLD, {**where, "statuses": list(item.status_keys)})


def is_withheld(request: ServiceRequest, field_key: str, viewer: Viewer) -> bool:
    """Whether this reader is kept from what stands in the field now."""
    return not viewer.is_staff and is_kept_from_customers(request, field_key)


def is_kept_from_customers(request: ServiceRequest, field_key: str) -> bool:
    """Whether what stands in the field now is kept from customers."""
    mark = _mark(_marks(request).get(field_key))
    return bool(mark) and mark.get("until") is None


def seen_data(request: ServiceRequest, viewer: Viewer) -> Mapping[str, JsonValue]:
    """The stored answers without what is kept from this reader; the configuration decides about the others."""
    data: Mapping[str, JsonValue] = request.data
    return data if viewer.is_staff else shown_to_customers(request)


def shown_to_customers(request: ServiceRequest) -> Mapping[str, JsonValue]:
    """The stored answers without what is kept from customers."""
    data: Mapping[str, JsonValue] = request.data
    if not request.withheld:
        return data
    return {key: value for key, value in data.items() if not is_kept_from_customers(request, key)}


def release(request: ServiceRequest, changed: Iterable[str], now: datetime) -> frozenset[str]:
    """What is written from now on is shown; gives the fields that were kept until now. The caller saves the request."""
    kept = frozenset(key for key in changed if is_kept_from_customers(request, key))
    if kept:
        marks = _marks(request)
        until = {key: {**_mark(marks[key]), "until": now.isoformat()} for key in kept}
        request.withheld = {**marks, **until}
    return kept


def told_of(request: ServiceRequest, change: Mapping[str, JsonValue], at: datetime, viewer: Viewer) -> Told:
    """What this reader learns of a change of a field that was written down at `at`.

    What was written before the field was shown stays hidden for good, and the first change after it tells only what
    the field became.
    """
    mark = _mark(_marks(request).get(str(change["field"])))
    if viewer.is_staff or not mark:
        return "all"
    if at <= datetime.fromisoformat(str(mark["at"])):
        return "nothing"
    return "after" if change.get("was_kept") else "all"


def _mark(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _marks(request: ServiceRequest) -> Mapping[str, JsonValue]:
    return request.withheld or {}
