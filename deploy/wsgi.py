"""The WSGI application; refuses a database that it cannot work with before it answers anything.

SECURITY: DJANGO_SETTINGS_MODULE has no default here: a server on which somebody forgot it must not come up with the
known key and the open mail page of the local start.
"""

from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class _Request(WSGIRequest):
    """Django's own, made also where a Content-Type names an encoding that Django fails on: tenants.edge refuses it."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Without taking the encoding from the header; there is only UTF-8 here."""
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class _Handler(WSGIHandler):
    request_class = _Request


django.setup(set_prefix=False)
application = _Handler()

from deploy.database_version import refuse_old_database  # noqa: E402 - needs the settings

refuse_old_database()
