"""Compiled translations, made without gettext.

Only .po files are versioned; the .mo files that Django loads are made from them. This module loads neither Django nor,
while nothing changed, Babel: every command passes here.
"""

import io
import os
import tempfile
from pathlib import Path

from deploy.local.paths import PROJECT_DIR

LOCALE_DIR = PROJECT_DIR / "locale"


def compile_catalogues(folder: Path = LOCALE_DIR) -> list[Path]:
    """Brings every .mo file under the folder up to its .po file; gives those that were written.

    Costs two looks at the disk for each language when nothing changed. Several processes may call it at once: a file
    appears whole or not at all.
    """
    return [_compiled(source) for source in stale_catalogues(folder)]


def stale_catalogues(folder: Path = LOCALE_DIR) -> list[Path]:
    """The .po files whose .mo file is missing or older."""
    return [source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    try:
        return source.with_suffix(".mo").stat().st_mtime_ns < source.stat().st_mtime_ns
    except FileNotFoundError:
        return True


def _compiled(source: Path) -> Path:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    began = source.stat().st_mtime_ns
    content = io.BytesIO()
    write_mo(content, read_po(io.BytesIO(source.read_bytes()), locale=source.parent.parent.name))
    target = source.with_suffix(".mo")
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".mo")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.getvalue())
        Path(name).chmod(0o644)
        # As old as what was read: a .po file saved meanwhile is newer and compiled next time.
        os.utime(name, ns=(began, began))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
