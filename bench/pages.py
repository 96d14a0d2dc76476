"""The pages of the path, the queue and the search at 1,000, 10,000 and 100,000 requests, beside a bare Django view.

Each page goes through the whole stack of middleware, view and template in this process (no network, no web server),
on a warm connection. Printed: median, p95, pages a second of one thread, statements, bytes before and after gzip.
The customer measured has 200 requests of her own.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory

from bench._figures import throwaway_database, timed
from portal_core.accounts.models import User
from portal_core.service_requests.models import ServiceRequest
from tenants import fleet
from tenants.context import tenant_context
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tenants.snapshot import TenantSnapshot
from tests.statements import server_statements

ROUNDS = 60
SIZES = (1_000, 10_000, 100_000)
OWN_REQUESTS = 200
_COMMON = "order"
BACKEND = "portal_core.accounts.backends.EmailBackend"

# Copies one request (with its first entry) as often as asked, spread over customers, statuses and due times.
MULTIPLY = """
INSERT INTO portal_core_servicerequest (id, number, type_key, status_key, turn, data, title, customer_id,
    created_by_id, assignee_id, team_key, priority, version_number, revision, submission_key, source, is_new,
    unanswered_since, created_at, status_since, due_at, last_entry_at, closed_at)
SELECT uuidv7(), r.number + n, r.type_key,
    CASE WHEN n %% 3 = 0 THEN %(closed)s ELSE r.status_key END, CASE WHEN n %% 3 = 0 THEN 'nobody' ELSE r.turn END,
    r.data, r.title || ' ' || n, CASE WHEN n <= %(own)s THEN r.customer_id ELSE %(other)s END, r.created_by_id,
    CASE WHEN n %% 5 = 0 THEN %(agent)s ELSE NULL END, r.team_key, r.priority, r.version_number, 1, uuidv7(), r.source,
    n %% 7 = 0, NULL, r.created_at - n * interval '1 minute', r.status_since, r.due_at + n * interval '1 minute',
    r.last_entry_at - n * interval '1 minute', CASE WHEN n %% 3 = 0 THEN r.created_at END
FROM portal_core_servicerequest r, generate_series(%(first)s, %(last)s) n WHERE r.number = 1001
"""
ENTRIES = """
INSERT INTO portal_core_historyentry (id, request_id, kind, audience, side, actor_id, body, data, submission_key, at)
SELECT uuidv7(), r.id, 'submitted', 'customer', 'customer', r.customer_id, '',
    jsonb_build_object('status', r.status_key), NULL, r.created_at
FROM portal_core_servicerequest r
WHERE NOT EXISTS (SELECT FROM portal_core_historyentry e WHERE e.request_id = r.id)
"""


# The words of the copies: those of the first, their own number, and now and then a rare one.
WORDS = """
INSERT INTO portal_core_requestsearch (request_id, plain, words, signature)
SELECT r.id, first.plain || own.words, first.words || own.words, first.signature
FROM portal_core_servicerequest r
CROSS JOIN (SELECT s.* FROM portal_core_requestsearch s JOIN portal_core_servicerequest f ON f.id = s.request_id
            WHERE f.number = 1001) first
CROSS JOIN LATERAL (SELECT array_to_tsvector(ARRAY[r.number::text, 'w' || (r.number %% 5000), %(common)s,
            CASE WHEN r.customer_id = %(other)s THEN 'dave' ELSE 'carol' END,
            CASE WHEN r.number %% 3001 = 0 THEN 'rareword' ELSE 'usual' END]) AS words) own
WHERE NOT EXISTS (SELECT FROM portal_core_requestsearch k WHERE k.request_id = r.id)
"""


@dataclass(frozen=True)
class Page:
    """One measured page: its name and one call of it."""

    name: str
    call: Callable[[], HttpResponseBase]


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    figures: dict[str, Any] = {}
    with throwaway_database():
        fleet.migrate()
        tenant = provision(name="Bench", slug="bench-pages", portal=NewPortal("Bench", "owner@example.com"))
        with tenant_context(tenant):
            people = _people()
        pages = _pages(tenant, people)
        for size in SIZES:
            with tenant_context(tenant):
                _grow(size, people)
            print(f"\n{size:,} requests")
            figures[str(size)] = {page.name: _measure(page, tenant, rounds) for page in [_bare(tenant), *pages]}
        _compare(figures)
    return figures


def _people() -> dict[str, User]:
    make = User.objects.create_user
    return {
        "owner": User.objects.get(email="owner@example.com"),
        "agent": make("agent@example.com", name="Bob Agent", role="agent"),
        "customer": make("customer@example.com", name="Carol Customer", role="customer"),
        "other": make("other@example.com", name="Dave Other", role="customer"),
    }


def _pages(tenant: TenantSnapshot, people: dict[str, User]) -> list[Page]:
    customer, agent = (_signed_in(tenant, people[name]) for name in ("customer", "agent"))
    with tenant_context(tenant):
        type_key = _file_first(customer)
    return [
        _get(customer, "/"),
        _get(customer, "/requests/"),
        _get(customer, "/requests/1001/"),
        _get(customer, f"/new/{type_key}/"),
        Page("submit", lambda: _submit(customer, type_key)),
        _get(agent, "/desk/"),
        _get(agent, "/desk/?view=all&sort=age"),
        _get(agent, "/desk/requests/1001/"),
        # A word of every request, one of a few, a number, a name, and none at all.
        _get(agent, "/desk/search/?q=" + _COMMON),
        _get(agent, "/desk/search/?q=rareword"),
        _get(agent, "/desk/search/?q=1042"),
        _get(agent, "/desk/search/?q=dave+" + _COMMON),
        _get(agent, "/desk/search/?q=xyzzy"),
    ]


def _get(client: Client, path: str) -> Page:
    return Page(path, lambda: client.get(path))


def _signed_in(tenant: TenantSnapshot, user: User) -> Client:
    client = Client(headers={"host": tenant.primary_domain})
    with tenant_context(tenant):
        client.force_login(user, BACKEND)
    return client


_ANSWERS: dict[str, str] = {}


def _file_first(customer: Client) -> str:
    """Fills in the first type's form by what the form itself asks; its answers are used again for each submit."""
    from portal_core.accounts.actor import actor_for
    from portal_core.config.live import live_portal
    from tests.service_requests.filing import filled

    portal = live_portal()
    request_type = portal.types[0]
    _ANSWERS.update(filled(request_type, actor_for(User.objects.get(email="customer@example.com")), portal))
    if _submit(customer, request_type.key).status_code != 302:
        raise SystemExit("the form was refused")
    return request_type.key


def _submit(client: Client, type_key: str) -> HttpResponseBase:
    answer = client.post(f"/new/{type_key}/", {**_ANSWERS, "key": str(uuid.uuid4()), "do": "send"})
    if answer.status_code != 302:
        raise SystemExit(f"submit answered {answer.status_code}")
    return answer


def _grow(size: int, people: dict[str, User]) -> None:
    """Copies the first request until there are `size`, past whatever numbers submits have used."""
    last = ServiceRequest.objects.order_by("-number").values_list("number", flat=True)[0] - 1001
    missing = size - ServiceRequest.objects.count()
    closed = _closed_status()
    values: dict[str, Any] = {
        "first": last + 1,
        "last": last + missing,
        "own": OWN_REQUESTS,
        "other": people["other"].pk,
        "agent": people["agent"].pk,
        "closed": closed,
    }
    with connection.cursor() as cursor:
        cursor.execute(MULTIPLY, values)
        cursor.execute(ENTRIES)
        cursor.execute(WORDS, {**values, "common": _COMMON})
        cursor.execute("UPDATE portal_core_numbercounter SET last_number = 1001 + %s", [last + missing])
        cursor.execute("ANALYZE")


def _closed_status() -> str:
    from portal_core.config.live import live_portal

    statuses = live_portal().types[0].flow.statuses
    return next(status.key for status in statuses if status.outcome == "done")


def _bare(tenant: TenantSnapshot) -> Page:
    """The yardstick: a view that reads one row and says its number, without middleware or template."""

    def view(_request: HttpRequest) -> HttpResponse:
        row = ServiceRequest.objects.filter(number=1001).values_list("number").get()
        return HttpResponse(str(row[0]))

    request = RequestFactory().get("/")

    def call() -> HttpResponse:
        with tenant_context(tenant):
            return view(request)

    return Page("bare view, one row", call)


def _measure(page: Page, tenant: TenantSnapshot, rounds: int) -> dict[str, float]:
    for _ in range(3):
        answer = page.call()
    with server_statements() as sent:
        answer = page.call()
    times = [timed(page.call) for _ in range(rounds)]
    quantiles = statistics.quantiles(times, n=20)
    body = getattr(answer, "content", b"")
    figures = {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(quantiles[18], 2),
        "spread_ms": round(quantiles[14] - quantiles[4], 2),
        "pages_per_second": round(1000 / statistics.median(times), 1),
        "statements": len(sent.without_transactions),
        "bytes": len(body),
        "bytes_gzip": len(gzip.compress(body)),
    }
    print(
        f"{page.name:<28} p50 {figures['p50_ms']:>7.2f} ms  p95 {figures['p95_ms']:>7.2f} ms  "
        f"{figures['pages_per_second']:>7.1f}/s  {figures['statements']:>3.0f} statements  "
        f"{figures['bytes']:>7.0f} B ({figures['bytes_gzip']:.0f} gzip)"
    )
    return figures


def _compare(figures: dict[str, Any]) -> None:
    small, large = (figures[str(size)] for size in (SIZES[0], SIZES[-1]))
    print(f"\nTimes the bare view (at {SIZES[0]:,}), and p50 at {SIZES[-1]:,} against {SIZES[0]:,}:")
    bare = small["bare view, one row"]["p50_ms"]
    for name, row in small.items():
        print(f"{name:<28} {row['p50_ms'] / bare:>6.1f} times   {large[name]['p50_ms'] / row['p50_ms']:>5.2f}")
