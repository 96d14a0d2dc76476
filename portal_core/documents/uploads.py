"""Taking files: checked, written to the storage, then written down; or refused with a sentence.

A file is taken before the form around it is sent, and kept whatever becomes of the form: it is its sender's alone until
something attaches it, and swept if nothing does.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from portal_core.config.file_formats import extensions_for
from portal_core.documents import storage
from portal_core.documents.checking import Checked, Refused, check_file
from portal_core.documents.errors import UploadRefused
from portal_core.documents.models import DocumentState, FileState, StoredFile
from portal_core.documents.names import shown_name
from portal_core.documents.scanning import has_scanner
from portal_core.documents.words import limits_words, reason_for
from tenants.limits import Bucket, TooMany, consume
from tenants.outbox.events import emit
from tenants.uploads import FILE_BYTES, MEGABYTE

logger = logging.getLogger(__name__)

USUAL_FILES: Final = 10
USUAL_SIZE_MB: Final = 20
# What one person may have chosen without sending it, and how often they may choose.
WAITING_BYTES: Final = 200 * MEGABYTE
WAITING_FILES: Final = 60
FILES_AN_HOUR: Final = 200
SWEPT_AFTER: Final = timedelta(days=7)
_HOUR_SECONDS: Final = 3600


@dataclass(frozen=True)
class Rules:
    """What is taken in one place: kinds of files in the document's words, how many, how large."""

    accept: tuple[str, ...] = ()
    max_files: int = USUAL_FILES
    max_size_mb: int = USUAL_SIZE_MB

    @property
    def max_bytes(self) -> int:
        """The largest file; never more than any address takes."""
        return min(self.max_size_mb * MEGABYTE, FILE_BYTES)

    @property
    def words(self) -> str:
        """The limits as a sentence, said before anything is chosen."""
        return limits_words(self.accept, self.max_files, min(self.max_size_mb, FILE_BYTES // MEGABYTE))


@dataclass
class Taken:
    """What became of several files that came at once."""

    files: list[StoredFile] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The keys of those that were taken, as forms carry them."""
        return [str(file.pk) for file in self.files]


def take(owner_id: uuid.UUID, sent: "UploadedFile[bytes]", rules: Rules) -> StoredFile:
    """Checks and keeps one file for its sender.

    Raises:
        UploadRefused: with the sentence to show; nothing was kept.
    """
    name = str(sent.name or "")
    try:
        _bound(owner_id, sent, rules)
        checked = check_file(_content(sent), name, extensions_for(rules.accept))
    except Refused as refused:
        limit = rules.words if refused.code == "not_accepted" else ""
        raise UploadRefused(refused.code, reason_for(_safe(name), refused.code, limit=limit)) from None
    return _keep(owner_id, checked, shown_name(name, checked.extension))


def take_all(owner_id: uuid.UUID, sent: Iterable["UploadedFile[bytes]"], rules: Rules, *, already: int = 0) -> Taken:
    """Takes what can be taken; `already` are files that stand in the form."""
    taken = Taken()
    for file in sent:
        if already + len(taken.files) >= rules.max_files:
            taken.refusals.append(reason_for(_safe(str(file.name)), "too_many", limit=rules.words))
            continue
        try:
            taken.files.append(take(owner_id, file, rules))
        except UploadRefused as refused:
            taken.refusals.append(refused.reason)
    return taken


def own_files(owner_id: uuid.UUID | None, customer_id: uuid.UUID | None, ids: Sequence[uuid.UUID]) -> list[StoredFile]:
    """Those of `ids` that this person has sent and that are loose or this customer's already, in that order.

    What has become a document counts only while that stands on file.
    """
    if owner_id is None or not ids:
        return []
    theirs = Q(attached_at=None)
    if customer_id:
        theirs |= (Q(document=None) | Q(document__state=DocumentState.ON_FILE)) & Q(customer_id=customer_id)
    usable = StoredFile.objects.filter(theirs, pk__in=ids, owner_id=owner_id)
    found = {row.pk: row for row in usable.exclude(state__in=[FileState.INFECTED, FileState.GONE])}
    return [found[key] for key in ids if key in found]


def adopt(guest_id: uuid.UUID, person_id: uuid.UUID) -> int:
    """Gives what a guest's browser has sent, and nothing attached yet, to the person it turned out to be."""
    return StoredFile.objects.filter(owner_id=guest_id, attached_at=None).update(owner_id=person_id)


def forget(owner_id: uuid.UUID, file_id: uuid.UUID) -> None:
    """Drops a file that its sender has taken back before sending it; nothing happens for any other."""
    row = StoredFile.objects.filter(pk=file_id, owner_id=owner_id, attached_at=None).first()
    if row is not None:
        with transaction.atomic():
            StoredFile.objects.filter(pk=row.pk, attached_at=None).delete()
            transaction.on_commit(lambda: storage.remove(row.key))


def stored_value(row: StoredFile) -> dict[str, str | int]:
    """A file as answers, messages and documents keep it."""
    return {"id": str(row.pk), "name": row.name, "size": row.size_bytes, "type": row.mime}


def _bound(owner_id: uuid.UUID, sent: "UploadedFile[bytes]", rules: Rules) -> None:
    if getattr(sent, "is_too_large", False) or (sent.size or 0) > rules.max_bytes:
        limit = _("At most %(size)s MB are taken here.") % {"size": rules.max_bytes // MEGABYTE}
        raise UploadRefused("too_large", reason_for(_safe(str(sent.name)), "too_large", limit=limit))
    try:
        consume([Bucket("uploads", str(owner_id), FILES_AN_HOUR, _HOUR_SECONDS)])
    except TooMany:
        raise Refused("too_often") from None
    waiting = StoredFile.objects.filter(owner_id=owner_id, attached_at=None).aggregate(
        bytes=Sum("size_bytes", default=0), count=Count("id")
    )
    if waiting["bytes"] + (sent.size or 0) > WAITING_BYTES or waiting["count"] >= WAITING_FILES:
        raise Refused("too_much_waiting")


def _content(sent: "UploadedFile[bytes]") -> IO[bytes]:
    content: IO[bytes] | None = sent.file
    if content is None:
        raise Refused("empty")
    return content


def _safe(name: str) -> str:
    """The name as it may stand in a sentence, with the end that was sent."""
    stem, dot, end = name.rpartition(".")
    return shown_name(name, end[:12]) if dot and stem and end.isalnum() else shown_name(name, "").rstrip(".")


def _keep(owner_id: uuid.UUID, checked: Checked, name: str) -> StoredFile:
    """The content first, then its row; a row that fails takes the content with it.

    A process that dies between the two leaves content without a row, which the sweep removes.
    """
    key = storage.put(checked.content)
    try:
        with transaction.atomic():
            row = StoredFile.objects.create(
                key=key,
                name=name,
                mime=checked.mime,
                size_bytes=checked.size_bytes,
                sha256=checked.sha256,
                owner_id=owner_id,
                state=FileState.WAITING if has_scanner() else FileState.CLEAN,
            )
            if row.state == FileState.WAITING:
                emit("file.waiting", {"file_id": str(row.pk), "tries": 0})
    except BaseException:
        storage.remove(key)
        raise
    return row
