"""manage.py create_operator: somebody who runs the platform; lives in public alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from portal_core.accounts.models import OPERATOR, User, normalise_email
from portal_core.accounts.signin_links import SIGN_IN, create_link
from tenants.context import public_context
from tenants.snapshot import platform_url

LINK_MINUTES = 60


class Command(BaseCommand):
    help = "Makes a platform operator (or finds one) and prints a one-time sign-in address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the command."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """Prints the address alone, so that scripts can use it."""
        email = normalise_email(options["email"])
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is no e-mail address.", returncode=2) from error
        with public_context():
            user = User.objects.by_email(email)
            if user is None:
                user = User.objects.create_user(email, name=options["name"], role=OPERATOR)
            if not user.is_active:
                raise CommandError(f"{email} is deactivated.")
            path = create_link(user, SIGN_IN, LINK_MINUTES)
        self.stdout.write(platform_url(path))
