"""Settings of a real installation. Everything comes from the environment; what is missing or unsafe is refused."""

from deploy.settings import parts

from .base import *
from .base import (
    BASE_DOMAIN,
    DATABASES,
    LOG_LEVEL,
    PUBLIC_SCHEME,
    REDIS_URL,
    SECRET_KEY,
    TRUSTED_PROXY_COUNT,
    env,
)

parts.refuse_unsafe(
    secret_key=SECRET_KEY,
    given={"DATABASE_URL": env("DATABASE_URL", default=""), "REDIS_URL": env("REDIS_URL", default="")},
    addresses=(str(DATABASES["default"].get("HOST", "")), REDIS_URL),
    base_domain=BASE_DOMAIN,
    scheme=PUBLIC_SCHEME,
)

IS_LOCAL = False

# Host-only, HTTPS-only, whole-site cookies: no subdomain, hence no other tenant, can set them.
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preloading binds a whole registered domain for years and would be said on tenants' own domains too.
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if TRUSTED_PROXY_COUNT > 0:
    # SECURITY: only behind a proxy that sets this header itself on every request.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = parts.logging_config(LOG_LEVEL, as_json=True)
