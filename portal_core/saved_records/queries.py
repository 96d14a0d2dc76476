"""Lists of saved records: each starts from whose they are."""

import uuid

from django.db.models import QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.saved_records.models import SavedRecord

# Far more than anybody keeps; a form with more choices would be no help.
MOST_RECORDS = 300


def of_customer(customer_id: uuid.UUID) -> QuerySet[SavedRecord]:
    """All records of one customer, the archived ones too, in the order in which they were added."""
    return SavedRecord.objects.filter(customer_id=customer_id).order_by("id")


def visible_to(actor: Actor, *, known: QuerySet[User] | None = None) -> QuerySet[SavedRecord]:
    """The records that `actor` may see at all: a customer's own; for staff, those of the customers they `know`.

    Whom staff know is decided by their requests (service_requests.queries.customers_of), a layer above.
    """
    if actor.user_id is None:
        return SavedRecord.objects.none()
    if actor.is_customer:
        return SavedRecord.objects.filter(customer_id=actor.user_id)
    if actor.is_staff and actor.may("see") and known is not None:
        return SavedRecord.objects.filter(customer__in=known)
    return SavedRecord.objects.none()


def kinds_kept() -> frozenset[str]:
    """The kinds of which there is any record: what a new version of the portal must not forget."""
    return frozenset(SavedRecord.objects.order_by().values_list("kind_key", flat=True).distinct())
