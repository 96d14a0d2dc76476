"""The steps of sign-up: begin, prove the e-mail, open the portal."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac

from tenants import catalog, registry
from tenants.context import tenant_context
from tenants.errors import SlugRefused
from tenants.models import SignUp
from tenants.provisioning import provision
from tenants.registry import NewPortal
from tenants.signup.forms import CODE_DIGITS
from tenants.signup.landing import FIRST_PAGE
from tenants.signup.mails import send_code
from tenants.snapshot import TenantSnapshot
from tenants.templates import ensure_template

CODE_LIFE = timedelta(minutes=15)
MAX_ATTEMPTS = 5
_FORGET_AFTER = timedelta(days=1)
# How long a proven e-mail may look for another address.
_VERIFIED_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form asked for, checked."""

    name: str
    email: str
    slug: str
    starter: str
    colour: str


def begin(wish: Wish) -> SignUp:
    """Notes the wish and mails a code, in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        SignUp.objects.filter(expires_at__lt=now - _FORGET_AFTER).delete()
        sign_up = SignUp(**_columns(wish), expires_at=now + CODE_LIFE)
        _issue_code(sign_up)
    return sign_up


def send_again(sign_up: SignUp) -> None:
    """A new code; the old one is worthless from now on."""
    with transaction.atomic():
        sign_up.expires_at = timezone.now() + CODE_LIFE
        sign_up.attempts = 0
        _issue_code(sign_up)


def find(key: str | None) -> SignUp | None:
    """The pending sign-up of this browser."""
    try:
        wanted = uuid.UUID(key or "")
    except ValueError:
        return None
    return SignUp.objects.filter(pk=wanted, expires_at__gt=timezone.now() - _VERIFIED_LIFE).first()


def is_right(sign_up: SignUp, code: str) -> bool:
    """Counts the try before it looks, so that no two at once get one more."""
    alive = SignUp.objects.filter(pk=sign_up.pk, attempts__lt=MAX_ATTEMPTS, expires_at__gt=timezone.now())
    if not alive.update(attempts=F("attempts") + 1):
        return False
    sign_up.refresh_from_db()
    if not constant_time_compare(sign_up.code_hash, _hash(sign_up, code)):
        return False
    sign_up.verified_at = timezone.now()
    sign_up.save(update_fields=["verified_at"])
    return True


def is_spent(sign_up: SignUp) -> bool:
    """Whether the code can no longer be right: too old or tried too often."""
    return sign_up.attempts >= MAX_ATTEMPTS or sign_up.expires_at <= timezone.now()


def change_wish(sign_up: SignUp, wish: Wish) -> None:
    """Another address (or name, colour) for a proven e-mail."""
    for column, value in _columns(wish).items():
        setattr(sign_up, column, value)
    sign_up.save(update_fields=list(_columns(wish)))


def open_portal(sign_up: SignUp, *, language: str = "", time_zone: str = "") -> str:
    """Makes the portal and returns the address that signs the owner in once.

    It speaks the owner's language first and goes by the owner's clock, where these are known. The lock on the row makes
    a double submit wait and then find the portal made.

    Raises:
        SlugRefused: somebody else was faster with the address.
        SetUpRefused: no portal can be made of these answers.
        ProvisioningFailed: nothing was made; it may be tried again.
    """
    ensure_template()  # outside of the transaction: making one takes seconds
    with transaction.atomic():
        locked = SignUp.objects.select_for_update().get(pk=sign_up.pk)
        snapshot = _made(locked) or _make(locked, language, time_zone)
        with tenant_context(snapshot):
            address = registry.hand_over(snapshot, locked.email, FIRST_PAGE)
        transaction.on_commit(lambda: catalog.forget(snapshot.schema_name))
    return address


def _make(locked: SignUp, language: str, time_zone: str) -> TenantSnapshot:
    if locked.verified_at is None:
        raise SlugRefused("unverified", "The code from the e-mail is missing.")
    portal = NewPortal(
        name=locked.name,
        owner_email=locked.email,
        starter=locked.starter,
        colour=locked.colour,
        language=language,
        time_zone=time_zone,
    )
    snapshot = provision(name=locked.name, slug=locked.slug, portal=portal)
    locked.tenant_id = snapshot.id
    locked.save(update_fields=["tenant"])
    return snapshot


def _made(locked: SignUp) -> TenantSnapshot | None:
    return None if locked.tenant is None else catalog.by_schema(locked.tenant.schema_name)


def _columns(wish: Wish) -> dict[str, str]:
    return {
        "name": wish.name,
        "email": wish.email,
        "slug": wish.slug,
        "starter": wish.starter,
        "colour": wish.colour,
    }


def _issue_code(sign_up: SignUp) -> None:
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    sign_up.code_hash = _hash(sign_up, code)
    sign_up.save()
    send_code(sign_up, code, translation.get_language() or "")


def _hash(sign_up: SignUp, code: str) -> str:
    return salted_hmac("tenants.signup.code", f"{sign_up.pk}:{code}", algorithm="sha256").hexdigest()
