"""Why a file, or one row of it, cannot come in."""


class ImportRefused(Exception):
    """Nothing of the file can come in; `words` says why and what to do. `line` is 0 where no line is at fault."""

    code = "import-refused"

    def __init__(self, words: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {words}" if line else words)


class Unusable(Exception):
    """One value of a row cannot be used; `place` is the path in the mapping that reads it."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(f"{place}: {words}" if place else words)
