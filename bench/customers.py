"""The list of customers and its search at 1,000, 10,000 and 100,000 customers, beside a bare Django view.

Each customer keeps an address and a telephone number, two in ten have something open, one in ten is a guest. As in
`pages`: the whole stack, three portals asked in turn, and what is rare is as rare in each. Printed at the end: how many
times the figures at 1,000 those at 100,000 are.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench._figures import throwaway_database
from bench._requests import BACKEND
from bench.pages import ROUNDS, SIZES, Page, compare, get, measure
from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.starters import starter
from tenants import fleet
from tenants.context import tenant_context
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tenants.snapshot import TenantSnapshot
from tests.factories import make_client
from tests.service_requests.filing import file_request

YARDSTICK = "team page"
RARE = 10
PEOPLE = """
INSERT INTO accounts_user (id, email, name, phone, role, is_active, is_guest, is_sample, language, time_zone, team_key,
    password, session_salt, created_at, last_sign_in_at, remembered, new_updates, notice_choices)
SELECT uuidv7((n - %(size)s) * interval '1 minute'), 'p' || n || '@' || CASE WHEN n %% 3 = 0 THEN 'example.net'
        ELSE 'usual.example' END,
    (ARRAY['Anna','Ben','Carla','Dora','Emil','Fay'])[1 + n %% 6] || ' ' || CASE WHEN n %% (%(size)s / %(rare)s) = 7
        THEN 'Rareman' WHEN n < %(size)s / 10 THEN 'Bygone' ELSE 'Usualson' END || ' ' || substr(md5(n::text), 1, 5),
    '+44 131 ' || lpad((n / 10000)::text, 3, '0') || ' ' || lpad((n %% 10000)::text, 4, '0'),
    'customer', true, n %% 10 = 0, false, 'en', '', '', '!', 'x', now() - (%(size)s - n) * interval '1 minute',
    CASE WHEN n %% 4 = 0 THEN NULL ELSE now() - n * interval '1 minute' END, '{}', 0, '{}'
FROM generate_series(1, %(size)s) n
"""
HOMES = """
INSERT INTO portal_core_savedrecord (id, kind_key, customer_id, created_by_id, data, title, revision, created_at,
    updated_at)
SELECT uuidv7(), 'address', u.id, u.id, jsonb_build_object(
        'street', n || ' ' || (ARRAY['Mill Lane','High Street','Gable Row'])[1 + n %% 3]
            || CASE WHEN n %% (%(size)s / %(rare)s) = 5 THEN ' Larkfield' ELSE '' END,
        'town', CASE WHEN n %% 2 = 0 THEN 'Edinburgh' ELSE 'Leith' END), 'Home', 1, now(), now()
FROM (SELECT id, substring(email from 'p(\\d+)@')::int n FROM accounts_user WHERE email LIKE 'p%%@%%') u
"""
OPEN = """
INSERT INTO portal_core_servicerequest (id, number, type_key, status_key, turn, data, title, customer_id, created_by_id,
    team_key, priority, version_number, revision, submission_key, source, is_new, created_at, status_since, due_at,
    last_entry_at)
SELECT uuidv7(), r.number + row_number() OVER (), r.type_key, r.status_key,
    CASE WHEN u.n %% 10 = 0 THEN 'customer' ELSE 'us' END, r.data, r.title, u.id, u.id, r.team_key, r.priority,
    r.version_number, 1, uuidv7(), r.source, false, r.created_at, r.status_since, r.due_at, r.last_entry_at
FROM portal_core_servicerequest r, (SELECT id, substring(email from 'p(\\d+)@')::int n FROM accounts_user
    WHERE email LIKE 'p%%@%%') u
WHERE u.n %% 5 = 0
"""
SEARCHES = {
    "a rare name": "q=rareman",
    "a name of nine in ten": "q=usualson",
    "a name of the oldest tenth": "q=bygone",
    "the beginning of many names": "q=us",
    "two words": "q=anna+rareman",
    "a whole address": "q=p500%40usual.example",
    "half of all addresses": "q=example.net",
    "a telephone number": "q=0131+000+0500",
    "the end of a number": "q=0500",
    "a rare street": "q=larkfield",
    "the town of half of all": "q=leith",
    "what nobody has": "q=xyzzy",
    "a misspelt rare name": "q=raremna",
    "a misspelt name of nine in ten": "q=usualsno",
    "a common name, by name": "q=usualson&sort=name",
    "a rare name, by name": "q=rareman&sort=name",
    "a rare name, who waits for us": "q=rareman&waiting=us",
    "a common name, who waits for us": "q=usualson&waiting=us",
    "a common name among guests": "q=usualson&view=guests",
}
LISTS = {
    "newest first": "",
    "by name": "sort=name",
    "last here first": "sort=here",
    "something open": "view=open",
    "waits for the customer": "waiting=customer",
    "here in 30 days": "here=month",
    "no documents": "documents=none",
}


@dataclass(frozen=True)
class Crowd:
    """A portal of `size` customers, with an agent who is signed in."""

    tenant: TenantSnapshot
    size: int
    agent: Any


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    with throwaway_database():
        fleet.migrate()
        portals = [_crowd(size) for size in SIZES]
        figures: dict[str, Any] = {}
        for pages in zip(*(_pages(portal) for portal in portals), strict=True):
            figures[pages[0].name] = measure(portals, pages, rounds)
    compare(figures, YARDSTICK)
    return figures


def _pages(portal: Crowd) -> list[Page]:
    asked = {**LISTS, **{f"search: {name}": query for name, query in SEARCHES.items()}}
    return [
        get(YARDSTICK, portal.agent, "/desk/views/"),
        *(get(name, portal.agent, f"/desk/customers/?{query}") for name, query in asked.items()),
    ]


def _crowd(size: int) -> Crowd:
    """A new portal with that many customers."""
    tenant = provision(name="Bench", slug=f"crowd-{size}", portal=NewPortal("Bench", "owner@example.com"))
    with tenant_context(tenant):
        owner = User.objects.get(role="owner")
        publish(actor=actor_for(owner), document=load(starter("nordwarm")))
        agent = User.objects.create_user("agent@example.com", name="Bob Agent", role="agent")
        first = User.objects.create_user("first@example.com", name="First Customer", role="customer")
        file_request(first, "something-else")
        with connection.cursor() as cursor:
            for statement in (PEOPLE, HOMES, OPEN):
                cursor.execute(statement, {"size": size, "rare": RARE})
            cursor.execute("ANALYZE")
    client = make_client(tenant=tenant)
    with tenant_context(tenant):
        client.force_login(agent, BACKEND)
    return Crowd(tenant, size, client)
