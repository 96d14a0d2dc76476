"""The City of Chicago as a sample portal: its real requests of 2014, brought in by the command that anybody has.

`chicago-311.json` is public data of the city's Open311 interface (dev.cityofchicago.org/docs/open311): 50 requests
with their dated notes, as they came but for phone numbers, a licence plate and links to photos, which are taken out.
`map.json` says what becomes what; the portal itself is `portal_core/config/starters/samples/chicago.json`.
"""

import io
from pathlib import Path

from django.core.management import call_command

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.starters import starter

FOLDER = Path(__file__).parent
_STAFF = (
    ("luis.ortega@example.com", "Luis Ortega", "agent", "desk"),
    ("denise.walker@example.com", "Denise Walker", "agent", "streets"),
    ("tom.brandt@example.com", "Tom Brandt", "agent", "buildings"),
)


def fill(owner_email: str) -> None:
    """Turns the fresh tenant at hand into Chicago 311: its configuration, its people, its requests."""
    owner = User.objects.get(email=owner_email)
    owner.name = "Nora Quinn"
    owner.save(update_fields=["name"])
    publish(actor=actor_for(owner), document=starter("chicago"), note="From what stands in the city’s own file")
    for email, name, role, team in _STAFF:
        User.objects.create_user(email, name=name, role=role, team_key=team)
    call_command(
        "import_requests",
        str(FOLDER / "chicago-311.json"),
        tenant="chicago",
        mapping=str(FOLDER / "map.json"),
        stdout=io.StringIO(),
        stderr=io.StringIO(),
    )
