"""Removes the made-up customers with all that is theirs, and nothing that is real."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.documents import storage
from portal_core.documents.models import Document, StoredFile
from portal_core.history.models import CustomerLook, HistoryEntry
from portal_core.notifications.models import Notice
from portal_core.reporting.models import RemovedWork
from portal_core.saved_records.models import RecordEntry, SavedRecord
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import GuestLink, RequestSearch, ServiceRequest
from tenants.outbox.models import Event


@dataclass(frozen=True)
class Samples:
    """What is there of made-up customers, or what was removed of it."""

    names: tuple[str, ...]
    requests: int
    documents: int
    records: int

    @property
    def words(self) -> str:
        """As a list to be read: "Alex Carter, 4 requests and 2 documents"."""
        counted = [(self.requests, "request"), (self.documents, "document"), (self.records, "saved detail")]
        parts = [*self.names, *(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted if count)]
        return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def samples() -> Samples:
    """What would be removed now."""
    people = _people()
    return Samples(
        tuple(people.order_by("created_at").values_list("name", flat=True)),
        ServiceRequest.objects.filter(customer__in=people).count(),
        Document.objects.filter(customer__in=people).count(),
        SavedRecord.objects.filter(customer__in=people).count(),
    )


def remove(*, actor: Actor) -> Samples:
    """Removes the made-up customers, their requests with all history, their papers and details; says what it was.

    Their files go after the commit. What others did with them (an owner's replies as well) goes along; numbers are not
    given out again. Raises Forbidden for who does not set up this portal.
    """
    if not actor.may("manage_setup"):
        raise Forbidden
    with transaction.atomic():
        # Locked, so that a request which is just being sent waits, and then finds no such customer.
        list(_people().select_for_update().order_by("pk"))
        removed = samples()
        keys = _remove()
    for key in keys:
        storage.remove(key)
    return removed


def _people() -> QuerySet[User]:
    return User.objects.filter(is_sample=True)


def _remove() -> list[str]:
    """From what points at something to what is pointed at; gives the names under which their files are stored.

    SECURITY: everything is found by its made-up customer; the database refuses to delete the history of anybody else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portico.removes_samples', 'on', true)")
    people = list(_people().values_list("pk", flat=True))
    requests = list(ServiceRequest.objects.filter(customer__in=people).order_by("pk").values_list("pk", flat=True))
    documents = list(Document.objects.filter(customer__in=people).order_by("pk").values_list("pk", flat=True))
    files = StoredFile.objects.filter(Q(customer__in=people) | Q(owner_id__in=people) | Q(document__in=documents))
    keys = list(files.values_list("key", flat=True))
    Notice.objects.filter(Q(user__in=people) | Q(request__in=requests)).delete()
    RequestFile.objects.filter(Q(request__in=requests) | Q(file__key__in=keys)).delete()
    HistoryEntry.objects.filter(Q(request__in=requests) | Q(document__in=documents)).delete()
    StoredFile.objects.filter(key__in=keys).delete()
    Document.objects.filter(pk__in=documents).update(replaced_by=None)
    Document.objects.filter(pk__in=documents).delete()
    RecordEntry.objects.filter(record__customer__in=people).delete()
    SavedRecord.objects.filter(customer__in=people).delete()
    GuestLink.objects.filter(request__in=requests).delete()
    RequestSearch.objects.filter(request__in=requests).delete()
    RemovedWork.objects.filter(request_id__in=requests).delete()
    Event.objects.filter(done_at=None, payload__request_id__in=[str(key) for key in requests]).delete()
    ServiceRequest.objects.filter(pk__in=requests).update(again_of=None)
    ServiceRequest.objects.filter(pk__in=requests).delete()
    CustomerLook.objects.filter(customer__in=people).delete()
    User.objects.filter(pk__in=people).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portico.removes_samples', 'off', true)")
    return keys
