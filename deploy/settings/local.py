"""Settings of the one-command start: no HTTPS, embedded servers, nothing secret."""

import os

# Before base is read, which computes from them.
os.environ.setdefault("SECRET_KEY", "local-only-not-a-secret")
os.environ.setdefault("PUBLIC_SCHEME", "http")
os.environ.setdefault("PUBLIC_PORT", "8000")

from .base import *
from .base import DATA_DIR

IS_LOCAL = True
DEV_MAIL = True  # the page /dev/mail/ over MAIL_FOLDER
STATIC_ROOT = DATA_DIR / "static"
# Where the mail sink of the local start puts every message.
MAIL_FOLDER = DATA_DIR / "mail"
