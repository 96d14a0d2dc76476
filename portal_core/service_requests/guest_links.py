"""Links that open one request without an account.

A link holds for one request of one customer, in one tenant. It ends 180 days after it was sent last, 14 days after the
request was closed (or after it was sent last, if that was later), at once when it is stopped (by whoever has it, or by
staff) and when the customer keeps an account.
SECURITY: it never signs in, and what binds the customer (approving) asks for a code mailed to the address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone

from portal_core.accounts.actor import Actor, guest_actor
from portal_core.accounts.models import User
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import GuestLink, ServiceRequest
from tenants import signing
from tenants.identifiers import parse_uuid

LONGEST: Final = timedelta(days=180)
AFTER_CLOSING: Final = timedelta(days=14)
_SALT: Final = "service_requests.guest_link"
_TOKEN_LENGTH: Final = 200


@dataclass(frozen=True)
class OpenedLink:
    """A link that works: the request with its people, and the guest as who acts by it."""

    link: GuestLink
    row: ServiceRequest
    actor: Actor
    token: str

    @property
    def path(self) -> str:
        """The link's own path."""
        return f"/g/{self.token}/"

    @property
    def expires_at(self) -> datetime:
        """Until when it opens the request, as things stand."""
        return expires_at(self.link, self.row)


def path_of(link: GuestLink) -> str:
    """The link's path on the tenant's host; the same each time it is asked for."""
    return f"/g/{signing.sign(f'{link.pk.hex}-{link.generation}', salt=_SALT)}/"


def expires_at(link: GuestLink, row: ServiceRequest) -> datetime:
    """When the link ends: some time after closing or sending, and never later than half a year after it was sent."""
    last = link.issued_at + LONGEST
    if row.closed_at is None:
        return last
    # A link that was sent after the closing is good for as long as one that was there.
    return min(last, max(row.closed_at, link.issued_at) + AFTER_CLOSING)


def ensure_link(row: ServiceRequest) -> GuestLink | None:
    """The link of a guest's request, made or prolonged when needed; None when it was stopped, or there is an account.

    For what is about to be sent to the guest: never called by a page that only shows something.
    """
    if not row.customer.is_guest:
        return None
    now = timezone.now()
    link, _is_new = GuestLink.objects.get_or_create(
        request=row, customer_id=row.customer_id, defaults={"issued_at": now}
    )
    if link.revoked_at is not None:
        return None
    if expires_at(link, row) <= now:
        link.issued_at = now
        link.save(update_fields=["issued_at"])
    return link


def current_link(row: ServiceRequest) -> GuestLink | None:
    """The link by which a guest can open this request now; None for customers with an account. Writes nothing."""
    link = _link_of(row)
    if link is None or link.revoked_at is not None:
        return None
    return link if expires_at(link, row) > timezone.now() else None


def is_stopped(row: ServiceRequest) -> bool:
    """Whether the link was stopped by which a guest follows this request: then no mail about it goes to the guest, for
    it would lead nowhere, and perhaps to the wrong person. Writes nothing."""
    link = _link_of(row)
    return link is not None and link.revoked_at is not None


def _link_of(row: ServiceRequest) -> GuestLink | None:
    """The guest's one link, working or not; no query where a page has loaded `guest_links` with the request."""
    if not row.customer.is_guest:
        return None
    return next((link for link in row.guest_links.all() if link.customer_id == row.customer_id), None)


def open_link(token: str) -> OpenedLink | None:
    """What the token opens; None when it opens nothing (any more), for whatever reason."""
    link = find_link(token)
    if link is None or link.revoked_at is not None or not _is_still_theirs(link):
        return None
    if expires_at(link, link.request) <= timezone.now():
        return None
    return OpenedLink(link, link.request, guest_actor(link.customer), token)


def _is_still_theirs(link: GuestLink) -> bool:
    """The request is still this customer's, who has neither an account nor been turned away."""
    return link.request.customer_id == link.customer_id and link.customer.is_active and link.customer.is_guest


def may_have_another(link: GuestLink) -> bool:
    """Whether whoever holds this link, over or overtaken, can have a new one mailed to its address."""
    return link.customer.is_guest and link.customer.is_active and not link.is_stopped_by_staff


def find_link(token: str) -> GuestLink | None:
    """The link behind the newest token of ours, whether it still works or not, with its request and people."""
    if len(token) > _TOKEN_LENGTH:
        return None
    try:
        key, _dash, generation = signing.unsign(token, salt=_SALT).partition("-")
    except signing.BadSignature:
        return None
    links = GuestLink.objects.select_related("customer", "request__customer", "request__assignee")
    link_id = parse_uuid(key)
    return links.filter(pk=link_id, generation=int(generation)).first() if link_id else None


def renew_link(row: ServiceRequest, *, by_staff: bool = False) -> GuestLink | None:
    """A new link instead of all before it; None where there is an account by now.

    A guest who asks for one gets none where staff have stopped the link: that takes somebody of the staff again.
    """
    if not row.customer.is_guest or not row.customer.is_active:
        return None
    stopped = GuestLink.objects.filter(request=row, customer_id=row.customer_id, is_stopped_by_staff=True)
    if not by_staff and stopped.exists():
        return None
    now = timezone.now()
    link, is_new = GuestLink.objects.get_or_create(
        request=row, customer_id=row.customer_id, defaults={"issued_at": now}
    )
    if not is_new:
        GuestLink.objects.filter(pk=link.pk).update(
            generation=F("generation") + 1, issued_at=now, revoked_at=None, is_stopped_by_staff=False
        )
        link.refresh_from_db()
    return link


def stop_link(opened: OpenedLink) -> None:
    """Ends a link at the wish of whoever has it."""
    GuestLink.objects.filter(pk=opened.link.pk, revoked_at=None).update(revoked_at=timezone.now())


def stop_links_of_request(*, actor: Actor, row: ServiceRequest) -> int:
    """Ends the links of a request at the wish of staff; how many. Raises Forbidden."""
    if not actor.is_staff or not actor.may("reply"):
        raise Forbidden
    links = GuestLink.objects.filter(request=row, revoked_at=None)
    return links.update(revoked_at=timezone.now(), is_stopped_by_staff=True)


def stop_links_of_customer(user: User) -> None:
    """Ends all links of a customer, who has an account from now on."""
    GuestLink.objects.filter(customer=user, revoked_at=None).update(revoked_at=timezone.now())


def replace_links_of_customer(user: User) -> None:
    """Links that went to a customer's old address open nothing any more; those made from now on do."""
    GuestLink.objects.filter(customer=user).update(generation=F("generation") + 1)
