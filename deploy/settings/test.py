"""Settings of the tests: as the local start, without anything that must be built first."""

import os

os.environ.setdefault("SECRET_KEY", "test-only-not-a-secret")
os.environ.setdefault("PUBLIC_SCHEME", "http")
os.environ.setdefault("PUBLIC_PORT", "8000")

from .base import *
from .base import CACHES, DATA_DIR, INSTALLED_APPS, STORAGES

IS_LOCAL = True
DEV_MAIL = True  # the page /dev/mail/ over MAIL_FOLDER
MAIL_FOLDER = DATA_DIR / "mail"
# Static files straight from their source, without hashes.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A Redis database for each test worker: one worker's clearing must not empty another's counters.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
# A busy machine may take seconds over an answer, and what is counted elsewhere meanwhile is missed in a test.
_CACHE_OPTIONS = {**CACHES["default"]["OPTIONS"], "db": 1 + int(_WORKER) % 14, "socket_timeout": 20}
CACHES = {"default": {**CACHES["default"], "OPTIONS": _CACHE_OPTIONS}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The linter's command only.
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
