"""What a new tenant's schema is filled with: its owner, its first published version, a made-up customer."""

from django.utils.translation import gettext as _

from portal_core.accounts.actions import create_owner
from portal_core.accounts.actor import actor_for
from portal_core.accounts.errors import AccountError
from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import PortalFacts
from portal_core.accounts.roles import CUSTOMER, OWNER
from portal_core.accounts.signin_links import SIGN_IN, create_link
from portal_core.config.actions import publish
from portal_core.config.document.loading import DocumentRefused
from portal_core.config.errors import PortalNotSetUp
from portal_core.config.live import live_portal, live_portal_or_none
from portal_core.config.starters import describe, starter_for, starter_keys
from tenants.errors import SetUpRefused
from tenants.registry import NewPortal, Owner, Reach, StarterChoice
from tenants.snapshot import TenantSnapshot

HAND_OVER_MINUTES = 15
SAMPLE_NAME = "Alex Carter"
# Reserved by RFC 2606: no mail can ever reach it; what Alex is told goes to the owner, marked as a sample.
SAMPLE_EMAIL = "alex.carter@sample.invalid"


def set_up(snapshot: TenantSnapshot, new: NewPortal) -> None:
    """Fills a new schema; runs inside the tenant and inside the transaction that makes it. Raises SetUpRefused."""
    try:
        _fill(new)
    except (DocumentRefused, AccountError) as error:
        raise SetUpRefused(f"no portal can be made of this: {error}") from error


def _fill(new: NewPortal) -> None:
    owner = create_owner(email=new.owner_email, name=new.owner_name)
    place = {"language": new.language, "time_zone": new.time_zone}
    document = starter_for(new.starter or starter_keys()[0], name=new.name, colour=new.colour, **place)
    publish(actor=actor_for(owner), document=document, note=_("Opened from a starter"))
    User.objects.create_user(SAMPLE_EMAIL, name=SAMPLE_NAME, role=CUSTOMER, is_sample=True)


def starter_choices() -> list[StarterChoice]:
    """The starters as sign-up offers them."""
    return [StarterChoice(item.key, item.label, item.hint, item.icon) for item in describe()]


def facts() -> PortalFacts:
    """What sign-in, team and account pages must know of the live portal."""
    try:
        portal = live_portal()
    except PortalNotSetUp:
        return PortalFacts()
    language = portal.language
    return PortalFacts(
        name=portal.name,
        language=language,
        languages=portal.languages,
        time_zone=portal.time_zone.key,
        registration=portal.registration,
        guests=portal.settings.guests,
        welcome=portal.text(portal.settings.welcome, language),
        emergency=portal.text(portal.settings.emergency, language),
        teams={key: portal.team_name(key, language) for key in portal.teams},
    )


def reach(language: str) -> Reach:
    """How the business is reached without its portal: what it says of emergencies, and the lines under its mails."""
    portal = live_portal_or_none()
    if portal is None:
        return Reach()
    lines = (line.strip() for line in portal.text(portal.settings.imprint, language).splitlines())
    return Reach(portal.text(portal.settings.emergency, language), tuple(line for line in lines if line))


def owners() -> list[Owner]:
    """Everybody who owns the portal and can sign in."""
    portal = live_portal_or_none()
    own = portal.language if portal is not None else ""
    found = User.objects.filter(role=OWNER, is_active=True).order_by("created_at", "id")
    return [Owner(user.email, user.name, user.language or own) for user in found]


def hand_over(snapshot: TenantSnapshot, email: str, next_path: str) -> str:
    """The single-use address that signs a new owner in; called inside the tenant."""
    user = User.objects.by_email(email)
    if user is None:
        raise LookupError(email)
    return snapshot.url(create_link(user, SIGN_IN, HAND_OVER_MINUTES, next_path))
