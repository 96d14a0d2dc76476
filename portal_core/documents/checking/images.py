"""Pictures are opened, drawn once and written anew: what is kept holds pixels and nothing else.

That takes away where and when a photo was made, thumbnails, comments, and whatever hides behind the picture's end.
"""

import tempfile
import warnings
from typing import IO, Final

import pillow_heif
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from portal_core.documents.checking.refused import Refused

# A drawn picture takes 3 bytes a pixel, twice while it is turned; these hold a check under 200 MB.
MOST_PIXELS: Final = 20_000_000
# Telephones write HEIC of 24 million pixels, and it cannot be drawn smaller.
MOST_PIXELS_HEIC: Final = 25_000_000
# A JPEG can be drawn at half its size without ever being whole in memory.
MOST_PIXELS_JPEG: Final = 60_000_000
_LONGEST_SIDE: Final = 30_000
_QUALITY: Final = 88
_SPOOL_BYTES: Final = 1024 * 1024
_FORMATS: Final = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF", "heif": "HEIF"}
# Marks of a JPEG whose whole content must be held to draw any of it (progressive).
_PROGRESSIVE: Final = "progressive"

pillow_heif.register_heif_opener(thumbnails=False)


def clean_image(content: IO[bytes], extension: str) -> IO[bytes]:
    """A new file with the picture alone; photos of telephones (HEIC) become JPEG. Raises `Refused`."""
    wanted = _FORMATS[extension]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(content, formats=[wanted]) as image:
                return _drawn(image, "JPEG" if wanted == "HEIF" else wanted)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError):
        # Pillow and its decoders raise all of these for spoilt pictures.
        raise Refused("spoilt_picture") from None


def _drawn(image: ImageFile.ImageFile | Image.Image, kept_as: str) -> IO[bytes]:
    _bound_size(image)
    # Frames after the first are not kept: a photo has one.
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    mode = _mode_for(image, kept_as)
    plain = image if image.mode == mode else image.convert(mode)
    # A picture made of pixels: no chunk, comment or profile goes along.
    plain.info = {}
    copy: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - the caller's to close
    if kept_as == "PNG":
        plain.save(copy, "PNG", compress_level=1 if plain.width * plain.height > MOST_PIXELS // 4 else 6)
    else:
        plain.save(copy, kept_as, quality=_QUALITY)
    copy.seek(0)
    return copy


def _bound_size(image: ImageFile.ImageFile | Image.Image) -> None:
    pixels = image.width * image.height
    if not pixels or max(image.size) > _LONGEST_SIDE:
        raise Refused("too_many_pixels")
    if pixels <= (MOST_PIXELS_HEIC if image.format == "HEIF" else MOST_PIXELS):
        return
    is_plain_jpeg = image.format == "JPEG" and not image.info.get(_PROGRESSIVE)
    if not is_plain_jpeg or pixels > MOST_PIXELS_JPEG or not isinstance(image, ImageFile.ImageFile):
        raise Refused("too_many_pixels")
    image.draft("RGB", (image.width // 2, image.height // 2))


def _mode_for(image: Image.Image, kept_as: str) -> str:
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if kept_as != "JPEG" and has_alpha:
        return "RGBA"
    return "L" if image.mode in ("1", "L", "I;16", "I", "F") else "RGB"
