"""Medians and spreads, and the database that a measurement may fill."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from tests.databases import point_at


def timed(function: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


def summary(milliseconds: list[float]) -> dict[str, float]:
    """Median, quartiles, ends and number of the measurements."""
    quarters = statistics.quantiles(milliseconds, n=4) if len(milliseconds) > 1 else [milliseconds[0]] * 3
    return {
        "median_ms": round(statistics.median(milliseconds), 1),
        "p25_ms": round(quarters[0], 1),
        "p75_ms": round(quarters[2], 1),
        "min_ms": round(min(milliseconds), 1),
        "max_ms": round(max(milliseconds), 1),
        "rounds": len(milliseconds),
    }


def show(label: str, figures: dict[str, float]) -> None:
    """One line for people."""
    print(
        f"{label:<48} {figures['median_ms']:>8.1f} ms  "
        f"(half of all {figures['p25_ms']:.1f} to {figures['p75_ms']:.1f}, "
        f"all {figures['min_ms']:.1f} to {figures['max_ms']:.1f}, {figures['rounds']:.0f} rounds)"
    )


@contextlib.contextmanager
def throwaway_database() -> Iterator[str]:
    """An empty database for this measurement alone; dropped afterwards."""
    name = f"portico_bench_{os.getpid()}"
    original = settings.DATABASES["default"]["NAME"]
    _on_server(f"drop database if exists {name}", f"create database {name}")
    point_at(name)
    try:
        yield name
    finally:
        point_at(original)
        _on_server(f"drop database if exists {name} with (force)")


def _on_server(*statements: str) -> None:
    wanted: Any = connection.get_connection_params()
    parameters = {key: wanted[key] for key in ("host", "port", "user", "password") if key in wanted}
    with psycopg.connect(**parameters, dbname="postgres", autocommit=True) as server:
        for statement in statements:
            server.execute(sql.SQL(statement))  # a generated name, not input
