"""Archives that others made: what may be unpacked of them, and what the libraries say of a spoilt one."""

import zipfile
import zlib
from typing import Final

# What everybody's tools write; others are unpacked by code that we have no use for, and take more memory for it.
PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# LookupError: a part that is not there, or XML in an encoding that nobody knows.
SPOILT: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ValueError, OverflowError, OSError, EOFError,
    NotImplementedError, LookupError,
)  # fmt: skip
