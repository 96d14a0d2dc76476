"""From the right code to a live portal, beside what stock django-tenants does to make a schema.

Measured: a POST of the right code through the whole stack of middleware and views up to the redirect into the
portal, and that the portal then answers. Yardstick: CREATE SCHEMA and `migrate_schemas` for it, as
`TenantMixin.create_schema` runs them, with the same apps on the same server, in the same process.

A schema is some hundred files. ext4 passes over what was deleted within the last minute when it looks for a free
place, so let a minute go by after anything that drops databases, this bench too: otherwise twice the time was seen.
"""

from __future__ import annotations

import argparse
import re
from contextlib import redirect_stdout
from io import StringIO
from typing import Any, cast

from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from bench._figures import show, summary, throwaway_database, timed
from tenants import fleet, registry
from tenants.backend.base import DatabaseWrapper
from tenants.context import public_context
from tenants.identifiers import random_schema_name
from tenants.outbox.drain import drain
from tenants.templates import create_schema

ROUNDS = 20
STOCK_ROUNDS = 5


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    with throwaway_database(), override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        template = timed(fleet.migrate)
        _sign_up(0)  # the process is warm, as a web server's is
        ours = summary([_sign_up(number) for number in range(1, rounds + 1)])
        stock = summary([_stock() for _ in range(min(rounds, STOCK_ROUNDS))])
    show("Right code to live portal", ours)
    show("Stock django-tenants, the schema alone", stock)
    ratio = stock["median_ms"] / ours["median_ms"]
    print(f"{ratio:.1f} times as fast. Once for each set of migrations: public and the template, {template:.0f} ms.")
    return {"portico": ours, "stock_django_tenants": stock, "ratio": round(ratio, 2), "first_migration_ms": template}


def _sign_up(number: int) -> float:
    """Milliseconds from the code to the redirect."""
    cache.clear()  # the limits count sign-ups of one source
    client = Client(headers={"host": "localhost"}, raise_request_exception=True)
    starters = registry.starters()
    slug = f"bench-shop-{number}"
    typed = {
        "name": f"Bench shop {number}",
        "email": f"owner{number}@example.com",
        "slug": slug,
        "starter": starters[0].key if starters else "",
        "colour": "#0b6153",
    }
    _expect(client.post("/signup/", typed).status_code == 302, "the form was refused")
    drain("public")
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].subject))
    code = found[0] if found else ""
    answers: list[Any] = []
    milliseconds = timed(lambda: answers.append(client.post("/signup/code/", {"code": code})))
    _expect(answers[0].status_code == 302, "the code was refused")
    live = Client(headers={"host": f"{slug}.localhost"}).get("/signin/")
    _expect(live.status_code == 200, f"the portal answered {live.status_code}")
    return milliseconds


def _stock() -> float:
    """Milliseconds of CREATE SCHEMA and migrate_schemas with django_tenants' own search_path handling."""
    schema = random_schema_name()

    def create() -> None:
        with public_context():
            create_schema(schema)
        with redirect_stdout(StringIO()):
            call_command("migrate_schemas", tenant=True, schema_name=schema, interactive=False, verbosity=0)

    guarded, DatabaseWrapper.enforce_context = DatabaseWrapper.enforce_context, False
    try:
        return timed(create)
    finally:
        cast("DatabaseWrapper", connection).set_schema_to_public()
        DatabaseWrapper.enforce_context = guarded


def _expect(holds: bool, message: str) -> None:
    if not holds:
        raise SystemExit(message)
