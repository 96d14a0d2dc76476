"""Settings of the worker and beat that the fault tests kill: real mail server, short waits."""

from deploy.settings.test import *  # noqa: F403 - as settings are

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 3
OUTBOX_SWEEP_SECONDS = 1
OUTBOX_RETRY_BASE_SECONDS = 0.5
# Each process that nursery.py forks has its own, and its own EMAIL_PORT.
FAULTS_FOLDER = ""
