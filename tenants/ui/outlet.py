"""What is written in pieces and handed on meanwhile: archives that are never whole, neither in memory nor on disk."""


class Outlet:
    """A file for those that write; keeps what it is given until it is taken. It cannot seek."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        """Keeps a copy: who writes may use the buffer again."""
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing lies between."""

    def taken(self) -> bytes:
        """All that was written since the last time."""
        piece = b"".join(self._pieces)
        self._pieces.clear()
        self.size = 0
        return piece
