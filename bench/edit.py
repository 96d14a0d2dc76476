"""An edit in the editor: of a starter, and of the largest document (100 types of 200 fields) beside it.

Each goes through the whole stack in this process, on a warm connection, the two in turn: a text that saves by itself,
a press on a switch, another place for a field, an undo. Printed: medians, what is sent in both directions, statements;
and how long the largest document takes to read, check and compile.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from bench._figures import throwaway_database, timed
from bench._largest import largest
from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.starters import starter
from tenants import fleet
from tenants.context import tenant_context
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tests.factories import make_client
from tests.statements import server_statements

ROUNDS = 40
TIMES = 2.0
BYTES = 10 * 1024


@dataclass
class House:
    """One portal with its owner's browser; `turn` makes each edit another one."""

    tenant: Any
    client: Client
    path: str
    field: str
    turn: itertools.count[int]

    def text(self) -> Any:
        """A label that is typed and saves by itself."""
        typed = {"revision": "0", "label": f"Question {next(self.turn)}", "dirty": "label"}
        return self.client.post(f"{self.path}fields/{self.field}/", typed, headers={"X-Requested-With": "fetch"})

    def press(self) -> Any:
        """A switch."""
        typed = {"do": "required"}
        return self.client.post(f"{self.path}fields/{self.field}/switch/", typed, headers={"HX-Request": "true"})

    def order(self) -> Any:
        """Another place."""
        typed = {"key": self.field, "to": "down" if next(self.turn) % 2 else "up"}
        return self.client.post(f"{self.path}fields/_order/", typed, headers={"X-Requested-With": "fetch"})


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    small = starter("order-status")
    large = largest(small)
    figures: dict[str, Any] = {"largest": _largest(large)}
    with throwaway_database():
        fleet.migrate()
        houses = [_house("small", small), _house("large", large)]
        for name in ("text", "press", "order"):
            figures[name] = _compare(name, [getattr(house, name) for house in houses], houses, rounds)
    return figures


def _house(name: str, document: dict[str, Any]) -> House:
    email = f"{name}@example.com"
    owner = NewPortal("Bench", email)
    tenant = provision(name="Bench", slug=f"bench-{name}", portal=owner)
    kind = document["types"][0]
    with tenant_context(tenant):
        publish(actor=SYSTEM, document=document)
        client = make_client(User.objects.get(email=email), tenant=tenant)
    field = next(item["key"] for item in kind["fields"] if item["kind"] in ("text", "long_text"))
    return House(tenant, client, f"/desk/setup/types/{kind['key']}/", field, itertools.count(1))


def _compare(name: str, calls: list[Callable[[], Any]], houses: list[House], rounds: int) -> dict[str, Any]:
    for call in calls * 3:
        call()
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for index, call in enumerate(calls):
            times[index].append(timed(call))
    medians = [statistics.median(part) for part in times]
    answers = [call() for call in calls]
    sent = [len(answer.content) for answer in answers]
    with server_statements() as statements:
        calls[1]()
    ratio = medians[1] / medians[0]
    verdict = "ok" if ratio <= TIMES and sent[1] <= BYTES else "TOO MUCH"
    print(
        f"{name:8} {medians[0]:7.1f} ms  largest {medians[1]:7.1f} ms  {ratio:4.2f} times (at most {TIMES:.0f})  "
        f"{sent[1]} bytes back  {len(statements.without_transactions)} statements  {verdict}"
    )
    return {"small_ms": medians[0], "large_ms": medians[1], "times": ratio, "bytes": sent[1]}


def _largest(document: dict[str, Any]) -> dict[str, float]:
    read: list[Any] = []
    figures = {"read_ms": timed(lambda: read.append(load(document)))}
    figures["check_ms"] = timed(lambda: check(read[0]))
    figures["compile_ms"] = statistics.median(timed(lambda: compile_portal(read[0], 1)) for _ in range(5))
    print("largest document: " + ", ".join(f"{name} {value:.0f}" for name, value in figures.items()))
    return figures
