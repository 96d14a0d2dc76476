"""Why a file is not taken."""


class Refused(Exception):
    """`code` is stable; the words for it, with what to send instead, are in `documents/words.py`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
