"""The pages of the path, the queue and the search at 1,000, 10,000 and 100,000 requests, beside a bare Django view.

Each page goes through the whole stack of middleware, view and template in this process (no network, no web server),
on a warm connection. Three portals stand side by side and are asked in turn, so that a machine that is busy for a
while is busy for all sizes. Printed: median, p95, pages a second of one thread, statements, bytes before and after
gzip; at the end how many times the figures at 1,000 those at 100,000 are. The customer measured has 200 requests of
her own in each portal, and a search that finds little finds as much in each. At the end, lists of colleagues who see a
part of the requests: a tenth, 200, their own and nobody's.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.test import Client

from bench._figures import throwaway_database, timed
from bench._requests import FIRST, Grown, grown
from portal_core.service_requests.models import ServiceRequest
from tenants import fleet
from tenants.context import tenant_context
from tests.statements import server_statements

ROUNDS = 60
SIZES = (1_000, 10_000, 100_000)
LIMIT = 2.0
YARDSTICK = "bare view, one row"
# What is looked for: a name for the table, and the words.
SEARCHES = {
    "a word of every request": "usual",
    "the beginning of many words": "us",
    "a rare word": "rareword",
    "a word of the oldest tenth": "bygone",
    "a number": "{number}",
    "two common words": "usual kitchen",
    "a common and a rare word": "usual rareword",
    "a customer's name": "carol",
    "a name of half of all": "dave",
    "a file's name": "gable-plan.pdf",
    "an address": "customer@example.com",
    "what nobody wrote": "xyzzy",
    "a misspelt word of every request": "usaul",
    "a misspelt rare word": "rareowrd",
    "two misspelt words": "usaul ktichen",
    "two slips in a rare word": "rarewxrq",
    "two slips in a word of half of all": "bathrxxm",
}


# What the queue is narrowed by: a name for the table, and how it stands in the address.
NARROWED = {
    "an answer of half of all": 'kind:is:"red"',
    "a rare answer": 'kind:is:"rare"',
    "an answer of none": 'kind:is:"none"',
    "more than most": "amount:more_than:949",
    "more than all": "amount:more_than:1000",
    "words in a text": 'street:contains:"lane 77"',
    "a word of no text": 'street:contains:"road"',
    "an answer that is empty": "street:empty:",
}


# Lists narrowed by something else than answers.
LISTS = {
    "of nobody": {"view": "all", "who": "nobody"},
    "past due": {"view": "all", "due": "over"},
    "urgent, of nobody, of no team": {"view": "all", "priority": "urgent", "who": "nobody", "team": "none"},
    "closed": {"view": "all", "state": "closed"},
    "closed, of nobody": {"view": "all", "state": "closed", "who": "nobody"},
    "closed, of no team": {"view": "all", "state": "closed", "team": "none"},
    "open and closed": {"view": "all", "state": "any"},
    "open and closed, of no team": {"view": "all", "state": "any", "team": "none"},
}


class Sized(Protocol):
    """A portal with so many rows in it."""

    @property
    def size(self) -> int:
        """How many."""


@dataclass(frozen=True)
class Page:
    """One measured page: its name and one call of it."""

    name: str
    call: Callable[[], HttpResponseBase]


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    with throwaway_database():
        fleet.migrate()
        portals = [grown(size) for size in SIZES]
        figures: dict[str, Any] = {}
        for pages in zip(*(_pages(portal) for portal in portals), strict=True):
            figures[pages[0].name] = measure(portals, pages, rounds)
    compare(figures, YARDSTICK)
    return figures


def _pages(portal: Grown) -> list[Page]:
    customer, agent = portal.customer, portal.agent
    number = str(FIRST + portal.size // 2)
    return [
        _bare(portal),
        get("home", customer, "/"),
        get("list", customer, "/requests/"),
        get("request", customer, f"/requests/{FIRST}/"),
        get("form", customer, f"/new/{portal.type_key}/"),
        Page("submit", portal.submit),
        get("queue", agent, "/desk/"),
        get("queue by age", agent, "/desk/?view=all&sort=age"),
        *(get(f"queue: {name}", agent, _narrowed(portal, answers)) for name, answers in NARROWED.items()),
        *(
            get(f"closed: {name}", agent, _narrowed(portal, NARROWED[name], state="closed"))
            for name in ("a rare answer", "more than all")
        ),
        *(get(f"queue: {name}", agent, f"/desk/?{urlencode(asked)}") for name, asked in LISTS.items()),
        get("desk request", agent, f"/desk/requests/{FIRST}/"),
        get("desk request of a narrowed queue", agent, _opened(_narrowed(portal, NARROWED["a word of no text"]))),
        get("customers", agent, "/desk/customers/"),
        *(
            get(f"search: {name}", agent, "/desk/search/?q=" + words.format(number=number).replace(" ", "+"))
            for name, words in SEARCHES.items()
        ),
        *(
            get(f"search: {name} that {words}", agent, f"/desk/search/?{urlencode({'q': word, **asked})}")
            for name, word in (("all have", "usual"), ("a tenth has", "bygone"))
            for words, asked in _narrowing(portal)
        ),
        *(page for key, client in portal.seers.items() for page in _of_a_part(portal, key, client)),
    ]


def _of_a_part(portal: Grown, key: str, client: Client) -> list[Page]:
    """The queue and the search of a colleague who sees a part of the requests."""
    answers = NARROWED["a word of no text"]
    asked = {"type": portal.type_key, "answers": answers}
    addresses = {
        "queue": "/desk/?view=all",
        "queue: a word of no text": _narrowed(portal, answers),
        "closed": "/desk/?view=all&state=closed",
        "closed: a word of no text": _narrowed(portal, answers, state="closed"),
        "open and closed, of no team": "/desk/?view=all&state=any&team=none",
        "search: a word of every request": "/desk/search/?q=usual",
        "search: a rare word": "/desk/search/?q=rareword",
        "search: a word of nearly all others": "/desk/search/?q=elsewhere",
        "search: a word of all that fits no answer": f"/desk/search/?{urlencode({'q': 'usual', **asked})}",
        "search: a word of all that no team has": "/desk/search/?q=usual&team=none",
    }
    return [get(f"{key}: {name}", client, path) for name, path in addresses.items()]


def _narrowing(portal: Grown) -> list[tuple[str, dict[str, str]]]:
    """What results of a search are narrowed by."""
    answers = NARROWED["a word of no text"]
    return [
        ("fits no answer", {"type": portal.type_key, "answers": answers}),
        ("no team has", {"team": "none"}),
        ("is closed and rare", {"type": portal.type_key, "answers": NARROWED["a rare answer"], "state": "closed"}),
    ]


def _opened(back: str) -> str:
    return f"/desk/requests/{FIRST}/?{urlencode({'back': back})}"


def _narrowed(portal: Grown, answers: str, state: str = "open") -> str:
    asked = {"view": "all", "type": portal.type_key, "answers": answers, "state": state}
    return f"/desk/?{urlencode(asked)}"


def get(name: str, client: Client, path: str) -> Page:
    """The page at an address, as this client asks for it."""
    return Page(name, lambda: client.get(path))


def _bare(portal: Grown) -> Page:
    """The yardstick: a view that reads one row and says its number, without middleware or template."""

    def call() -> HttpResponse:
        with tenant_context(portal.tenant):
            row = ServiceRequest.objects.filter(number=FIRST).values_list("number").get()
            return HttpResponse(str(row[0]))

    return Page(YARDSTICK, call)


def measure(portals: Sequence[Sized], pages: tuple[Page, ...], rounds: int) -> dict[str, Any]:
    """The figures of one page by size, measured in turn."""
    print(f"\n{pages[0].name}")
    times: dict[str, list[float]] = {str(portal.size): [] for portal in portals}
    fixed = {str(portal.size): _fixed(page) for portal, page in zip(portals, pages, strict=True)}
    for _ in range(rounds):
        for size, page in zip(times, pages, strict=True):
            times[size].append(timed(page.call))
    found = {size: _figures(times[size]) | fixed[size] for size in times}
    for size, row in found.items():
        print(
            f"{int(size):>9,} p50 {row['p50_ms']:>7.2f} ms  p95 {row['p95_ms']:>7.2f} ms  "
            f"{row['pages_per_second']:>7.1f}/s  {row['statements']:>3.0f} statements  "
            f"{row['bytes']:>7.0f} B ({row['bytes_gzip']:.0f} gzip)",
            flush=True,
        )
    return found


def _fixed(page: Page) -> dict[str, float]:
    """What does not differ from call to call, with the calls that warm up."""
    for _ in range(3):
        answer = page.call()
    if answer.status_code not in (200, 302):
        raise SystemExit(f"{page.name} answered {answer.status_code}")
    with server_statements() as sent:
        answer = page.call()
    body = getattr(answer, "content", b"")
    return {"statements": len(sent.without_transactions), "bytes": len(body), "bytes_gzip": len(gzip.compress(body))}


def _figures(times: list[float]) -> dict[str, float]:
    quantiles = statistics.quantiles(times, n=20)
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(quantiles[18], 2),
        "spread_ms": round(quantiles[14] - quantiles[4], 2),
        "pages_per_second": round(1000 / statistics.median(times), 1),
    }


def compare(figures: dict[str, Any], yardstick: str) -> None:
    """Prints each p50 beside the yardstick, and at the largest size beside the smallest."""
    small, large = str(SIZES[0]), str(SIZES[-1])
    print(f"\nTimes the {yardstick} (at {SIZES[0]:,}), and p50 at {SIZES[-1]:,} against {SIZES[0]:,}, at most {LIMIT}:")
    bare = figures[yardstick][small]["p50_ms"]
    for name, row in figures.items():
        ratio = row[large]["p50_ms"] / row[small]["p50_ms"]
        times = row[small]["p50_ms"] / bare
        print(f"{name:<38} {times:>6.1f} times   {ratio:>5.2f}{'' if ratio <= LIMIT else '  TOO SLOW'}")
