"""manage.py signin_link: a one-time sign-in address, for operators with shell access and for tests."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.models import User, normalise_email
from portal_core.accounts.roles import CUSTOMER
from portal_core.accounts.signin_links import SIGN_IN, create_link
from portal_core.accounts.team_record import TeamChange, note_change
from tenants.context import tenant_context
from tenants.management.naming import tenant_named

LINK_MINUTES = 60
ROLES = ("customer", "agent", "manager", "owner")


class Command(BaseCommand):
    help = "Prints a one-time sign-in address of a person of one tenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--tenant", required=True, help="the tenant's slug")
        parser.add_argument("--email", required=True)
        parser.add_argument("--create", choices=ROLES, help="make the person, with this role, if there is none")
        parser.add_argument("--name", default="")
        parser.add_argument("--next", default="", help="the path to land on")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Prints the address alone, so that scripts can use it."""
        tenant = tenant_named(options["tenant"])
        with tenant_context(tenant):
            user = _person(options)
            path = create_link(user, SIGN_IN, LINK_MINUTES, options["next"])
        self.stdout.write(tenant.url(path))


def _person(options: dict[str, Any]) -> User:
    """The person with this address; made when --create names a role. Any: the options of a command."""
    email = normalise_email(options["email"])
    user = User.objects.by_email(email)
    if user is None:
        if not options["create"]:
            raise CommandError(f"Nobody has the address {email}; --create ROLE makes them.", returncode=2)
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is no e-mail address.", returncode=2) from error
        with transaction.atomic():
            user = User.objects.create_user(email, name=options["name"], role=options["create"])
            if user.role != CUSTOMER:
                note_change(SYSTEM, user, TeamChange.JOINED)
    if not user.is_active:
        raise CommandError(f"{email} is deactivated.")
    return user
