"""The one loader of a saved record for a person."""

import uuid

from django.db.models import QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.saved_records.errors import RecordNotSeen
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.queries import visible_to


def get_for(actor: Actor, record_id: uuid.UUID, *, known: QuerySet[User] | None = None) -> SavedRecord:
    """Loads a record with its customer, in one query; `known` are the customers whom staff may know.

    Raises:
        RecordNotSeen: it does not exist, or the actor may not know that it does.
    """
    record = visible_to(actor, known=known).select_related("customer").filter(pk=record_id).first()
    if record is None:
        raise RecordNotSeen
    return record
