"""A zip archive that is handed on while it is written: never whole in memory, nor on disk."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from tenants.ui.outlet import Outlet

# Of one piece of a file that stands in the storage; what is packed is smaller.
_PIECE_BYTES: Final = 64 * 1024


class Archive:
    """Entries one after the other; each method gives what is to be sent meanwhile."""

    def __init__(self, made_at: datetime) -> None:
        self._outlet = Outlet()
        self._archive = zipfile.ZipFile(self._outlet, "w")  # type: ignore[call-overload]  # it needs no more of a file
        self._date = made_at.timetuple()[:6]

    def entry(self, name: str, pieces: Iterable[bytes], *, is_packed: bool = False) -> Iterator[bytes]:
        """One entry under a name of ours. `is_packed`: its content would not get smaller."""
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)
                if self._outlet.size >= _PIECE_BYTES:
                    yield self._outlet.taken()
        yield self._outlet.taken()

    def end(self) -> bytes:
        """The list of entries, with which an archive ends."""
        self._archive.close()
        return self._outlet.taken()
