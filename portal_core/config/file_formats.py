"""Which files are taken: the formats that we know how to check, and the words for them in the document.

`accept` of a document kind names groups ("pdf", "image") or single formats ("docx"). What is in no list here is never
taken, whatever the document says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Format:
    """One format by the end of a file's name. `kept_as`: what it is turned into before it is kept."""

    extension: str
    mime: str
    group: str
    kept_as: str = ""


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
FORMATS: Final[dict[str, Format]] = {
    item.extension: item
    for item in (
        Format("pdf", "application/pdf", "pdf"),
        Format("jpg", "image/jpeg", "image"),
        Format("jpeg", "image/jpeg", "image", "jpg"),
        Format("png", "image/png", "image"),
        Format("webp", "image/webp", "image"),
        # Telephones write these; nothing else reads them.
        Format("heic", "image/heic", "image", "jpg"),
        Format("heif", "image/heif", "image", "jpg"),
        Format("docx", f"{_OFFICE}.wordprocessingml.document", "document"),
        Format("odt", f"{_OPEN}.text", "document"),
        Format("pptx", f"{_OFFICE}.presentationml.presentation", "document"),
        Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", "spreadsheet"),
        Format("ods", f"{_OPEN}.spreadsheet", "spreadsheet"),
        Format("csv", "text/csv", "spreadsheet"),
        Format("txt", "text/plain", "text"),
        Format("mp4", "video/mp4", "video"),
        Format("mov", "video/quicktime", "video"),
    )
}
GROUPS: Final = ("pdf", "image", "document", "spreadsheet", "text", "video")
# Without a document kind, and for a kind that does not say: papers and pictures.
USUAL: Final = ("pdf", "image", "document", "spreadsheet", "text")
KNOWN_WORDS: Final = frozenset((*GROUPS, *FORMATS))


def extensions_for(accept: Iterable[str]) -> frozenset[str]:
    """The ends of names that are taken under these words; the usual ones under none."""
    words = set(accept) or set(USUAL)
    return frozenset(name for name, item in FORMATS.items() if name in words or item.group in words)


def accept_attribute(accept: Iterable[str]) -> str:
    """The same for a browser's file dialogue; `image/*` makes telephones offer the camera."""
    names = sorted(extensions_for(accept))
    images = ["image/*"] if any(FORMATS[name].group == "image" for name in names) else []
    return ",".join([*images, *(f".{name}" for name in names)])


def takes_pictures(accept: Iterable[str]) -> bool:
    """Whether a photo is among what is taken."""
    return any(FORMATS[name].group == "image" for name in extensions_for(accept))
