"""Row locks for saved records: the customer first, then the record."""

import uuid

from portal_core.accounts.models import User
from portal_core.saved_records.errors import RecordForbidden, RecordNotSeen
from portal_core.saved_records.models import SavedRecord


def lock_record(record_id: uuid.UUID) -> SavedRecord:
    """Locks one record until the transaction ends.

    Raises:
        RecordNotSeen: there is no such record.
    """
    try:
        return SavedRecord.objects.select_for_update().get(pk=record_id)
    except SavedRecord.DoesNotExist:
        raise RecordNotSeen from None


def lock_customer(customer_id: uuid.UUID) -> None:
    """Locks the customer to whom something is added, so that two adders count one after the other.

    Raises:
        RecordForbidden: there is no such person.
    """
    locked = User.objects.select_for_update(no_key=True).filter(pk=customer_id).values_list("pk", flat=True)
    if not list(locked):
        raise RecordForbidden
