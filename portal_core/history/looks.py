"""Who has looked at the portal as a customer: written at each look, read by owners."""

import uuid
from datetime import timedelta
from typing import Final

from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.history.models import CustomerLook

# The same page again within this time is the same look: a frame beside its page, a page that was loaded again.
_SAME_LOOK: Final = timedelta(minutes=1)
_PAGE_LENGTH: Final = 300


def note_look(*, actor: Actor, customer_id: uuid.UUID, page: str, is_draft: bool) -> None:
    """Writes down that `actor` looks at one page as a customer, before anything of it is shown."""
    assert actor.user_id is not None
    now = timezone.now()
    look = CustomerLook(
        customer_id=customer_id, looker_id=actor.user_id, page=page[:_PAGE_LENGTH], is_draft=is_draft, at=now
    )
    same = CustomerLook.objects.filter(customer_id=customer_id, looker_id=actor.user_id, page=look.page)
    if not same.filter(is_draft=is_draft, at__gt=now - _SAME_LOOK).exists():
        look.save(force_insert=True)


def looks_at(
    customer_id: uuid.UUID, *, number: int, before: uuid.UUID | None = None
) -> tuple[list[CustomerLook], bool]:
    """The latest looks at this customer's pages (those before a look, where one is named), and whether others follow.

    The table only grows: however far back one goes, a page costs a page.
    """
    found = CustomerLook.objects.filter(customer_id=customer_id)
    last = found.filter(pk=before).first() if before is not None else None
    if last is not None:
        found = found.filter(at__lte=last.at).exclude(at=last.at, id__gte=last.pk)
    looks = list(found.select_related("looker").order_by("-at", "-id")[: number + 1])
    return looks[:number], len(looks) > number
