"""A dump rewritten to be replayed: the same schema from fewer statements.

pg_dump makes every table bare and adds its keys afterwards, since the tables of any database may hold rows and refer to
each other in circles. Written into CREATE TABLE, a foreign key need not be checked against rows (that is a query to be
planned, for each of them), and an index need not be made known to a table that already stands.
"""

import re
from collections.abc import Iterator

# One piece of SQL in which a semicolon is none, or a semicolon, or anything between.
_PIECE = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<tag>\$\w*\$).*?(?P=tag) | (?P<comment>--[^\n]*\n?) | (?P<end>;) |
        [^'"$;-]+ | .""",
    re.DOTALL | re.VERBOSE,
)
_TABLE = re.compile(r"CREATE TABLE (?P<table>\S+) \(\n.*\n\);\Z", re.DOTALL)
# A deferred key holds from the end of the transaction on, so that it does not matter in which order rows come.
_KEY = re.compile(
    r"ALTER TABLE ONLY (?P<table>\S+)\s+ADD (?P<key>CONSTRAINT \S+ (?:PRIMARY KEY|UNIQUE)[^;]*"
    r"|CONSTRAINT \S+ FOREIGN KEY \([^;()]*\) REFERENCES (?P<other>[^;()]+)\([^;]* DEFERRABLE INITIALLY DEFERRED);\Z"
)
_ROW = re.compile(r"INSERT INTO (?P<table>\S+) ")


def compact(dump: str) -> str:
    """The dump without comments, with the keys inside of their tables, those first that others refer to.

    A foreign key stays where it was when the tables refer to each other in a circle, or when its table holds rows
    (nothing may be added to a table any more whose rows are still to be checked).
    """
    statements = list(split(dump))
    tables = [found["table"] for found in map(_TABLE.match, statements) if found]
    filled = {found["table"] for found in map(_ROW.match, statements) if found}
    keys = [found for found in map(_KEY.match, statements) if found and found["table"] in tables]
    references: dict[str, set[str]] = {name: set() for name in tables}
    for key in keys:
        if key["other"] in tables and key["table"] not in filled:
            references[key["table"]].add(key["other"])
    order = _in_order(tables, references)
    inside = [key for key in keys if _fits(key, order, filled)]
    return "\n".join(_written(statements, order, inside)) + "\n"


def split(dump: str) -> Iterator[str]:
    """The statements of a dump, without comments; quotes and bodies of functions are passed over."""
    pieces: list[str] = []
    for piece in _PIECE.finditer(dump):
        if piece["comment"]:
            continue
        pieces.append(piece[0])
        if piece["end"]:
            yield "".join(pieces).strip()
            pieces = []


def _in_order(tables: list[str], references: dict[str, set[str]]) -> list[str]:
    """Tables after those that they refer to; in a circle, and otherwise, as they stood."""
    order: dict[str, None] = {}
    begun: set[str] = set()

    def place(table: str) -> None:
        if table in begun:
            return
        begun.add(table)
        for other in sorted(references[table]):
            place(other)
        order[table] = None

    for table in tables:
        place(table)
    return list(order)


def _fits(key: re.Match[str], order: list[str], filled: set[str]) -> bool:
    """Whether the key can stand inside its table: what it refers to is there by then."""
    if key["other"] is None:
        return True
    is_there = key["other"] in order and order.index(key["other"]) <= order.index(key["table"])
    return is_there and key["table"] not in filled


def _written(statements: list[str], order: list[str], inside: list[re.Match[str]]) -> Iterator[str]:
    moved = {key.string for key in inside}
    bare = {found["table"]: found[0] for found in map(_TABLE.match, statements) if found}
    is_done = False
    for statement in statements:
        if statement in moved:
            continue
        if not _TABLE.match(statement):
            yield statement
        elif not is_done:
            is_done = True
            for table in order:
                lines = [f",\n    {key['key']}" for key in inside if key["table"] == table]
                yield bare[table].removesuffix("\n);") + "".join(lines) + "\n);"
