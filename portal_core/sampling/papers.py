"""Papers for samples: small real PDF and JPEG files, made in code."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

_PAGE = (595, 842)  # A4 in points
_LINE_HEIGHT = 18
_PHOTO = (960, 720)


def pdf(title: str, lines: Sequence[str] = ()) -> bytes:
    """One page with a title and lines of text."""
    text = [f"BT /F1 18 Tf 60 760 Td ({_escaped(title)}) Tj /F1 11 Tf 0 -34 Td {_LINE_HEIGHT} TL"]
    text += [f"({_escaped(line)}) Tj T*" for line in lines]
    stream = ("\n".join(text) + "\nET").encode("cp1252", "replace")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    width, height = _PAGE
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page + b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        font,
    ]
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """A PDF file of these objects, with its table of where they begin."""
    content = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(content)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def photo(caption: str) -> bytes:
    """A picture as somebody might take it: a sheet on a table, with a few words on it."""
    picture = Image.new("RGB", _PHOTO, "#8a7f72")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((180, 70, 780, 700), fill="#fbfaf6")
    draw.text((230, 120), caption, fill="#2a2a2a", font_size=34)
    for row in range(9):
        draw.line((230, 230 + row * 45, 730 - (row % 3) * 90, 230 + row * 45), fill="#b9b4aa", width=6)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    return content.getvalue()
