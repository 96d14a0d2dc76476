"""The private storage of the tenant at hand: content under random keys, in a folder or in S3.

SECURITY: every key begins with the schema of the tenant in force, and a key of another schema is refused, so that a
row that came from elsewhere never opens a neighbour's file.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from tenants.context import PUBLIC, current_schema
from tenants.rehearsal import RehearsalRefused, is_rehearsal

_CHUNK_BYTES: Final = 64 * 1024


class NoSuchFile(Exception):
    """The content is not (or no longer) in the storage."""


def put(content: IO[bytes]) -> str:
    """Writes `content` and gives its key. Nothing is left behind when writing fails.

    Raises `RehearsalRefused` where it is only tried out: a file would stay behind.
    """
    if is_rehearsal():
        raise RehearsalRefused("a file would be kept")
    random = secrets.token_hex(16)
    key = f"{_home()}/{random[:2]}/{random}"
    content.seek(0)
    try:
        saved = _storage().save(key, File(content))
    except BaseException:
        remove(key)
        raise
    assert saved == key, "a random key was taken"
    return key


def remove(key: str) -> None:
    """Deletes the content; nothing happens when it is gone already."""
    _storage().delete(_own(key))


def read(key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` to `end` (inclusive; None: to the last), in pieces.

    The storage is asked at once, so that what is missing is known before anything is sent. Raises NoSuchFile.
    """
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        return _read_local(Path(storage.path(_own(key))), start, end)
    return _read_s3(storage, _own(key), start, end)


def open_whole(key: str) -> IO[bytes]:
    """The content as a file, for a scanner. Raises NoSuchFile."""
    try:
        opened: IO[bytes] = _storage().open(_own(key), "rb")
    except FileNotFoundError:
        raise NoSuchFile(key) from None
    return opened


def keys_before(moment: datetime) -> Iterator[str]:
    """Every key of this tenant whose content was written before `moment`, for the sweep."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        folder = Path(storage.path(_home()))
        for path in sorted(folder.glob("*/*")) if folder.is_dir() else ():
            if path.stat().st_mtime < moment.timestamp():
                yield f"{_home()}/{path.parent.name}/{path.name}"
        return
    bucket, prefix = _bucket(storage)
    for item in bucket.objects.filter(Prefix=f"{prefix}{_home()}/"):
        if item.last_modified < moment:
            yield str(item.key).removeprefix(prefix)


def _storage() -> Storage:
    return storages["default"]


def _home() -> str:
    schema = current_schema()
    if schema == PUBLIC:
        raise NoSuchFile("files belong to tenants")
    return schema


def _own(key: str) -> str:
    if not key.startswith(f"{_home()}/") or ".." in key:
        raise NoSuchFile(key)
    return key


def _read_local(path: Path, start: int, end: int | None) -> Iterator[bytes]:
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        raise NoSuchFile(path.name) from None
    return _pieces(opened, start, end)


def _pieces(opened: IO[bytes], start: int, end: int | None) -> Iterator[bytes]:
    with opened:
        opened.seek(start)
        left = None if end is None else end - start + 1
        while left is None or left > 0:
            piece = opened.read(_CHUNK_BYTES if left is None else min(_CHUNK_BYTES, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


def _read_s3(storage: Storage, key: str, start: int, end: int | None) -> Iterator[bytes]:
    from botocore.exceptions import ClientError

    bucket, prefix = _bucket(storage)
    try:
        answer = bucket.Object(f"{prefix}{key}").get(Range=f"bytes={start}-{'' if end is None else end}")
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
            raise NoSuchFile(key) from None
        raise
    body: Iterator[bytes] = answer["Body"].iter_chunks(_CHUNK_BYTES)
    return body


def _bucket(storage: Storage) -> tuple[Any, str]:
    """The bucket and our folder in it; django-storages and boto3 have no types, hence `Any`."""
    location = str(getattr(storage, "location", "")).strip("/")
    return storage.bucket, f"{location}/" if location else ""  # type: ignore[attr-defined]  # of S3 alone
