"""Logos of every sort, made in the test, and how one gets into the draft and goes live."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.draft.reading import current

LOGO = "/desk/setup/portal/logo/"


def logo(
    ink: str = "#10307a", size: tuple[int, int] = (400, 120), kind: str = "PNG", ground: str = "", **more: Any
) -> bytes:
    """A disc and a bar with an empty margin; see-through where no `ground` is given."""
    mode = "RGB" if kind == "JPEG" else "RGBA"
    image = Image.new(mode, size, ground or (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.ellipse((height * 0.2, height * 0.2, height * 0.8, height * 0.8), fill=ink)
    pen.rectangle((height, height * 0.35, width * 0.9, height * 0.65), fill=ink)
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def noise(size: tuple[int, int] = (600, 300)) -> bytes:
    """A picture of more colours than any logo has."""
    written = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(written, "PNG")
    return written.getvalue()


def file(content: bytes, name: str = "harbour.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client: Any, content: bytes, name: str = "harbour.png", which: str = "logo") -> Any:
    return client.post(LOGO, {"which": which, "do": "send", "file": file(content, name)})


def named(which: str = "logo") -> Any:
    """What the draft names."""
    return current().read(("portal", "brand", which))


def go_live() -> None:
    """Publishes the draft."""
    publish(actor=SYSTEM, document=current().document)
