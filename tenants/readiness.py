"""/readyz: whether this process can do its work. For load balancers; says no more than which part is missing."""

import structlog
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from tenants.context import public_context
from tenants.migrating import missing_public_migrations

log = structlog.get_logger(__name__)


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all parts answer, else 503 with the parts by name."""
    parts = {"database": _database(), "cache": _cache()}
    parts["migrations"] = parts["database"] and not missing_public_migrations()
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


readyz.audience = "open"  # type: ignore[attr-defined]  # read by the contract tests


def _database() -> bool:
    try:
        with public_context(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log.warning("not_ready", part="database", error=str(error))
        return False
    return True


def _cache() -> bool:
    try:
        cache.set("readyz", 1, 5)
        return bool(cache.get("readyz") == 1)
    except (RedisError, OSError) as error:
        log.warning("not_ready", part="cache", error=str(error))
        return False
