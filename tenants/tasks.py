"""The Celery task base for work inside a tenant (hazard 15).

The schema is taken where the task is published and entered where it runs. A task without one, or whose tenant
is gone, is refused: it never runs in public by accident. In a suspended tenant it is dropped: what must not be lost is
an event of the outbox, which waits and has the task published anew.
"""

import logging
from typing import Any

from celery import Task

from tenants import catalog
from tenants.context import PUBLIC, current_schema, tenant_context
from tenants.errors import TenantGone

logger = logging.getLogger(__name__)
HEADER = "portico_schema"


class TenantTask(Task):  # type: ignore[type-arg]  # celery's base is no generic at run time
    """`@shared_task(base=TenantTask)`: published inside a tenant, run inside the same one."""

    abstract = True

    # The signatures of this class are Celery's.
    def apply_async(  # type: ignore[override]  # the rest of Celery's options passes through
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """Publishes with the schema of now. Raises TenantGone in public."""
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault(HEADER, _schema_of_now())
        return super().apply_async(args, kwargs, headers=headers, **options)

    def apply(  # type: ignore[override]  # the rest of Celery's options passes through
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """Runs at once, as a worker would. Raises TenantGone in public."""
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault(HEADER, _schema_of_now())
        return super().apply(args, kwargs, headers=headers, **options)

    def signature_from_request(self, request: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A retry keeps the tenant of the first try."""
        signature = super().signature_from_request(request, *args, **kwargs)
        headers = dict(signature.options.get("headers") or {})
        headers[HEADER] = _header(request or self.request)
        return signature.set(headers=headers)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the body inside the tenant. Raises TenantGone when it names none or one that is gone."""
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)  # a plain call stays where the caller is
        schema = _header(self.request)
        tenant = catalog.by_schema(schema) if schema else None
        if tenant is None:
            raise TenantGone(f"task {self.name} names no living tenant ({schema or 'no schema'})")
        if not tenant.is_active:
            logger.info("task %s dropped: %s is suspended", self.name, schema)
            return None
        with tenant_context(tenant):
            return super().__call__(*args, **kwargs)


def _schema_of_now() -> str:
    schema = current_schema()
    if schema == PUBLIC:
        raise TenantGone("a tenant's task was published outside of any tenant")
    return schema


def _header(request: Any) -> str:
    """From the message's headers; Celery puts unknown ones on the request itself or under `headers`."""
    value = getattr(request, HEADER, None) or (request.headers or {}).get(HEADER)
    return str(value) if value else ""
