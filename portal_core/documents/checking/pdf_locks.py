"""The locks of a PDF (ISO 32000-2, 7.6): the keys with which every reader opens it without asking for a password.

Banks and insurers lock papers against changes only: the owner's password is theirs, the user's is empty. Readers open
those, and so do we, to look at the objects that lie packed in them. SECURITY: what is found is not trusted to be what a
reader takes: all locks that the file may mean are tried, and whoever unpacks looks at what each key makes of a stream.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from portal_core.documents.checking.pdf_values import Value, value_at

_Lock: TypeAlias = Mapping[bytes, Value]
_PAD: Final = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_BLOCK: Final = 16
# Of each: more than one comes from a document that was saved several times, more than a few from nobody.
_MOST: Final = 4
_MOST_ROUNDS: Final = 2_000
_LOCK: Final = re.compile(rb"/Encrypt[\s\0]*(?:(\d{1,10})[\s\0]+\d{1,5}[\s\0]+R\b|(<<))")
_ID: Final = re.compile(rb"/ID[\s\0]*\[[\s\0]*")
MARK: Final = re.compile(rb"/Encrypt\b")


@dataclass(frozen=True)
class Key:
    """What opens the streams of a document; `method` is RC4, AESV2 or AESV3."""

    secret: bytes
    method: str

    def opened(self, data: memoryview, number: int, generation: int) -> bytes:
        """The content of a stream of the object with this number; nonsense where the key is not its own."""
        secret = self.secret
        if self.method != "AESV3":
            salt = number.to_bytes(5, "little")[:3] + generation.to_bytes(3, "little")[:2]
            salt += b"sAlT" if self.method == "AESV2" else b""
            secret = _md5(secret + salt)[: min(len(secret) + 5, 16)]
        if self.method == "RC4":
            return _rc4(secret, data)
        whole = len(data) // _BLOCK * _BLOCK
        if whole <= _BLOCK:
            return b""
        return _cbc(secret, bytes(data[:_BLOCK]), data[_BLOCK:whole])


@dataclass(frozen=True)
class Locks:
    """The keys that an empty password gives, and whether the document opens with a password alone."""

    keys: tuple[Key, ...] = ()
    needs_password: bool = False


def locks_of(whole: bytes) -> Locks:
    """How a document is locked; neither keys nor the need of a password where it is not, or in no way that we know."""
    locks = list(_locks(whole))
    if not locks:
        return Locks()
    ids = _ids(whole)
    keys = dict.fromkeys(key for lock in locks for key in _keys(lock, ids))
    return Locks(tuple(keys), needs_password=not keys and all(_is_understood(lock) for lock in locks))


def _locks(whole: bytes) -> Iterator[_Lock]:
    """The dictionaries that may be meant: every object of that number, for a reader picks one of them."""
    places: dict[int, None] = {}
    for found in _LOCK.finditer(whole):
        if found[2]:
            places[found.start(2)] = None
        else:
            begin = re.compile(rb"(?<!\d)0*%d[\s\0]+\d{1,5}[\s\0]+obj[\s\0]*" % int(found[1]))
            places.update((match.end(), None) for match, _ in zip(begin.finditer(whole), range(_MOST), strict=False))
        if len(places) >= _MOST:
            break
    for place in list(places)[:_MOST]:
        lock = value_at(whole, place)
        if isinstance(lock, dict):
            yield lock


def _ids(whole: bytes) -> list[bytes]:
    """The first halves of the names of the document; it may have none."""
    found: dict[bytes, None] = {}
    for match in _ID.finditer(whole):
        name = value_at(whole, match.end())
        if isinstance(name, bytes):
            found[name] = None
        if len(found) >= _MOST:
            break
    return [*found, b""]


def _is_understood(lock: _Lock) -> bool:
    """Whether we know this kind of lock well enough to say that no empty password opens it."""
    if lock.get(b"Filter") != "Standard":
        # Opened by certificates or by programs of somebody's own.
        return isinstance(lock.get(b"Filter"), str)
    return _number(lock, b"R") in (2, 3, 4, 5, 6) and all(isinstance(lock.get(name), bytes) for name in (b"O", b"U"))


def _number(lock: _Lock, name: bytes, usual: int = 0) -> int:
    value = lock.get(name, usual)
    return value if isinstance(value, int) else usual


def _bytes(lock: _Lock, name: bytes) -> bytes:
    value = lock.get(name)
    return value if isinstance(value, bytes) else b""


def _keys(lock: _Lock, ids: list[bytes]) -> Iterator[Key]:
    if lock.get(b"Filter") != "Standard":
        return
    method = _method(lock)
    if _number(lock, b"R") in (5, 6):
        secret = _new_secret(lock)
        if secret:
            yield Key(secret, "AESV3")
    elif _number(lock, b"R") in (2, 3, 4):
        for name in ids:
            secret = _old_secret(lock, name)
            if secret:
                yield Key(secret, method)


def _method(lock: _Lock) -> str:
    if _number(lock, b"V") < 4:
        return "RC4"
    filters, used = lock.get(b"CF"), lock.get(b"StmF")
    named = filters.get(used.encode("latin-1")) if isinstance(filters, dict) and isinstance(used, str) else None
    return "AESV2" if isinstance(named, dict) and named.get(b"CFM") == "AESV2" else "RC4"


def _old_secret(lock: _Lock, name: bytes) -> bytes:
    """The key by algorithm 2, if algorithm 6 finds that the empty password is right; else nothing."""
    revision, length = _number(lock, b"R"), 5
    if revision >= 3:
        length = 16 if _number(lock, b"V") == 4 else max(5, min(16, _number(lock, b"Length", 40) // 8))
    owner, user = _bytes(lock, b"O")[:32], _bytes(lock, b"U")
    rights = (_number(lock, b"P") & 0xFFFFFFFF).to_bytes(4, "little")
    is_open = revision >= 4 and lock.get(b"EncryptMetadata") is False
    digest = _md5(_PAD + owner + rights + name + (b"\xff" * 4 if is_open else b""))
    for _ in range(50 if revision >= 3 else 0):
        digest = _md5(digest[:length])
    secret = digest[:length]
    if revision == 2:
        return secret if _rc4(secret, _PAD) == user[:32] else b""
    proof = _rc4(secret, _md5(_PAD + name))
    for number in range(1, 20):
        proof = _rc4(bytes(byte ^ number for byte in secret), proof)
    return secret if proof == user[:16] else b""


def _new_secret(lock: _Lock) -> bytes:
    """The key by algorithm 2.A, if the empty password is right; else nothing."""
    user, packed = _bytes(lock, b"U"), _bytes(lock, b"UE")
    if len(user) < 48 or len(packed) < 32:
        return b""
    hashed = _hash_six if _number(lock, b"R") == 6 else lambda salt: hashlib.sha256(salt).digest()
    if hashed(user[32:40]) != user[:32]:
        return b""
    return _cbc(hashed(user[40:48]), bytes(_BLOCK), packed[:32])


def _hash_six(salt: bytes) -> bytes:
    """Algorithm 2.B for an empty password."""
    key = hashlib.sha256(salt).digest()
    for number in range(_MOST_ROUNDS):
        writer = Cipher(AES(key[:16]), CBC(key[16:32])).encryptor()
        written = writer.update(key * 64)
        kind = ("sha256", "sha384", "sha512")[sum(written[:16]) % 3]
        key = hashlib.new(kind, written).digest()
        if number >= 63 and written[-1] <= number - 31:
            break
    return key[:32]


def _md5(data: bytes) -> bytes:
    # The format's own, of old; nothing of ours is kept safe by it.
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(secret: bytes, data: "bytes | memoryview") -> bytes:
    return Cipher(ARC4(secret), None).decryptor().update(data)


def _cbc(secret: bytes, begin: bytes, data: "bytes | memoryview") -> bytes:
    return Cipher(AES(secret), CBC(begin)).decryptor().update(data)
