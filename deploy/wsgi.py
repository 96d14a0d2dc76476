"""The WSGI application; refuses a database that it cannot work with before it answers anything."""

import os
from contextlib import suppress
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings.local")


class _Request(WSGIRequest):
    """Django's own, made also of a Content-Type that it fails on, for tenants.edge to refuse."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        # ValueError: a charset with a NUL in it, from `charset*=utf-8''%00`. The parameters are set by then.
        with suppress(ValueError):
            super()._set_content_type_params(meta)  # type: ignore[misc]  # private in the stubs


class _Handler(WSGIHandler):
    request_class = _Request


django.setup(set_prefix=False)
application = _Handler()

from deploy.database_version import refuse_old_database  # noqa: E402 - needs the settings

refuse_old_database()
