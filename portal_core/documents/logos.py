"""Logos: taken like every other file (checked, only the picture kept), drawn small, kept by the hash of their bytes.

They belong to the document that names them and to nobody's requests, hence a table of their own: no file that a
customer has sent can become public because a document names its hash. No virus scanner looks at them: every byte that
is kept was written here.
"""

import io
import uuid
from datetime import timedelta
from threading import Lock
from typing import IO, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_core.config.assets import asset_by, used_among
from portal_core.config.logo import Mark
from portal_core.config.models import PortalAsset
from portal_core.documents import storage
from portal_core.documents.checking import Refused, check_file
from portal_core.documents.checking.logo import DrawnLogo, draw_icon, draw_logo
from portal_core.documents.errors import UploadRefused
from portal_core.documents.names import shown_name
from portal_core.documents.words import reason_for
from tenants.context import current_schema
from tenants.limits import Bucket, TooMany, consume
from tenants.uploads import MEGABYTE

ACCEPTED: Final = ("png", "jpg", "jpeg", "webp", "heic", "heif")
MOST_MEGABYTES: Final = 5
_AN_HOUR: Final = 60
_HOUR_SECONDS: Final = 3600
# Longer than anybody leaves a draft half done, and than an edit goes unnoticed.
SWEPT_AFTER: Final = timedelta(days=7)
# A logo's name is the hash of its content: what is kept under it is never out of date. Some kilobytes each.
_WIDEST_ICON: Final = 1.6
_ICONS_KEPT: Final = 200
_icons: dict[tuple[str, str], bytes] = {}
_icons_lock: Final = Lock()
_SEND: Final = "Send the logo as PNG, WebP or JPG"
_REASONS: Final = {
    "page": "“%s” is an SVG or a web page, which can carry scripts. Export it as PNG, best with a see-through ground.",
    "not_accepted": f"“%s” is no picture. {_SEND}.",
    "unknown_kind": f"“%s” is of a kind that we do not know. {_SEND}.",
    "no_extension": f"“%s” has no ending such as .png, so we cannot tell what it is. {_SEND}.",
    "program": f"“%s” is a program. {_SEND}.",
    "archive": f"“%s” is an archive. {_SEND}.",
    "macros": f"“%s” is an office file. {_SEND}.",
    "old_office": f"“%s” is an office file. {_SEND}.",
    "picture_kind": f"“%s” is a kind of picture that we cannot check. {_SEND}.",
    "not_what_it_says": f"“%s” is not what its name says. Open it in a picture program and save it anew. {_SEND}.",
    "spoilt_picture": f"“%s” is damaged or not a picture. Open it in a picture program and save it anew. {_SEND}.",
    "too_many_pixels": "“%s” has too many pixels. 600 pixels in width are enough.",
    "too_large": f"“%s” is larger than {MOST_MEGABYTES} MB. 600 pixels in width are enough.",
    "logo_empty": "“%s” shows nothing: all of it is see-through. Export it with its colours.",
    "logo_wide": "“%s” is more than eight times as wide as high. Take a shorter form of the logo, or its sign alone.",
    "logo_narrow": "“%s” is far higher than wide. Take a form of the logo that lies, or its sign alone.",
    "logo_small": "“%s” is less than 20 pixels high. Send it at least 84 pixels high, so that it is sharp.",
    "logo_heavy": "“%s” has too many details for a logo. Take a plainer form of it, with fewer colours.",
}  # fmt: skip


def take_logo(owner_id: uuid.UUID, sent: "UploadedFile[bytes]") -> PortalAsset:
    """Checks a picture that was sent, draws the logo and keeps it. Nothing refers to it yet.

    Raises:
        UploadRefused: with the sentence to show; nothing was kept.
    """
    name = str(sent.name or "")
    try:
        if getattr(sent, "is_too_large", False) or (sent.size or 0) > MOST_MEGABYTES * MEGABYTE:
            raise Refused("too_large")
        _limit(owner_id)
        if sent.file is None:
            raise Refused("empty")
        return keep_logo(sent.file, name)
    except Refused as refused:
        raise UploadRefused(refused.code, reason_of(name, refused.code)) from None


def keep_logo(content: IO[bytes], name: str) -> PortalAsset:
    """Draws the logo of a picture and keeps it under its hash; the one that is there already stays.

    Raises:
        Refused: it is no picture that can be a logo; nothing was kept.
    """
    checked = check_file(content, name, ACCEPTED)
    return keep_drawn(draw_logo(checked.content), shown_name(name, checked.extension))


def keep_drawn(drawn: DrawnLogo, name: str) -> PortalAsset:
    """Keeps a logo that was drawn, for people under this name; the one that is there already stays."""
    found = _found(drawn)
    if found is not None:
        return found
    key = storage.put(io.BytesIO(drawn.content))
    try:
        with transaction.atomic():
            return PortalAsset.objects.create(
                digest=drawn.digest,
                key=key,
                name=name,
                size_bytes=len(drawn.content),
                width=drawn.width,
                height=drawn.height,
                reads_on_light=drawn.reads_on_light,
                reads_on_dark=drawn.reads_on_dark,
                colour=drawn.colour,
                colours=list(drawn.colours),
            )
    except IntegrityError:
        # Somebody sent the same picture at the same moment.
        storage.remove(key)
        return PortalAsset.objects.get(digest=drawn.digest)
    except BaseException:
        storage.remove(key)
        raise


def reason_of(name: str, code: str) -> str:
    """Why a logo was not taken, and what to send instead; in English, as the desk is."""
    plain = shown_name(name, "").rstrip(".")
    words = _REASONS.get(code)
    return reason_for(plain, code) if words is None else words % plain


def content_of(asset: PortalAsset) -> bytes:
    """The picture. Raises storage.NoSuchFile."""
    return b"".join(storage.read(asset.key))


def content_if_there(asset: PortalAsset | None) -> bytes | None:
    """The picture; None where it is gone."""
    try:
        return None if asset is None else content_of(asset)
    except storage.NoSuchFile:
        return None


def icon_of(mark: Mark) -> bytes | None:
    """A logo for the browser's tab, as PNG; None for one too wide to be made out there, and where it is gone."""
    if mark.width > _WIDEST_ICON * mark.height:
        return None
    key = (current_schema(), mark.digest)
    with _icons_lock:
        found = _icons.get(key)
    if found is None:
        content = content_if_there(asset_by(mark.digest))
        if content is None:
            return None
        found = draw_icon(content, on_light=mark.reads_on_light, on_dark=mark.reads_on_dark)
        with _icons_lock:
            while len(_icons) >= _ICONS_KEPT:
                del _icons[next(iter(_icons))]
            _icons[key] = found
    return found


def sweep_logos() -> None:
    """Removes logos that nothing refers to, of the tenant at hand; at any time without harm."""
    before = timezone.now() - SWEPT_AFTER
    old = list(PortalAsset.objects.filter(sent_at__lt=before).values_list("digest", flat=True))
    unused = sorted(set(old) - used_among(old)) if old else []
    for digest in unused:
        _drop(digest)


def _drop(digest: str) -> None:
    with transaction.atomic():
        # Held, and looked at once more: a draft may name it since. Who sends it anew waits, and gets a new row.
        row = PortalAsset.objects.select_for_update().filter(digest=digest).first()
        is_new = row is not None and row.sent_at >= timezone.now() - SWEPT_AFTER
        if row is None or is_new or used_among([digest]):
            return
        row.delete()
        key = row.key
        transaction.on_commit(lambda: storage.remove(key))


def _limit(owner_id: uuid.UUID) -> None:
    try:
        consume([Bucket("logos", str(owner_id), _AN_HOUR, _HOUR_SECONDS)])
    except TooMany:
        raise Refused("too_often") from None


def _found(drawn: DrawnLogo) -> PortalAsset | None:
    """The one that is there already, kept from now on as long as a new one; its colours are as they are told today,
    unless they were told of a larger picture.

    Content that the storage has lost is put there again: it is what the row stands for.
    """
    with transaction.atomic():
        row = PortalAsset.objects.select_for_update().filter(digest=drawn.digest).first()
        if row is not None:
            row.sent_at = timezone.now()
            if not drawn.is_as_sent or len(row.colours) < len(drawn.colours):
                row.colour, row.colours = drawn.colour, list(drawn.colours)
            if content_if_there(row) is None:
                row.key = storage.put(io.BytesIO(drawn.content))
            row.save(update_fields=["sent_at", "colour", "colours", "key"])
        return row
