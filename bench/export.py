"""The queue as a table, CSV and workbook, at 1,000, 10,000 and 100,000 requests, beside a bare CSV of the same rows.

The download goes through the whole stack in this process, with all answers of a type, and is read piece by piece as a
server would. Beside it, the yardstick: eight columns of the table, straight from one statement into Python's CSV.
Printed: seconds (by the clock, and of this process alone), requests a second, time to the first piece, bytes, and of
two slower runs, statements and by how much Python's memory was higher at its peak than before.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import time
import tracemalloc
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse

from bench._figures import throwaway_database
from bench._requests import Grown, grown
from bench.pages import SIZES
from portal_core.service_requests.models import ServiceRequest
from tenants import fleet, limits
from tenants.context import tenant_context
from tests.statements import server_statements

ROUNDS = 3
KINDS = {"csv": "points", "workbook": "xlsx"}
COLUMNS = ("number", "type_key", "title", "customer__name", "customer__email", "status_key", "due_at", "created_at")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    with throwaway_database():
        fleet.migrate()
        return {f"{size:,} requests": _of_all_kinds(grown(size), rounds) for size in SIZES}


def _of_all_kinds(portal: Grown, rounds: int) -> dict[str, Any]:
    return {kind: _measured(portal, rounds, style) for kind, style in KINDS.items()}


def _measured(portal: Grown, rounds: int, style: str) -> dict[str, Any]:
    runs = [_download(portal, style) for _ in range(rounds)]
    bare = statistics.median(_bare(portal) for _ in range(rounds))
    seconds = statistics.median(run["seconds"] for run in runs)
    figures = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(statistics.median(run["cpu_seconds"] for run in runs), 2),
        "requests_a_second": round(portal.size / seconds),
        "first_piece_ms": round(statistics.median(run["first_piece_ms"] for run in runs)),
        "bare_csv_seconds": round(bare, 2),
        "bytes": runs[0]["bytes"],
        **_weighed(portal, style),
    }
    words = (f"{name.replace('_', ' ')} {value:,}" for name, value in figures.items())
    print(f"{portal.size:,} requests, {style}: {', '.join(words)}", flush=True)
    return figures


def _download(portal: Grown, style: str) -> dict[str, Any]:
    # So many within an hour would be refused.
    limits.in_process.clear()
    start, start_cpu = time.perf_counter(), time.process_time()
    answer: HttpResponseBase = portal.agent.post(
        f"/desk/export/?view=all&state=any&type={portal.type_key}", {"style": style}
    )
    if not isinstance(answer, StreamingHttpResponse):
        raise SystemExit(f"the download answered {answer.status_code}")
    size, first = 0, 0.0
    for piece in answer:
        first = first or time.perf_counter() - start
        size += len(piece)
    return {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - start_cpu,
        "first_piece_ms": first * 1000,
        "bytes": size,
    }


def _weighed(portal: Grown, style: str) -> dict[str, Any]:
    """Statements, and by how many kilobytes Python's memory was higher than before at its peak."""
    with server_statements() as statements:
        _download(portal, style)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        _download(portal, style)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    return {"statements": len(statements.without_transactions), "memory_peak_kb": peak // 1024}


def _bare(portal: Grown) -> float:
    start = time.perf_counter()
    with tenant_context(portal.tenant):
        writer = csv.writer(io.StringIO())
        writer.writerows(ServiceRequest.objects.order_by("due_at", "id").values_list(*COLUMNS).iterator())
    return time.perf_counter() - start
