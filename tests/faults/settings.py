"""Settings of the worker and beat that the fault tests kill: real mail server, short waits."""

from deploy.settings.test import *  # noqa: F403 - as settings are
from deploy.settings.test import env

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 3
OUTBOX_SWEEP_SECONDS = 1
OUTBOX_RETRY_BASE_SECONDS = 0.5
FAULTS_FOLDER = env("FAULTS_FOLDER")
