"""QR codes as SVG: black on white with a quiet zone of four, whatever the page's colours."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET_ZONE = 4


def qr_svg(address: str, label: str) -> SafeString:
    """An SVG element that leads to `address`. `label` is what screen readers say."""
    path, side = qr_path(address)
    size = side + 2 * QUIET_ZONE
    return format_html(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="{} {} {} {}" role="img" aria-label="{}"'
        ' shape-rendering="crispEdges"><rect x="{}" y="{}" width="{}" height="{}" fill="#fff"/>'
        '<path fill="#000" d="{}"/></svg>',
        -QUIET_ZONE, -QUIET_ZONE, size, size, label, -QUIET_ZONE, -QUIET_ZONE, size, size, path,
    )  # fmt: skip


def qr_path(address: str) -> tuple[str, int]:
    """The dark modules as one path, a run of a row at a time, and how many modules a side has."""
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    return "".join(_runs(row, y) for y, row in enumerate(rows)), len(rows)


def _runs(row: list[bool], y: int) -> str:
    parts, x = [], 0
    while x < len(row):
        if not row[x]:
            x += 1
            continue
        start = x
        while x < len(row) and row[x]:
            x += 1
        parts.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
    return "".join(parts)
