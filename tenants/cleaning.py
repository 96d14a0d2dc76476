"""A daily tick that lets every tenant (and public) drop what has run out: sessions, links."""

import logging

from celery import shared_task
from django.db import DatabaseError

from tenants import catalog, registry
from tenants.context import public_context, tenant_context

logger = logging.getLogger(__name__)
CLEAN_TASK = "tenants.clean"


@shared_task(name=CLEAN_TASK, ignore_result=True)
def clean_tick() -> None:
    """Runs the registered cleaners in every schema; one schema's trouble does not stop the others. Idempotent.

    A suspended tenant is left as it is: nothing of it is deleted, and what would be told waits with its mails.
    """
    with public_context():
        _clean("public")
    for schema in catalog.all_schemas():
        tenant = catalog.by_schema(schema)
        if tenant is None or not tenant.is_active:
            continue
        with tenant_context(tenant):
            _clean(schema)


def _clean(schema: str) -> None:
    for cleaner in registry.cleaners():
        try:
            cleaner()
        except DatabaseError:
            logger.exception("cleaning failed in %s", schema)
