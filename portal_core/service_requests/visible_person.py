"""A person as other people may know them. Part of the one door (see `visible.py`)."""

import uuid
from dataclasses import dataclass

from portal_core.accounts.models import User


@dataclass(frozen=True)
class VisiblePerson:
    """A person as another person may know them: a name, and for staff the address to write to."""

    id: uuid.UUID
    name: str
    first_name: str
    initials: str
    email: str = ""


def person(user: User, *, with_email: bool = False, unnamed: str = "") -> VisiblePerson:
    """A user as others may know them; `unnamed` is what somebody is called who has not given a name."""
    return VisiblePerson(
        id=user.pk,
        name=user.name or unnamed,
        first_name=user.first_name,
        initials=user.initials,
        email=user.email if with_email else "",
    )
