"""Settings that hold everywhere; what differs by place is in local.py, test.py and production.py."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

from deploy.settings import parts

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
# Local files: embedded servers, mail, uploads. Production stores its files by STORAGE_URL.
DATA_DIR = Path(env("PORTICO_DATA_DIR", default=str(BASE_DIR / ".portico")))

SECRET_KEY = env("SECRET_KEY", default="")
DEBUG = False

# Where tenants live: SLUG.BASE_DOMAIN. Links are built from these and the domain table, never from a Host header.
BASE_DOMAIN = env("BASE_DOMAIN", default="localhost")
PUBLIC_SCHEME = env("PUBLIC_SCHEME", default="https")
PUBLIC_PORT = env.int("PUBLIC_PORT", default=0)  # 0: the scheme's own
PLATFORM_HOSTS = env.list("ALLOWED_PLATFORM_HOSTS", default=[BASE_DOMAIN])
# Hosts are decided by the domain table (tenants.middleware), which knows more than a static list.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

SHARED_APPS = [
    # Before django_tenants, so that our create_tenant is the one that runs.
    "tenants",
    "django_tenants",
    # Imported by libraries; their tables stay in public alone (see hazards: never in tenant schemas).
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "deploy",
    "tenants.outbox",
    "portal_core.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "billing",
    "api",
]
TENANT_APPS = [
    "portal_core.accounts",
    "allauth.account",
    "allauth.mfa",
    "tenants.outbox",
    "portal_core",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DATABASES = {
    "default": {
        **parts.database(env.db("DATABASE_URL", default="postgres:///portico")),
        "ENGINE": "tenants.backend",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 120,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Makes the template of new portals' schemas; "": the one beside the embedded PostgreSQL, or on the PATH.
PG_DUMP = env("PG_DUMP", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

MIDDLEWARE = [
    "tenants.edge.EdgeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "deploy.csp.PolicyMiddleware",
    "tenants.middleware.TenantMiddleware",
    "portal_core.config.pinned.OneVersionMiddleware",
    "portal_core.accounts.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal_core.accounts.middleware.AuthenticationMiddleware",
    "portal_core.accounts.middleware.LocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "deploy.form_addresses.FormAddressMiddleware",
    "portal_core.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "deploy.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "deploy.urls_public"
WSGI_APPLICATION = "deploy.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portal_core.shells.shells",
            ],
        },
    }
]

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CELERY_BROKER_URL = parts.broker(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "tenants.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "tenants.cache.make_key",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

SESSION_ENGINE = "portal_core.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 90 * 24 * 3600
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "deploy.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AUTHENTICATION_BACKENDS = ["portal_core.accounts.backends.EmailBackend"]
ACCOUNT_ADAPTER = "portal_core.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code that signs in is the proof
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_RATE_LIMITS = False  # portal_core.accounts.signin_limits counts, per tenant
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "portal_core.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 10
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds before and after
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / ".static"
STORAGES = {
    "default": parts.storage(env("STORAGE_URL", default=""), DATA_DIR),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Names carry the hash of the content, so a browser may keep them for good.
WHITENOISE_MAX_AGE = 60

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:1025"))
EMAIL_TIMEOUT = 15  # seconds
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="portal@localhost")

DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
# A form with tables filled in to the last row (config/checks/limits.py: MAX_INPUTS), and what our pages add.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
# Addresses that take files say so (tenants.uploads.takes_files).
FILE_UPLOAD_HANDLERS = ["tenants.uploads.RefuseFiles"]
# A proxy's own address for the folder of the files, such as /private-files/ (nginx: internal, alias); "": we send them.
FILES_ACCEL_PREFIX = env("FILES_ACCEL_PREFIX", default="")
# ClamAV by INSTREAM: tcp://host:3310 or unix:///run/clamav/clamd.sock; "": files are not scanned.
SCANNER_URL = env("SCANNER_URL", default="")

# How often the outbox looks for what a lost wake-up left behind.
OUTBOX_SWEEP_SECONDS = env.int("OUTBOX_SWEEP_SECONDS", default=20)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSP_HAND_OVER_SOURCES = parts.hand_over_sources(PUBLIC_SCHEME, BASE_DOMAIN, PUBLIC_PORT)
# No inline script or style anywhere; what is not named here is refused. The tenant's own host is 'self'.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # 'self' beside the nonce: django-csp drops a nonce that no template asked for (hazard 56).
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LOG_LEVEL = env("LOG_LEVEL", default="INFO").upper()
LOGGING = parts.logging_config(LOG_LEVEL, as_json=False)
