"""A portal as one file: its document and the pictures that it names, out and in.

A bundle is a zip archive of `portal.json` (in canonical form) and `assets/HASH.png`. The same portal is the same bytes:
nothing is packed, and no time is written down.

SECURITY: what comes in may be anybody's. Entries are counted, named and measured before one is opened, and never
written anywhere under their names; pictures are drawn anew like a logo that is sent.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, NoReturn

from portal_core.config.assets import asset_by
from portal_core.config.canonical import canonical, canonical_json
from portal_core.config.document import DocumentRefused, PortalDocument, load, load_json
from portal_core.config.document.clean import MAX_BYTES
from portal_core.config.logo import digests_in
from portal_core.config.problems import Problem
from portal_core.documents.checking import Refused, check_file
from portal_core.documents.checking.archives import PACKED, SPOILT
from portal_core.documents.checking.logo import DrawnLogo, draw_logo
from portal_core.documents.logos import content_if_there, keep_drawn, reason_of

DOCUMENT: Final = "portal.json"
# Of a bundle as it is sent: a document, and pictures of which ours have 6 kB.
MOST_BYTES: Final = 2 * MAX_BYTES
_MOST_PICTURE: Final = 512 * 1024
_MOST_ENTRIES: Final = 20
_ZIP: Final = b"PK\x03\x04"
_ASSET: Final = re.compile(r"assets/([0-9a-f]{12,64})\.png")
# The earliest that a zip archive can tell.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_AGAIN: Final = "Export the bundle again and send it as it is."


@dataclass(frozen=True)
class Bundle:
    """A portal as one file. `lost` names the pictures (of `portal.brand`) that the storage has lost: it goes without,
    can be read, and is published only once they are sent anew.
    """

    content: bytes
    lost: tuple[str, ...] = ()

    @property
    def lost_words(self) -> str:
        """Which they are, at the beginning of a sentence."""
        return _LOST.get(self.lost, "")


_LOST: Final = {
    ("logo",): "The logo is",
    ("logo_dark",): "The logo on dark grounds is",
    ("logo", "logo_dark"): "Both logos are",
}


def bundle_of(document: PortalDocument) -> Bundle:
    """The bundle of a portal."""
    brand = document.portal.brand
    named = {name: digest for name, digest in (("logo", brand.logo), ("logo_dark", brand.logo_dark)) if digest}
    pictures = {digest: content_if_there(asset_by(digest)) for digest in sorted(set(named.values()))}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(DOCUMENT), canonical_json(document).encode())
        for digest, content in pictures.items():
            if content is not None:
                archive.writestr(_entry(f"assets/{digest}.png"), content)
    return Bundle(written.getvalue(), tuple(name for name, digest in named.items() if pictures[digest] is None))


def take_portal(content: IO[bytes]) -> PortalDocument:
    """Reads a portal that comes as a bundle or as a document alone; keeps the pictures, which nothing names yet.

    Raises:
        DocumentRefused: with every fault, its place and its mend; nothing was kept.
    """
    content.seek(0)
    raw = content.read(MOST_BYTES + 1)
    if not raw.startswith(_ZIP):
        return load_json(raw)
    if len(raw) > MOST_BYTES:
        _refuse("", f"The bundle is larger than {MOST_BYTES // 1024 // 1024} MB.", _AGAIN)
    parts = _parts(raw)
    document = load_json(parts.document)
    named = set(digests_in(document.portal.brand))
    drawn = {digest: _drawn(digest, picture, named) for digest, picture in parts.pictures.items()}
    kept = {digest: keep_drawn(logo, "logo.png").digest for digest, logo in drawn.items()}
    return _renamed(document, kept)


@dataclass(frozen=True)
class _Parts:
    document: bytes
    pictures: Mapping[str, bytes]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _parts(raw: bytes) -> _Parts:
    """What is in an archive, once nothing stands against it."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename != "assets/"]
            problems = list(_against(entries))
            if problems:
                raise DocumentRefused(problems)
            read = {entry.filename: _read(archive, entry) for entry in entries}
    except SPOILT:
        _refuse("", "The archive is damaged.", _AGAIN)
    if DOCUMENT not in read:
        _refuse(DOCUMENT, "The bundle has no portal.json.", "Send a bundle that was exported here, or the .json alone.")
    pictures = {found[1]: content for name, content in read.items() if (found := _ASSET.fullmatch(name)) is not None}
    return _Parts(read[DOCUMENT], pictures)


def _against(entries: Sequence[zipfile.ZipInfo]) -> Iterator[Problem]:
    """What stands against the entries, by what the archive says of them."""
    if len(entries) > _MOST_ENTRIES:
        yield Problem("", f"The archive has {len(entries)} entries; a bundle has at most {_MOST_ENTRIES}.", _AGAIN)
        return
    names = [entry.filename for entry in entries]
    for entry in entries:
        place = _place(entry.filename)
        if entry.filename != DOCUMENT and not _ASSET.fullmatch(entry.filename):
            mend = "A bundle holds portal.json and pictures in assets/ alone: take it out."
            yield Problem(place, "This does not belong into a bundle.", mend)
        elif names.count(entry.filename) > 1:
            yield Problem(place, "This is in the archive twice.", _AGAIN)
        elif entry.flag_bits & 0x1:
            yield Problem(place, "This is protected with a password.", "Pack it without one.")
        elif entry.compress_type not in PACKED:
            yield Problem(place, "This is packed in a way that is not read here.", "Pack it as a plain zip archive.")
        elif entry.file_size > _most(entry.filename):
            yield Problem(place, f"This unpacks to more than {_most(entry.filename) // 1024} kB.", _AGAIN)


def _most(name: str) -> int:
    return MAX_BYTES if name == DOCUMENT else _MOST_PICTURE


def _place(name: str) -> str:
    """A name of an entry as it may stand in a sentence."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:80]


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One entry, never more of it than it may have: an archive can lie about that."""
    most = _most(entry.filename)
    with archive.open(entry) as part:
        content = part.read(most + 1)
    if len(content) > most:
        _refuse(_place(entry.filename), f"This unpacks to more than {most // 1024} kB.", _AGAIN)
    return content


def _drawn(digest: str, picture: bytes, named: set[str]) -> DrawnLogo:
    place = f"assets/{digest}.png"
    if digest not in named:
        _refuse(place, "The document names no such picture.", "Take it out, or name it as portal.brand.logo.")
    if not hashlib.sha256(picture).hexdigest().startswith(digest):
        _refuse(place, "This is not the picture that its name says: its content is another.", _AGAIN)
    try:
        return draw_logo(check_file(io.BytesIO(picture), "logo.png", ("png",)).content)
    except Refused as refused:
        raise DocumentRefused([Problem(place, reason_of("logo.png", refused.code), _AGAIN)]) from None


def _renamed(document: PortalDocument, kept: Mapping[str, str]) -> PortalDocument:
    """The document with the pictures as they are called here: elsewhere the same picture may be packed otherwise."""
    if all(before == now for before, now in kept.items()):
        return document
    plain = canonical(document)
    portal = plain["portal"]
    brand = portal["brand"] if isinstance(portal, dict) else None
    if isinstance(brand, dict):
        for name in ("logo", "logo_dark"):
            brand[name] = kept.get(str(brand.get(name)), brand.get(name))
    return load(plain)


def _refuse(path: str, problem: str, mend: str) -> NoReturn:
    raise DocumentRefused([Problem(path, problem, mend)])
