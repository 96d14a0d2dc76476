"""`/api/portal-schema.json`: the JSON Schema of the portal configuration, for editors and for whoever writes files."""

import json
from functools import cache
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from portal_core.config.document import json_schema

_DAY_SECONDS = 86_400


@cache
def _schema() -> tuple[bytes, str]:
    body = json.dumps(json_schema(), ensure_ascii=False, indent=1).encode()
    return body, quote_etag(sha256(body).hexdigest()[:16])


@require_safe
def portal_schema(request: HttpRequest) -> HttpResponse:
    """The same for everybody and every tenant: no session, no query. Another program may read it from its own page."""
    body, etag = _schema()
    response = HttpResponse(body, content_type="application/schema+json; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    response["ETag"] = etag
    found = get_conditional_response(request, etag=etag, response=response)
    return found if isinstance(found, HttpResponse) else response


portal_schema.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
