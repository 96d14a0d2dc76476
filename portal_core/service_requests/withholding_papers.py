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
from portal_core.documents.models import Document
from portal_core.documents.vault import WANTED
from portal_core.service_requests.models import ServiceRequest

# The requests whose history tells of a kind: where its documents came in, and where they were given for what was asked.
# Found by the documents: the history of everything is too long to be read while a version goes live.
_NOTE = """
UPDATE portal_core_servicerequest AS request
   SET withheld = coalesce(request.withheld, '{}'::jsonb) || told.marks
  FROM (SELECT request_id, jsonb_object_agg('document:' || kind_key, %(mark)s::jsonb) AS marks
          FROM (SELECT request_id, kind_key FROM portal_core_document
                 WHERE kind_key = ANY(%(kinds)s) AND request_id IS NOT NULL
                 UNION
                SELECT used.request_id, paper.kind_key
                  FROM portal_core_document AS paper
                  JOIN portal_core_storedfile AS file ON file.document_id = paper.id
                  JOIN portal_core_requestfile AS used ON used.file_id = file.id
                 WHERE paper.kind_key = ANY(%(kinds)s) AND used.entry_id IS NOT NULL) AS place
         GROUP BY request_id) AS told
 WHERE request.id = told.request_id
"""


def withhold_papers(kind_keys: Sequence[str]) -> None:
    """Hides what there is of these kinds, in the transaction of the caller.

    What customers are asked for, or for another copy of, stays asked for: of the first there is nothing yet, the second
    is a paper of their own that came back to them with a reason. Hidden, neither could be answered or taken back.
    """
    now, kinds = timezone.now(), list(kind_keys)
    there = Document.objects.filter(kind_key__in=kinds, is_shared=True).exclude(state__in=WANTED)
    there.update(is_shared=False, changed_at=now)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"kinds": kinds, "mark": f'{{"at": "{now.isoformat()}"}}'})


def name_of(kind_key: str) -> str:
    """Under which name a request notes it."""
    return f"document:{kind_key}"


def is_told_of(request: ServiceRequest, kind_key: str, at: datetime, viewer: Viewer) -> bool:
    """Whether this reader learns of what was written at `at` about a document of a kind."""
    mark = (request.withheld or {}).get(name_of(kind_key))
    is_read_by_staff = viewer.is_staff and (viewer.shown_to is None or viewer.shown_to.is_staff)
    return not mark or is_read_by_staff or at > datetime.fromisoformat(str(mark["at"]))
