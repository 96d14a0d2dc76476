"""Counts statements where they leave the process: in the trace that libpq writes of the wire (hazard 58)."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from typing import Any

from django.db import connection
from psycopg.pq import Trace

_TRANSACTION = re.compile(r"^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


class ServerStatements(list[str]):
    """Every statement sent, in order."""

    @property
    def without_transactions(self) -> list[str]:
        """All but BEGIN, COMMIT, ROLLBACK and savepoints."""
        return [statement for statement in self if not _TRANSACTION.match(statement)]

    @property
    def path_changes(self) -> list[str]:
        """Those that set the search_path."""
        return [statement for statement in self if "search_path" in statement]


@contextlib.contextmanager
def server_statements(wrapper: Any = connection) -> Iterator[ServerStatements]:
    """Collects what this thread's connection sends to the server inside the block."""
    statements = ServerStatements()
    wrapper.ensure_connection()
    traced = wrapper.connection
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as trace:
        with open(trace.name, "w") as sink:
            traced.pgconn.trace(sink.fileno())
            traced.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
            try:
                yield statements
            finally:
                if wrapper.connection is not traced:
                    raise AssertionError("the connection was replaced while its statements were counted")
                traced.pgconn.untrace()
        text = trace.read()
    for line in text.splitlines():
        match = re.match(r"F\t\d+\t(?:Query|Parse)\t (.*)$", line)
        if match:
            statements.append(match[1].strip().strip('"'))
