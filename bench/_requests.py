"""Portals with a thousand and a hundred thousand requests, made in SQL out of one that was filed through the form."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.config.queries import live_version
from portal_core.service_requests.models import NumberCounter
from tenants.context import tenant_context
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tenants.snapshot import TenantSnapshot
from tests.service_requests.filing import filled

BACKEND = "portal_core.accounts.backends.EmailBackend"
FIRST = 1001
# The customer measured has as many requests at any size, and so has the rare word.
OWN_REQUESTS = 200
RARE_REQUESTS = 10

# Answers that queues are narrowed by; of staff, so that the customer's form stays as it is.
ANSWERS: list[dict[str, Any]] = [
    {
        "key": "kind",
        "kind": "choice",
        "choices": [{"key": key, "label": key.title()} for key in ("red", "green", "rare", "none")],
    },
    {"key": "amount", "kind": "number"},
    {"key": "street", "kind": "text"},
]
# Roles that see a part of the requests: a tenth; as many at any size as the customer has; what is theirs or nobody's.
SEERS = {"tenth": "team", "few": "team", "own": "own"}
# Copies of the first request, spread over customers, people, statuses and due times.
REQUESTS = """
INSERT INTO portal_core_servicerequest (id, number, type_key, status_key, turn, data, title, customer_id,
    created_by_id, assignee_id, team_key, priority, version_number, revision, submission_key, source, is_new,
    unanswered_since, created_at, status_since, due_at, last_entry_at, closed_at)
SELECT uuidv7((n - %(size)s) * interval '1 minute'), r.number + n, r.type_key,
    CASE WHEN n %% 3 = 0 THEN %(closed)s ELSE r.status_key END, CASE WHEN n %% 3 = 0 THEN 'nobody' ELSE r.turn END,
    r.data || jsonb_build_object(
        'kind', CASE WHEN n %% (%(size)s / %(rare)s) = 1 THEN 'rare' ELSE (ARRAY['red', 'green'])[1 + n %% 2] END,
        'amount', (n %% 1000)::text, 'street', 'Lane ' || n), r.title || ' ' || n,
    CASE WHEN n %% (%(size)s / %(own)s) = 0 THEN r.customer_id WHEN n %% 2 = 0 THEN %(other)s
         ELSE people.ids[1 + n %% %(customers)s] END,
    r.created_by_id, CASE WHEN n %% 5 = 0 THEN %(agent)s ELSE NULL END,
    CASE WHEN n %% 10 = 3 THEN 'tenth' WHEN n %% (%(size)s / %(own)s) = 1 THEN 'few' ELSE r.team_key END,
    r.priority, r.version_number, 1,
    uuidv7(), r.source, n %% 7 = 0, NULL, r.created_at - (%(size)s - n) * interval '1 minute', r.status_since,
    r.due_at + n * interval '1 minute', r.last_entry_at - (%(size)s - n) * interval '1 minute',
    CASE WHEN n %% 3 = 0 THEN r.created_at END
FROM portal_core_servicerequest r,
    (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_user WHERE name LIKE 'Person %%') people,
    generate_series(1, %(size)s - 1) n
WHERE r.number = %(first)s
"""
# Each with its filing and a message of two dozen words; some words are in every request, some in ten.
ENTRIES = """
INSERT INTO portal_core_historyentry (id, request_id, kind, audience, side, actor_id, body, data, submission_key, at)
SELECT uuidv7((r.number - %(first)s - %(size)s) * interval '1 minute'), r.id, said.kind, 'customer', said.side,
    CASE WHEN said.kind = 'submitted' THEN r.customer_id ELSE %(agent)s END,
    CASE WHEN said.kind = 'submitted' THEN '' ELSE words.body END,
    CASE WHEN said.kind = 'submitted' THEN jsonb_build_object('status', r.status_key)
         WHEN r.number %% 4 = 0 THEN jsonb_build_object('files', jsonb_build_array(
            jsonb_build_object('id', uuidv7(), 'name', words.file, 'size', 1, 'type', 'application/pdf')))
         ELSE '{}' END,
    NULL, r.created_at
FROM portal_core_servicerequest r
CROSS JOIN (VALUES ('submitted', 'customer'), ('replied', 'staff')) said (kind, side)
CROSS JOIN LATERAL (
    SELECT 'usual ' || CASE WHEN r.number %% 2 = 0 THEN 'kitchen' ELSE 'bathroom' END
        || CASE WHEN r.number - %(first)s < %(size)s / 10 THEN ' bygone' ELSE '' END
        || CASE WHEN r.number %% (%(size)s / %(rare)s) = 0 THEN ' rareword' ELSE '' END
        || CASE WHEN r.team_key <> 'tenth' OR r.number - %(first)s < 90 THEN ' elsewhere' ELSE '' END
        || (SELECT string_agg(' w' || floor(5000 * power(random(), 3)), '') FROM generate_series(1, 20)
            WHERE r.number IS NOT NULL) AS body,
        CASE WHEN r.number %% (%(size)s / %(rare)s) = 4 THEN 'gable-plan.pdf' ELSE 'photo-' || r.number || '.pdf' END
            AS file) words
WHERE r.number <> %(first)s
"""
# What `search_index.py` keeps of them: the first one's words, number, customer, message and file.
WORDS = """
INSERT INTO portal_core_requestsearch (request_id, plain, words, signature)
SELECT r.id, own.words || first.plain, own.words || first.words, first.signature
FROM portal_core_servicerequest r
JOIN accounts_user u ON u.id = r.customer_id
JOIN portal_core_historyentry e ON e.request_id = r.id AND e.kind = 'replied'
CROSS JOIN (
    SELECT ts_delete(s.plain, ARRAY[%(first)s::text, 'carol', 'customer']) AS plain,
        ts_delete(s.words, ARRAY[%(first)s::text, 'carol', 'customer']) AS words, s.signature
    FROM portal_core_requestsearch s JOIN portal_core_servicerequest f ON f.id = s.request_id
    WHERE f.number = %(first)s) first
CROSS JOIN LATERAL (
    SELECT array_to_tsvector(array_agg(DISTINCT word)) AS words
    FROM regexp_split_to_table(lower(concat_ws(' ', r.number, u.name, u.email, e.body, e.data->'files'->0->>'name')),
        '[^a-z0-9]+') word WHERE word <> '') own
WHERE r.number <> %(first)s
"""


@dataclass(frozen=True)
class Grown:
    """A portal of `size` requests with a customer and an agent who are signed in, and a colleague of each of SEERS."""

    tenant: TenantSnapshot
    size: int
    type_key: str
    answers: dict[str, str]
    customer: Client
    agent: Client
    seers: dict[str, Client]

    def submit(self) -> HttpResponseBase:
        """Files one more request through the form."""
        return _submit(self.customer, self.type_key, self.answers)


def grown(size: int) -> Grown:
    """A new portal with that many requests."""
    owner = NewPortal("Bench", "owner@example.com")
    tenant = provision(name="Bench", slug=f"bench-{size}", portal=owner)
    with tenant_context(tenant):
        _publish_more()
        make = User.objects.create_user
        agent = make("agent@example.com", name="Bob Agent", role="agent")
        customer = make("customer@example.com", name="Carol Customer", role="customer")
        other = make("other@example.com", name="Dave Other", role="customer")
        seers = [make(f"{key}@example.com", name="Erin Other", role=key, team_key=key) for key in SEERS]
        portal = live_portal()
        request_type = portal.types[0]
        answers = filled(request_type, actor_for(customer), portal)
        closed = next(status.key for status in request_type.flow.statuses if status.outcome == "done")
    signed_in = {user.email: _signed_in(tenant, user) for user in (customer, agent, *seers)}
    _submit(signed_in[customer.email], request_type.key, answers)
    with tenant_context(tenant):
        _multiply(size, {"other": other.pk, "agent": agent.pk, "closed": closed})
    clients = {user.role: signed_in[user.email] for user in seers}
    return Grown(tenant, size, request_type.key, answers, signed_in[customer.email], signed_in[agent.email], clients)


def _publish_more() -> None:
    version = live_version()
    if version is None:
        raise SystemExit("nothing is published")
    fields = [{**field, "label": field["key"].title(), "show": {"customer": "hidden"}} for field in ANSWERS]
    document = copy.deepcopy(version.document)
    document["types"][0]["fields"] += fields
    roles = [{"key": key, "name": key.title(), "based_on": "agent", "scope": scope} for key, scope in SEERS.items()]
    document["roles"] = [*document.get("roles", []), *roles]
    publish(actor=actor_for(User.objects.get(role="owner")), document=load(document))


def _multiply(size: int, values: dict[str, Any]) -> None:  # `Any`: parameters of statements
    sizes = {"size": size, "first": FIRST, "own": OWN_REQUESTS, "rare": RARE_REQUESTS, "customers": size // 20}
    people = (
        User(email=f"person{n}@example.com", name=f"Person Number{n}", role="customer") for n in range(size // 20)
    )
    User.objects.bulk_create(people, batch_size=1_000)
    with connection.cursor() as cursor:
        for statement in (REQUESTS, ENTRIES, WORDS):
            cursor.execute(statement, {**values, **sizes})
        cursor.execute("VACUUM ANALYZE")
    NumberCounter.objects.update(last_number=FIRST + size - 1)


def _signed_in(tenant: TenantSnapshot, user: User) -> Client:
    client = Client(headers={"host": tenant.primary_domain})
    with tenant_context(tenant):
        client.force_login(user, BACKEND)
    return client


def _submit(client: Client, type_key: str, answers: dict[str, str]) -> HttpResponseBase:
    answer = client.post(f"/new/{type_key}/", {**answers, "key": str(uuid.uuid4()), "do": "send"})
    if answer.status_code != 302:
        raise SystemExit(f"submit answered {answer.status_code}")
    return answer
