"""Documents that customers may see by their kind and do not: what there was of it before the kind was shown to them.

A business that shows a kind to customers from now on can keep what there is hidden. Each document is then as one that
staff have not shared yet (`Document.is_shared`, which every door asks already), until they share it. What requests tell
of such documents from before lies in their history, which is never changed: the request notes since when its lines may
be read (`ServiceRequest.withheld`, under the name of the kind with a colon, which no field has).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from portal_core.config.viewer import Viewer
from portal_core.documents.models import Document, DocumentState
from portal_core.service_requests.models import ServiceRequest

_NOTE = """
UPDATE portal_core_servicerequest
   SET withheld = coalesce(withheld, '{}'::jsonb) || jsonb_build_object(%(name)s::text, %(mark)s::jsonb)
 WHERE id IN (SELECT request_id FROM portal_core_document WHERE kind_key = %(kind)s AND request_id IS NOT NULL
              UNION SELECT request_id FROM portal_core_historyentry WHERE data->>'kind' = %(kind)s)
"""


def withhold_papers(kind_keys: Sequence[str]) -> None:
    """Hides what there is of these kinds, in the transaction of the caller.

    What staff still ask for stays asked for: there is nothing of it yet, and customers can answer it from now on.
    """
    now = timezone.now()
    there = Document.objects.filter(kind_key__in=list(kind_keys), is_shared=True).exclude(state=DocumentState.ASKED)
    there.update(is_shared=False, changed_at=now)
    mark = f'{{"at": "{now.isoformat()}"}}'
    with connection.cursor() as cursor:
        for kind in kind_keys:
            cursor.execute(_NOTE, {"kind": kind, "name": name_of(kind), "mark": mark})


def name_of(kind_key: str) -> str:
    """Under which name a request notes it."""
    return f"document:{kind_key}"


def is_told_of(request: ServiceRequest, kind_key: str, at: datetime, viewer: Viewer) -> bool:
    """Whether this reader learns of what was written at `at` about a document of a kind."""
    mark = (request.withheld or {}).get(name_of(kind_key))
    is_read_by_staff = viewer.is_staff and (viewer.shown_to is None or viewer.shown_to.is_staff)
    return not mark or is_read_by_staff or at > datetime.fromisoformat(str(mark["at"]))
