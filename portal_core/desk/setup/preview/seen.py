"""Whom one can be while looking: a real customer, or somebody made up."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.localise import locale_for
from portal_core.config.viewer import Viewer
from portal_core.service_requests.customer_list import CustomerQuery, OpenOnes, customer_page
from portal_core.service_requests.queries import customers_of
from tenants.identifiers import parse_uuid

EXAMPLE: Final = "example"
NEW: Final = "new"
GUEST: Final = "guest"
VISITOR: Final = "visitor"
MADE_UP: Final = {
    EXAMPLE: "Example customer",
    NEW: "New, nothing on file",
    GUEST: "Guest with one link",
    VISITOR: "Signed out",
}
_LISTED: Final = 25
# "example_de": somebody made up who reads German.
_IN_LANGUAGE: Final = "_"
_VIEWS: Final = ("open", "all")


@dataclass(frozen=True)
class Seen:
    """Who is looked at. `key` stands in addresses; `user` is the row of somebody who is in the database."""

    key: str
    user: User | None = None
    # Of somebody made up, where it is not the portal's own.
    language: str = ""

    @property
    def part(self) -> str:
        """Which of the made-up people it is; nothing for a real one."""
        return "" if self.is_real else self.key.partition(_IN_LANGUAGE)[0]

    @property
    def is_real(self) -> bool:
        """Whether it is a person whose pages these are: looking is logged, and shows what the looker may see alone."""
        return self.user is not None

    @property
    def is_guest(self) -> bool:
        """Whether they come by the link of a request."""
        return self.user.is_guest if self.user is not None else self.part == GUEST

    @property
    def is_signed_in(self) -> bool:
        """Whether they have an account."""
        return not self.is_guest and self.part != VISITOR

    @property
    def name(self) -> str:
        """As the page names them, in the middle of a sentence."""
        if self.user is not None:
            return self.user.name or self.user.email
        return {
            EXAMPLE: "an example customer",
            NEW: "a new customer",
            GUEST: "a guest with a link",
            VISITOR: "somebody signed out",
        }[self.part]

    @property
    def short_name(self) -> str:
        """The first name, or "the customer"."""
        return self.user.first_name if self.user is not None else "the customer"


@dataclass(frozen=True)
class SeenChoice:
    """One line of the list of people."""

    key: str
    label: str


def seen_by(actor: Actor, key: str) -> Seen | None:
    """Who stands behind a key; None for nobody whom this colleague may look at."""
    part, _sign, language = key.partition(_IN_LANGUAGE)
    if part in MADE_UP:
        return Seen(key, language=language) if language in ("", *spoken(live_portal())) else None
    customer_id = parse_uuid(key)
    user = None if customer_id is None else customers_of(actor).filter(pk=customer_id).first()
    return None if user is None else Seen(str(user.pk), user)


def spoken(portal: CompiledPortal) -> tuple[str, ...]:
    """The portal's further languages that this product speaks as well."""
    known = {code for code, _name in settings.LANGUAGES}
    return tuple(code for code in portal.languages if code in known and code != portal.language)


def made_up(portal: CompiledPortal) -> list[tuple[str, list[SeenChoice]]]:
    """The people who are made up, by what to call the group: once for each language of the portal."""
    people = {key: label for key, label in MADE_UP.items() if key != GUEST or portal.settings.guests}
    groups = [("Made up", [SeenChoice(key, label) for key, label in people.items()])]
    for code in spoken(portal):
        name = locale_for(code).get_display_name("en") or code
        own = [SeenChoice(f"{key}{_IN_LANGUAGE}{code}", f"{label}, {name}") for key, label in people.items()]
        groups.append((f"Made up, {name}", own))
    return groups


def customers_to_see(actor: Actor, *, find: str = "", also: User | None = None) -> list[SeenChoice]:
    """Customers to choose from: those found by `find`, else those with something open first; `also` is among them."""
    portal = live_portal()
    viewer = Viewer.of(actor, portal)
    asked = (CustomerQuery(view=view, words=find) for view in _VIEWS)
    pages = (customer_page(actor, query, None, viewer=viewer, portal=portal) for query in asked)
    found = {user.pk: (user, ones) for page in pages for user, ones in page.rows}
    rows = list(found.values())[:_LISTED]
    if also is not None and all(user.pk != also.pk for user, _ones in rows):
        rows.insert(0, found.get(also.pk, (also, OpenOnes())))
    return [SeenChoice(str(user.pk), _label(user, ones)) for user, ones in rows]


def _label(user: User, ones: OpenOnes) -> str:
    name = user.name or user.email
    kind = " (made up)" if user.is_sample else " (guest)" if user.is_guest else ""
    return f"{name}{kind}, {ones.all} open" if ones.all else f"{name}{kind}"
