"""What nobody attached, and content without a row: removed once a day, and at any other time without harm."""

import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final, TypeAlias, TypeVar

from django.db import transaction
from django.utils import timezone

from portal_core.config.models import PortalAsset
from portal_core.documents import storage
from portal_core.documents.logos import sweep_logos
from portal_core.documents.models import FileState, StoredFile
from portal_core.documents.uploads import SWEPT_AFTER
from tenants.context import PUBLIC, current_schema

logger = logging.getLogger(__name__)

T = TypeVar("T")
# The content is written before its row: younger content may still be waiting for it.
_ORPHAN_AGE: Final = timedelta(hours=2)
_BATCH: Final = 500
# Rows whose content has to be gone.
_WITHOUT: Final = (FileState.INFECTED, FileState.GONE)

# Which loose files somebody still holds (a half-filled form names them); asked once a sweep.
Holder: TypeAlias = Callable[[], frozenset[uuid.UUID]]
_holders: list[Holder] = []


def register_holder(holder: Holder) -> None:
    """Registers a package that names loose files; once, at start."""
    if holder not in _holders:
        _holders.append(holder)


def sweep() -> None:
    """Removes loose files, logos that nothing names, and content that no row knows, of the tenant at hand."""
    if current_schema() == PUBLIC:
        return
    _loose()
    sweep_logos()
    _orphans()


def _loose() -> None:
    before = timezone.now() - SWEPT_AFTER
    rows = StoredFile.objects.filter(attached_at=None, created_at__lt=before)
    held: frozenset[uuid.UUID] | None = None
    for ids in _batches(rows.values_list("pk", flat=True).order_by("pk").iterator(chunk_size=_BATCH)):
        if held is None:
            held = frozenset().union(*(holder() for holder in _holders))
        _delete(sorted(set(ids) - held))


def _delete(ids: list[uuid.UUID]) -> None:
    """Rows first: content whose row is gone is found by the next sweep; a row without content is a broken link."""
    with transaction.atomic():
        rows = StoredFile.objects.select_for_update().filter(pk__in=ids, attached_at=None)
        keys = list(rows.order_by("pk").values_list("key", flat=True))
        StoredFile.objects.filter(key__in=keys).delete()
    for key in keys:
        storage.remove(key)


def _orphans() -> None:
    before = timezone.now() - _ORPHAN_AGE
    for keys in _batches(storage.keys_before(before)):
        known = set(StoredFile.objects.filter(key__in=keys).exclude(state__in=_WITHOUT).values_list("key", flat=True))
        known.update(PortalAsset.objects.filter(key__in=keys).values_list("key", flat=True))
        for key in sorted(set(keys) - known):
            logger.info("files: content without a row is removed")
            storage.remove(key)


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, _BATCH)):
        yield batch
