"""Row locks for service requests, all in one place and always in the same order (form, request, counter)."""

import uuid

from django.db import connection

from portal_core.service_requests.errors import NotSeen
from portal_core.service_requests.models import ServiceRequest


def lock_request(request_id: uuid.UUID) -> ServiceRequest:
    """Locks one request until the transaction ends.

    Raises:
        NotSeen: there is no such request.
    """
    try:
        return (
            ServiceRequest.objects.select_for_update(of=("self",))
            .select_related("customer", "assignee")
            .get(pk=request_id)
        )
    except ServiceRequest.DoesNotExist:
        raise NotSeen from None


def lock_submission(submission_key: uuid.UUID) -> None:
    """Locks the key of a form until the transaction ends, so that nobody files or keeps it between check and write.

    There is no row to lock yet. Taken before all other locks.
    """
    with connection.cursor() as cursor:
        # The hash may meet another key's: then one waits for the other, no more.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))", [f" form {submission_key}"]
        )


def next_number() -> int:
    """Takes the tenant's next number.

    The counter's row stays locked until the transaction ends: a filing that fails gives its number back, so numbers
    have neither gaps nor doubles ("max + 1" gave eight requests the number 2).
    """
    return next_numbers(1)


def next_numbers(count: int) -> int:
    """Takes `count` numbers in a row and gives the first of them; as `next_number`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_core_numbercounter (id, last_number) VALUES (1, 1000 + %(count)s)"
            " ON CONFLICT (id) DO UPDATE SET last_number = portal_core_numbercounter.last_number + %(count)s"
            " RETURNING last_number",
            {"count": count},
        )
        (number,) = cursor.fetchone()
    return int(number) - count + 1


def lock_imports() -> None:
    """Only one import writes into a tenant at a time, until the transaction ends; before all other locks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' import', 0))")
