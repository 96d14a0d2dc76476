"""manage.py create_tenant: a live tenant, as sign-up makes it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from tenants import registry
from tenants.context import tenant_context
from tenants.errors import SlugRefused, TenancyError
from tenants.names import NameRefused, clean_name
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tenants.signup.landing import FIRST_PAGE

USAGE_ERROR = 2


class Command(BaseCommand):
    help = "Makes a live tenant and prints its address and a one-time sign-in address of the owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", required=True)
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--owner-name", default="")
        parser.add_argument("--starter", default="")
        parser.add_argument("--colour", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Makes the tenant."""
        portal = NewPortal(
            name=_name(options["name"]),
            owner_email=_email(options["owner_email"]),
            owner_name=options["owner_name"].strip(),
            starter=_starter(options["starter"]),
            colour=options["colour"],
        )
        try:
            tenant = provision(name=portal.name, slug=options["slug"], portal=portal)
        except SlugRefused as refused:
            hint = f" Free: {refused.suggestion}" if refused.suggestion else ""
            raise CommandError(f"{options['slug']}: {refused.reason}{hint}", returncode=USAGE_ERROR) from refused
        except TenancyError as error:
            raise CommandError(str(error)) from error
        with tenant_context(tenant):
            sign_in = registry.hand_over(tenant, portal.owner_email, FIRST_PAGE)
        answer = {"slug": tenant.slug, "schema": tenant.schema_name, "url": tenant.url(), "sign_in": sign_in}
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{answer['url']}\nThe owner signs in once here: {sign_in}")


def _name(typed: str) -> str:
    try:
        return clean_name(typed)
    except NameRefused as refused:
        raise CommandError(refused.reason, returncode=USAGE_ERROR) from refused


def _email(typed: str) -> str:
    email = typed.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{typed} is no e-mail address.", returncode=USAGE_ERROR) from error
    return email


def _starter(typed: str) -> str:
    """The starter that was named, the first when none was."""
    known = [choice.key for choice in registry.starters()]
    if not typed:
        return known[0] if known else ""
    if typed not in known:
        listed = ", ".join(known) or "none"
        raise CommandError(f"There is no starter {typed}. Known: {listed}", returncode=USAGE_ERROR)
    return typed
