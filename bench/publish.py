"""Publishing the largest document over 10,000 open requests, a thousand of which move one by one and at once.

The portal goes on serving meanwhile: another thread asks for the customer's home all the time, and what it waits is
printed beside what it waits when nobody publishes. The yardstick is one UPDATE of a thousand rows by SQL.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench._figures import throwaway_database, timed
from bench._largest import largest
from bench._requests import FIRST, Grown, grown
from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.changes import compare
from portal_core.config.document import PortalDocument, load
from portal_core.config.live import live_portal
from portal_core.config.planning import plan
from portal_core.config.queries import live_version
from portal_core.service_requests.models import ServiceRequest
from tenants import fleet
from tenants.context import tenant_context

SIZE = 16_000  # a third of them are closed
MOVED = 1_000
SINGLE = 100
LIMIT_MS = 5_000
EXTRA = "bench-extra"


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    with throwaway_database():
        fleet.migrate()
        portal = grown(SIZE)
        with tenant_context(portal.tenant):
            second, where = _prepared(portal)
            figures: dict[str, Any] = {"open": ServiceRequest.objects.filter(closed_at=None).count()}
            figures |= _review(second)
            figures["home_alone_ms"] = statistics.median(timed(lambda: portal.customer.get("/")) for _ in range(10))
            figures |= _published(portal, second, where)
            figures["update_by_sql_ms"] = timed(_by_sql)
    _show(figures)
    return figures


def _prepared(portal: Grown) -> tuple[PortalDocument, str]:
    """The largest document with one more status, in which a thousand requests stand; then without it again."""
    document = largest(copy.deepcopy(dict(live_portal().document.model_dump(mode="json", by_alias=True))))
    second = load(document)
    kind = next(kind for kind in document["types"] if kind["key"] == portal.type_key)
    flow = next(flow for flow in document["flows"] if flow["key"] == kind["flow"])
    start = next(status for status in flow["statuses"] if status["key"] == kind["start"])
    flow["statuses"].append({**copy.deepcopy(start), "key": EXTRA, "name": "One more"})
    flow["transitions"] += [
        {"from": [kind["start"]], "to": EXTRA, "by": ["agent"]},
        {"from": [EXTRA], "to": flow["statuses"][1]["key"], "by": ["agent"]},
    ]
    publish(actor=SYSTEM, document=document)
    numbers = list(
        ServiceRequest.objects.filter(closed_at=None, type_key=kind["key"])
        .order_by("number")
        .values_list("number", flat=True)[:MOVED]
    )
    ServiceRequest.objects.filter(number__in=numbers).update(status_key=EXTRA)
    return second, f"{flow['key']}.{EXTRA}"


def _review(second: PortalDocument) -> dict[str, float]:
    """What the review page works out, over the largest document."""
    live = live_version()
    if live is None:
        raise RuntimeError("nothing is live")
    before = load(live.document)
    changed = second.model_copy(update={"portal": second.portal.model_copy(update={"welcome": "Hello"})})
    return {
        "compare_ms": timed(lambda: compare(before, changed)),
        "plan_ms": timed(lambda: plan(changed, live, {})),
    }


def _published(portal: Grown, second: PortalDocument, where: str) -> dict[str, float]:
    kind = live_portal().type(portal.type_key)
    numbers = ServiceRequest.objects.filter(status_key=EXTRA).order_by("number").values_list("number", flat=True)
    mapping = {"status": {where: kind.start}, "request": {str(number): kind.start for number in numbers[:SINGLE]}}
    waits: list[float] = []
    stop = threading.Event()
    serving = threading.Thread(target=_serve, args=(portal, stop, waits))
    serving.start()
    try:
        began = time.thread_time()
        took = timed(lambda: publish(actor=SYSTEM, document=second, mapping=mapping))
        worked = (time.thread_time() - began) * 1000
    finally:
        stop.set()
        serving.join()
    moved = ServiceRequest.objects.filter(status_key=EXTRA, closed_at=None).count()
    if moved:
        raise RuntimeError(f"{moved} requests were left behind")
    return {
        "publish_ms": took,
        # Of the publishing thread alone: what a machine with nothing else to do would take, the database's work apart.
        "publish_own_work_ms": worked,
        "home_meanwhile_ms": statistics.median(waits) if waits else 0.0,
        "home_meanwhile_max_ms": max(waits, default=0.0),
        "pages_served_meanwhile": float(len(waits)),
    }


def _serve(portal: Grown, stop: threading.Event, waits: list[float]) -> None:
    """Asks for a customer's home until told to stop. In a thread of its own, with a connection of its own."""
    with tenant_context(portal.tenant):
        call: Callable[[], Any] = lambda: portal.customer.get("/")  # noqa: E731 - with its type
        while not stop.is_set():
            waits.append(timed(call))
    connection.close()


def _by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_core_servicerequest SET revision = revision + 1 WHERE number < %s AND closed_at IS NULL",
            [FIRST + MOVED * 3 // 2],
        )


def _show(figures: dict[str, Any]) -> None:
    print(f"\n{figures['open']:,} open requests, 100 types of 200 fields, {MOVED:,} moved ({SINGLE} one by one)")
    for name, value in figures.items():
        if name.endswith("_ms"):
            print(f"  {name.removesuffix('_ms').replace('_', ' '):<28} {value:>10.1f} ms")
    print(f"  pages served meanwhile       {figures['pages_served_meanwhile']:>10.0f}")
    verdict = "ok" if figures["publish_ms"] <= LIMIT_MS else "TOO MUCH"
    print(f"  publishing at most {LIMIT_MS:,} ms: {verdict}")
