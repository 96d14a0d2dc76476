"""Whether the time of an answer at sign-in tells that an address has an account.

Four kinds of answer, each for addresses with and without an account, in turn and in random order: asking for a code,
entering a wrong code, a wrong password, and asking past the hour's codes (a link). Through the whole stack in this
process, with no network in between: a stranger sees less. Printed: medians, and how often a random "with" took longer
than a random "without" (0.50: time tells nothing; 1.00: it tells all). Yardstick: the same addresses without an account
in two halves, which differ by noise alone.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from typing import Any

from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client

from bench._figures import show, summary, throwaway_database, timed
from portal_core.accounts import signin_limits
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER
from tenants import fleet
from tenants.context import tenant_context
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tenants.snapshot import TenantSnapshot

ROUNDS = 300
WRONG_CODE = "000000"


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    with throwaway_database():
        fleet.migrate()
        portal = NewPortal(name="Bench", owner_email="o@example.com", owner_name="O", starter="", colour="#0b6153")
        snapshot = provision(name="Bench", slug="bench", portal=portal)
        with tenant_context(snapshot):
            _people(rounds)
        return {name: _measure(name, way, snapshot, rounds) for name, way in WAYS.items()}


def _people(rounds: int) -> None:
    """One in two has a password: a wrong one must cost a hash in each case."""
    for number in range(rounds):
        user = User.objects.create_user(f"known{number}@example.com", name=f"Known {number}", role=CUSTOMER)
        if number % 2:
            user.set_password("correct horse battery staple")
            user.save(update_fields=["password"])


def _client(source: int) -> Client:
    address = f"10.{source >> 16 & 255}.{source >> 8 & 255}.{source & 255}"
    return Client(headers={"host": "bench.localhost"}, REMOTE_ADDR=address)


def _ask(client: Client, email: str) -> HttpResponseBase:
    return client.post("/signin/", {"email": email})


def _ask_for_a_code(client: Client, email: str, source: int) -> Callable[[], HttpResponseBase]:
    return lambda: _ask(client, email)


def _enter_a_wrong_code(client: Client, email: str, source: int) -> Callable[[], HttpResponseBase]:
    _ask(client, email)
    return lambda: client.post("/signin/code/", {"code": WRONG_CODE})


def _try_a_password(client: Client, email: str, source: int) -> Callable[[], HttpResponseBase]:
    return lambda: client.post("/signin/password/", {"email": email, "password": "wrong"})


def _ask_past_the_limit(client: Client, email: str, source: int) -> Callable[[], HttpResponseBase]:
    for number in range(signin_limits.STRANGER_PER_ADDRESS):
        _ask(_client((source + 1) * 1000 + number), email)
    return lambda: _ask(client, email)


Way = Callable[[Client, str, int], Callable[[], HttpResponseBase]]
WAYS: dict[str, Way] = {
    "asking for a code": _ask_for_a_code,
    "a wrong code": _enter_a_wrong_code,
    "a wrong password": _try_a_password,
    "asking past the limit": _ask_past_the_limit,
}


def _measure(name: str, way: Way, snapshot: TenantSnapshot, rounds: int) -> dict[str, Any]:
    rounds = rounds // 5 if way is _ask_past_the_limit else rounds
    addresses = [(kind, f"{kind}{number}@example.com") for number in range(rounds) for kind in ("known", "unknown")]
    random.Random(7).shuffle(addresses)
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    cache.clear()
    for source, (kind, email) in enumerate(addresses):
        answer = way(_client(source), email, source)
        milliseconds = timed(answer)
        if source >= len(addresses) // 20:  # the process is warm
            took[kind].append(milliseconds)
    unknown = took["unknown"]
    told = _how_often_longer(took["known"], unknown)
    noise = _how_often_longer(unknown[::2], unknown[1::2])
    show(f"{name}, with an account", summary(took["known"]))
    show(f"{name}, without", summary(unknown))
    print(f"    with took longer than without: {told:.3f}; noise alone: {noise:.3f}")
    return {"known": summary(took["known"]), "unknown": summary(unknown), "longer": told, "noise": noise}


def _how_often_longer(some: Sequence[float], others: Sequence[float]) -> float:
    """How often a random one of `some` is larger than a random one of `others`."""
    won = sum((a > b) + 0.5 * (a == b) for a in some for b in others)
    return round(won / (len(some) * len(others)), 3)
