"""The WSGI application; refuses a database that it cannot work with before it answers anything."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings.local")

application = get_wsgi_application()

from deploy.database_version import refuse_old_database  # noqa: E402 - needs the settings

refuse_old_database()
